import { Injectable } from '@nestjs/common';
import type { AccountsChanged } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import type { Tx } from '#libs/platform';

import { AccountProjection } from '../domain/account-projection.js';

/** Keeps of the accounts what tells whose activities belong together. */
@Injectable()
export class KeepAccounts {
  constructor(private readonly accounts: AccountProjection<Tx>) {}

  async run(tenant: TenantId, tx: Tx, { connectorId, version, accounts }: AccountsChanged): Promise<void> {
    await this.accounts.hear(tenant, tx, connectorId, version, accounts);
  }
}
