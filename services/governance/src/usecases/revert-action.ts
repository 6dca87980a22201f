import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, type Tx } from '#libs/platform';

import { reasonFaults } from '../domain/action-command.js';
import { ActionStore } from '../domain/action-store.js';
import { whyNotRevertible, type Action } from '../domain/action.js';
import type { Assessment } from '../domain/assessment.js';
import { ActionAlreadyReverted, ActionNotFound, ActionNotRevertible, type Refusal } from '../domain/refusals.js';
import { AssessTargets } from './assess-targets.js';
import { TakeActions, type Order } from './take-actions.js';

/** Who takes an action back: a person, or the end of a lease, which nobody in particular asked for. */
export interface Reverter {
  readonly who: string;
  readonly isPerson: boolean;
}

/** What came of it: a new action, or the reasons why not. */
export interface RevertAnswer {
  readonly actionId: string | null;
  readonly refusals: readonly Refusal[];
}

/** Takes an action back, once: a new action that goes to the state which the first one found. */
@Injectable()
export class RevertAction {
  constructor(
    private readonly database: Database,
    private readonly actions: ActionStore,
    private readonly targets: AssessTargets,
    private readonly takeActions: TakeActions,
  ) {}

  async run(tenant: TenantId, by: Reverter, id: string, reason: string): Promise<RevertAnswer> {
    const [known] = await this.actions.find(tenant, [id]);
    const prepared = known && (await this.targets.prepareAgain(tenant, known));
    return this.database.transaction(async (tx) => {
      const action = await this.actions.lock(tenant, tx, id);
      if (!action || !prepared) return this.refused(tenant, tx, by, id, reason, [new ActionNotFound(id)]);
      const order = orderOf(tenant, by, action, reason);
      const { assessments, refusals } = await this.targets.assess(tenant, tx, order.asking, prepared);
      const faults = [...(by.isPerson ? reasonFaults(reason, ['reason']) : []), ...refusals, ...whyNot(action, assessments[0])];
      if (faults.length > 0) return this.refused(tenant, tx, by, id, reason, faults);
      return this.record(tenant, tx, order, action, assessments);
    });
  }

  private async record(tenant: TenantId, tx: Tx, order: Order, action: Action, assessments: readonly Assessment[]): Promise<RevertAnswer> {
    const [taken] = await this.takeActions.take(tenant, tx, order, assessments);
    const actionId = taken?.action?.id ?? null;
    // The row is locked, so nobody came between; the condition stays as the last wall against reverting twice.
    if (actionId !== null && !(await this.actions.markReverted(tenant, tx, action.id, actionId)))
      throw new ActionAlreadyReverted(action.revertedBy ?? 'another action');
    return { actionId, refusals: taken?.refusals ?? [] };
  }

  // The end of a lease is tried again and again: its refusals are reported by the sweep, not logged each time.
  private async refused(
    tenant: TenantId,
    tx: Tx,
    by: Reverter,
    id: string,
    reason: string,
    refusals: readonly Refusal[],
  ): Promise<RevertAnswer> {
    const order = { who: by.who, operation: 'revertAction', reason };
    if (by.isPerson)
      await this.takeActions.logRefusals(
        tenant,
        tx,
        order,
        refusals.map((refusal) => ({ refusal })),
        id,
      );
    return { actionId: null, refusals };
  }
}

function orderOf(tenant: TenantId, by: Reverter, action: Action, reason: string): Order {
  return {
    who: by.who,
    operation: 'revertAction',
    reason,
    asking: { tenant, kind: action.kind, direction: 'undo', caller: by.isPerson ? by.who : null, until: null },
    revertOf: action,
  };
}

function whyNot(action: Action, assessment: Assessment | undefined): Refusal[] {
  if (action.revertedBy !== null) return [new ActionAlreadyReverted(action.revertedBy)];
  const why = whyNotRevertible(action, assessment?.offer);
  return why === undefined ? [] : [new ActionNotRevertible(why)];
}
