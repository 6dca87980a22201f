import { Injectable } from '@nestjs/common';
import type { BulkPage, InventoryRecord, InventorySink, SinkPosition, StoredPage, StreamKey } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { StreamPositions } from '#libs/platform';

import { EraseConnector } from '../usecases/erase-connector.js';
import { StorePage } from '../usecases/store-page.js';
import { TouchRecords } from '../usecases/touch-records.js';
import { readRecords } from './readable-records.js';

/** Where the connectors service hands over what it read. */
@Injectable()
export class InventoryBulkSink implements InventorySink {
  constructor(
    private readonly positions: StreamPositions,
    private readonly storePage: StorePage,
    private readonly touchRecords: TouchRecords,
    private readonly eraseConnector: EraseConnector,
  ) {}

  async position(key: StreamKey): Promise<SinkPosition> {
    return this.positions.get(key);
  }

  async store(page: BulkPage<InventoryRecord>): Promise<StoredPage> {
    const { readable, rejects } = readRecords(page.records);
    return this.storePage.run(page, readable, rejects);
  }

  async touch(key: StreamKey, records: readonly InventoryRecord[], readAt: number): Promise<void> {
    const { readable, rejects } = readRecords(records);
    await this.touchRecords.run(key, readable, rejects, readAt);
  }

  async erase(tenant: TenantId, connectorId: string): Promise<void> {
    await this.eraseConnector.run(tenant, connectorId);
  }

  async restart(key: StreamKey, fence: number, cursor: string | null): Promise<SinkPosition> {
    return this.positions.restart(key, fence, cursor);
  }
}
