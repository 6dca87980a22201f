import { Injectable } from '@nestjs/common';
import { Database, inList, sql, type Tx } from '#libs/platform';

import type { IncomingActivity } from '../domain/activity.js';
import { PageStore, type OpenPage, type PackedRaws } from '../domain/page-store.js';
import { knownIds, SqlOpenPage } from './sql-open-page.js';
import { packRaws } from './raw-blocks.js';

@Injectable()
export class SqlPageStore extends PageStore<Tx> {
  constructor(private readonly database: Database) {
    super();
  }

  async known(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return knownIds(this.database, tenant, ids);
  }

  async accountsByName(tenant: string, connectorId: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const keys = [...new Set(names.map((name) => name.toLowerCase().slice(0, 190)))];
    const found = new Map<string, string>();
    if (keys.length === 0) return found;
    for (const column of [sql`email_key`, sql`username_key`]) {
      const rows = await this.database.query<{ id: string; name: string }>(
        sql`select id, ${column} as name from account_ref where tenant = ${tenant} and connector_id = ${connectorId} and ${inList(column, keys)}`,
      );
      // A user name says more than an address, which two accounts may share.
      for (const { id, name } of rows) found.set(name, id);
    }
    return found;
  }

  async pack(incoming: readonly IncomingActivity[]): Promise<PackedRaws> {
    return packRaws(incoming);
  }

  open(tenant: string, tx: Tx): OpenPage {
    return new SqlOpenPage(tenant, tx);
  }
}
