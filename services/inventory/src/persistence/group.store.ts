import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, inList, sql, type Sql } from '#libs/platform';

import type { GroupFilter } from '../domain/filters.js';
import type { Group, Member } from '../domain/group.js';
import { GroupStore, type Found, type Page, type PageRequest } from '../domain/ports.js';
import { text } from './cells.js';
import { nestedCondition, plain, textConditions } from './filter-sql.js';
import { byId, groupedBy } from './grouping.js';
import { groupShape, memberShape } from './inventory.rows.js';
import { pageOfEach } from './page-of-each.js';
import { pageStatement, readPage, type ListOrder } from './page-sql.js';

/** Groups and members as they are read. */
@Injectable()
export class SqlGroupStore extends GroupStore {
  constructor(private readonly database: Database) {
    super();
  }

  async list(tenant: TenantId, filter: GroupFilter, page: PageRequest): Promise<Page<Group>> {
    return readPage(this.database, this.listStatement(tenant, filter, page), BY_NAME, page, groupShape.toValue);
  }

  /** What {@link list} runs; a test asks the database how it would. */
  listStatement(tenant: TenantId, filter: GroupFilter, page: PageRequest): Sql {
    return pageStatement(sql`select g.* from account_group g where g.tenant = ${tenant} and ${condition(filter)}`, BY_NAME, page);
  }

  async count(tenant: TenantId, filter: GroupFilter): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      sql`select count(*) as n from account_group g where g.tenant = ${tenant} and ${condition(filter)}`,
    );
    return Number(row!.n);
  }

  async findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<Group>> {
    const rows = await this.database.query(sql`select g.* from account_group g where g.tenant = ${tenant} and ${inList(sql`g.id`, ids)}`);
    return byId(rows.map(groupShape.toValue));
  }

  async ofAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<Found<readonly Group[]>> {
    const rows = await this.database.query(sql`
      select m.account_id as holder, g.* from group_member m join account_group g on g.tenant = m.tenant and g.id = m.group_id
      where m.tenant = ${tenant} and ${inList(sql`m.account_id`, accountIds)} order by g.name_key, g.id`);
    const pairs = rows.map((row) => ({ holder: text(row, 'holder'), group: groupShape.toValue(row) }));
    const grouped = groupedBy(pairs, (pair) => pair.holder);
    return new Map([...grouped].map(([holder, ofOne]) => [holder, ofOne.map((pair) => pair.group)]));
  }

  async members(tenant: TenantId, groupIds: readonly string[], page: PageRequest): Promise<Found<Page<Member>>> {
    return pageOfEach(this.database, tenant, memberShape, 'group_id', groupIds, page);
  }

  async memberCounts(tenant: TenantId, groupIds: readonly string[]): Promise<Found<number>> {
    const rows = await this.database.query(
      sql`select group_id, count(*) as n from group_member where tenant = ${tenant} and ${inList(sql`group_id`, groupIds)} group by group_id`,
    );
    return new Map(rows.map((row) => [text(row, 'group_id'), Number(row['n'])]));
  }
}

const BY_NAME: ListOrder = { name: 'groups', column: 'name_key', key: sql`g.name_key`, id: sql`g.id`, direction: 'ASC', keyIs: 'text' };

function condition(filter: GroupFilter): Sql {
  return nestedCondition(filter, (one) => [
    ...textConditions(plain(sql`g.connector_id`), one.connector),
    ...textConditions(plain(sql`g.app`), one.app),
    ...textConditions({ raw: sql`g.name`, key: sql`g.name_key` }, one.name),
    ...textConditions({ raw: sql`g.type`, key: sql`lower(g.type)` }, one.type),
  ]);
}
