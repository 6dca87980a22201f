import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database } from '#libs/platform';

import { ActionStore } from '../domain/action-store.js';
import type { Action } from '../domain/action.js';
import { END_OF_LEASE, endOfLeaseReason, nextLeaseLook } from '../domain/lease.js';
import type { Refusal } from '../domain/refusals.js';
import { RetryAction } from './retry-action.js';
import { RevertAction } from './revert-action.js';

const SYSTEM = { who: END_OF_LEASE, isPerson: false } as const;

/** Refusals that end when somebody enables the connector, grants the scope, makes another administrator, or an hour passes. */
const MAY_PASS = ['CONNECTOR_DISABLED', 'WRITE_SCOPE_MISSING', 'LAST_ADMINISTRATOR', 'BUDGET_EXHAUSTED', 'PROTECTED_ACCOUNT'];

/** Takes back what was done for a time only. */
@Injectable()
export class EndLease {
  constructor(
    private readonly database: Database,
    private readonly actions: ActionStore,
    private readonly revert: RevertAction,
    private readonly retry: RetryAction,
  ) {}

  /** A lease is over: takes the action back, or looks again later when that can't even be asked for now. */
  async end(tenant: TenantId, action: Action, now: number): Promise<readonly Refusal[]> {
    const { refusals } = await this.revert.run(tenant, SYSTEM, action.id, endOfLeaseReason(action));
    return this.lookAgain(tenant, action, refusals, now);
  }

  /** A revert of ours failed for a reason that may be gone. */
  async tryAgain(tenant: TenantId, action: Action, now: number): Promise<readonly Refusal[]> {
    return this.lookAgain(tenant, action, await this.retry.run(tenant, SYSTEM, action.id), now);
  }

  /** Something broke on the way: the others must not wait behind it. */
  async postpone(tenant: TenantId, id: string, now: number): Promise<void> {
    await this.database.transaction((tx) => this.actions.sweepAgainAt(tenant, tx, id, nextLeaseLook(now)));
  }

  private async lookAgain(tenant: TenantId, action: Action, refusals: readonly Refusal[], now: number): Promise<readonly Refusal[]> {
    if (refusals.length === 0) return refusals;
    const mayPass = refusals.some(({ code }) => MAY_PASS.includes(code));
    await this.database.transaction(async (tx) => {
      await this.actions.sweepAgainAt(tenant, tx, action.id, mayPass ? nextLeaseLook(now) : null);
      // A revert that is given up must not stand in the way of another.
      if (!mayPass && action.revertOf !== null) await this.actions.unmarkReverted(tenant, tx, action.revertOf, action.id);
    });
    return refusals;
  }
}
