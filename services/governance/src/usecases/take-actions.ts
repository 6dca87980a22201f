import { Injectable } from '@nestjs/common';
import { newOrderedId, type TenantId } from '#libs/kernel';
import type { Tx } from '#libs/platform';

import type { Action } from '../domain/action.js';
import type { Asking, Assessment } from '../domain/assessment.js';
import { AccountStore, nameOf } from '../domain/governed-account.js';
import type { NewLogEntry } from '../domain/governance-log.js';
import type { Refusal } from '../domain/refusals.js';
import { ActionJournal } from './action-journal.js';
import { Allowance } from './allowance.js';

/** Who asks, by what, and why: the same for all targets. */
export interface Order {
  readonly who: string;
  readonly operation: string;
  readonly reason: string;
  readonly asking: Asking;
  /** The action to take back. */
  readonly revertOf: Action | null;
}

/** What came of one target. */
export interface Taken {
  readonly assessment: Assessment;
  readonly action: Action | null;
  readonly refusals: readonly Refusal[];
}

/** Turns judged targets into recorded actions, and refusals into log entries; all within the caller's transaction. */
@Injectable()
export class TakeActions {
  constructor(
    private readonly allowance: Allowance,
    private readonly journal: ActionJournal,
    private readonly accounts: AccountStore,
  ) {}

  async take(tenant: TenantId, tx: Tx, order: Order, assessments: readonly Assessment[]): Promise<readonly Taken[]> {
    const { now } = this.journal;
    const taken: Taken[] = [];
    for (const assessment of assessments) taken.push(await this.decide(tenant, tx, order, assessment, now));
    const actions = taken.flatMap(({ action }) => action ?? []);
    await this.logRefusals(
      tenant,
      tx,
      order,
      taken.flatMap(({ refusals, assessment }) => refusals.map((refusal) => ({ refusal, assessment }))),
    );
    if (actions.length > 0) await this.record(tenant, tx, order, taken);
    await this.accounts.markActedOn(
      tenant,
      tx,
      actions.flatMap(({ accountId }) => accountId ?? []),
      now,
    );
    return taken;
  }

  /** Reserves anew what a further attempt needs and begins it. */
  async retake(tenant: TenantId, tx: Tx, order: Order, assessment: Assessment, action: Action): Promise<readonly Refusal[]> {
    const { now } = this.journal;
    const refusals = [...assessment.refusals];
    const grant = refusals.length > 0 ? undefined : await this.allowance.grant(tenant, tx, order.asking, assessment, action.id, now);
    if (grant && 'refusal' in grant) refusals.push(grant.refusal);
    if (!grant || 'refusal' in grant) {
      await this.logRefusals(
        tenant,
        tx,
        order,
        refusals.map((refusal) => ({ refusal, assessment })),
        action.id,
      );
      return refusals;
    }
    const attempt = { requestedBy: order.who, requestedAt: now, chargedHour: grant.chargedHour };
    await this.journal.retry(tenant, tx, action, attempt, {
      who: order.who,
      what: 'RETRIED',
      why: order.reason,
      operation: order.operation,
    });
    return [];
  }

  /** Each refusal of a real request is an entry of the log. */
  async logRefusals(
    tenant: TenantId,
    tx: Tx,
    order: Pick<Order, 'who' | 'operation' | 'reason'> & { readonly asking?: Asking; readonly revertOf?: Action | null },
    refused: readonly { readonly refusal: Refusal; readonly assessment?: Assessment }[],
    actionId: string | null = null,
  ): Promise<void> {
    const { now } = this.journal;
    const entries = refused.map(({ refusal, assessment }): NewLogEntry => {
      const account = assessment?.target.account;
      return {
        at: now,
        who: order.who,
        what: 'REFUSED',
        why: order.reason,
        operation: order.operation,
        kind: order.asking?.kind ?? null,
        actionId,
        accountId: account?.id ?? null,
        accountName: account ? nameOf(account) : null,
        connectorId: assessment?.target.connectorId ?? null,
        revertOf: order.revertOf?.id ?? null,
        code: refusal.code,
        answer: refusal.message,
      };
    });
    await this.journal.log(tenant, tx, entries);
  }

  private async decide(tenant: TenantId, tx: Tx, order: Order, assessment: Assessment, now: number): Promise<Taken> {
    if (assessment.refusals.length > 0) return { assessment, action: null, refusals: assessment.refusals };
    const id = newOrderedId('gov', new Date(now));
    const grant = await this.allowance.grant(tenant, tx, order.asking, assessment, id, now);
    if ('refusal' in grant) return { assessment, action: null, refusals: [grant.refusal] };
    return { assessment, action: newAction(id, order, assessment, grant.chargedHour, now), refusals: [] };
  }

  private async record(tenant: TenantId, tx: Tx, order: Order, taken: readonly Taken[]): Promise<void> {
    const requests = taken.flatMap(({ action, assessment }) => {
      const { account } = assessment.target;
      const accountName = account && nameOf(account);
      return action ? [{ action, step: { who: order.who, what: 'REQUESTED' as const, operation: order.operation, accountName } }] : [];
    });
    await this.journal.request(tenant, tx, requests);
  }
}

function newAction(id: string, order: Order, { target, app }: Assessment, chargedHour: number | null, now: number): Action {
  return {
    id,
    kind: order.asking.kind,
    status: 'QUEUED',
    connectorId: target.connectorId,
    app,
    accountId: target.account?.id ?? null,
    accountExternalId: target.account?.externalId ?? null,
    groupExternalId: target.group?.externalId ?? order.revertOf?.groupExternalId ?? null,
    grantExternalId: target.grantExternalId,
    reason: order.reason,
    requestedBy: order.who,
    requestedAt: now,
    startedAt: null,
    settledAt: null,
    until: order.asking.until,
    revertOf: order.revertOf?.id ?? null,
    revertedBy: null,
    attempt: 1,
    before: undefined,
    wasAlreadySo: false,
    problem: null,
    isCancelRequested: false,
    chargedHour,
  };
}
