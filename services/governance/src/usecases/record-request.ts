import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { canonicalJson } from '#libs/kernel';
import { Database, toProblem, type Problem, type Tx } from '#libs/platform';

import { sameness, type ActionCommand } from '../domain/action-command.js';
import type { Asking } from '../domain/assessment.js';
import { IdempotencyStore, type IdempotencyKey } from '../domain/idempotency.js';
import { IdempotencyConflict, type Refusal } from '../domain/refusals.js';
import { AssessTargets, type Prepared } from './assess-targets.js';
import { TakeActions, type Order, type Taken } from './take-actions.js';

/** What a request led to. */
export interface Recorded {
  readonly actionIds: readonly string[];
  readonly problems: readonly Problem[];
  readonly taken: readonly Taken[];
}

/** Records a request once: key, actions, log and messages in one transaction. */
@Injectable()
export class RecordRequest {
  constructor(
    private readonly database: Database,
    private readonly keys: IdempotencyStore,
    private readonly targets: AssessTargets,
    private readonly takeActions: TakeActions,
  ) {}

  async run(principal: Principal, command: ActionCommand, prepared: Prepared, now: number): Promise<Recorded> {
    return this.database.transaction((tx) => this.record(tx, principal, command, prepared, now));
  }

  /** The same through and through, then taken back: what a dry run tells and what a request does can't differ. */
  async rehearse(principal: Principal, command: ActionCommand, prepared: Prepared): Promise<Recorded> {
    try {
      return await this.database.transaction(async (tx) => {
        throw new Rehearsed(await this.take(tx, principal, command, prepared));
      });
    } catch (end) {
      if (end instanceof Rehearsed) return end.recorded;
      throw end;
    }
  }

  /** Logs a request that was refused as a whole. */
  async refuse(principal: Principal, command: ActionCommand, refusals: readonly Refusal[]): Promise<void> {
    await this.database.transaction((tx) => this.logRefused(tx, principal, command, refusals));
  }

  private async record(tx: Tx, principal: Principal, command: ActionCommand, prepared: Prepared, now: number): Promise<Recorded> {
    if (command.idempotencyKey === null) return this.take(tx, principal, command, prepared);
    const { tenant } = principal;
    const key: IdempotencyKey = { principal: principal.subject, operation: command.operation, clientKey: command.idempotencyKey };
    const requestHash = createHash('sha256')
      .update(canonicalJson(sameness(command)))
      .digest('base64url');
    const earlier = await this.keys.claim(tenant, tx, key, requestHash, now);
    if (earlier && earlier.requestHash === requestHash)
      return { actionIds: earlier.actionIds, problems: earlier.problems as readonly Problem[], taken: [] };
    if (earlier) {
      const conflict = new IdempotencyConflict();
      await this.logRefused(tx, principal, command, [conflict]);
      return { actionIds: [], problems: [toProblem(conflict)], taken: [] };
    }
    const recorded = await this.take(tx, principal, command, prepared);
    if (recorded.actionIds.length > 0) await this.keys.answer(tenant, tx, key, { requestHash, ...recorded });
    else await this.keys.forget(tenant, tx, key);
    return recorded;
  }

  private async take(tx: Tx, principal: Principal, command: ActionCommand, prepared: Prepared): Promise<Recorded> {
    const { tenant } = principal;
    const order = orderOf(principal, command);
    const { assessments, refusals } = await this.targets.assess(tenant, tx, order.asking, prepared);
    await this.takeActions.logRefusals(
      tenant,
      tx,
      order,
      refusals.map((refusal) => ({ refusal })),
    );
    const taken = await this.takeActions.take(tenant, tx, order, assessments);
    const problems = [...refusals, ...taken.flatMap((one) => one.refusals)].map(toProblem);
    return { actionIds: taken.flatMap(({ action }) => action?.id ?? []), problems, taken };
  }

  private async logRefused(tx: Tx, principal: Principal, command: ActionCommand, refusals: readonly Refusal[]): Promise<void> {
    await this.takeActions.logRefusals(
      principal.tenant,
      tx,
      orderOf(principal, command),
      refusals.map((refusal) => ({ refusal })),
    );
  }
}

function orderOf(principal: Principal, command: ActionCommand): Order {
  const { operation, reason, kind, until } = command;
  const asking: Asking = { tenant: principal.tenant, kind, direction: 'do', caller: principal.subject, until };
  return { who: principal.subject, operation, reason, asking, revertOf: null };
}

/** Ends the transaction of a rehearsal; no failure. */
class Rehearsed extends Error {
  constructor(readonly recorded: Recorded) {
    super('rehearsed');
  }
}
