import type { PermissionLevel } from '#libs/contracts';

/** A third-party app over all of its grants in the connectors of one app. */
export interface ThirdPartyApp {
  readonly id: string;
  readonly app: string;
  readonly externalId: string;
  readonly name: string;
  readonly level: PermissionLevel;
  readonly scopes: readonly string[];
  readonly grantCount: number;
  readonly accountCount: number;
  readonly grantsWithoutAccount: number;
  /** Of the accounts in use in that app, the part that granted it, 0 to 1; null when there are none. */
  readonly accountShare: number | null;
  readonly rarity: Rarity;
  readonly firstGrantedAt: number | null;
  readonly lastUsedAt: number | null;
}

export type Rarity = 'RARE' | 'UNCOMMON' | 'COMMON' | 'UNKNOWN';

/** What the grants of one app add up to. */
export interface GrantTally {
  readonly grants: number;
  readonly accounts: number;
  readonly withoutAccount: number;
  readonly level: PermissionLevel;
  readonly scopes: readonly string[];
  readonly firstGrantedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** LOW to HIGH by number, so that databases can compare them; an unknown level says nothing, so any known one beats it. */
export const LEVELS: readonly PermissionLevel[] = ['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH'];

const RARE_ACCOUNTS = 2;
const RARE_SHARE = 0.01;
const UNCOMMON_SHARE = 0.1;

/** The app as its grants make it. `accountsInUse`: of the app in which they were granted. */
export function thirdPartyAppOf(
  known: Pick<ThirdPartyApp, 'id' | 'app' | 'externalId' | 'name'>,
  tally: GrantTally,
  accountsInUse: number,
): ThirdPartyApp {
  const accountShare = accountsInUse === 0 ? null : Math.min(1, tally.accounts / accountsInUse);
  return {
    id: known.id,
    app: known.app,
    externalId: known.externalId,
    name: known.name,
    level: tally.level,
    scopes: tally.scopes,
    grantCount: tally.grants,
    accountCount: tally.accounts,
    grantsWithoutAccount: tally.withoutAccount,
    accountShare,
    rarity: rarity(tally, accountShare),
    firstGrantedAt: tally.firstGrantedAt,
    lastUsedAt: tally.lastUsedAt,
  };
}

// A grant that names no account may be one for everybody: how many use it can't be told.
function rarity(tally: GrantTally, accountShare: number | null): Rarity {
  if (accountShare === null || tally.withoutAccount > 0) return 'UNKNOWN';
  if (tally.accounts <= RARE_ACCOUNTS || accountShare < RARE_SHARE) return 'RARE';
  return accountShare < UNCOMMON_SHARE ? 'UNCOMMON' : 'COMMON';
}
