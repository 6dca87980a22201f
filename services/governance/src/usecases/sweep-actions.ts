import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';
import { Database } from '#libs/platform';

import { ActionStore } from '../domain/action-store.js';
import type { Action } from '../domain/action.js';
import { END_OF_LEASE, endOfLeaseReason, nextLeaseLook } from '../domain/lease.js';
import type { Refusal } from '../domain/refusals.js';
import { ResendAction } from './resend-action.js';
import { RetryAction } from './retry-action.js';
import { RevertAction } from './revert-action.js';

const BATCH = 100;

/** What the sweep could not do, for the operator's log. */
export interface SweepTrouble {
  readonly tenant: TenantId;
  readonly actionId: string;
  readonly cause: unknown;
}

/** Looks after what time brings: requests that got no answer, leases that end, reverts to be tried again. Safe on many replicas at once. */
@Injectable()
export class SweepActions {
  constructor(
    private readonly actions: ActionStore,
    private readonly resend: ResendAction,
    private readonly steps: LeaseSteps,
    private readonly clock: Clock,
  ) {}

  /** One round; never throws for one action's trouble. */
  async run(): Promise<readonly SweepTrouble[]> {
    const troubles: SweepTrouble[] = [];
    for (const { tenant, id } of await this.actions.dueForSweep(this.clock.now().getTime(), BATCH)) {
      try {
        const refusals = await this.look(tenant, id);
        if (refusals.length > 0) troubles.push({ tenant, actionId: id, cause: refusals[0] });
      } catch (cause) {
        troubles.push({ tenant, actionId: id, cause });
      }
    }
    return troubles;
  }

  private async look(tenant: TenantId, id: string): Promise<readonly Refusal[]> {
    const [action] = await this.actions.find(tenant, [id]);
    if (!action) return [];
    if (action.status === 'SUCCEEDED') return this.steps.end(tenant, action, this.clock.now().getTime());
    if (action.status === 'FAILED') return this.steps.tryAgain(tenant, action, this.clock.now().getTime());
    await this.resend.run(tenant, id);
    return [];
  }
}

/** What the sweep does about leases. */
@Injectable()
export class LeaseSteps {
  constructor(
    private readonly database: Database,
    private readonly actions: ActionStore,
    private readonly revert: RevertAction,
    private readonly retry: RetryAction,
  ) {}

  /** A lease is over: takes the action back, or looks again later when that can't even be asked for now. */
  async end(tenant: TenantId, action: Action, now: number): Promise<readonly Refusal[]> {
    const { refusals } = await this.revert.run(tenant, SYSTEM, action.id, endOfLeaseReason(action));
    const isPassing = refusals.some(({ code }) => MAY_PASS.includes(code));
    if (refusals.length > 0) await this.lookAgain(tenant, action.id, isPassing ? nextLeaseLook(now) : null);
    return refusals;
  }

  /** A revert of ours failed for a reason that may be gone. */
  async tryAgain(tenant: TenantId, action: Action, now: number): Promise<readonly Refusal[]> {
    const refusals = await this.retry.run(tenant, SYSTEM, action.id);
    const isPassing = refusals.some(({ code }) => MAY_PASS.includes(code));
    if (refusals.length > 0) await this.lookAgain(tenant, action.id, isPassing ? nextLeaseLook(now) : null);
    return refusals;
  }

  private async lookAgain(tenant: TenantId, id: string, at: number | null): Promise<void> {
    await this.database.transaction((tx) => this.actions.sweepAgainAt(tenant, tx, id, at));
  }
}

const SYSTEM = { who: END_OF_LEASE, isPerson: false } as const;

/** Refusals that end when somebody enables the connector, grants the scope, makes another administrator, or an hour passes. */
const MAY_PASS = ['CONNECTOR_DISABLED', 'WRITE_SCOPE_MISSING', 'LAST_ADMINISTRATOR', 'BUDGET_EXHAUSTED', 'PROTECTED_ACCOUNT'];
