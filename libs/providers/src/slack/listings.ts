import type { InventoryRecord } from '#libs/contracts';

import type { AppClient, Listing, ListingPage } from '../sdk/index.js';
import { AppFailure, at, offsetPages, requiredList, whole } from '../sdk/index.js';
import { ask, requestOf, rows, rowsOf } from './calls.js';
import {
  toAccount,
  toApprovedGrant,
  toFlagPrivileges,
  toGroup,
  toInstalledGrant,
  toMembers,
  toRolePrivilege,
  toWorkspacePrivilege,
  type AdminMark,
} from './mapping.js';
import { inWorkspace, isRefusal, standingOf, workspacesOf } from './standing.js';
import { readApp, readIntegrationLog, readMember, readOrgUser, readRoleAssignment, readScimGroup, readUserGroup, texts } from './wire.js';
import type { SlackIntegrationLog, SlackUser, SlackUserGroup } from './wire.js';

type Pages = AsyncGenerator<ListingPage<InventoryRecord>>;

const HOUR_S = 3_600;

/** The full listings. In an organization they come from `admin.*`, in a workspace from the methods that every plan has. */
export const listings = {
  ACCOUNTS: listing(HOUR_S, ['account'], listAccounts),
  GROUPS: listing(8 * HOUR_S, ['group', 'member'], listGroups),
  PRIVILEGES: listing(8 * HOUR_S, ['privilege'], listPrivileges),
  APP_GRANTS: listing(8 * HOUR_S, ['appGrant'], listAppGrants),
};

function listing(
  everySeconds: number,
  complete: readonly InventoryRecord['kind'][],
  pages: (app: AppClient) => Pages,
): Listing<InventoryRecord> {
  return { everySeconds, complete, pages };
}

async function* listAccounts(app: AppClient): Pages {
  const mark = await readAdminMark(app);
  for await (const users of everyUser(app)) yield { records: users.map((user) => toAccount(user, app.now().getTime(), mark)) };
}

/** All people, page by page: those who are active first, then the others. Bots are left out. */
export async function* everyUser(app: AppClient, which: readonly boolean[] = [true, false]): AsyncGenerator<SlackUser[]> {
  const { mode } = await standingOf(app);
  if (mode === 'workspace') {
    for await (const users of rowsOf(app, requestOf('GET /api/users.list', { limit: 200 }), 'members', readMember))
      yield users.filter((user) => !user.isBot && (user.isActive === null || which.includes(user.isActive)));
    return;
  }
  for (const isActive of which) {
    const request = requestOf('GET /api/admin.users.list', { limit: 100, is_active: isActive });
    for await (const users of rowsOf(app, request, 'users', readOrgUser)) yield users.filter((user) => !user.isBot);
  }
}

interface WorkspaceAdmin {
  readonly userId: string;
  readonly workspace: string;
  readonly role: 'owner' | 'admin';
}

const ADMIN_LISTS = [
  ['GET /api/admin.teams.owners.list', 'owner_ids', 'owner'],
  ['GET /api/admin.teams.admins.list', 'admin_ids', 'admin'],
] as const;

/** Owners and administrators of one workspace, or only one of the two. */
export async function* workspaceAdmins(app: AppClient, workspace: string, only?: 'owner' | 'admin'): AsyncGenerator<WorkspaceAdmin[]> {
  for (const [operation, list, role] of ADMIN_LISTS) {
    if (only !== undefined && only !== role) continue;
    let cursor: string | undefined;
    const seen = new Set<string>();
    do {
      const { body } = await ask(app, operation, { team_id: workspace, limit: 100, cursor });
      yield texts(requiredList(at(body, list), operation, `the list "${list}"`)).map((userId) => ({ userId, workspace, role }));
      cursor = texts([at(body, 'response_metadata', 'next_cursor')])[0];
      if (cursor !== undefined && seen.has(cursor))
        throw new AppFailure({ kind: 'malformed', message: `${operation} goes in circles.` }, operation, undefined);
      if (cursor !== undefined) seen.add(cursor);
    } while (cursor !== undefined);
  }
}

// The flags of the organization's list need not show the owner of a single workspace: those lists are read as well.
async function readAdminMark(app: AppClient): Promise<AdminMark> {
  if ((await standingOf(app)).mode === 'workspace') return () => false;
  const known = new Set<string>();
  try {
    for (const workspace of await workspacesOf(app))
      for await (const page of workspaceAdmins(app, workspace.id)) for (const { userId } of page) known.add(userId);
  } catch (failure) {
    if (!isRefusal(failure)) throw failure;
    return (userId) => known.has(userId) || undefined;
  }
  return (userId) => known.has(userId);
}

async function* listGroups(app: AppClient): Pages {
  const seen = new Set<string>();
  for (const workspace of await workspacesOf(app)) {
    for (const group of await userGroupsOf(app, workspace.id)) {
      // A group of the organization shows in each of its workspaces.
      if (group.isDeleted || seen.has(group.id)) continue;
      seen.add(group.id);
      const users = group.users ?? (await membersOf(app, workspace.id, group.id));
      yield { records: [toGroup(group), ...toMembers(group.id, users)] };
    }
  }
  if (app.settings['idpGroups'] === 'false') return;
  for await (const page of scimGroups(app)) {
    const others = page.filter(({ id }) => !seen.has(id));
    yield { records: others.flatMap((group) => [toGroup(group), ...toMembers(group.id, group.users ?? [])]) };
  }
}

/** The user groups of a workspace, which come all at once. */
export async function userGroupsOf(app: AppClient, workspace: string): Promise<SlackUserGroup[]> {
  const query = { include_users: true, include_count: true, include_disabled: false, ...(await inWorkspace(app, workspace)) };
  const answer = await ask(app, 'GET /api/usergroups.list', query);
  return rows(answer, 'usergroups').map((row) => readUserGroup(row, answer.request.operation));
}

/** The members of one user group. */
export async function membersOf(app: AppClient, workspace: string, group: string): Promise<string[]> {
  const { body, request } = await ask(app, 'GET /api/usergroups.users.list', { usergroup: group, ...(await inWorkspace(app, workspace)) });
  return texts(requiredList(at(body, 'users'), request.operation, 'the list "users"'));
}

/** The groups that the identity provider keeps; none on a plan without SCIM. */
export async function* scimGroups(app: AppClient): AsyncGenerator<SlackUserGroup[]> {
  const request = requestOf('GET /scim/v2/Groups');
  const pages = offsetPages(app, request, {
    offsetName: 'startIndex',
    limitName: 'count',
    limit: 100,
    first: 1,
    rows: ({ body }) => (Array.isArray(at(body, 'Resources')) ? (at(body, 'Resources') as unknown[]) : undefined),
    total: ({ body }) => whole(at(body, 'totalResults')),
  });
  try {
    for await (const { body } of pages) {
      yield requiredList(at(body, 'Resources'), request.operation, 'the list "Resources"').map((row) =>
        readScimGroup(row, request.operation),
      );
    }
  } catch (failure) {
    // A plan without SCIM has no groups of an identity provider.
    if (!(failure instanceof AppFailure) || failure.kind !== 'unlicensed') throw failure;
  }
}

async function* listPrivileges(app: AppClient): Pages {
  const standing = await standingOf(app);
  for await (const users of everyUser(app)) yield { records: users.flatMap((user) => toFlagPrivileges(user, standing.id)) };
  if (standing.mode === 'workspace') return;
  for (const workspace of await workspacesOf(app)) {
    for await (const page of workspaceAdmins(app, workspace.id))
      yield { records: page.map(({ userId, role }) => toWorkspacePrivilege(userId, workspace.id, role)) };
  }
  const request = requestOf('GET /api/admin.roles.listAssignments', { limit: 200 });
  for await (const page of rowsOf(app, request, 'role_assignments', readRoleAssignment)) yield { records: page.map(toRolePrivilege) };
}

async function* listAppGrants(app: AppClient): Pages {
  const standing = await standingOf(app);
  if (standing.mode === 'workspace') return yield* listInstalled(app, standing.id);
  for (const where of [standing.id, ...(await workspacesOf(app)).map(({ id }) => id)]) {
    for await (const apps of approvedApps(app, where)) yield { records: apps.map((one) => toApprovedGrant(one, where)) };
  }
}

/** Apps approved (or restricted) for the organization, E…, or for a workspace, T…. */
export function approvedApps(app: AppClient, where: string, state: 'approved' | 'restricted' = 'approved') {
  const query = { limit: 100, ...entityOf(where) };
  const operation = state === 'approved' ? 'GET /api/admin.apps.approved.list' : 'GET /api/admin.apps.restricted.list';
  return rowsOf(app, requestOf(operation, query), `${state}_apps`, readApp);
}

/** How a method of `admin.apps` is told where: for the organization or for a workspace. */
export function entityOf(where: string): Readonly<Record<string, string>> {
  return where.startsWith('E') ? { enterprise_id: where } : { team_id: where };
}

const GONE: ReadonlySet<string> = new Set(['removed', 'disabled']);

// The log comes newest first: the first row of an app tells what became of it, older ones only what it may do.
async function* listInstalled(app: AppClient, workspace: string): Pages {
  const newest = new Map<string, SlackIntegrationLog>();
  for await (const page of integrationPages(app)) {
    for (const log of page) {
      const key = log.appId ?? log.serviceId;
      if (key === null) continue;
      const known = newest.get(key);
      if (!known) newest.set(key, log);
      else if (known.scopes.length === 0 && log.scopes.length > 0) newest.set(key, { ...known, scopes: log.scopes });
    }
  }
  yield { records: [...newest.values()].filter((log) => !GONE.has(log.changeType)).map((log) => toInstalledGrant(log, workspace)) };
}

async function* integrationPages(app: AppClient): AsyncGenerator<SlackIntegrationLog[]> {
  const request = requestOf('GET /api/team.integrationLogs');
  const pages = offsetPages(app, request, {
    offsetName: 'page',
    limitName: 'count',
    limit: 100,
    first: 1,
    step: () => 1,
    rows: (answer) => rows(answer, 'logs'),
    isLast: ({ body }, { offset }) => offset >= (whole(at(body, 'paging', 'pages')) ?? 0),
  });
  for await (const answer of pages) yield rows(answer, 'logs').map((row) => readIntegrationLog(row, request.operation));
}
