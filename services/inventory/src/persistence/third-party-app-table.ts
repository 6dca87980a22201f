import type { TenantId } from '#libs/kernel';
import { sql, type Tx } from '#libs/platform';

import type { AppGrant } from '../domain/app-grant.js';
import type { ThirdPartyAppRows } from '../domain/ports.js';
import { LEVELS, type GrantTally, type ThirdPartyApp } from '../domain/third-party-app.js';
import { number, numberOrNull, parsed } from './cells.js';
import { thirdPartyAppShape } from './inventory.rows.js';

/** Third-party apps within one transaction: a sum over grants, marked stale by whoever changes a grant and added up after. */
export class ThirdPartyAppTable implements ThirdPartyAppRows {
  constructor(
    private readonly tx: Tx,
    private readonly tenant: TenantId,
  ) {}

  async markStale(grants: readonly AppGrant[]): Promise<void> {
    const apps = new Map(grants.map((grant) => [grant.thirdPartyAppId, grant]));
    const rows = [...apps.values()].map((grant) => ({ tenant: this.tenant, ...thirdPartyAppShape.toCells(unsummed(grant)), is_stale: 1 }));
    await this.tx.insert('third_party_app', rows, { key: ['tenant', 'id'], update: ['name', 'name_key', 'is_stale'] });
  }

  async stale(limit: number): Promise<readonly ThirdPartyApp[]> {
    const rows = await this.tx.query(
      sql`select * from third_party_app where is_stale = 1 and tenant = ${this.tenant} order by id limit ${limit}${this.tx.dialect.forUpdate}`,
    );
    return rows.map(thirdPartyAppShape.toValue);
  }

  async tally(id: string): Promise<GrantTally> {
    const isOfApp = sql`tenant = ${this.tenant} and third_party_app_id = ${id}`;
    const [sums] = await this.tx.query(sql`
      select count(*) as grants, count(distinct account_id) as accounts, sum(case when account_id is null then 1 else 0 end) as without_account,
        max(level_rank) as level_rank, min(granted_at) as first_granted_at, max(last_used_at) as last_used_at
      from app_grant where ${isOfApp}`);
    const scopeLists = await this.tx.query(sql`select distinct scopes from app_grant where ${isOfApp}`);
    const scopes = new Set(scopeLists.flatMap((row) => parsed<string[]>(row, 'scopes')));
    return {
      grants: number(sums!, 'grants'),
      accounts: number(sums!, 'accounts'),
      withoutAccount: numberOrNull(sums!, 'without_account') ?? 0,
      level: LEVELS[numberOrNull(sums!, 'level_rank') ?? 0]!,
      scopes: [...scopes].sort(),
      firstGrantedAt: numberOrNull(sums!, 'first_granted_at'),
      lastUsedAt: numberOrNull(sums!, 'last_used_at'),
    };
  }

  async accountsInUse(app: string): Promise<number> {
    const [row] = await this.tx.query(
      sql`select count(*) as n from account where tenant = ${this.tenant} and app = ${app} and status = 'ACTIVE'`,
    );
    return number(row!, 'n');
  }

  async save(app: ThirdPartyApp): Promise<void> {
    const rows = [{ tenant: this.tenant, ...thirdPartyAppShape.toCells(app), is_stale: 0 }];
    await this.tx.insert('third_party_app', rows, {
      key: ['tenant', 'id'],
      update: Object.keys(rows[0]!).filter((column) => column !== 'tenant' && column !== 'id'),
    });
  }

  async remove(id: string): Promise<void> {
    await this.tx.execute(sql`delete from third_party_app where tenant = ${this.tenant} and id = ${id}`);
  }
}

function unsummed(grant: AppGrant): ThirdPartyApp {
  return {
    id: grant.thirdPartyAppId,
    app: grant.app,
    externalId: grant.appExternalId,
    name: grant.appName,
    level: 'UNKNOWN',
    scopes: [],
    grantCount: 0,
    accountCount: 0,
    grantsWithoutAccount: 0,
    accountShare: null,
    rarity: 'UNKNOWN',
    firstGrantedAt: null,
    lastUsedAt: null,
  };
}
