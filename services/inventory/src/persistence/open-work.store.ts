import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, sql } from '#libs/platform';

import { OpenWork } from '../domain/ports.js';
import { parsed, text } from './cells.js';

/** What is left to do, of all tenants: read by the housekeeping, which then works for one tenant at a time. */
@Injectable()
export class SqlOpenWork extends OpenWork {
  constructor(private readonly database: Database) {
    super();
  }

  async domains(tenant: TenantId): Promise<readonly string[]> {
    const [row] = await this.database.query(sql`select domains from managed_domains where tenant = ${tenant}`);
    return row ? parsed<string[]>(row, 'domains') : [];
  }

  async isRejoining(tenant: TenantId): Promise<boolean> {
    const rows = await this.database.query(sql`select tenant from managed_domains where tenant = ${tenant} and rejoin_after is not null`);
    return rows.length > 0;
  }

  async sweeps(limit: number): Promise<readonly { readonly tenant: TenantId; readonly id: string }[]> {
    const rows = await this.database.query(sql`select tenant, id from sweep order by tenant, id limit ${limit}`);
    return rows.map((row) => ({ tenant: text(row, 'tenant'), id: text(row, 'id') }));
  }

  async sweepsOf(tenant: TenantId, connectorId: string): Promise<readonly string[]> {
    const rows = await this.database.query(
      sql`select id from sweep where tenant = ${tenant} and connector_id = ${connectorId} order by ordinal, id`,
    );
    return rows.map((row) => text(row, 'id'));
  }

  async rejoins(limit: number): Promise<readonly TenantId[]> {
    const rows = await this.database.query(
      sql`select tenant from managed_domains where rejoin_after is not null order by tenant limit ${limit}`,
    );
    return rows.map((row) => text(row, 'tenant'));
  }

  async staleThirdPartyApps(limit: number): Promise<readonly TenantId[]> {
    const rows = await this.database.query(sql`select distinct tenant from third_party_app where is_stale = 1 limit ${limit}`);
    return rows.map((row) => text(row, 'tenant'));
  }
}
