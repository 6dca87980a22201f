import type { AppClient } from '../sdk/index.js';
import { AppFailure, linkPages, urlPages } from '../sdk/index.js';
import type { OktaFactor, OktaGroup, OktaRole } from './wire.js';
import { readAssignees, readFactor, readGroup, readRole, readUser, rowsOf } from './wire.js';

const USER_ROLES = 'GET /api/v1/users/{userId}/roles';
const GROUP_ROLES = 'GET /api/v1/groups/{groupId}/roles';
const GROUP_USERS = 'GET /api/v1/groups/{groupId}/users';
const FACTORS = 'GET /api/v1/users/{userId}/factors';

/** Who holds an administrator role, directly or by a group. */
export interface Administrators {
  readonly ids: ReadonlySet<string>;
  /** Groups that give a role, with their active roles and their members. */
  readonly groups: readonly AdminGroup[];
}

export interface AdminGroup {
  readonly id: string;
  readonly roles: readonly OktaRole[];
  readonly members: readonly string[];
}

/**
 * All administrators. Okta lists who has assignments; whether it counts members of groups with roles among them is not documented, so those groups
 * are read as well: no administrator may be missed. Fails when either cannot be read.
 */
export async function readAdministrators(app: AppClient): Promise<Administrators> {
  const ids = await readAssigned(app);
  const groups = await readAdminGroups(app);
  return { ids: new Set([...ids, ...groups.flatMap((group) => group.members)]), groups };
}

/** Tells of a user whether it is an administrator; `undefined` where our credential may not know. */
export type AdminMark = (userId: string) => boolean | undefined;

/**
 * The same as far as it can be known: who is found is an administrator, and the others are none only when both lists were read. A list that is refused
 * or can't be read leaves the mark unknown and does not keep the accounts from being listed.
 */
export async function readAdminMark(app: AppClient): Promise<AdminMark> {
  const ids = await ifReadable(() => readAssigned(app));
  const groups = await ifReadable(() => readAdminGroups(app));
  const known = new Set([...(ids ?? []), ...(groups ?? []).flatMap((group) => group.members)]);
  const isComplete = ids !== undefined && groups !== undefined;
  return (userId) => known.has(userId) || (isComplete ? false : undefined);
}

const LEAVES_UNKNOWN: ReadonlySet<string> = new Set(['forbidden', 'unlicensed', 'missing', 'malformed', 'rejected']);

async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppFailure && LEAVES_UNKNOWN.has(error.kind)) return undefined;
    throw error;
  }
}

async function readAssigned(app: AppClient): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of urlPages(app, assignees(), ['_links', 'next', 'href'])) {
    for (const id of readAssignees(page.body, page.request.operation)) ids.add(id);
  }
  return ids;
}

async function readAdminGroups(app: AppClient): Promise<AdminGroup[]> {
  const candidates: OktaGroup[] = [];
  for await (const page of linkPages(app, {
    operation: 'GET /api/v1/groups',
    path: '/api/v1/groups',
    query: { limit: 200, expand: 'stats' },
  })) {
    // A group whose statistics do not tell is asked for its roles itself.
    candidates.push(...rowsOf(page.body, page.request.operation, readGroup).filter((group) => group.givesAdminRole !== false));
  }
  const groups = await app.each(candidates, async (group) => ({ id: group.id, roles: await readGroupRoles(app, group.id) }));
  const giving = groups.filter((group) => group.roles.length > 0);
  return app.each(giving, async (group) => ({ ...group, members: await readMemberIds(app, group.id) }));
}

/** The active administrator roles that a group gives its members. */
export async function readGroupRoles(app: AppClient, groupId: string): Promise<OktaRole[]> {
  const answer = await app.call({ operation: GROUP_ROLES, path: `/api/v1/groups/${encodeURIComponent(groupId)}/roles`, accept: [404] });
  // A group that was deleted while we read gives nothing.
  if (answer.status === 404) return [];
  return rowsOf(answer.body, GROUP_ROLES, readRole).filter((role) => role.isActive);
}

async function readMemberIds(app: AppClient, groupId: string): Promise<string[]> {
  const ids: string[] = [];
  const request = { operation: GROUP_USERS, path: `/api/v1/groups/${encodeURIComponent(groupId)}/users`, query: { limit: 200 } };
  for await (const page of linkPages(app, request)) {
    ids.push(...rowsOf(page.body, page.request.operation, readUser).map((user) => user.id));
  }
  return ids;
}

/** The roles of one user, given directly or by groups. With targets, so that a limited role is not taken for an unlimited one. */
export async function readUserRoles(app: AppClient, userId: string): Promise<OktaRole[]> {
  const answer = await app.call({
    operation: USER_ROLES,
    path: `/api/v1/users/${encodeURIComponent(userId)}/roles`,
    query: { expand: 'targets/groups,targets/catalog/apps' },
  });
  return rowsOf(answer.body, USER_ROLES, readRole);
}

/** The factors of one user; `undefined` when the user is gone. */
export async function readFactors(app: AppClient, userId: string): Promise<OktaFactor[] | undefined> {
  const answer = await app.call({ operation: FACTORS, path: `/api/v1/users/${encodeURIComponent(userId)}/factors`, accept: [404] });
  return answer.status === 404 ? undefined : rowsOf(answer.body, FACTORS, readFactor);
}

/** The first page of administrators; rows and the next link stand in the body. */
export function assignees(limit = 100): { operation: string; path: string; query: { limit: number } } {
  return { operation: 'GET /api/v1/iam/assignees/users', path: '/api/v1/iam/assignees/users', query: { limit } };
}
