import { Injectable } from '@nestjs/common';
import type { BulkPage, EvidenceRecord, StoredPage, StreamKey } from '#libs/contracts';
import { Clock } from '#libs/kernel';
import { Database, StreamPositions, type Tx } from '#libs/platform';

import { isReadable } from '../domain/document-limits.js';
import { EvidenceStore, JudgedConnectorStore } from '../domain/ports.js';
import { JudgeConnector } from './judge-connector.js';

/** Stores a page of evidence with its cursor; the last page of a listing judges the connector, all in one transaction. */
@Injectable()
export class StoreEvidence {
  constructor(
    private readonly database: Database,
    private readonly positions: StreamPositions,
    private readonly evidence: EvidenceStore,
    private readonly connectors: JudgedConnectorStore,
    private readonly judge: JudgeConnector,
    private readonly clock: Clock,
  ) {}

  async store(page: BulkPage<EvidenceRecord>): Promise<StoredPage> {
    const now = this.clock.now().getTime();
    const { key, listing } = page;
    return this.database.transaction(async (tx) => {
      const position = await this.positions.move(tx, page, null, now);
      // A page that was on its way when its connector was removed leaves nothing behind.
      if (!(await this.connectors.lock(key.tenant, tx, key.connectorId, key.app))) return { position, changed: 0, quarantined: 0 };
      const changed = await this.evidence.keep(key.tenant, tx, key.connectorId, page.records.map(small), listing?.syncId ?? null);
      if (listing?.isLast) {
        if (listing.complete.includes('evidence')) await this.evidence.forgetUnshown(key.tenant, tx, key.connectorId, listing.syncId);
        await this.judge.inside(tx, key, now);
      }
      return { position, changed, quarantined: 0 };
    });
  }

  /** A few documents read outside any listing, such as after a setting was changed: judged at once. */
  async touch(key: StreamKey, records: readonly EvidenceRecord[]): Promise<void> {
    const now = this.clock.now().getTime();
    await this.database.transaction(async (tx: Tx) => {
      if (!(await this.connectors.lock(key.tenant, tx, key.connectorId, key.app))) return;
      await this.evidence.keep(key.tenant, tx, key.connectorId, records.map(small), null);
      await this.judge.inside(tx, key, now);
    });
  }

  async erase(tenant: string, connectorId: string): Promise<void> {
    await this.connectors.erase(tenant, connectorId);
    await this.database.transaction((tx) => this.positions.erase(tx, tenant, connectorId));
  }
}

/** A document that is too large or too deep to be judged is not kept either; that it could not be read is. */
function small(record: EvidenceRecord): EvidenceRecord {
  if (record.outcome.is !== 'read' || isReadable(record.outcome.document)) return record;
  return { ...record, outcome: { is: 'failed', message: "The app's answer is too large or too deeply nested to be judged." } };
}
