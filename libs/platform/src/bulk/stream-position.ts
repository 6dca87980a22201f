import type { BulkPage, SinkPosition, StreamKey } from '#libs/contracts';
import { DomainError, type TenantId } from '#libs/kernel';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { column } from '../database/columns.js';
import type { Database, Row, Tx } from '../database/database.js';
import { sql, type Sql } from '../database/sql.js';

/** Another worker has gone on with this stream: stop, and ask the sink where it stands. Expected whenever a lease was lost. */
export class BulkPageStale extends DomainError {
  readonly code = 'BULK_PAGE_STALE';
  readonly kind = 'conflict';

  constructor(key: StreamKey) {
    super(`Another worker has gone on with ${key.stream}/${key.feed} of ${key.connectorId}. Drop the page and ask for the position again.`);
  }
}

/** Makes the table of stream positions and the quarantine; a service with a sink lists it among its migrations. */
export class CreateStreamPosition1790000000003 implements MigrationInterface {
  readonly name = 'CreateStreamPosition1790000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'stream_pos',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('connector_id', { isPrimary: true, length: '64' }),
          column.key('stream', { isPrimary: true, length: '32' }),
          column.key('feed', { isPrimary: true, length: '64' }),
          column.key('app', { length: '64' }),
          column.text('position'),
          column.count('fence'),
          column.count('pages'),
          column.count('records'),
          column.time('stored_at'),
          column.time('listed_at'),
          column.time('newest_at'),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'quarantine',
        columns: [
          column.key('id', { isPrimary: true }),
          column.key('tenant', { length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('stream', { length: '32' }),
          column.line('reason'),
          column.text('record'),
          column.count('set_aside_at'),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('quarantine');
    await runner.dropTable('stream_pos');
  }
}

/**
 * The cursor and the fence of each stream, kept by the service that keeps the stream's records, in the same transaction.
 * Every method that changes anything takes the page's own transaction.
 */
export class StreamPositions {
  constructor(private readonly database: Database) {}

  async get(key: StreamKey): Promise<SinkPosition> {
    return toPosition((await this.database.query(select(key)))[0]);
  }

  /** Moves the cursor as part of storing the page. Throws {@link BulkPageStale}, which must undo the page. */
  async move(tx: Tx, page: BulkPage, newestAt: number | null, now: number): Promise<SinkPosition> {
    const { key } = page;
    const before = await this.lock(tx, key);
    if (page.fence < before.fence || page.from !== before.cursor) throw new BulkPageStale(key);
    const listedAt = page.listing?.isLast ? now : before.listedAt;
    const newest = Math.max(before.newestAt ?? 0, newestAt ?? 0) || null;
    const moved = await tx.execute(sql`
      update stream_pos set position = ${page.next}, fence = ${page.fence}, pages = pages + 1, records = records + ${page.records.length},
        stored_at = ${now}, listed_at = ${listedAt}, newest_at = ${newest}
      where ${keyIs(key)} and fence <= ${page.fence}`);
    if (moved === 0) throw new BulkPageStale(key);
    return {
      cursor: page.next,
      fence: page.fence,
      pages: before.pages + 1,
      records: before.records + page.records.length,
      storedAt: now,
      listedAt,
      newestAt: newest,
    };
  }

  /** Puts the cursor where the caller says: after the app has forgotten ours, or when a person asks for a new start. */
  async restart(key: StreamKey, fence: number, cursor: string | null): Promise<SinkPosition> {
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, key);
      if (fence < before.fence) throw new BulkPageStale(key);
      await tx.execute(sql`update stream_pos set position = ${cursor}, fence = ${fence} where ${keyIs(key)}`);
      return { ...before, cursor, fence };
    });
  }

  async erase(tx: Tx, tenant: TenantId, connectorId: string): Promise<void> {
    await tx.execute(sql`delete from stream_pos where tenant = ${tenant} and connector_id = ${connectorId}`);
    await tx.execute(sql`delete from quarantine where tenant = ${tenant} and connector_id = ${connectorId}`);
  }

  private async lock(tx: Tx, key: StreamKey): Promise<SinkPosition> {
    await tx.insert(
      'stream_pos',
      [
        {
          tenant: key.tenant,
          connector_id: key.connectorId,
          stream: key.stream,
          feed: key.feed,
          app: key.app,
          position: null,
          fence: 0,
          pages: 0,
          records: 0,
        },
      ],
      { key: ['tenant', 'connector_id', 'stream', 'feed'], update: 'keep' },
    );
    return toPosition((await tx.query(sql`${select(key)}${tx.dialect.forUpdate}`))[0]);
  }
}

function select(key: StreamKey): Sql {
  return sql`select position, fence, pages, records, stored_at, listed_at, newest_at from stream_pos where ${keyIs(key)}`;
}

function keyIs(key: StreamKey): Sql {
  return sql`tenant = ${key.tenant} and connector_id = ${key.connectorId} and stream = ${key.stream} and feed = ${key.feed}`;
}

function toPosition(row: Row | undefined): SinkPosition {
  const time = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return {
    cursor: (row?.['position'] as string | null | undefined) ?? null,
    fence: Number(row?.['fence'] ?? 0),
    pages: Number(row?.['pages'] ?? 0),
    records: Number(row?.['records'] ?? 0),
    storedAt: time(row?.['stored_at']),
    listedAt: time(row?.['listed_at']),
    newestAt: time(row?.['newest_at']),
  };
}
