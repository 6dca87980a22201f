import type { TenantId } from '#libs/kernel';

import type { Transaction } from './transaction.js';

/** The administrators of a connector, and which of them are about to lose their rights. */
export abstract class AdministratorStore {
  /** Only one transaction at a time holds a connector's administrators. */
  abstract lock(tenant: TenantId, tx: Transaction, connectorId: string): Promise<void>;
  /** Active people known to be administrators, not reserved, other than this account. */
  abstract othersLeft(tenant: TenantId, tx: Transaction, connectorId: string, accountId: string, now: number): Promise<number>;
  /** Counts the account as an administrator no longer, until released. */
  abstract reserve(tenant: TenantId, tx: Transaction, connectorId: string, accountId: string, actionId: string): Promise<void>;
  abstract release(tenant: TenantId, tx: Transaction, actionId: string): Promise<void>;
  /** The act succeeded: the reservation stays until inventory shows what became of the account. */
  abstract keepUntilHeard(tenant: TenantId, tx: Transaction, actionId: string, settledAt: number): Promise<void>;
  /** Inventory has shown the account as no active administrator, or it was given its rights back. */
  abstract releaseAccounts(tenant: TenantId, tx: Transaction, accountIds: readonly string[]): Promise<void>;
}

/**
 * Reserves the loss of one administrator, or refuses when it is the last. Counting and then acting would race: two requests would each see the other's
 * target as the one that stays. So the count happens under the connector's lock and takes away what is reserved.
 */
export async function reserveAdministrator(
  store: AdministratorStore,
  tenant: TenantId,
  tx: Transaction,
  target: { readonly connectorId: string; readonly accountId: string; readonly actionId: string },
  now: number,
): Promise<boolean> {
  await store.lock(tenant, tx, target.connectorId);
  if ((await store.othersLeft(tenant, tx, target.connectorId, target.accountId, now)) < 1) return false;
  await store.reserve(tenant, tx, target.connectorId, target.accountId, target.actionId);
  return true;
}
