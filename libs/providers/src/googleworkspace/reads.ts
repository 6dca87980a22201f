import type { AppGrantRecord, InventoryRecord } from '#libs/contracts';

import type { AppClient, AppRequest, Listing, ListingPage, OwnIdentity, Probe } from '../sdk/index.js';
import { text } from '../sdk/index.js';
import { readAdminMark, readHolders } from './admins.js';
import { factsOf } from './discover.js';
import { toAccount, toAppPasswordGrant, toGroupRecords, toPrivilege, toTokenGrant } from './mapping.js';
import { OPERATIONS } from './operations.js';
import { customerOf, groupMembers, pagesOf, readOneUser, request, tokensOf, userPages, write } from './pages.js';
import type { GoogleAppPassword, GoogleUser } from './wire.js';
import { readAppPassword, readGroup, rowsOf } from './wire.js';

const HOUR_S = 3_600;
/** Users or groups whose own reads make one page of ours. */
const BATCH = 50;

/** Everything that is listed in full at every run. */
export const listings = {
  ACCOUNTS: { everySeconds: 4 * HOUR_S, complete: ['account'], pages: accountPages },
  GROUPS: { everySeconds: 12 * HOUR_S, complete: ['group', 'member'], pages: groupPages },
  PRIVILEGES: { everySeconds: 2 * HOUR_S, complete: ['privilege'], pages: privilegePages },
  APP_GRANTS: { everySeconds: 24 * HOUR_S, complete: ['appGrant'], pages: grantPages },
} as const satisfies Readonly<Record<string, Listing<InventoryRecord>>>;

type Page = ListingPage<InventoryRecord>;

// The plain list leaves deleted people out; asked for them, Google shows only them.
async function* accountPages(app: AppClient): AsyncGenerator<Page> {
  const holders = await readAdminMark(app);
  for (const query of [{}, { showDeleted: 'true' }]) {
    for await (const users of userPages(app, query)) {
      yield { records: users.map((user) => toAccount(user, holders?.has(user.id))) };
    }
  }
}

async function* groupPages(app: AppClient): AsyncGenerator<Page> {
  const { domains } = factsOf(app);
  for await (const page of pagesOf(app, request(OPERATIONS.groups, {}, { customer: customerOf(app), maxResults: 200 }))) {
    const groups = rowsOf(page.body, 'groups', 'admin#directory#groups', OPERATIONS.groups, readGroup);
    for (const batch of batchesOf(groups)) {
      const read = await app.each(batch, async (group) => toGroupRecords(group, await groupMembers(app, group.id), domains));
      yield { records: read.flat() };
    }
  }
}

async function* privilegePages(app: AppClient): AsyncGenerator<Page> {
  const holders = [...(await readHolders(app))];
  for (const batch of batchesOf(holders)) {
    // No fact beside them that says "administrator": it would outlive the roles, since this listing never shows the account again without any.
    const records = batch.flatMap(([account, held]) => held.map((role) => toPrivilege(account, role)));
    yield { records, total: holders.length };
  }
}

async function* grantPages(app: AppClient): AsyncGenerator<ListingPage<AppGrantRecord>> {
  for await (const users of userPages(app)) {
    for (const batch of batchesOf(users)) yield { records: (await app.each(batch, (user) => grantsOf(app, user))).flat() };
  }
}

async function grantsOf(app: AppClient, user: GoogleUser): Promise<AppGrantRecord[]> {
  const tokens = (await tokensOf(app, user.id)).map((token) => toTokenGrant(user.id, token));
  // Google makes app passwords only for who has a second factor, and drops them with it: no call for the others.
  if (user.isEnrolledIn2Sv === false) return tokens;
  return [...tokens, ...(await appPasswordsOf(app, user.id)).map((password) => toAppPasswordGrant(user.id, password))];
}

/** The app passwords of a user; nothing when the user is gone. */
export async function appPasswordsOf(app: AppClient, userKey: string): Promise<GoogleAppPassword[]> {
  const answer = await app.call({ ...request(OPERATIONS.asps, { userKey }), accept: [404] });
  if (answer.status === 404) return [];
  return rowsOf(answer.body, 'items', 'admin#directory#aspList', OPERATIONS.asps, readAppPassword);
}

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}

/** The administrator that we act as. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  const name = text(app.settings['adminEmail']) ?? '';
  const user = await readOneUser(app, name);
  return { accountExternalId: user.id, name: user.primaryEmail ?? name };
}

/** No user, group or assignment has this id: to act on it changes nothing and shows whether we may. */
const NOBODY = '100000000000000000000';

/** One cheap call for each capability. */
export const probes: readonly Probe[] = [
  { capability: 'LIST_ACCOUNTS', run: (app) => see(app, request(OPERATIONS.users, {}, { customer: customerOf(app), maxResults: 1 })) },
  { capability: 'LIST_GROUPS', run: seeGroups },
  {
    capability: 'LIST_PRIVILEGES',
    run: (app) => see(app, request(OPERATIONS.assignments, { customer: customerOf(app) }, { maxResults: 1 })),
  },
  { capability: 'SIGN_IN_ACTIVITY', run: (app) => seeLog(app, 'login') },
  { capability: 'USER_ACTIVITY', run: (app) => seeLog(app, 'drive') },
  { capability: 'ADMIN_ACTIVITY', run: (app) => seeLog(app, 'admin') },
  { capability: 'VIEW_APP_GRANTS', run: async (app) => see(app, request(OPERATIONS.tokens, { userKey: await ownId(app) })) },
  { capability: 'POSTURE', run: (app) => see(app, request(OPERATIONS.policies, {}, { pageSize: 1 })) },
  {
    capability: 'USER_GOVERNANCE',
    run: async (app) => {
      await see(app, write(OPERATIONS.patchUser, { userKey: NOBODY }, { json: { suspended: true }, accept: [404] }));
      await see(app, write(OPERATIONS.removeMember, { groupKey: NOBODY, memberKey: NOBODY }, { accept: [404] }));
      await see(app, write(OPERATIONS.unassign, { customer: customerOf(app), roleAssignmentId: '1' }, { accept: [404] }));
      await see(app, write(OPERATIONS.signOut, { userKey: NOBODY }, { accept: [404] }));
    },
  },
  {
    capability: 'REVOKE_APP_GRANTS',
    run: (app) => see(app, write(OPERATIONS.revokeToken, { userKey: NOBODY, clientId: 'none' }, { accept: [404] })),
  },
];

async function see(app: AppClient, what: AppRequest): Promise<void> {
  await app.call(what);
}

async function ownId(app: AppClient): Promise<string> {
  return (await identify(app)).accountExternalId ?? '';
}

async function seeGroups(app: AppClient): Promise<void> {
  const answer = await app.call(request(OPERATIONS.groups, {}, { customer: customerOf(app), maxResults: 1 }));
  const [group] = rowsOf(answer.body, 'groups', 'admin#directory#groups', OPERATIONS.groups, readGroup);
  if (group) await see(app, { ...request(OPERATIONS.members, { groupKey: group.id }, { maxResults: 1 }), accept: [404] });
}

async function seeLog(app: AppClient, applicationName: string): Promise<void> {
  await see(app, request(OPERATIONS.activities, { userKey: 'all', applicationName }, { maxResults: 1 }));
}
