import { Injectable } from '@nestjs/common';
import type { BulkPage, InventoryRecord, StoredPage } from '#libs/contracts';
import { crashPoint } from '#libs/platform';

import { sweepKinds } from '../domain/listing.js';
import { InventoryUnits, type Reject } from '../domain/ports.js';
import { SettleListings } from './settle-listings.js';
import { storeRecords } from './store-records.js';

/** A page of records becomes inventory, in one transaction with the stream's cursor; after a listing's last page comes its clean-up. */
@Injectable()
export class StorePage {
  constructor(
    private readonly units: InventoryUnits,
    private readonly settle: SettleListings,
  ) {}

  async run(page: BulkPage<InventoryRecord>, readable: readonly InventoryRecord[], rejects: readonly Reject[]): Promise<StoredPage> {
    const { key, readAt, listing } = page;
    const { tenant, connectorId, app } = key;
    const stored = await this.units.run(tenant, async (unit) => {
      // First, since it locks the stream and throws when another worker went on.
      const position = await unit.move(page);
      const { shown, startedAt } = await unit.listings.open(key, listing?.syncId ?? null, readAt);
      const changed = await storeRecords(unit, readable, { tenant, connectorId, app, readAt, shown, isTouch: false });
      await unit.setAside(key, rejects);
      if (listing?.isLast) await unit.listings.end(key, shown, startedAt, sweepKinds(listing.complete));
      crashPoint('inventory.page-before-commit');
      return { position, changed };
    });
    crashPoint('inventory.page-after-commit');
    const gone = listing?.isLast ? await this.settle.ofConnector(tenant, connectorId) : 0;
    return { position: stored.position, changed: stored.changed + gone, quarantined: rejects.length };
  }
}
