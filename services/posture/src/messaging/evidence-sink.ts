import { Injectable } from '@nestjs/common';
import type { BulkPage, EvidenceRecord, EvidenceSink, SinkPosition, StoredPage, StreamKey } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { StreamPositions } from '#libs/platform';

import { StoreEvidence } from '../usecases/store-evidence.js';

/** Where the connectors service hands over what it read of settings. */
@Injectable()
export class PostureSink implements EvidenceSink {
  constructor(
    private readonly positions: StreamPositions,
    private readonly evidence: StoreEvidence,
  ) {}

  position(key: StreamKey): Promise<SinkPosition> {
    return this.positions.get(key);
  }

  store(page: BulkPage<EvidenceRecord>): Promise<StoredPage> {
    return this.evidence.store(page);
  }

  erase(tenant: TenantId, connectorId: string): Promise<void> {
    return this.evidence.erase(tenant, connectorId);
  }

  restart(key: StreamKey, fence: number, cursor: string | null): Promise<SinkPosition> {
    return this.positions.restart(key, fence, cursor);
  }

  touch(key: StreamKey, records: readonly EvidenceRecord[]): Promise<void> {
    return this.evidence.touch(key, records);
  }
}
