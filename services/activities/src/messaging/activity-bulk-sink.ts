import { Injectable } from '@nestjs/common';
import type { ActivityRecord, ActivitySink, BulkPage, SinkPosition, StoredPage, StreamKey } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { StreamPositions } from '#libs/platform';

import { EraseConnector } from '../usecases/erase-connector.js';
import { ReadRecords } from '../usecases/read-records.js';
import { StorePage } from '../usecases/store-page.js';

/** Where the connectors service brings the pages it read. */
@Injectable()
export class ActivityBulkSink implements ActivitySink {
  constructor(
    private readonly positions: StreamPositions,
    private readonly records: ReadRecords,
    private readonly pages: StorePage,
    private readonly eraser: EraseConnector,
  ) {}

  async position(key: StreamKey): Promise<SinkPosition> {
    return this.positions.get(key);
  }

  async store(page: BulkPage<ActivityRecord>): Promise<StoredPage> {
    return this.pages.run(page, await this.records.run(page.key, page.records, page.readAt));
  }

  async touch(key: StreamKey, records: readonly ActivityRecord[], readAt: number): Promise<void> {
    await this.pages.touch(await this.records.run(key, records, readAt));
  }

  async erase(tenant: TenantId, connectorId: string): Promise<void> {
    await this.eraser.run(tenant, connectorId);
  }

  async restart(key: StreamKey, fence: number, cursor: string | null): Promise<SinkPosition> {
    return this.positions.restart(key, fence, cursor);
  }
}
