import { AppFailure, type AppClient } from '../sdk/index.js';

import type { AccountFact, DocusignFacts } from './facts.js';
import { adminUsers } from './pages.js';

const DAY_MS = 86_400_000;
/** Up to this many users, every profile is read at every run. */
export const PROFILES_AT_ONCE = 250;
/** Up to this many users, everybody's shared access is read at every run. */
export const DELEGATIONS_AT_ONCE = 100;
/** How many users of an account come by turns each day. */
const TURN = { small: 30, large: 60 };
/** How far back a changed row counts as changed lately: longer than the time between two runs. */
const CHANGED_WITHIN_MS = 2 * DAY_MS;
const MOST_CHANGED = 100;

/**
 * What only one call per user tells is read by turns in large organizations. A day's turn is the same for all readers, and the daily discovery
 * remembers whom it found to be an administrator or to have shared access: nobody found once is lost when the turn has passed.
 */
export async function usersOfTheDay(
  app: AppClient,
  organizationId: string,
  accounts: readonly AccountFact[],
): Promise<ReadonlySet<string>> {
  const day = Math.floor(app.now().getTime() / DAY_MS);
  const found = new Set<string>();
  for (const account of accounts) {
    const total = await userCountOf(app, organizationId, account.id);
    if (total === 0) continue;
    const take = total > PROFILES_AT_ONCE ? TURN.large : TURN.small;
    const start = (day % Math.ceil(total / take)) * take;
    for (const id of await somePage(app, organizationId, account.id, { start: String(start), take: String(take) })) found.add(id);
  }
  return found;
}

/** Users whose row changed lately, at most a hundred of each account. */
export async function usersChangedLately(
  app: AppClient,
  organizationId: string,
  accounts: readonly AccountFact[],
): Promise<ReadonlySet<string>> {
  const since = new Date(app.now().getTime() - CHANGED_WITHIN_MS).toISOString();
  const found = new Set<string>();
  for (const account of accounts) {
    for (const id of await somePage(app, organizationId, account.id, { take: String(MOST_CHANGED), last_modified_since: since }))
      found.add(id);
  }
  return found;
}

/** Users over all accounts, as the Admin API counts them. */
export async function countUsers(app: AppClient, facts: Pick<DocusignFacts, 'organizationId' | 'accounts'>): Promise<number> {
  let count = 0;
  for (const account of facts.accounts) count += await userCountOf(app, facts.organizationId, account.id);
  return count;
}

async function userCountOf(app: AppClient, organizationId: string, accountId: string): Promise<number> {
  for await (const page of adminUsers(app, organizationId, accountId, { take: '1' })) return page.total ?? 0;
  return 0;
}

async function somePage(
  app: AppClient,
  organizationId: string,
  accountId: string,
  query: Readonly<Record<string, string>>,
): Promise<string[]> {
  try {
    for await (const page of adminUsers(app, organizationId, accountId, query)) return page.rows.map(({ id }) => id);
  } catch (failure) {
    // A filter that this organization's API does not take must not cost the whole listing.
    if (!(failure instanceof AppFailure) || failure.kind !== 'rejected') throw failure;
  }
  return [];
}
