import { Injectable } from '@nestjs/common';
import type { ActionRequested } from '#libs/contracts';
import { Clock, type TenantId } from '#libs/kernel';
import { Outbox, type Tx } from '#libs/platform';

import { ActionStore, type ActionChange, type NewAttempt } from '../domain/action-store.js';
import type { Action, ActionState } from '../domain/action.js';
import { GovernanceLog, type LoggedEvent, type NewLogEntry } from '../domain/governance-log.js';

/** What the log keeps of a step besides the action itself. */
export interface Step {
  readonly who: string;
  readonly what: LoggedEvent;
  readonly why?: string | null;
  readonly operation?: string | null;
  readonly accountName?: string | null;
  readonly code?: string | null;
  readonly answer?: string | null;
}

/** Until when connectors should have settled a request; then it is sent again. */
const RESEND_AFTER_MS = 60_000;

/** The one way to make or move an action: row, log entry and message in the caller's transaction, so that none can be forgotten. */
@Injectable()
export class ActionJournal {
  constructor(
    private readonly actions: ActionStore,
    private readonly governanceLog: GovernanceLog,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  get now(): number {
    return this.clock.now().getTime();
  }

  /** Records new actions and asks connectors to carry them out. */
  async request(tenant: TenantId, tx: Tx, requests: readonly { readonly action: Action; readonly step: Step }[]): Promise<void> {
    await this.actions.insert(
      tenant,
      tx,
      requests.map(({ action }) => action),
      this.now + RESEND_AFTER_MS,
    );
    await this.log(
      tenant,
      tx,
      requests.map(({ action, step }) => this.entryOf(action, step)),
    );
    for (const { action } of requests) await this.send(tenant, tx, action);
  }

  /** Moves an action one step; false when somebody else went on, and then nothing is logged. */
  async move(tenant: TenantId, tx: Tx, action: Action, to: ActionState, change: ActionChange, step: Step): Promise<boolean> {
    if (!(await this.actions.move(tenant, tx, action, to, change))) return false;
    await this.log(tenant, tx, [this.entryOf(action, step)]);
    return true;
  }

  /** Tries a failed action again. */
  async retry(tenant: TenantId, tx: Tx, action: Action, attempt: Omit<NewAttempt, 'sweepAt'>, step: Step): Promise<boolean> {
    if (!(await this.actions.startAttempt(tenant, tx, action, { ...attempt, sweepAt: this.now + RESEND_AFTER_MS }))) return false;
    const retried = { ...action, attempt: action.attempt + 1 };
    await this.log(tenant, tx, [this.entryOf(retried, step)]);
    await this.send(tenant, tx, retried);
    return true;
  }

  /** Asks connectors to drop an action that it has not begun; it answers with ActionSettled either way. */
  async requestCancel(tenant: TenantId, tx: Tx, action: Action, step: Step): Promise<boolean> {
    if (!(await this.actions.requestCancel(tenant, tx, action))) return false;
    await this.log(tenant, tx, [this.entryOf(action, step)]);
    await this.outbox.add(tx, tenant, subjectOf(action), [
      { type: 'ActionCancelRequested', actionId: action.id, attempt: action.attempt, requestedBy: step.who, at: this.now },
    ]);
    return true;
  }

  /** Sends the request again; connectors does the same attempt once only. */
  async resend(tenant: TenantId, tx: Tx, action: Action): Promise<void> {
    await this.actions.sweepAgainAt(tenant, tx, action.id, this.now + RESEND_AFTER_MS);
    await this.send(tenant, tx, action);
  }

  async log(tenant: TenantId, tx: Tx, entries: readonly NewLogEntry[]): Promise<void> {
    await this.governanceLog.append(tenant, tx, entries);
  }

  private async send(tenant: TenantId, tx: Tx, action: Action): Promise<void> {
    const reverted = action.revertOf === null ? undefined : await this.actions.lock(tenant, tx, action.revertOf);
    const message: ActionRequested = {
      type: 'ActionRequested',
      actionId: action.id,
      attempt: action.attempt,
      kind: action.kind,
      connectorId: action.connectorId,
      target: {
        accountId: action.accountId,
        accountExternalId: action.accountExternalId,
        groupExternalId: action.groupExternalId,
        grantExternalId: action.grantExternalId,
      },
      revert: reverted ? { actionId: reverted.id, before: reverted.before ?? null } : null,
      requestedBy: action.requestedBy,
      reason: action.reason,
    };
    await this.outbox.add(tx, tenant, subjectOf(action), [message]);
  }

  private entryOf(action: Action, step: Step): NewLogEntry {
    const { id, kind, attempt, accountId, connectorId, revertOf, until } = action;
    return { at: this.now, why: action.reason, kind, actionId: id, attempt, accountId, connectorId, revertOf, until, ...step };
  }
}

/** Messages about one action arrive in order. */
function subjectOf(action: Action): string {
  return `action/${action.id}`;
}
