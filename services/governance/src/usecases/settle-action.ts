import { Injectable } from '@nestjs/common';
import type { ActionResult, ActionSettled, ActionStarted } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import type { Tx } from '#libs/platform';

import { ActionStore } from '../domain/action-store.js';
import { isSettled, type Action } from '../domain/action.js';
import { AccountStore } from '../domain/governed-account.js';
import { nextLeaseTry } from '../domain/lease.js';
import { ActionJournal } from './action-journal.js';
import { Allowance } from './allowance.js';

/** How connectors settles an action that it dropped on request before it had begun. */
export const CANCELLED_CODE = 'ACTION_CANCELLED';

/** In whose name an outcome is logged. */
const CONNECTORS = 'service:connectors';

type Succeeded = Extract<ActionResult, { is: 'succeeded' }>;
type Failed = Extract<ActionResult, { is: 'failed' }>;

/** Takes what connectors tells of an action. A message about another attempt, or about what is settled, changes nothing. */
@Injectable()
export class SettleAction {
  constructor(
    private readonly actions: ActionStore,
    private readonly accounts: AccountStore,
    private readonly journal: ActionJournal,
    private readonly allowance: Allowance,
  ) {}

  async started(tenant: TenantId, tx: Tx, message: ActionStarted): Promise<void> {
    const action = await this.current(tenant, tx, message);
    if (action?.status !== 'QUEUED') return;
    await this.journal.move(tenant, tx, action, 'RUNNING', { startedAt: message.at }, { who: CONNECTORS, what: 'STARTED' });
  }

  async settled(tenant: TenantId, tx: Tx, message: ActionSettled): Promise<void> {
    const action = await this.current(tenant, tx, message);
    if (!action) return;
    const { result, at } = message;
    if (result.is === 'succeeded') await this.succeeded(tenant, tx, action, at, result);
    else if (result.code === CANCELLED_CODE) await this.cancelled(tenant, tx, action, at, result);
    else await this.failed(tenant, tx, action, at, result);
  }

  private async succeeded(tenant: TenantId, tx: Tx, action: Action, at: number, { alreadySo, before }: Succeeded): Promise<void> {
    // What changed nothing has nothing to take back at the end of its lease.
    const sweepAt = action.until !== null && !alreadySo ? action.until : null;
    const answer = alreadySo ? 'The app was in that state already.' : 'Done, and confirmed by reading it back.';
    const change = { settledAt: at, before, wasAlreadySo: alreadySo, problem: null, sweepAt };
    if (!(await this.journal.move(tenant, tx, action, 'SUCCEEDED', change, { who: CONNECTORS, what: 'SUCCEEDED', answer }))) return;
    const [account] = action.accountId === null ? [] : await this.accounts.lock(tenant, tx, [action.accountId]);
    await this.allowance.done(tenant, tx, action, account, this.journal.now);
  }

  private async failed(tenant: TenantId, tx: Tx, action: Action, at: number, result: Failed): Promise<void> {
    const { code, message, remedy, mayRetry, before } = result;
    const sweepAt = nextLeaseTry(action, mayRetry, this.journal.now);
    const change = { settledAt: at, before, problem: { code, message, remedy, mayRetry }, sweepAt };
    if (!(await this.journal.move(tenant, tx, action, 'FAILED', change, { who: CONNECTORS, what: 'FAILED', code, answer: message })))
      return;
    await this.allowance.undone(tenant, tx, action);
    // A revert that will be tried again by itself keeps its claim; any other may be requested anew.
    if (action.revertOf !== null && sweepAt === null) await this.actions.unmarkReverted(tenant, tx, action.revertOf, action.id);
  }

  private async cancelled(tenant: TenantId, tx: Tx, action: Action, at: number, { message }: Failed): Promise<void> {
    const change = { settledAt: at, problem: null, sweepAt: null };
    if (!(await this.journal.move(tenant, tx, action, 'CANCELLED', change, { who: CONNECTORS, what: 'CANCELLED', answer: message })))
      return;
    await this.allowance.cancelled(tenant, tx, action);
    if (action.revertOf !== null) await this.actions.unmarkReverted(tenant, tx, action.revertOf, action.id);
  }

  private async current(
    tenant: TenantId,
    tx: Tx,
    { actionId, attempt }: { readonly actionId: string; readonly attempt: number },
  ): Promise<Action | undefined> {
    const action = await this.actions.lock(tenant, tx, actionId);
    return action && action.attempt === attempt && !isSettled(action.status) ? action : undefined;
  }
}
