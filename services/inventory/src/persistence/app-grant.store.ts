import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';
import { Database, inList, sql, type Sql } from '#libs/platform';

import type { AppGrant } from '../domain/app-grant.js';
import type { AppGrantFilter } from '../domain/filters.js';
import { AppGrantStore, type Found, type Page, type PageRequest } from '../domain/ports.js';
import { LEVELS } from '../domain/third-party-app.js';
import { nestedCondition, plain, textConditions, timeConditions, wordConditions } from './filter-sql.js';
import { byId, groupedBy } from './grouping.js';
import { appGrantShape } from './inventory.rows.js';
import { pageOfEach } from './page-of-each.js';
import { pageStatement, readPage, type ListOrder } from './page-sql.js';

/** App grants as they are read. */
@Injectable()
export class SqlAppGrantStore extends AppGrantStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async list(tenant: TenantId, filter: AppGrantFilter, page: PageRequest): Promise<Page<AppGrant>> {
    return readPage(this.database, this.listStatement(tenant, filter, page), BY_APP_NAME, page, appGrantShape.toValue);
  }

  /** What {@link list} runs; a test asks the database how it would. */
  listStatement(tenant: TenantId, filter: AppGrantFilter, page: PageRequest): Sql {
    return pageStatement(sql`select g.* from app_grant g where g.tenant = ${tenant} and ${this.condition(filter)}`, BY_APP_NAME, page);
  }

  async count(tenant: TenantId, filter: AppGrantFilter): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      sql`select count(*) as n from app_grant g where g.tenant = ${tenant} and ${this.condition(filter)}`,
    );
    return Number(row!.n);
  }

  async findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<AppGrant>> {
    const rows = await this.database.query(sql`select g.* from app_grant g where g.tenant = ${tenant} and ${inList(sql`g.id`, ids)}`);
    return byId(rows.map(appGrantShape.toValue));
  }

  async ofAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<Found<readonly AppGrant[]>> {
    const rows = await this.database.query(
      sql`select g.* from app_grant g where g.tenant = ${tenant} and ${inList(sql`g.account_id`, accountIds)} order by g.app_name_key, g.id`,
    );
    return groupedBy(rows.map(appGrantShape.toValue), (grant) => grant.accountId!);
  }

  async ofThirdPartyApps(tenant: TenantId, ids: readonly string[], page: PageRequest): Promise<Found<Page<AppGrant>>> {
    return pageOfEach(this.database, tenant, appGrantShape, 'third_party_app_id', ids, page);
  }

  private condition(filter: AppGrantFilter): Sql {
    const now = this.clock.now().getTime();
    return nestedCondition(filter, (one) => [
      ...textConditions(plain(sql`g.connector_id`), one.connector),
      ...textConditions(plain(sql`g.app`), one.app),
      ...textConditions(plain(sql`g.account_id`), one.account),
      ...textConditions(plain(sql`g.third_party_app_id`), one.thirdPartyApp),
      ...textConditions({ raw: sql`g.app_name`, key: sql`g.app_name_key` }, one.appName),
      ...wordConditions(sql`g.type`, one.type, (word) => word),
      ...wordConditions(sql`g.level_rank`, one.level, (word) => LEVELS.indexOf(word)),
      ...timeConditions(sql`g.granted_at`, one.grantedAt, now, 'null'),
      ...timeConditions(sql`g.last_used_at`, one.lastUsedAt, now, 'null'),
      ...timeConditions(sql`g.expires_at`, one.expiresAt, now, 'null'),
    ]);
  }
}

const BY_APP_NAME: ListOrder = {
  name: 'appGrants',
  column: 'app_name_key',
  key: sql`g.app_name_key`,
  id: sql`g.id`,
  direction: 'ASC',
  keyIs: 'text',
};
