import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';
import { Database, inList, sql, type Sql } from '#libs/platform';

import type { Account } from '../domain/account.js';
import type { AccountFilter, AccountOrder, AccountOrderField } from '../domain/filters.js';
import { AccountStore, type Found, type Page, type PageRequest } from '../domain/ports.js';
import { toAccount } from './account.row.js';
import {
  flagConditions,
  manyTextConditions,
  nestedCondition,
  plain,
  textConditions,
  timeConditions,
  wordConditions,
  type TextColumn,
} from './filter-sql.js';
import { byId, groupedBy } from './grouping.js';
import { pageStatement, readPage, type ListOrder } from './page-sql.js';

/** Accounts as they are read. */
@Injectable()
export class SqlAccountStore extends AccountStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async list(tenant: TenantId, filter: AccountFilter, order: AccountOrder, page: PageRequest): Promise<Page<Account>> {
    return readPage(this.database, this.listStatement(tenant, filter, order, page), listOrder(order), page, (row) => toAccount(row));
  }

  /** What {@link list} runs; a test asks the database how it would. */
  listStatement(tenant: TenantId, filter: AccountFilter, order: AccountOrder, page: PageRequest): Sql {
    return pageStatement(
      sql`select ${COLUMNS} from account a where a.tenant = ${tenant} and ${this.condition(filter)}`,
      listOrder(order),
      page,
    );
  }

  async count(tenant: TenantId, filter: AccountFilter): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      sql`select count(*) as n from account a where a.tenant = ${tenant} and ${this.condition(filter)}`,
    );
    return Number(row!.n);
  }

  async findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<Account>> {
    const rows = await this.database.query(sql`select ${COLUMNS} from account a where a.tenant = ${tenant} and ${inList(sql`a.id`, ids)}`);
    return byId(rows.map((row) => toAccount(row)));
  }

  async ofPeople(tenant: TenantId, personIds: readonly string[]): Promise<Found<readonly Account[]>> {
    const rows = await this.database.query(
      sql`select ${COLUMNS} from account a where a.tenant = ${tenant} and ${inList(sql`a.person_id`, personIds)} order by a.person_id, a.id`,
    );
    return groupedBy(
      rows.map((row) => toAccount(row)),
      (account) => account.personId!,
    );
  }

  private condition(filter: AccountFilter): Sql {
    const now = this.clock.now().getTime();
    return nestedCondition(filter, (one) => [
      ...textConditions(plain(CONNECTOR), one.connector),
      ...textConditions(plain(APP), one.app),
      ...statusConditions(one.status),
      ...wordConditions(sql`a.type`, one.type, (word) => word.toLowerCase()),
      ...flagConditions(sql`a.is_admin`, one.isAdmin),
      ...flagConditions(sql`a.is_external`, one.isExternal),
      ...flagConditions(sql`a.has_second_factor`, one.hasSecondFactor),
      ...textConditions(EMAIL, one.email),
      ...textConditions(USERNAME, one.username),
      ...textConditions(DISPLAY_NAME, one.displayName),
      ...manyTextConditions(GROUP_NAME, one.group, isInGroup),
      ...manyTextConditions(PRIVILEGE_NAME, one.privilege, holdsPrivilege),
      ...timeConditions(sql`a.last_sign_in_at`, one.lastSignInAt, now, 'no-time'),
      ...timeConditions(sql`a.created_at`, one.createdAt, now, 'no-time'),
    ]);
  }
}

// Without what only writing needs.
const COLUMNS = sql`a.id, a.connector_id, a.app, a.external_id, a.username, a.username_key, a.email, a.email_key, a.display_name, a.name_key, a.status, a.type,
  a.is_admin, a.has_second_factor, a.is_external, a.last_sign_in_at, a.created_at, a.deleted_at, a.person_id, a.link, a.told`;
const CONNECTOR = sql`a.connector_id`;
const APP = sql`a.app`;
const EMAIL: TextColumn = { raw: sql`a.email`, key: sql`a.email_key` };
const USERNAME: TextColumn = { raw: sql`a.username`, key: sql`a.username_key` };
const DISPLAY_NAME: TextColumn = { raw: sql`a.display_name`, key: sql`a.name_key` };
const GROUP_NAME: TextColumn = { raw: sql`g.name`, key: sql`g.name_key` };
const PRIVILEGE_NAME: TextColumn = { raw: sql`p.name`, key: sql`p.name_key` };

// Written out as well, so that SQLite sees that its index of all but the active will do.
function statusConditions(match: AccountFilter['status']): readonly Sql[] {
  const leavesActiveOut = (match?.in && !match.in.includes('ACTIVE')) || match?.notIn?.includes('ACTIVE');
  return [...wordConditions(sql`a.status`, match, (word) => word), ...(leavesActiveOut ? [sql`a.status <> 'ACTIVE'`] : [])];
}

function isInGroup(condition: Sql): Sql {
  return sql`exists (select 1 from group_member m join account_group g on g.tenant = m.tenant and g.id = m.group_id
    where m.tenant = a.tenant and m.account_id = a.id and ${condition})`;
}

function holdsPrivilege(condition: Sql): Sql {
  return sql`exists (select 1 from privilege p where p.tenant = a.tenant and p.account_id = a.id and ${condition})`;
}

const ORDER_COLUMNS: Readonly<
  Record<AccountOrderField, { readonly column: string; readonly key: Sql; readonly keyIs: ListOrder['keyIs'] }>
> = {
  EMAIL: { column: 'email_key', key: sql`a.email_key`, keyIs: 'text' },
  DISPLAY_NAME: { column: 'name_key', key: sql`a.name_key`, keyIs: 'text' },
  LAST_SIGN_IN_AT: { column: 'last_sign_in_at', key: sql`a.last_sign_in_at`, keyIs: 'number' },
};

function listOrder({ field, direction }: AccountOrder): ListOrder {
  return { ...ORDER_COLUMNS[field], name: `accounts ${field} ${direction}`, id: sql`a.id`, direction };
}
