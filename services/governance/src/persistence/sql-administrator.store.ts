import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { inList, sql, type Tx } from '#libs/platform';

import { AdministratorStore } from '../domain/administrators.js';
import type { Transaction } from '../domain/transaction.js';

/** A settled reservation that inventory never answered stops counting after this time: a listing has run since. */
const SETTLED_COUNTS_MS = 60 * 60_000;

/** Reservations in this service's tables. Works inside the caller's transaction only. */
@Injectable()
export class SqlAdministratorStore extends AdministratorStore {
  async lock(tenant: TenantId, tx: Transaction, connectorId: string): Promise<void> {
    const inTx = tx as Tx;
    await inTx.insert('admin_guard', [{ tenant, connector_id: connectorId }], { key: ['tenant', 'connector_id'], update: 'keep' });
    await inTx.query(
      sql`select connector_id from admin_guard where tenant = ${tenant} and connector_id = ${connectorId}${inTx.dialect.forUpdate}`,
    );
  }

  async othersLeft(tenant: TenantId, tx: Transaction, connectorId: string, accountId: string, now: number): Promise<number> {
    // A machine's account can't let anybody in again, so it does not count as an administrator that stays.
    const [row] = await (tx as Tx).query<{ others: number }>(sql`
      select count(*) as others from account_ref a
      where a.tenant = ${tenant} and a.connector_id = ${connectorId} and a.is_admin = 1 and a.status = 'ACTIVE' and a.type in ('person', 'unknown')
        and a.id <> ${accountId}
        and not exists (
          select 1 from admin_reservation r
          where r.tenant = a.tenant and r.account_id = a.id and (r.settled_at is null or r.settled_at > ${now - SETTLED_COUNTS_MS}))`);
    return Number(row!.others);
  }

  async reserve(tenant: TenantId, tx: Transaction, connectorId: string, accountId: string, actionId: string): Promise<void> {
    await (tx as Tx).insert(
      'admin_reservation',
      [{ tenant, action_id: actionId, connector_id: connectorId, account_id: accountId, settled_at: null }],
      {
        key: ['tenant', 'action_id'],
        update: ['settled_at'],
      },
    );
  }

  async release(tenant: TenantId, tx: Transaction, actionId: string): Promise<void> {
    await (tx as Tx).execute(sql`delete from admin_reservation where tenant = ${tenant} and action_id = ${actionId}`);
  }

  async keepUntilHeard(tenant: TenantId, tx: Transaction, actionId: string, settledAt: number): Promise<void> {
    await (tx as Tx).execute(
      sql`update admin_reservation set settled_at = ${settledAt} where tenant = ${tenant} and action_id = ${actionId}`,
    );
  }

  async releaseAccounts(tenant: TenantId, tx: Transaction, accountIds: readonly string[]): Promise<void> {
    if (accountIds.length === 0) return;
    await (tx as Tx).execute(
      sql`delete from admin_reservation where tenant = ${tenant} and settled_at is not null and ${inList(sql`account_id`, accountIds)}`,
    );
  }
}
