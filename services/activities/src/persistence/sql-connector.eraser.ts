import { Injectable } from '@nestjs/common';
import { Database, inList, sql, type Sql, type Tx } from '#libs/platform';

import { ConnectorEraser } from '../domain/eraser.js';

const ROWS_PER_STEP = 500;

@Injectable()
export class SqlConnectorEraser extends ConnectorEraser {
  constructor(private readonly database: Database) {
    super();
  }

  async step(tenant: string, connectorId: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const own = sql`tenant = ${tenant} and connector_id = ${connectorId}`;
      if (await this.activities(tx, tenant, own)) return true;
      if (await this.alerts(tx, tenant, own)) return true;
      if (await some(tx, tenant, 'sign_in_failure', 'activity_id', own)) return true;
      if (await some(tx, tenant, 'raw_block', 'id', own)) return true;
      if (await some(tx, tenant, 'profile', 'actor_key', own)) return true;
      if (await some(tx, tenant, 'country_seen', 'actor_key', own)) return true;
      if (await some(tx, tenant, 'account_ref', 'id', own)) return true;
      await tx.execute(sql`delete from awaited_event where ${own}`);
      await tx.execute(sql`delete from unmapped_event_type where ${own}`);
      return false;
    });
  }

  // An alert that rests on other connectors, too, keeps what they gave.
  private async activities(tx: Tx, tenant: string, own: Sql): Promise<boolean> {
    const ids = await idsOf(tx, 'activity', 'id', own);
    if (ids.length === 0) return false;
    await tx.execute(sql`delete from alert_activity where tenant = ${tenant} and ${inList(sql`activity_id`, ids)}`);
    await tx.execute(sql`delete from activity where tenant = ${tenant} and ${inList(sql`id`, ids)}`);
    return true;
  }

  private async alerts(tx: Tx, tenant: string, own: Sql): Promise<boolean> {
    const ids = await idsOf(tx, 'alert', 'id', own);
    if (ids.length === 0) return false;
    for (const table of [sql`alert_account`, sql`alert_activity`, sql`alert_change`]) {
      await tx.execute(sql`delete from ${table} where tenant = ${tenant} and ${inList(sql`alert_id`, ids)}`);
    }
    await tx.execute(sql`delete from alert where tenant = ${tenant} and ${inList(sql`id`, ids)}`);
    return true;
  }
}

type Table = 'activity' | 'alert' | 'sign_in_failure' | 'raw_block' | 'profile' | 'country_seen' | 'account_ref';
type Key = 'id' | 'activity_id' | 'actor_key';

const TABLES: Readonly<Record<Table, Sql>> = {
  activity: sql`activity`,
  alert: sql`alert`,
  sign_in_failure: sql`sign_in_failure`,
  raw_block: sql`raw_block`,
  profile: sql`profile`,
  country_seen: sql`country_seen`,
  account_ref: sql`account_ref`,
};
const KEYS: Readonly<Record<Key, Sql>> = { id: sql`id`, activity_id: sql`activity_id`, actor_key: sql`actor_key` };

async function idsOf(tx: Tx, table: Table, key: Key, own: Sql): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(sql`select ${KEYS[key]} as id from ${TABLES[table]} where ${own} limit ${ROWS_PER_STEP}`);
  return rows.map(({ id }) => id);
}

async function some(tx: Tx, tenant: string, table: Table, key: Key, own: Sql): Promise<boolean> {
  const ids = await idsOf(tx, table, key, own);
  if (ids.length > 0) await tx.execute(sql`delete from ${TABLES[table]} where tenant = ${tenant} and ${inList(KEYS[key], ids)}`);
  return ids.length > 0;
}
