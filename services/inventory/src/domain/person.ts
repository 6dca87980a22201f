import type { AccountRecord, AccountStatus } from '#libs/contracts';
import { derivedId, type TenantId } from '#libs/kernel';

import { domainOf, type ManagedDomains } from './managed-domain.js';

/** One human being across apps. */
export interface Person {
  readonly id: string;
  readonly email: string | null;
  readonly displayName: string | null;
  /** Has left, by what the identity provider says. */
  readonly isTerminated: boolean;
}

/** Who decided the person of an account: a rule, or a hand that no rule overrules. */
export type AccountLink = 'RULE' | 'MANUAL' | 'UNLINKED';

/** What of an account the rule looks at. */
export interface Joinable {
  readonly app: string;
  readonly email: string | null;
  readonly type: AccountRecord['type'];
}

/** Apps whose word on who somebody is counts before all others'. */
const IDENTITY_PROVIDERS: ReadonlySet<string> = new Set(['okta']);

const GONE: ReadonlySet<AccountStatus> = new Set(['DELETED', 'DISABLED']);

/**
 * The person whom an account belongs to by rule. An address joins only when somebody vouches for it: its domain is the organization's own, or the
 * account is the identity provider's. Anybody can type anybody's address into an app that does not verify it. Machines are nobody.
 */
export function personByRule(tenant: TenantId, account: Joinable, domains: ManagedDomains): string | null {
  if (account.type === 'service' || account.type === 'bot') return null;
  const domain = domainOf(account.email);
  if (domain === null) return null;
  const isVouchedFor = domains.has(domain) || IDENTITY_PROVIDERS.has(account.app);
  return isVouchedFor ? derivedId('per', tenant, account.email!.trim().toLowerCase()) : null;
}

/** What of an account counts for its person. */
export interface PersonalAccount {
  readonly id: string;
  readonly app: string;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly status: AccountStatus;
  readonly link: AccountLink;
}

/** A person's own fields, from all of the person's accounts: the identity provider first, then what is in use, then what a rule joined. */
export function personOf(id: string, accounts: readonly PersonalAccount[]): Person {
  const ranked = [...accounts].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
  const identities = accounts.filter((account) => IDENTITY_PROVIDERS.has(account.app));
  return {
    id,
    email: ranked.find((account) => account.email !== null)?.email ?? null,
    displayName: ranked.find((account) => account.displayName !== null)?.displayName ?? null,
    isTerminated: identities.length > 0 && identities.every((account) => GONE.has(account.status)),
  };
}

function rank(account: PersonalAccount): number {
  return (IDENTITY_PROVIDERS.has(account.app) ? 0 : 4) + (GONE.has(account.status) ? 2 : 0) + (account.link === 'RULE' ? 0 : 1);
}
