import { Injectable } from '@nestjs/common';
import type { StreamName } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Database, inList, Outbox, sql, type Sql, type Tx } from '#libs/platform';

import { connectorChanged, type Connector, type Stream } from '../domain/connector.js';
import { ConnectorNameTaken } from '../domain/errors.js';
import { ConnectorStore, StreamStore, type Secrets, type StreamRef } from '../domain/ports.js';
import { Vault } from './vault.js';

interface StateRow extends Record<string, unknown> {
  readonly state: string;
}

/** Connectors and streams in SQL. The whole state is one JSON text; what is searched stands beside it in columns. */
@Injectable()
export class SqlConnectorStore extends ConnectorStore {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly vault: Vault,
  ) {
    super();
  }

  async list(tenant: TenantId): Promise<readonly Connector[]> {
    return read<Connector>(
      await this.database.query(sql`select state from connector where tenant = ${tenant} and is_removed = 0 order by id`),
    );
  }

  async find(tenant: TenantId, id: string): Promise<Connector | undefined> {
    return (await this.findMany(tenant, [id]))[0];
  }

  async findMany(tenant: TenantId, ids: readonly string[]): Promise<readonly Connector[]> {
    return read<Connector>(
      await this.database.query(sql`select state from connector where tenant = ${tenant} and ${inList(sql`id`, ids)}`),
    );
  }

  async add(tenant: TenantId, connector: Connector, secrets: Secrets, streams: readonly Stream[]): Promise<void> {
    try {
      await this.database.transaction(async (tx) => {
        await tx.insert('connector', [toRow(connector)]);
        await tx.insert('credential', [{ tenant, connector_id: connector.id, sealed: this.vault.seal(tenant, connector.id, secrets) }]);
        await tx.insert(
          'stream',
          streams.map((stream) => ({
            tenant,
            connector_id: connector.id,
            name: stream.name,
            feed: stream.feed,
            due_at: stream.nextRunAt,
            state: JSON.stringify(stream),
          })),
        );
        await this.outbox.add(tx, tenant, connector.id, [connectorChanged(connector, streams)]);
      });
    } catch (error) {
      if (this.database.dialect.isDuplicateKey(error)) throw new ConnectorNameTaken(connector.name);
      throw error;
    }
  }

  async change(tenant: TenantId, id: string, by: (connector: Connector) => Connector, secrets?: Secrets): Promise<Connector | null> {
    try {
      return await this.database.transaction(async (tx) => {
        const before = await lock(tx, tenant, id);
        if (!before) return null;
        const after = { ...by(before), version: before.version + 1 };
        await write(tx, after);
        if (secrets) {
          const sealed = this.vault.seal(tenant, id, secrets);
          await tx.insert('credential', [{ tenant, connector_id: id, sealed }], { key: ['tenant', 'connector_id'], update: ['sealed'] });
        }
        await this.outbox.add(tx, tenant, id, [connectorChanged(after, await streamsOf(tx, tenant, id))]);
        return after;
      });
    } catch (error) {
      if (this.database.dialect.isDuplicateKey(error)) throw new ConnectorNameTaken('this');
      throw error;
    }
  }

  async forgetSecrets(tenant: TenantId, id: string): Promise<void> {
    await this.database.execute(sql`delete from credential where tenant = ${tenant} and connector_id = ${id}`);
  }

  async secrets(tenant: TenantId, id: string): Promise<Secrets> {
    const [row] = await this.database.query<{ sealed: string }>(
      sql`select sealed from credential where tenant = ${tenant} and connector_id = ${id}`,
    );
    return row ? this.vault.open(tenant, id, row.sealed) : {};
  }

  async toErase(): Promise<readonly Connector[]> {
    return read<Connector>(await this.database.query(sql`select state from connector where is_removed = 1 and must_erase = 1 limit 10`));
  }

  async erased(tenant: TenantId, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.execute(sql`delete from sync_run where tenant = ${tenant} and connector_id = ${id}`);
      await tx.execute(sql`delete from stream where tenant = ${tenant} and connector_id = ${id}`);
      await tx.execute(sql`delete from connector where tenant = ${tenant} and id = ${id}`);
    });
  }
}

@Injectable()
export class SqlStreamStore extends StreamStore {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async list(tenant: TenantId, connectorIds: readonly string[]): Promise<readonly Stream[]> {
    return read<Stream>(
      await this.database.query(
        sql`select state from stream where tenant = ${tenant} and ${inList(sql`connector_id`, connectorIds)} order by connector_id, name, feed`,
      ),
    );
  }

  async due(now: number, limit: number): Promise<readonly StreamRef[]> {
    const rows = await this.database.query<{ tenant: string; connector_id: string; name: StreamName; feed: string }>(sql`
      select s.tenant, s.connector_id, s.name, s.feed from stream s
        join connector c on c.tenant = s.tenant and c.id = s.connector_id
      where s.due_at <= ${now} and c.is_disabled = 0 and c.is_removed = 0 order by s.due_at limit ${limit}`);
    return rows.map((row) => ({ tenant: row.tenant, connectorId: row.connector_id, name: row.name, feed: row.feed }));
  }

  async change(ref: StreamRef, by: (stream: Stream) => Stream, announce: boolean): Promise<void> {
    await this.database.transaction(async (tx) => {
      // The connector first, as everywhere: two transactions that lock in one order can't block each other.
      const connector = announce ? await lock(tx, ref.tenant, ref.connectorId) : undefined;
      const [row] = await tx.query<StateRow>(sql`select state from stream where ${isStream(ref)}${tx.dialect.forUpdate}`);
      if (!row) return;
      const after = by(JSON.parse(row.state) as Stream);
      await tx.execute(sql`update stream set state = ${JSON.stringify(after)}, due_at = ${after.nextRunAt} where ${isStream(ref)}`);
      if (!connector) return;
      const next = { ...connector, version: connector.version + 1 };
      await write(tx, next);
      await this.outbox.add(tx, ref.tenant, ref.connectorId, [connectorChanged(next, await streamsOf(tx, ref.tenant, ref.connectorId))]);
    });
  }

  async wake(tenant: TenantId, connectorId: string, now: number, names?: readonly StreamName[]): Promise<void> {
    for (const stream of await this.list(tenant, [connectorId])) {
      if (names && !names.includes(stream.name)) continue;
      await this.change({ tenant, connectorId, name: stream.name, feed: stream.feed }, (one) => ({ ...one, nextRunAt: now }), false);
    }
  }
}

function isStream(ref: StreamRef): Sql {
  return sql`tenant = ${ref.tenant} and connector_id = ${ref.connectorId} and name = ${ref.name} and feed = ${ref.feed}`;
}

async function lock(tx: Tx, tenant: TenantId, id: string): Promise<Connector | undefined> {
  return read<Connector>(
    await tx.query(sql`select state from connector where tenant = ${tenant} and id = ${id}${tx.dialect.forUpdate}`),
  )[0];
}

async function streamsOf(tx: Tx, tenant: TenantId, connectorId: string): Promise<readonly Stream[]> {
  return read<Stream>(
    await tx.query(sql`select state from stream where tenant = ${tenant} and connector_id = ${connectorId} order by name, feed`),
  );
}

async function write(tx: Tx, connector: Connector): Promise<void> {
  const row = toRow(connector);
  await tx.execute(sql`
    update connector set name = ${row.name}, unique_name = ${row.unique_name}, is_removed = ${row.is_removed}, is_disabled = ${row.is_disabled},
      must_erase = ${row.must_erase}, version = ${row.version}, state = ${row.state}
    where tenant = ${row.tenant} and id = ${row.id}`);
}

function toRow(connector: Connector) {
  const isRemoved = connector.removedAt !== null;
  return {
    tenant: connector.tenant,
    id: connector.id,
    app: connector.app,
    name: connector.name,
    unique_name: isRemoved ? null : connector.name.toLowerCase(),
    is_removed: isRemoved,
    is_disabled: connector.isDisabled,
    must_erase: connector.mustErase,
    version: connector.version,
    state: JSON.stringify(connector),
  };
}

function read<T>(rows: readonly Record<string, unknown>[]): T[] {
  return rows.map((row) => JSON.parse(row['state'] as string) as T);
}
