import type { AppGrantRecord, InventoryRecord } from '#libs/contracts';

import type { AppClient, AppRequest, Listing, ListingPage, OwnIdentity, Probe } from '../sdk/index.js';
import { AppFailure, linkPages, nextLink, text } from '../sdk/index.js';
import { assignees, readAdministrators, readAdminMark, readFactors, readUserRoles } from './admins.js';
import { isApiToken } from './auth.js';
import { accountStatus, hasSecondFactor, toAccount, toConsents, toGroup, toPrivilege, toTokenGrant } from './mapping.js';
import type { OktaRole } from './wire.js';
import { readApiToken, readApp, readGrant, readGroup, readUser, rowsOf } from './wire.js';

const HOUR_S = 3_600;
const PAGE = 200;
const ACCOUNTS_EVERY_S = 4 * HOUR_S;
/** People whose factors are read in one run; the others have their turn in the next runs. */
const FACTOR_READS = 500;
const FACTOR_BATCH = 50;

// Keeps the answer small; Okta takes this wish inside the content type even though the request has no body.
const LIGHT = { 'content-type': 'application/json; okta-response=omitCredentials,omitCredentialsLinks' };

/** Everything that is listed in full at every run. */
export const listings = {
  ACCOUNTS: { everySeconds: ACCOUNTS_EVERY_S, complete: ['account'], pages: accountPages },
  GROUPS: { everySeconds: 4 * HOUR_S, complete: ['group', 'member'], pages: groupPages },
  PRIVILEGES: { everySeconds: HOUR_S, complete: ['privilege'], pages: privilegePages },
  APP_GRANTS: { everySeconds: 6 * HOUR_S, complete: ['appGrant'], pages: grantPages },
} as const satisfies Readonly<Record<string, Listing<InventoryRecord>>>;

type Page = ListingPage<InventoryRecord>;

async function* accountPages(app: AppClient): AsyncGenerator<Page> {
  const isAdmin = await readAdminMark(app);
  const signsIn: string[] = [];
  // The plain list leaves out who was deactivated: a second search finds them.
  for (const query of [{ limit: PAGE }, { limit: PAGE, search: 'status eq "DEPROVISIONED"' }]) {
    for await (const page of linkPages(app, usersRequest(query))) {
      const users = rowsOf(page.body, page.request.operation, readUser);
      for (const user of users) {
        const isOut = ['DISABLED', 'INVITED'].includes(accountStatus(user.status));
        // Administrators' factors are read with their roles, far more often.
        if (!isOut && !isAdmin(user.id)) signsIn.push(user.id);
      }
      yield { records: users.map((user) => toAccount(user, isAdmin(user.id))) };
    }
  }
  yield* factorPages(app, theirTurn(signsIn, app.now()));
}

function usersRequest(query: AppRequest['query']): AppRequest {
  return { operation: 'GET /api/v1/users', path: '/api/v1/users', query, headers: LIGHT };
}

/** Whose factors are read in the run at `now`: a window that moves on with every run and comes around. */
export function theirTurn(ids: readonly string[], now: Date): readonly string[] {
  if (ids.length <= FACTOR_READS) return ids;
  const run = Math.floor(now.getTime() / (ACCOUNTS_EVERY_S * 1_000));
  const start = (run * FACTOR_READS) % ids.length;
  return [...ids.slice(start), ...ids.slice(0, start)].slice(0, FACTOR_READS);
}

async function* factorPages(app: AppClient, ids: readonly string[]): AsyncGenerator<Page> {
  for (let i = 0; i < ids.length; i += FACTOR_BATCH) {
    const facts = await app.each(ids.slice(i, i + FACTOR_BATCH), (id) => factorFacts(app, id));
    yield { records: facts.filter((fact) => fact !== undefined) };
  }
}

async function factorFacts(app: AppClient, externalId: string): Promise<InventoryRecord | undefined> {
  const secondFactor = await secondFactorOf(app, externalId);
  return secondFactor === undefined ? undefined : { kind: 'accountFacts', externalId, hasSecondFactor: secondFactor };
}

// Not being allowed to look, or a user who just went, is "not told"; the listing itself is complete without it.
async function secondFactorOf(app: AppClient, userId: string): Promise<boolean | undefined> {
  try {
    const factors = await readFactors(app, userId);
    return factors && hasSecondFactor(factors);
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return undefined;
    throw error;
  }
}

async function* groupPages(app: AppClient): AsyncGenerator<Page> {
  for await (const page of linkPages(app, { operation: 'GET /api/v1/groups', path: '/api/v1/groups', query: { limit: PAGE } })) {
    const groups = rowsOf(page.body, page.request.operation, readGroup);
    yield { records: groups.map(toGroup) };
    for (const group of groups) yield* memberPages(app, group.id);
  }
}

async function* memberPages(app: AppClient, groupId: string): AsyncGenerator<Page> {
  const operation = 'GET /api/v1/groups/{groupId}/users';
  const request = { operation, path: `/api/v1/groups/${encodeURIComponent(groupId)}/users`, query: { limit: PAGE }, headers: LIGHT };
  for await (const page of linkPages(app, { ...request, accept: [404] })) {
    // The group was deleted since it was listed: it has no members any more.
    if (page.status === 404) return;
    const users = rowsOf(page.body, operation, readUser);
    yield { records: users.map((user) => ({ kind: 'member', groupExternalId: groupId, account: user.id })) };
  }
}

async function* privilegePages(app: AppClient): AsyncGenerator<Page> {
  const { ids, groups } = await readAdministrators(app);
  const all = [...ids];
  for (let i = 0; i < all.length; i += FACTOR_BATCH) {
    const records = await app.each(all.slice(i, i + FACTOR_BATCH), async (id) => {
      const given = groups
        .filter((group) => group.members.includes(id))
        .flatMap((group) => group.roles.map((role) => ({ ...role, group: group.id })));
      const roles = mergedRoles(await rolesIfThere(app, id), given);
      const privileges = roles.map((role) => toPrivilege(id, role));
      const secondFactor = await secondFactorOf(app, id);
      // That they are an administrator is in the privileges. As a fact of its own it would outlive them: this listing never shows the account again.
      if (secondFactor === undefined) return privileges;
      return [...privileges, { kind: 'accountFacts' as const, externalId: id, hasSecondFactor: secondFactor }];
    });
    yield { records: records.flat(), total: all.length };
  }
}

async function rolesIfThere(app: AppClient, userId: string): Promise<OktaRole[]> {
  try {
    return await readUserRoles(app, userId);
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return [];
    throw error;
  }
}

// A role by a group is shown with the user and with the group; the group's own view names the group for certain.
function mergedRoles(own: readonly OktaRole[], byGroups: readonly OktaRole[]): OktaRole[] {
  const merged = new Map(own.map((role) => [role.id, role]));
  for (const role of byGroups) {
    const known = merged.get(role.id);
    merged.set(role.id, known ? { ...known, group: known.group ?? role.group } : role);
  }
  return [...merged.values()];
}

async function* grantPages(app: AppClient): AsyncGenerator<ListingPage<AppGrantRecord>> {
  for await (const page of linkPages(app, { operation: 'GET /api/v1/api-tokens', path: '/api/v1/api-tokens' })) {
    yield { records: rowsOf(page.body, page.request.operation, readApiToken).map(toTokenGrant) };
  }
  for await (const page of linkPages(app, { operation: 'GET /api/v1/apps', path: '/api/v1/apps', query: { limit: PAGE } })) {
    const clients = rowsOf(page.body, page.request.operation, readApp).filter((found) => found.clientId !== null);
    const consents = await app.each(clients, async (client) => toConsents(client, await readGrants(app, client.id)));
    yield { records: consents.flat() };
  }
}

async function readGrants(app: AppClient, appId: string): Promise<ReturnType<typeof readGrant>[]> {
  const operation = 'GET /api/v1/apps/{appId}/grants';
  const grants = [];
  for await (const page of linkPages(app, { operation, path: `/api/v1/apps/${encodeURIComponent(appId)}/grants`, accept: [404] })) {
    if (page.status === 404) return [];
    grants.push(...rowsOf(page.body, operation, readGrant));
  }
  return grants;
}

/** Whose credential ours is: the maker of an API token; a service app is no account of the directory. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  if (!isApiToken(app.settings)) return { accountExternalId: null, name: text(app.settings['clientId']) };
  const answer = await app.call({ operation: 'GET /api/v1/users/{id}', path: '/api/v1/users/me' });
  const user = readUser(answer.body, answer.request.operation);
  return { accountExternalId: user.id, name: text(user.profile['login']) };
}

/** No user has this id: to act on it changes nothing and shows whether we may. */
const NOBODY = '00u000000000000000000';

/** One cheap call for each capability. */
export const probes: readonly Probe[] = [
  { capability: 'LIST_ACCOUNTS', run: (app) => see(app, usersRequest({ limit: 1 })) },
  { capability: 'LIST_GROUPS', run: (app) => see(app, { operation: 'GET /api/v1/groups', path: '/api/v1/groups', query: { limit: 1 } }) },
  { capability: 'LIST_PRIVILEGES', run: (app) => see(app, assignees(1)) },
  { capability: 'SIGN_IN_ACTIVITY', run: seeLog },
  { capability: 'USER_ACTIVITY', run: seeLog },
  { capability: 'ADMIN_ACTIVITY', run: seeLog },
  { capability: 'VIEW_APP_GRANTS', run: seeGrants },
  {
    capability: 'POSTURE',
    run: (app) => see(app, { operation: 'GET /api/v1/policies', path: '/api/v1/policies', query: { type: 'PASSWORD' } }),
  },
  {
    capability: 'USER_GOVERNANCE',
    run: (app) =>
      see(app, {
        operation: 'POST /api/v1/users/{id}/lifecycle/suspend',
        method: 'POST',
        path: `/api/v1/users/${NOBODY}/lifecycle/suspend`,
        accept: [404],
      }),
  },
  {
    capability: 'REVOKE_APP_GRANTS',
    run: async (app) => {
      const operation = 'DELETE /api/v1/users/{userId}/grants/{grantId}';
      await see(app, { operation, method: 'DELETE', path: `/api/v1/users/${NOBODY}/grants/none`, accept: [404] });
      await see(app, {
        operation: 'DELETE /api/v1/api-tokens/{apiTokenId}',
        method: 'DELETE',
        path: '/api/v1/api-tokens/none',
        accept: [404],
      });
    },
  },
];

async function see(app: AppClient, request: AppRequest): Promise<void> {
  await app.call(request);
}

async function seeLog(app: AppClient): Promise<void> {
  const since = new Date(app.now().getTime() - HOUR_S * 1_000).toISOString();
  await see(app, { operation: 'GET /api/v1/logs', path: '/api/v1/logs', query: { since, limit: 1 } });
}

async function seeGrants(app: AppClient): Promise<void | { note: string }> {
  await see(app, { operation: 'GET /api/v1/api-tokens', path: '/api/v1/api-tokens' });
  const answer = await app.call({ operation: 'GET /api/v1/apps', path: '/api/v1/apps', query: { limit: 2 } });
  const apps = rowsOf(answer.body, answer.request.operation, readApp);
  const own = text(app.settings['clientId']);
  const isAlone = apps.length === 0 || (apps.length === 1 && apps[0]?.clientId === own);
  if (isAlone && nextLink(answer) === undefined) {
    return { note: 'Okta shows no app but our own: the Super Administrator role is needed to see the others.' };
  }
}
