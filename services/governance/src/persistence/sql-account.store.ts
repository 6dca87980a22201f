import { Injectable } from '@nestjs/common';
import type { AccountStatus, AccountSummary } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Database, inList, sql, type Row, type Sql, type Tx } from '#libs/platform';

import { AccountStore, type AccountSource, type GovernedAccount, type Protection } from '../domain/governed-account.js';
import type { Transaction } from '../domain/transaction.js';

const CHUNK = 500;

/** Accounts and their protections in this service's tables. */
@Injectable()
export class SqlAccountStore extends AccountStore {
  constructor(private readonly database: Database) {
    super();
  }

  async find(tenant: TenantId, ids: readonly string[]): Promise<readonly GovernedAccount[]> {
    return this.read(this.database, tenant, inList(sql`a.id`, ids), sql``);
  }

  async lock(tenant: TenantId, tx: Transaction, ids: readonly string[]): Promise<readonly GovernedAccount[]> {
    const inTx = tx as Tx;
    // The rows are locked in one order by everybody; then they are read with their protection.
    await inTx.query(
      sql`select id from account_ref where tenant = ${tenant} and ${inList(sql`id`, ids)} order by id${inTx.dialect.forUpdate}`,
    );
    return this.read(inTx, tenant, inList(sql`a.id`, ids), sql``);
  }

  async ofPeople(tenant: TenantId, personIds: readonly string[]): Promise<readonly GovernedAccount[]> {
    return this.read(this.database, tenant, inList(sql`a.person_id`, personIds), sql` order by a.connector_id, a.id`);
  }

  async hear(tenant: TenantId, tx: Transaction, from: AccountSource, accounts: readonly AccountSummary[], now: number): Promise<void> {
    const inTx = tx as Tx;
    const sorted = [...accounts].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (let start = 0; start < sorted.length; start += CHUNK) {
      const chunk = sorted.slice(start, start + CHUNK);
      const ids = inList(
        sql`id`,
        chunk.map(({ id }) => id),
      );
      const known = await inTx.query<{ id: string; version: number }>(
        sql`select id, version from account_ref where tenant = ${tenant} and ${ids} order by id${inTx.dialect.forUpdate}`,
      );
      const newer = new Set(known.filter(({ version }) => Number(version) > from.version).map(({ id }) => id));
      const rows = chunk.filter(({ id }) => !newer.has(id)).map((account) => toRow(tenant, from, account, now));
      await inTx.insert('account_ref', rows, { key: ['tenant', 'id'], update: HEARD });
    }
  }

  async markActedOn(tenant: TenantId, tx: Transaction, ids: readonly string[], now: number): Promise<void> {
    await (tx as Tx).execute(sql`update account_ref set acted_at = ${now} where tenant = ${tenant} and ${inList(sql`id`, ids)}`);
  }

  async protect(tenant: TenantId, tx: Transaction, protection: Protection): Promise<boolean> {
    const inTx = tx as Tx;
    try {
      await inTx.insert('protected_account', [
        {
          tenant,
          account_id: protection.accountId,
          reason: protection.reason,
          protected_by: protection.protectedBy,
          protected_at: protection.protectedAt,
        },
      ]);
      return true;
    } catch (error) {
      if (inTx.dialect.isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async unprotect(tenant: TenantId, tx: Transaction, accountId: string): Promise<boolean> {
    return (await (tx as Tx).execute(sql`delete from protected_account where tenant = ${tenant} and account_id = ${accountId}`)) === 1;
  }

  async protections(tenant: TenantId): Promise<readonly Protection[]> {
    const rows = await this.database.query(
      sql`select account_id, reason, protected_by, protected_at from protected_account where tenant = ${tenant} order by account_id`,
    );
    return rows.map((row) => ({
      accountId: String(row['account_id']),
      reason: String(row['reason']),
      protectedBy: String(row['protected_by']),
      protectedAt: Number(row['protected_at']),
    }));
  }

  private async read(from: Pick<Tx, 'query'>, tenant: TenantId, condition: Sql, tail: Sql): Promise<GovernedAccount[]> {
    const rows = await from.query(sql`
      select a.id, a.connector_id, a.app, a.external_id, a.person_id, a.username, a.email, a.display_name, a.status, a.is_admin, a.heard_at, a.acted_at,
        p.reason, p.protected_by, p.protected_at
      from account_ref a left join protected_account p on p.tenant = a.tenant and p.account_id = a.id
      where a.tenant = ${tenant} and ${condition}${tail}`);
    return rows.map(toAccount);
  }
}

const HEARD = ['person_id', 'username', 'email', 'display_name', 'status', 'is_admin', 'type', 'version', 'heard_at'] as const;

function toRow(tenant: TenantId, from: AccountSource, account: AccountSummary, now: number) {
  return {
    tenant,
    id: account.id,
    connector_id: from.connectorId,
    app: from.app,
    external_id: account.externalId,
    person_id: account.personId,
    username: account.username,
    email: account.email,
    display_name: account.displayName,
    status: account.status,
    is_admin: account.isAdmin,
    type: account.type,
    version: from.version,
    heard_at: now,
    acted_at: null,
  };
}

function toAccount(row: Row): GovernedAccount {
  const accountId = String(row['id']);
  return {
    id: accountId,
    connectorId: String(row['connector_id']),
    app: String(row['app']),
    externalId: String(row['external_id']),
    personId: row['person_id'] as string | null,
    username: row['username'] as string | null,
    email: row['email'] as string | null,
    displayName: row['display_name'] as string | null,
    status: row['status'] as AccountStatus,
    isAdmin: row['is_admin'] === null ? null : Boolean(row['is_admin']),
    heardAt: Number(row['heard_at']),
    actedAt: row['acted_at'] === null ? null : Number(row['acted_at']),
    protection:
      row['reason'] === null
        ? null
        : { accountId, reason: String(row['reason']), protectedBy: String(row['protected_by']), protectedAt: Number(row['protected_at']) },
  };
}
