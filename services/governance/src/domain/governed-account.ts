import type { AccountStatus, AccountSummary } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';

import type { Transaction } from './transaction.js';

/** What governance keeps of an account, as last heard from inventory. */
export interface GovernedAccount {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly externalId: string;
  readonly personId: string | null;
  readonly username: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly status: AccountStatus;
  readonly isAdmin: boolean | null;
  /** When inventory last told of it. */
  readonly heardAt: number;
  /** When we last acted on it; what was heard earlier may be out of date. */
  readonly actedAt: number | null;
  /** Why it must not be acted on; null when it may. */
  readonly protection: Protection | null;
}

/** An account that governance leaves alone, because a person said so: a break-glass account. */
export interface Protection {
  readonly accountId: string;
  readonly reason: string;
  readonly protectedBy: string;
  readonly protectedAt: number;
}

/** The account's name for a person who reads a message. */
export function nameOf(account: Pick<GovernedAccount, 'displayName' | 'email' | 'username' | 'externalId'>): string {
  return account.email ?? account.username ?? account.displayName ?? account.externalId;
}

/** Where the accounts that may be acted on are found. */
export abstract class AccountStore {
  abstract find(tenant: TenantId, ids: readonly string[]): Promise<readonly GovernedAccount[]>;
  /** As {@link find}, and no other transaction can act on, protect or change them until this one ends. */
  abstract lock(tenant: TenantId, tx: Transaction, ids: readonly string[]): Promise<readonly GovernedAccount[]>;
  abstract ofPeople(tenant: TenantId, personIds: readonly string[]): Promise<readonly GovernedAccount[]>;
  /** Keeps what is newer than what is known. */
  abstract hear(tenant: TenantId, tx: Transaction, from: AccountSource, accounts: readonly AccountSummary[], now: number): Promise<void>;
  abstract markActedOn(tenant: TenantId, tx: Transaction, ids: readonly string[], now: number): Promise<void>;
  /** False: it was protected already. */
  abstract protect(tenant: TenantId, tx: Transaction, protection: Protection): Promise<boolean>;
  /** False: it was not protected. */
  abstract unprotect(tenant: TenantId, tx: Transaction, accountId: string): Promise<boolean>;
  abstract protections(tenant: TenantId): Promise<readonly Protection[]>;
}

export interface AccountSource {
  readonly connectorId: string;
  readonly app: string;
  readonly version: number;
}
