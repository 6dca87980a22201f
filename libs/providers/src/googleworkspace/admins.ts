import type { AppClient } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { customerOf, groupMembers, ifAllowed, pagesOf, request, type Query } from './pages.js';
import type { GoogleAssignment, GoogleRole } from './wire.js';
import { readAssignment, readRole, rowsOf } from './wire.js';

/** A role that somebody holds, and the group that gives it. */
export interface HeldRole {
  readonly assignment: GoogleAssignment;
  readonly role: GoogleRole | undefined;
  readonly viaGroup: string | null;
}

/** All administrator roles by id. */
export async function readRoles(app: AppClient): Promise<Map<string, GoogleRole>> {
  const roles = new Map<string, GoogleRole>();
  for await (const page of pagesOf(app, request(OPERATIONS.roles, { customer: customerOf(app) }, { maxResults: 100 }))) {
    for (const role of rowsOf(page.body, 'items', 'admin#directory#roles', OPERATIONS.roles, readRole)) roles.set(role.id, role);
  }
  return roles;
}

/** Role assignments, all or those that the query leaves. */
export async function readAssignments(app: AppClient, query: Query = {}): Promise<GoogleAssignment[]> {
  const found: GoogleAssignment[] = [];
  const first = request(OPERATIONS.assignments, { customer: customerOf(app) }, { maxResults: 200, ...query });
  for await (const page of pagesOf(app, first)) {
    found.push(...rowsOf(page.body, 'items', 'admin#directory#roleAssignments', OPERATIONS.assignments, readAssignment));
  }
  return found;
}

/** Who holds which role, directly or as a member of a group, by account. */
export async function readHolders(app: AppClient): Promise<Map<string, HeldRole[]>> {
  const roles = await readRoles(app);
  const assignments = await readAssignments(app);
  const holders = new Map<string, HeldRole[]>();
  const hold = (account: string, assignment: GoogleAssignment, viaGroup: string | null): void => {
    const held = { assignment, role: roles.get(assignment.roleId), viaGroup };
    holders.set(account, [...(holders.get(account) ?? []), held]);
  };
  for (const assignment of assignments.filter(({ isToGroup }) => !isToGroup)) hold(assignment.assignedTo, assignment, null);
  for (const assignment of assignments.filter(({ isToGroup }) => isToGroup)) {
    const members = await groupMembers(app, assignment.assignedTo, true);
    for (const { id, type } of members) if (id !== null && type === 'USER') hold(id, assignment, assignment.assignedTo);
  }
  return holders;
}

/** The accounts that hold a role; `undefined` where Google does not let us look, and then only the users' own flags tell. */
export async function readAdminMark(app: AppClient): Promise<ReadonlySet<string> | undefined> {
  return ifAllowed(async () => new Set((await readHolders(app)).keys()));
}
