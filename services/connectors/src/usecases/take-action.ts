import { Injectable } from '@nestjs/common';
import type { ActionCancelRequested, ActionRequested } from '#libs/contracts';
import type { TenantId, Transaction } from '#libs/kernel';

import { ActionRunStore } from '../domain/ports.js';
import { Wake } from './wake.js';

/** Takes governance's request for good, in the transaction that records its message; the background work carries it out. */
@Injectable()
export class TakeAction {
  constructor(
    private readonly runs: ActionRunStore,
    private readonly wake: Wake,
  ) {}

  async run(tx: Transaction, tenant: TenantId, request: ActionRequested, at: Date): Promise<void> {
    await this.runs.take(tx, tenant, request, at.getTime());
    setImmediate(() => this.wake.now());
  }

  async cancel(tx: Transaction, tenant: TenantId, request: ActionCancelRequested, at: Date): Promise<void> {
    await this.runs.cancel(tx, tenant, request, at.getTime());
  }
}
