import { Injectable } from '@nestjs/common';
import type { AccountsChanged } from '#libs/contracts';
import { Clock, type TenantId } from '#libs/kernel';
import type { Tx } from '#libs/platform';

import { AccountStore } from '../domain/governed-account.js';
import { Allowance } from './allowance.js';

/** Keeps what governance needs of accounts, as inventory tells it. */
@Injectable()
export class HearAccounts {
  constructor(
    private readonly accounts: AccountStore,
    private readonly allowance: Allowance,
    private readonly clock: Clock,
  ) {}

  async run(tenant: TenantId, tx: Tx, message: AccountsChanged): Promise<void> {
    await this.accounts.hear(tenant, tx, message, message.accounts, this.clock.now().getTime());
    await this.allowance.heard(tenant, tx, message.accounts);
  }
}
