import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';

import { ActionStore } from '../domain/action-store.js';
import type { Refusal } from '../domain/refusals.js';
import { EndLease } from './end-lease.js';
import { ResendAction } from './resend-action.js';

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
    private readonly lease: EndLease,
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
        await this.lease.postpone(tenant, id, this.clock.now().getTime());
        troubles.push({ tenant, actionId: id, cause });
      }
    }
    return troubles;
  }

  private async look(tenant: TenantId, id: string): Promise<readonly Refusal[]> {
    const [action] = await this.actions.find(tenant, [id]);
    if (!action) return [];
    if (action.status === 'SUCCEEDED') return this.lease.end(tenant, action, this.clock.now().getTime());
    if (action.status === 'FAILED') return this.lease.tryAgain(tenant, action, this.clock.now().getTime());
    await this.resend.run(tenant, id);
    return [];
  }
}
