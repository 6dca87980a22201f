import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, type Tx } from '#libs/platform';

import { ActionStore } from '../domain/action-store.js';
import type { Action } from '../domain/action.js';
import { ActionAlreadyReverted, ActionNotFound, ActionNotRetryable, type Refusal } from '../domain/refusals.js';
import { AssessTargets } from './assess-targets.js';
import { TakeActions, type Order } from './take-actions.js';
import type { Reverter } from './revert-action.js';

/** Tries a failed action again: a new attempt of the same action, judged anew. */
@Injectable()
export class RetryAction {
  constructor(
    private readonly database: Database,
    private readonly actions: ActionStore,
    private readonly targets: AssessTargets,
    private readonly takeActions: TakeActions,
  ) {}

  async run(tenant: TenantId, by: Reverter, id: string): Promise<readonly Refusal[]> {
    const [known] = await this.actions.find(tenant, [id]);
    const prepared = known && (await this.targets.prepareAgain(tenant, known));
    return this.database.transaction(async (tx) => {
      const action = await this.actions.lock(tenant, tx, id);
      const reverted = action && action.revertOf !== null ? await this.actions.lock(tenant, tx, action.revertOf) : undefined;
      if (!action || !prepared) return this.refused(tenant, tx, by, id, new ActionNotFound(id));
      const why = whyNot(action, reverted);
      if (why) return this.refused(tenant, tx, by, id, why);
      const order = orderOf(tenant, by, action);
      const { assessments, refusals } = await this.targets.assess(tenant, tx, order.asking, prepared);
      const [assessment] = assessments;
      if (!assessment) return refusals;
      const refused = await this.takeActions.retake(tenant, tx, order, assessment, action);
      if (refused.length === 0 && reverted) await this.actions.markReverted(tenant, tx, reverted.id, action.id);
      return refused;
    });
  }

  private async refused(tenant: TenantId, tx: Tx, by: Reverter, id: string, refusal: Refusal): Promise<readonly Refusal[]> {
    await this.takeActions.logRefusals(tenant, tx, { who: by.who, operation: 'retryAction', reason: '' }, [{ refusal }], id);
    return [refusal];
  }
}

function orderOf(tenant: TenantId, by: Reverter, action: Action): Order {
  const direction = action.revertOf === null ? 'do' : 'undo';
  return {
    who: by.who,
    operation: 'retryAction',
    reason: action.reason,
    asking: { tenant, kind: action.kind, direction, caller: by.isPerson ? by.who : null, until: null },
    revertOf: null,
  };
}

function whyNot(action: Action, reverted: Action | undefined): Refusal | undefined {
  if (action.status !== 'FAILED') return new ActionNotRetryable(`it is ${action.status}, and only what failed is tried again`);
  if (!action.problem?.mayRetry) return new ActionNotRetryable(`its failure (${action.problem?.code ?? 'unknown'}) would come again`);
  if (reverted && reverted.revertedBy !== null && reverted.revertedBy !== action.id) return new ActionAlreadyReverted(reverted.revertedBy);
  return undefined;
}
