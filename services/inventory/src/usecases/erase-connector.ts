import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { InventoryUnits, type InventoryUnit, type ListedRows } from '../domain/ports.js';
import { refreshPeople } from './apply-account-changes.js';
import { breathe } from './breathe.js';
import { RefreshThirdPartyApps } from './refresh-third-party-apps.js';

const ROWS_PER_STEP = 500;

/** Deletes everything of a connector, in small steps; safe to repeat and to be cut off. */
@Injectable()
export class EraseConnector {
  constructor(
    private readonly units: InventoryUnits,
    private readonly refresh: RefreshThirdPartyApps,
  ) {}

  async run(tenant: TenantId, connectorId: string): Promise<void> {
    await this.repeat(tenant, (unit) => eraseRows(unit.members, connectorId));
    await this.repeat(tenant, (unit) => eraseRows(unit.groups, connectorId));
    await this.repeat(tenant, (unit) => eraseRows(unit.privileges, connectorId));
    await this.repeat(tenant, async (unit) => {
      const grants = await unit.appGrants.next(connectorId, '', ROWS_PER_STEP);
      await unit.thirdPartyApps.markStale(grants.map(({ row }) => row));
      await unit.appGrants.remove(grants.map(({ row }) => row.id));
      return grants.length;
    });
    await this.repeat(tenant, (unit) => eraseAccounts(unit, connectorId));
    // Last: until here a repeat finds the connector as it was.
    await this.units.run(tenant, (unit) => unit.listings.erase(connectorId));
    await this.refresh.run(tenant);
  }

  private async repeat(tenant: TenantId, step: (unit: InventoryUnit) => Promise<number>): Promise<void> {
    while ((await this.units.run(tenant, step)) === ROWS_PER_STEP) await breathe();
  }
}

async function eraseRows<T extends { readonly id: string }>(rows: ListedRows<T>, connectorId: string): Promise<number> {
  const next = await rows.next(connectorId, '', ROWS_PER_STEP);
  await rows.remove(next.map(({ row }) => row.id));
  return next.length;
}

async function eraseAccounts(unit: InventoryUnit, connectorId: string): Promise<number> {
  const { accounts } = await unit.accounts.nextOfConnector(connectorId, null, ROWS_PER_STEP);
  await unit.accounts.remove(accounts.map((account) => account.id));
  await refreshPeople(
    unit,
    accounts.map((account) => account.personId).filter((id) => id !== null),
  );
  return accounts.length;
}
