import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Database } from '#libs/platform';

import { ActionStore } from '../domain/action-store.js';
import type { Action } from '../domain/action.js';
import { ActionNotCancellable, ActionNotFound, CancelPending, type Refusal } from '../domain/refusals.js';
import { ActionJournal } from './action-journal.js';
import { Settlements } from './settlements.js';

/** How long the mutation waits for connectors to say whether the cancellation came in time. */
const WAIT_MS = 3_000;

export interface CancelAnswer {
  readonly actions: readonly Action[];
  readonly refusals: readonly Refusal[];
}

/**
 * Cancels what has not begun. Only connectors knows whether it has, so it is asked: to say CANCELLED here while the app is being called there would be a lie.
 */
@Injectable()
export class CancelAction {
  constructor(
    private readonly database: Database,
    private readonly actions: ActionStore,
    private readonly journal: ActionJournal,
    private readonly settlements: Settlements,
  ) {}

  async run({ tenant, subject }: Principal, id: string): Promise<CancelAnswer> {
    const refusal = await this.database.transaction(async (tx) => {
      const action = await this.actions.lock(tenant, tx, id);
      const why = !action ? new ActionNotFound(id) : action.status === 'QUEUED' ? undefined : new ActionNotCancellable(action.status);
      const entry = { who: subject, operation: 'cancelAction', why: null };
      if (why)
        await this.journal.log(tenant, tx, [
          { ...entry, at: this.journal.now, what: 'REFUSED', actionId: id, code: why.code, answer: why.message },
        ]);
      else await this.journal.requestCancel(tenant, tx, action!, { ...entry, what: 'CANCEL_REQUESTED' });
      return why;
    });
    if (refusal) return { actions: await this.actions.find(tenant, [id]), refusals: [refusal] };
    const actions = await this.settlements.wait(tenant, [id], WAIT_MS, ({ status }) => status !== 'QUEUED');
    return { actions, refusals: actions.flatMap(({ status }) => outcomeOf(status)) };
  }
}

function outcomeOf(status: Action['status']): Refusal[] {
  if (status === 'CANCELLED') return [];
  return [status === 'QUEUED' ? new CancelPending(WAIT_MS) : new ActionNotCancellable(status)];
}
