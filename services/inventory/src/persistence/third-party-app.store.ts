import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, inList, sql, type Sql } from '#libs/platform';

import type { ThirdPartyAppFilter } from '../domain/filters.js';
import { ThirdPartyAppStore, type Found, type Page, type PageRequest } from '../domain/ports.js';
import { LEVELS, type ThirdPartyApp } from '../domain/third-party-app.js';
import { nestedCondition, plain, textConditions, wordConditions } from './filter-sql.js';
import { byId } from './grouping.js';
import { thirdPartyAppShape } from './inventory.rows.js';
import { pageStatement, readPage, type ListOrder } from './page-sql.js';

/** Third-party apps as they are read: sums that were made when the grants were stored. */
@Injectable()
export class SqlThirdPartyAppStore extends ThirdPartyAppStore {
  constructor(private readonly database: Database) {
    super();
  }

  async list(tenant: TenantId, filter: ThirdPartyAppFilter, page: PageRequest): Promise<Page<ThirdPartyApp>> {
    return readPage(this.database, this.listStatement(tenant, filter, page), BY_NAME, page, thirdPartyAppShape.toValue);
  }

  /** What {@link list} runs; a test asks the database how it would. */
  listStatement(tenant: TenantId, filter: ThirdPartyAppFilter, page: PageRequest): Sql {
    return pageStatement(sql`select t.* from third_party_app t where t.tenant = ${tenant} and ${condition(filter)}`, BY_NAME, page);
  }

  async count(tenant: TenantId, filter: ThirdPartyAppFilter): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      sql`select count(*) as n from third_party_app t where t.tenant = ${tenant} and ${condition(filter)}`,
    );
    return Number(row!.n);
  }

  async findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<ThirdPartyApp>> {
    const rows = await this.database.query(sql`select t.* from third_party_app t where t.tenant = ${tenant} and ${inList(sql`t.id`, ids)}`);
    return byId(rows.map(thirdPartyAppShape.toValue));
  }
}

const BY_NAME: ListOrder = {
  name: 'thirdPartyApps',
  column: 'name_key',
  key: sql`t.name_key`,
  id: sql`t.id`,
  direction: 'ASC',
  keyIs: 'text',
};

function condition(filter: ThirdPartyAppFilter): Sql {
  return nestedCondition(filter, (one) => [
    ...textConditions(plain(sql`t.app`), one.app),
    ...textConditions({ raw: sql`t.name`, key: sql`t.name_key` }, one.name),
    ...wordConditions(sql`t.level_rank`, one.level, (word) => LEVELS.indexOf(word)),
    ...wordConditions(sql`t.rarity`, one.rarity, (word) => word),
  ]);
}
