import type { InventoryRecord } from '#libs/contracts';
import { at, flag, record, type AppClient, type Listing, type ListingPage } from '../sdk/index.js';

import { baseOf, factsOf, type AccountFact, type DocusignFacts } from './facts.js';
import { factsOfProfile, isOpen, privilegesOfProfile, toGranularPrivileges, toPrivileges } from './mapping.js';
import { OPERATIONS, pathOf } from './operations.js';
import { accountUsers, profileOf } from './pages.js';
import { PROFILES_AT_ONCE, usersChangedLately, usersOfTheDay } from './watch.js';
import { permissionProfile, rowsOf, type AccountUser, type PermissionProfile } from './wire.js';

const AT_ONCE = 25;
/** Users of one account whose settings are read for single administrative rights. */
const MOST_SETTINGS = 60;

/** Permission profiles of each account, single administrative rights, and the right over the organization. */
export const privileges: Listing<InventoryRecord> = { everySeconds: 8 * 3_600, complete: ['privilege'], pages: listPrivileges };

async function* listPrivileges(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  const facts = factsOf(app);
  const administrators = new Set<string>();
  const everybody = new Set<string>();
  for (const account of facts.accounts) {
    const profiles = await permissionProfiles(app, account);
    const delegated: string[] = [];
    for await (const { rows } of accountUsers(app, account)) {
      for (const user of rows.filter(({ status }) => isOpen(status))) {
        if (isAdministrator(user, profiles)) administrators.add(user.id);
        if (mayHoldSingleRights(user, profiles)) delegated.push(user.id);
        if (everybody.size <= PROFILES_AT_ONCE) everybody.add(user.id);
      }
      yield { records: rows.flatMap((user) => toPrivileges(user, account, profiles)) };
    }
    yield* singleRights(app, account, delegated.sort().slice(0, MOST_SETTINGS));
  }
  yield* profilesOf(app, facts, await worthReading(app, facts, administrators, everybody));
}

/** The permission profiles of an account, by id. */
export async function permissionProfiles(app: AppClient, account: AccountFact): Promise<ReadonlyMap<string, PermissionProfile>> {
  const operation = OPERATIONS.permissionProfiles;
  const answer = await app.call({
    operation,
    at: baseOf(account),
    path: pathOf(operation, { accountId: account.id }),
    query: { include: 'user_count,account_management' },
  });
  const rows = rowsOf(answer.body, 'permissionProfiles', operation).map((row) => permissionProfile(row, operation));
  return new Map(rows.map((row) => [row.id, row]));
}

function isAdministrator(user: AccountUser, profiles: ReadonlyMap<string, PermissionProfile>): boolean {
  const held = [user.permissionProfileId, ...(user.groups ?? []).map(({ permissionProfileId }) => permissionProfileId)];
  return user.isAdmin === true || user.isAlternateAdmin === true || held.some((id) => id !== null && profiles.get(id)?.isAdmin === true);
}

function mayHoldSingleRights(user: AccountUser, profiles: ReadonlyMap<string, PermissionProfile>): boolean {
  return isAdministrator(user, profiles) || profiles.get(user.permissionProfileId ?? '')?.isDelegated === true;
}

async function* singleRights(
  app: AppClient,
  account: AccountFact,
  userIds: readonly string[],
): AsyncGenerator<ListingPage<InventoryRecord>> {
  const found = await app.each(
    userIds,
    async (userId) => toGranularPrivileges(userId, account, await grantedRights(app, account, userId)),
    4,
  );
  const records = found.flat();
  if (records.length > 0) yield { records };
}

async function grantedRights(app: AppClient, account: AccountFact, userId: string): Promise<string[]> {
  const operation = OPERATIONS.userSettings;
  const answer = await app.call({ operation, at: baseOf(account), path: pathOf(operation, { accountId: account.id, userId }) });
  const rights = record(at(answer.body, 'accountManagementGranular')) ?? {};
  return Object.keys(rights).filter((name) => flag(rights[name]) === true);
}

// Administrators first, then whoever changed, then those whose turn it is.
async function worthReading(
  app: AppClient,
  facts: DocusignFacts,
  administrators: ReadonlySet<string>,
  everybody: ReadonlySet<string>,
): Promise<string[]> {
  const first = [...administrators, ...facts.organizationAdmins];
  if (everybody.size <= PROFILES_AT_ONCE) return [...new Set([...first, ...everybody])];
  const changed = await usersChangedLately(app, facts.organizationId, facts.accounts);
  const today = await usersOfTheDay(app, facts.organizationId, facts.accounts);
  return [...new Set([...first, ...changed, ...today])];
}

async function* profilesOf(app: AppClient, facts: DocusignFacts, userIds: readonly string[]): AsyncGenerator<ListingPage<InventoryRecord>> {
  for (let from = 0; from < userIds.length; from += AT_ONCE) {
    const found = await app.each(userIds.slice(from, from + AT_ONCE), (userId) => profileOf(app, facts.organizationId, userId), 4);
    const records = found.flatMap((profile): InventoryRecord[] =>
      profile ? [factsOfProfile(profile), ...privilegesOfProfile(profile, facts.organizationName, facts.accounts)] : [],
    );
    yield { records, total: userIds.length };
  }
}
