import type { StreamKey } from '#libs/contracts';
import { derivedId, type TenantId } from '#libs/kernel';
import { sql, type StreamPositions, type Tx } from '#libs/platform';

import { listingName, type Shown, type Sweep, type SweepKind } from '../domain/listing.js';
import type { ListingRows } from '../domain/ports.js';
import { number, parsed, text, textOrNull } from './cells.js';

/** Listings and what is left to do after them, within one transaction. */
export class ListingTable implements ListingRows {
  constructor(
    private readonly tx: Tx,
    private readonly tenant: TenantId,
    private readonly positions: StreamPositions,
  ) {}

  async open(key: StreamKey, syncId: string | null, readAt: number): Promise<{ readonly shown: Shown; readonly startedAt: number }> {
    const name = listingName(key);
    const isThis = sql`tenant = ${this.tenant} and connector_id = ${key.connectorId} and name = ${name}`;
    await this.tx.insert(
      'listing',
      [{ tenant: this.tenant, connector_id: key.connectorId, name, sync_id: null, ordinal: 0, started_at: readAt }],
      { key: ['tenant', 'connector_id', 'name'], update: 'keep' },
    );
    const [row] = await this.tx.query(sql`select sync_id, ordinal, started_at from listing where ${isThis}${this.tx.dialect.forUpdate}`);
    const ordinal = number(row!, 'ordinal');
    if (syncId === null || textOrNull(row!, 'sync_id') === syncId)
      return { shown: { by: name, in: ordinal }, startedAt: number(row!, 'started_at') };
    await this.tx.execute(sql`update listing set sync_id = ${syncId}, ordinal = ${ordinal + 1}, started_at = ${readAt} where ${isThis}`);
    return { shown: { by: name, in: ordinal + 1 }, startedAt: readAt };
  }

  async end(key: StreamKey, shown: Shown, startedAt: number, kinds: readonly SweepKind[]): Promise<void> {
    await this.tx.insert(
      'sweep',
      [
        {
          tenant: this.tenant,
          id: derivedId('job', this.tenant, key.connectorId, shown.by, String(shown.in)),
          connector_id: key.connectorId,
          listing: shown.by,
          ordinal: shown.in,
          started_at: startedAt,
          kinds: JSON.stringify(kinds),
          resume_after: null,
        },
      ],
      { key: ['tenant', 'id'], update: 'keep' },
    );
  }

  async lockSweep(id: string): Promise<Sweep | undefined> {
    const [row] = await this.tx.query(sql`select * from sweep where tenant = ${this.tenant} and id = ${id}${this.tx.dialect.forUpdate}`);
    if (!row) return undefined;
    return {
      id,
      connectorId: text(row, 'connector_id'),
      shown: { by: text(row, 'listing'), in: number(row, 'ordinal') },
      startedAt: number(row, 'started_at'),
      kinds: parsed(row, 'kinds'),
      after: row['resume_after'] === null ? null : parsed(row, 'resume_after'),
    };
  }

  async saveSweep(sweep: Sweep): Promise<void> {
    const after = sweep.after === null ? null : JSON.stringify(sweep.after);
    await this.tx.execute(
      sql`update sweep set kinds = ${JSON.stringify(sweep.kinds)}, resume_after = ${after} where tenant = ${this.tenant} and id = ${sweep.id}`,
    );
  }

  async removeSweep(id: string): Promise<void> {
    await this.tx.execute(sql`delete from sweep where tenant = ${this.tenant} and id = ${id}`);
  }

  async erase(connectorId: string): Promise<void> {
    await this.positions.erase(this.tx, this.tenant, connectorId);
    await this.tx.execute(sql`delete from sweep where tenant = ${this.tenant} and connector_id = ${connectorId}`);
    await this.tx.execute(sql`delete from listing where tenant = ${this.tenant} and connector_id = ${connectorId}`);
  }
}
