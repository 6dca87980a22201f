import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';

import { isChanged, settled } from '../domain/account.js';
import { InventoryUnits } from '../domain/ports.js';
import { applyAccountChanges } from './apply-account-changes.js';
import { breathe } from './breathe.js';

const ACCOUNTS_PER_STEP = 500;

/** After the managed domains changed: who is external and who is one person is worked out anew for every account, in small steps. */
@Injectable()
export class RejoinAccounts {
  constructor(
    private readonly units: InventoryUnits,
    private readonly clock: Clock,
  ) {}

  /** True when all accounts have been gone through before the time was over. */
  async run(tenant: TenantId, until: number): Promise<boolean> {
    while (await this.step(tenant)) {
      if (this.clock.now().getTime() >= until) return false;
      await breathe();
    }
    return true;
  }

  // The row of the domains is locked meanwhile: of several workers one makes each step, and no page is joined by the old domains behind its back.
  private async step(tenant: TenantId): Promise<boolean> {
    return this.units.run(tenant, async (unit) => {
      const rejoin = await unit.domains.rejoin();
      if (!rejoin) return false;
      const domains = await unit.domains.managed();
      const accounts = await unit.accounts.next(rejoin.afterId, ACCOUNTS_PER_STEP);
      const changes = accounts
        .map((before) => ({ before, after: settled(before, tenant, domains) }))
        .filter(({ before, after }) => isChanged(before, after));
      await applyAccountChanges(unit, changes);
      await unit.domains.saveRejoin(accounts.length < ACCOUNTS_PER_STEP ? null : accounts.at(-1)!.id);
      return accounts.length === ACCOUNTS_PER_STEP;
    });
  }
}
