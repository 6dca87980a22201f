import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { allOf, Database, decodeCursor, encodeCursor, inList, joinSql, name, sql, toConnection, type Row, type Sql } from '#libs/platform';

import type { Activity, UnmappedEventType } from '../domain/activity.js';
import type { ActivityFilter } from '../domain/activity-filter.js';
import {
  ActivityStore,
  type ActivityCount,
  type ActivityDimension,
  type ActivityOrder,
  type CountQuestion,
  type Owner,
  type Slice,
  type Sliced,
} from '../domain/activity-store.js';
import { activityConditions } from './activity-conditions.js';
import { ACTIVITY_COLUMNS, toActivity } from './activity.row.js';
import { unpackRaws } from './raw-blocks.js';
import { chunks } from './sql-open-page.js';

const COLUMNS = joinSql(
  ACTIVITY_COLUMNS.map((column) => name(`a.${column}`)),
  ', ',
);
/** SQLite takes 500 parts of a union; fewer keep the statements short. */
const OWNERS_PER_STATEMENT = 50;
/** With more accounts than this, one walk along time costs less than one look for each. */
const MOST_WALKS = 50;

const DIMENSIONS: Readonly<Record<ActivityDimension, Sql>> = {
  APP: sql`a.app`,
  CONNECTOR: sql`a.connector_id`,
  CATEGORY: sql`a.category`,
  EVENT_TYPE: sql`a.event_type`,
  OUTCOME: sql`a.outcome`,
  COUNTRY: sql`a.country`,
  ACTOR: sql`coalesce(a.actor_email, a.actor_name)`,
  IP: sql`a.ip`,
  ADMIN: sql`case when a.is_admin_activity = 1 then 'true' else 'false' end`,
};

@Injectable()
export class SqlActivityStore extends ActivityStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async list(tenant: string, filter: ActivityFilter, order: ActivityOrder, slice: Slice): Promise<Sliced<Activity>> {
    const isDown = order === 'OCCURRED_AT_DESC';
    const conditions = [activityConditions(tenant, filter, this.now()), afterCursor(sql`a.id`, order, slice)];
    const walks = (await this.walks(tenant, filter)).map((walk) =>
      pageOf(walk, allOf([...conditions]), sql`a.id`, isDown, slice.first + 1, sql`''`),
    );
    const rows: Row[] = [];
    for (const some of inGroups(walks)) rows.push(...(await this.database.query(joinSql(some, ' union all '))));
    const activities = unique(rows.map(toActivity)).sort((a, b) => (a.id < b.id === isDown ? 1 : -1));
    return toConnection(activities.slice(0, slice.first + 1), slice.first, ({ id }) => encodeCursor(order, [id]));
  }

  async listFor(tenant: string, owners: readonly Owner[], filter: ActivityFilter, slice: Slice): Promise<readonly Sliced<Activity>[]> {
    const order = 'OCCURRED_AT_DESC';
    const conditions = activityConditions(tenant, filter, this.now());
    const walks = owners.flatMap((owner, index) =>
      walksOf(tenant, owner).map(({ walk, key }) =>
        pageOf(walk, allOf([conditions, afterCursor(key, order, slice)]), key, true, slice.first + 1, sql`${String(index)}`),
      ),
    );
    const found: Activity[][] = owners.map(() => []);
    for (const some of inGroups(walks)) {
      for (const row of await this.database.query(joinSql(some, ' union all '))) found[Number(row['owner'])]!.push(toActivity(row));
    }
    return found.map((activities) => {
      const sorted = unique(activities).sort((a, b) => (a.id < b.id ? 1 : -1));
      return toConnection(sorted.slice(0, slice.first + 1), slice.first, ({ id }) => encodeCursor(order, [id]));
    });
  }

  async count(tenant: string, filter: ActivityFilter): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      sql`select count(*) as n from activity a where a.tenant = ${tenant} and ${activityConditions(tenant, filter, this.now())}`,
    );
    return Number(row!.n);
  }

  async countFor(tenant: string, owners: readonly Owner[], filter: ActivityFilter): Promise<readonly number[]> {
    const conditions = activityConditions(tenant, filter, this.now());
    const counts = owners.map(() => 0);
    const parts = owners.flatMap((owner, index) =>
      walksOf(tenant, owner).map(({ walk }) => sql`select ${String(index)} as owner, count(*) as n from ${walk} and ${conditions}`),
    );
    for (const some of inGroups(parts)) {
      for (const row of await this.database.query(joinSql(some, ' union all '))) counts[Number(row['owner'])]! += Number(row['n']);
    }
    return counts;
  }

  async counts(tenant: string, { filter, by, intervalMs, top }: CountQuestion): Promise<readonly ActivityCount[]> {
    const where = sql`a.tenant = ${tenant} and ${activityConditions(tenant, filter, this.now())}`;
    const keys = by.map((dimension) => DIMENSIONS[dimension]);
    const named = joinSql([...keys.map((key, index) => sql`${key} as ${name(`k${index}`)}`), sql`count(*) as n`], ', ');
    const groups = joinSql(keys, ', ');
    const largest = await this.database.query(
      sql`select ${named} from activity a where ${where} group by ${groups} order by n desc, ${groups} limit ${top}`,
    );
    const toCount = (row: Row, from: number | null): ActivityCount => ({
      values: by.map((_, index) => textOf(row[`k${index}`])),
      from,
      count: Number(row['n']),
    });
    if (intervalMs === undefined || largest.length === 0) return largest.map((row) => toCount(row, null));
    const kept = new Set(largest.map((row) => JSON.stringify(toCount(row, null).values)));
    const from = sql`a.occurred_at - a.occurred_at % ${intervalMs}`;
    const rows = await this.database.query(
      sql`select ${named}, ${from} as began from activity a where ${where} group by ${groups}, ${from} order by began, n desc`,
    );
    return rows.map((row) => toCount(row, Number(row['began']))).filter(({ values }) => kept.has(JSON.stringify(values)));
  }

  async byIds(tenant: string, ids: readonly string[]): Promise<readonly (Activity | undefined)[]> {
    const found = new Map<string, Activity>();
    for (const some of chunks([...new Set(ids)])) {
      const rows = await this.database.query(
        sql`select ${COLUMNS} from activity a where a.tenant = ${tenant} and ${inList(sql`a.id`, some)}`,
      );
      for (const activity of rows.map(toActivity)) found.set(activity.id, activity);
    }
    return ids.map((id) => found.get(id));
  }

  async raw(tenant: string, ids: readonly string[]): Promise<readonly (string | undefined)[]> {
    const places = new Map<string, { block: string; index: number }>();
    for (const some of chunks([...new Set(ids)])) {
      const rows = await this.database.query<{ id: string; raw_block: string | null; raw_index: number }>(
        sql`select a.id, a.raw_block, a.raw_index from activity a where a.tenant = ${tenant} and ${inList(sql`a.id`, some)}`,
      );
      for (const row of rows) if (row.raw_block !== null) places.set(row.id, { block: row.raw_block, index: Number(row.raw_index) });
    }
    const blocks = new Map<string, readonly string[]>();
    for (const some of chunks([...new Set([...places.values()].map(({ block }) => block))], 100)) {
      const rows = await this.database.query<{ id: string; content: Buffer }>(
        sql`select id, content from raw_block where tenant = ${tenant} and ${inList(sql`id`, some)}`,
      );
      for (const { id, content } of rows) blocks.set(id, unpackRaws(content));
    }
    return ids.map((id) => {
      const place = places.get(id);
      return place && blocks.get(place.block)?.[place.index];
    });
  }

  async unmapped(tenant: string): Promise<readonly UnmappedEventType[]> {
    const rows = await this.database.query(
      sql`select connector_id, event_type, seen, first_seen_at, last_seen_at from unmapped_event_type where tenant = ${tenant} order by seen desc, connector_id, event_type limit 1000`,
    );
    return rows.map((row) => ({
      connectorId: row['connector_id'] as string,
      eventType: row['event_type'] as string,
      count: Number(row['seen']),
      firstSeenAt: Number(row['first_seen_at']),
      lastSeenAt: Number(row['last_seen_at']),
    }));
  }

  /** Where a list begins: along time, or along the accounts and addresses that the filter names, each by its own index. */
  private async walks(tenant: string, { account, person, ip, connector }: ActivityFilter): Promise<Sql[]> {
    const whole = sql`activity a where a.tenant = ${tenant}`;
    const along = (column: Sql, values: readonly string[]): Sql[] =>
      [...new Set(values)].map((value) => sql`${whole} and ${column} = ${value}`);
    const accounts = account?.eq ? [account.eq] : account?.in;
    if (accounts && accounts.length > 0 && accounts.length <= MOST_WALKS) return along(sql`a.actor_key`, accounts);
    const people = person?.eq ? [person.eq] : person?.in;
    if (people && people.length > 0) {
      const rows = await this.database.query<{ id: string }>(
        sql`select id from account_ref where tenant = ${tenant} and ${inList(sql`person_id`, [...people])} limit ${MOST_WALKS + 1}`,
      );
      if (rows.length === 0) return [sql`${whole} and 1 = 0`];
      if (rows.length <= MOST_WALKS)
        return along(
          sql`a.actor_key`,
          rows.map(({ id }) => id),
        );
    }
    if (ip?.eq) return [whole];
    if (connector?.in && connector.in.length > 0 && connector.in.length <= MOST_WALKS) return along(sql`a.connector_id`, connector.in);
    return [whole];
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

/** A branch of a union: so many rows along one index. */
function pageOf(walk: Sql, conditions: Sql, key: Sql, isDown: boolean, rows: number, owner: Sql): Sql {
  return sql`select * from (select ${owner} as owner, ${COLUMNS} from ${walk} and ${conditions} order by ${key} ${isDown ? sql`desc` : sql`asc`} limit ${rows}) as page`;
}

/** Where an owner's activities lie, and the column that runs in the order of time there. */
function walksOf(tenant: string, owner: Owner): { readonly walk: Sql; readonly key: Sql }[] {
  const whole = sql`activity a where a.tenant = ${tenant}`;
  switch (owner.kind) {
    case 'connector':
      return [{ walk: sql`${whole} and a.connector_id = ${owner.id}`, key: sql`a.id` }];
    case 'accounts':
      return [...new Set(owner.accountIds)].map((id) => ({ walk: sql`${whole} and a.actor_key = ${id}`, key: sql`a.id` }));
    case 'alert':
      return [
        {
          walk: sql`alert_activity x join activity a on a.tenant = x.tenant and a.id = x.activity_id where x.tenant = ${tenant} and x.alert_id = ${owner.id}`,
          key: sql`x.activity_id`,
        },
      ];
  }
}

function afterCursor(key: Sql, order: ActivityOrder, { after }: Slice): Sql {
  const cursor = decodeCursor(order, after, 1);
  if (!cursor) return sql`1 = 1`;
  return order === 'OCCURRED_AT_DESC' ? sql`${key} < ${String(cursor[0])}` : sql`${key} > ${String(cursor[0])}`;
}

function inGroups(parts: readonly Sql[]): Sql[][] {
  const groups: Sql[][] = [];
  for (let start = 0; start < parts.length; start += OWNERS_PER_STATEMENT) groups.push(parts.slice(start, start + OWNERS_PER_STATEMENT));
  return groups;
}

function unique(activities: readonly Activity[]): Activity[] {
  return [...new Map(activities.map((activity) => [activity.id, activity])).values()];
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
