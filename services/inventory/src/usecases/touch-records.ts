import { Injectable } from '@nestjs/common';
import type { InventoryRecord, StreamKey } from '#libs/contracts';

import { InventoryUnits, type Reject } from '../domain/ports.js';
import { RefreshThirdPartyApps } from './refresh-third-party-apps.js';
import { storeRecords } from './store-records.js';

/** A few records read back outside any listing, such as an account after an action. */
@Injectable()
export class TouchRecords {
  constructor(
    private readonly units: InventoryUnits,
    private readonly refresh: RefreshThirdPartyApps,
  ) {}

  async run(key: StreamKey, readable: readonly InventoryRecord[], rejects: readonly Reject[], readAt: number): Promise<void> {
    const { tenant, connectorId, app } = key;
    await this.units.run(tenant, async (unit) => {
      const { shown } = await unit.listings.open(key, null, readAt);
      await storeRecords(unit, readable, { tenant, connectorId, app, readAt, shown, isTouch: true });
      await unit.setAside(key, rejects);
    });
    if (readable.some((record) => record.kind === 'appGrant')) await this.refresh.run(tenant);
  }
}
