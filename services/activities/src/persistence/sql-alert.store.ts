import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { Database, decodeCursor, encodeCursor, inList, joinSql, name, sql, toConnection, type Row, type Sql } from '#libs/platform';

import type { AlertFilter } from '../domain/activity-filter.js';
import type { Slice, Sliced } from '../domain/activity-store.js';
import type { Alert, AlertChange } from '../domain/alert.js';
import { AlertStore } from '../domain/alert-store.js';
import { alertConditions } from './activity-conditions.js';
import { ALERT_COLUMNS, toAlert } from './alert.rows.js';
import { chunks } from './sql-open-page.js';

const CURSOR = 'alerts';
const PARTS_PER_STATEMENT = 50;
const COLUMNS = joinSql(
  ALERT_COLUMNS.map((column) => name(`l.${column}`)),
  ', ',
);

@Injectable()
export class SqlAlertStore extends AlertStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async list(tenant: string, filter: AlertFilter, slice: Slice): Promise<Sliced<Alert>> {
    const rows = await this.database.query(sql`
      select ${COLUMNS} from alert l
      where l.tenant = ${tenant} and ${alertConditions(tenant, filter, this.clock.now().getTime())} and ${afterCursor(sql`l.opened_at`, sql`l.id`, slice)}
      order by l.opened_at desc, l.id desc limit ${slice.first + 1}`);
    return toConnection(rows.map(toAlert), slice.first, cursorOf);
  }

  async count(tenant: string, filter: AlertFilter): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      sql`select count(*) as n from alert l where l.tenant = ${tenant} and ${alertConditions(tenant, filter, this.clock.now().getTime())}`,
    );
    return Number(row!.n);
  }

  async byIds(tenant: string, ids: readonly string[]): Promise<readonly (Alert | undefined)[]> {
    const found = new Map<string, Alert>();
    for (const some of chunks([...new Set(ids)])) {
      const rows = await this.database.query(sql`select ${COLUMNS} from alert l where l.tenant = ${tenant} and ${inList(sql`l.id`, some)}`);
      for (const alert of rows.map(toAlert)) found.set(alert.id, alert);
    }
    return ids.map((id) => found.get(id));
  }

  async listForAccounts(tenant: string, owners: readonly (readonly string[])[], slice: Slice): Promise<readonly Sliced<Alert>[]> {
    const parts = owners.flatMap((accountIds, index) =>
      [...new Set(accountIds)].map(
        (accountId) => sql`
          select * from (
            select ${String(index)} as owner, ${COLUMNS} from alert_account x join alert l on l.tenant = x.tenant and l.id = x.alert_id
            where x.tenant = ${tenant} and x.account_id = ${accountId} and ${afterCursor(sql`x.opened_at`, sql`x.alert_id`, slice)}
            order by x.opened_at desc, x.alert_id desc limit ${slice.first + 1}) as page`,
      ),
    );
    const found = owners.map(() => new Map<string, Alert>());
    for (const row of await this.unions(parts)) found[Number(row['owner'])]!.set(row['id'] as string, toAlert(row));
    return found.map((alerts) => {
      const sorted = [...alerts.values()].sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1));
      return toConnection(sorted.slice(0, slice.first + 1), slice.first, cursorOf);
    });
  }

  async countForAccounts(tenant: string, owners: readonly (readonly string[])[]): Promise<readonly number[]> {
    const parts = owners.flatMap((accountIds, index) =>
      accountIds.length === 0
        ? []
        : [
            sql`select ${String(index)} as owner, count(distinct x.alert_id) as n from alert_account x where x.tenant = ${tenant} and ${inList(sql`x.account_id`, [...accountIds])}`,
          ],
    );
    const counts = owners.map(() => 0);
    for (const row of await this.unions(parts)) counts[Number(row['owner'])] = Number(row['n']);
    return counts;
  }

  async ofActivities(tenant: string, activityIds: readonly string[]): Promise<readonly (readonly Alert[])[]> {
    const found = new Map<string, Alert[]>();
    for (const some of chunks([...new Set(activityIds)])) {
      const rows = await this.database.query(sql`
        select x.activity_id, ${COLUMNS} from alert_activity x join alert l on l.tenant = x.tenant and l.id = x.alert_id
        where x.tenant = ${tenant} and ${inList(sql`x.activity_id`, some)} order by l.opened_at desc, l.id desc`);
      collect(found, rows, 'activity_id', toAlert);
    }
    return activityIds.map((id) => found.get(id) ?? []);
  }

  async accountsOf(tenant: string, alertIds: readonly string[]): Promise<readonly (readonly string[])[]> {
    const found = new Map<string, string[]>();
    for (const some of chunks([...new Set(alertIds)])) {
      const rows = await this.database.query(
        sql`select alert_id, account_id from alert_account where tenant = ${tenant} and ${inList(sql`alert_id`, some)} order by alert_id, account_id`,
      );
      collect(found, rows, 'alert_id', (row) => row['account_id'] as string);
    }
    return alertIds.map((id) => found.get(id) ?? []);
  }

  async historyOf(tenant: string, alertIds: readonly string[]): Promise<readonly (readonly AlertChange[])[]> {
    const found = new Map<string, AlertChange[]>();
    for (const some of chunks([...new Set(alertIds)])) {
      const rows = await this.database.query(
        sql`select alert_id, at, changed_by, comment, changes from alert_change where tenant = ${tenant} and ${inList(sql`alert_id`, some)} order by alert_id, id`,
      );
      collect(found, rows, 'alert_id', (row) => ({
        at: Number(row['at']),
        by: row['changed_by'] as string,
        comment: row['comment'] as string | null,
        changes: JSON.parse(row['changes'] as string) as AlertChange['changes'],
      }));
    }
    return alertIds.map((id) => found.get(id) ?? []);
  }

  private async unions(parts: readonly Sql[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (let start = 0; start < parts.length; start += PARTS_PER_STATEMENT) {
      rows.push(...(await this.database.query(joinSql(parts.slice(start, start + PARTS_PER_STATEMENT), ' union all '))));
    }
    return rows;
  }
}

function collect<T>(found: Map<string, T[]>, rows: readonly Row[], key: string, read: (row: Row) => T): void {
  for (const row of rows) {
    const own = found.get(row[key] as string);
    if (own) own.push(read(row));
    else found.set(row[key] as string, [read(row)]);
  }
}

function afterCursor(openedAt: Sql, id: Sql, { after }: Slice): Sql {
  const cursor = decodeCursor(CURSOR, after, 2);
  if (!cursor) return sql`1 = 1`;
  const [at, last] = [Number(cursor[0]), String(cursor[1])];
  return sql`${openedAt} <= ${at} and (${openedAt} < ${at} or ${id} < ${last})`;
}

function cursorOf({ openedAt, id }: Alert): string {
  return encodeCursor(CURSOR, [openedAt, id]);
}
