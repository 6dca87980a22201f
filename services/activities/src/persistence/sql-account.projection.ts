import { Injectable } from '@nestjs/common';
import { Database, inList, sql, type Tx } from '#libs/platform';

import { AccountProjection, type KnownAccount } from '../domain/account-projection.js';
import { chunks } from './sql-open-page.js';

const lower = (text: string | null): string | null => text?.toLowerCase().slice(0, 190) ?? null;

@Injectable()
export class SqlAccountProjection extends AccountProjection<Tx> {
  constructor(private readonly database: Database) {
    super();
  }

  async hear(tenant: string, tx: Tx, connectorId: string, version: number, accounts: readonly KnownAccount[]): Promise<void> {
    const newer = new Set<string>();
    for (const ids of chunks(accounts.map(({ id }) => id))) {
      const rows = await tx.query<{ id: string }>(
        sql`select id from account_ref where tenant = ${tenant} and ${inList(sql`id`, ids)} and version > ${version}${tx.dialect.forUpdate}`,
      );
      for (const { id } of rows) newer.add(id);
    }
    const rows = accounts
      .filter(({ id }) => !newer.has(id))
      .map((account) => ({
        tenant,
        id: account.id,
        connector_id: connectorId,
        external_id: account.externalId,
        version,
        person_id: account.personId,
        name: (account.displayName ?? account.username ?? account.email)?.slice(0, 500) ?? null,
        type: account.type,
        email_key: lower(account.email),
        username_key: lower(account.username),
      }));
    await tx.insert('account_ref', rows, {
      key: ['tenant', 'id'],
      update: ['external_id', 'version', 'person_id', 'name', 'type', 'email_key', 'username_key'],
    });
  }

  async existing(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    for (const some of chunks(ids)) {
      const rows = await this.database.query<{ id: string }>(
        sql`select id from account_ref where tenant = ${tenant} and ${inList(sql`id`, some)}`,
      );
      for (const { id } of rows) known.add(id);
    }
    return known;
  }
}
