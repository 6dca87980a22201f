import type { AppClient } from '../sdk/index.js';
import { AppFailure, urlPages } from '../sdk/index.js';
import type { RoleAssignment, RoleDefinition } from './wire.js';
import { NEXT_LINK, readAssignment, readObject, readRoleDefinition, valuesOf } from './wire.js';

/** Template ids are the same in every tenant. */
export const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

/** Roles that make an administrator whatever their list of actions says, reading everything included. */
const ALWAYS_ADMIN: ReadonlySet<string> = new Set([
  GLOBAL_ADMINISTRATOR,
  'e8611ab8-c189-46e8-94e1-60213ab1f814', // Privileged Role Administrator
  '7be44c8a-adaf-4e2a-84d6-ab2649e08a13', // Privileged Authentication Administrator
  '194ae4cb-b126-40b2-bd5b-6091b380977d', // Security Administrator
  'fe930be7-5e62-47db-91af-98c3a49a38b1', // User Administrator
  '29232cdf-9323-42fd-ade2-1d097af3e4de', // Exchange Administrator
  'f28a1f50-f6e7-4571-818b-6a12f2af6b6c', // SharePoint Administrator
  '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3', // Application Administrator
  '158c047a-c907-4556-b7ef-446551a6b5f7', // Cloud Application Administrator
  'b1be1c3e-b65d-4f19-8427-f6fa0d97feb9', // Conditional Access Administrator
  '729827e3-9c14-49f7-bb1b-9608f156bbb8', // Helpdesk Administrator
  '8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2', // Hybrid Identity Administrator
  'f2ef992c-3afb-46b9-b7cf-a126ee74c451', // Global Reader
]);

/** True where the role lets its holder change something; null where Graph does not say what it allows. */
export function isAdminRole({ id, templateId, actions }: RoleDefinition): boolean | null {
  if (ALWAYS_ADMIN.has(templateId ?? id) || ALWAYS_ADMIN.has(id)) return true;
  if (actions === undefined) return null;
  return actions.some((action) => !/\/read$/i.test(action));
}

const DEFINITIONS = 'GET /roleManagement/directory/roleDefinitions';
const ASSIGNMENTS = 'GET /roleManagement/directory/roleAssignments';
const ELIGIBLE = 'GET /roleManagement/directory/roleEligibilityScheduleInstances';
const MEMBERS = 'GET /groups/{id}/members';

/** All roles by id. */
export async function readRoles(app: AppClient): Promise<ReadonlyMap<string, RoleDefinition>> {
  const roles = new Map<string, RoleDefinition>();
  for await (const page of urlPages(app, { operation: DEFINITIONS, path: '/roleManagement/directory/roleDefinitions' }, NEXT_LINK)) {
    for (const role of valuesOf(page.body, DEFINITIONS, readRoleDefinition)) roles.set(role.id, role);
  }
  return roles;
}

/** Active assignments, all or those that fit the filter. */
export async function readAssignments(app: AppClient, filter?: string): Promise<RoleAssignment[]> {
  const found: RoleAssignment[] = [];
  const query = { $expand: 'principal', ...(filter !== undefined && { $filter: filter }) };
  for await (const page of urlPages(app, { operation: ASSIGNMENTS, path: '/roleManagement/directory/roleAssignments', query }, NEXT_LINK))
    found.push(...valuesOf(page.body, ASSIGNMENTS, readAssignment));
  return found;
}

/** Roles that principals may activate; none where the tenant has no P2 or we may not look, since then nothing is known to be eligible. */
export async function readEligible(app: AppClient): Promise<RoleAssignment[]> {
  const found: RoleAssignment[] = [];
  try {
    const request = {
      operation: ELIGIBLE,
      path: '/roleManagement/directory/roleEligibilityScheduleInstances',
      query: { $expand: 'principal' },
    };
    for await (const page of urlPages(app, request, NEXT_LINK)) found.push(...valuesOf(page.body, ELIGIBLE, readAssignment));
  } catch (error) {
    if (!(error instanceof AppFailure) || !['forbidden', 'unlicensed'].includes(error.kind)) throw error;
  }
  return found;
}

/** Members of a group that are users. Role-assignable groups cannot hold groups. Nobody when the group is gone. */
export async function readUserMembers(app: AppClient, groupId: string): Promise<string[]> {
  const ids: string[] = [];
  const request = { operation: MEMBERS, path: `/groups/${encodeURIComponent(groupId)}/members`, query: { $select: 'id', $top: 999 } };
  for await (const page of urlPages(app, { ...request, accept: [404] }, NEXT_LINK)) {
    if (page.status === 404) return [];
    ids.push(
      ...valuesOf(page.body, MEMBERS, readObject)
        .filter((member) => member.kind === 'user')
        .map((member) => member.id),
    );
  }
  return ids;
}

/** A role as somebody holds it: directly, or by a group; now, or when they want. */
export interface Holding {
  readonly account: string;
  readonly assignment: RoleAssignment;
  readonly viaGroup?: string;
  readonly isEligible: boolean;
}

/** Who holds what, groups resolved to their members. Service principals are no accounts and are left out. */
export async function readHoldings(app: AppClient): Promise<Holding[]> {
  const active = (await readAssignments(app)).map((assignment) => ({ assignment, isEligible: false }));
  const eligible = (await readEligible(app)).map((assignment) => ({ assignment, isEligible: true }));
  const all = [...active, ...eligible];
  const groupIds = [...new Set(all.filter((one) => one.assignment.principalKind === 'group').map((one) => one.assignment.principalId))];
  const members = new Map(await app.each(groupIds, async (id) => [id, await readUserMembers(app, id)] as const));
  return all.flatMap(({ assignment, isEligible }): Holding[] => {
    const { principalId, principalKind } = assignment;
    if (principalKind === 'group')
      return (members.get(principalId) ?? []).map((account) => ({ account, assignment, isEligible, viaGroup: principalId }));
    // Without its kind a principal is shown rather than lost: an id that is no account's does no harm.
    return principalKind === 'user' || principalKind === null ? [{ account: principalId, assignment, isEligible }] : [];
  });
}

/** Tells of a user whether it is an administrator; `undefined` where our credential may not know. */
export type AdminMark = (userId: string) => boolean | undefined;

/** Everybody's mark; nobody has one where the roles may not be read. */
export async function readAdminMark(app: AppClient): Promise<AdminMark> {
  try {
    const roles = await readRoles(app);
    const admins = new Set<string>();
    const unsure = new Set<string>();
    for (const { account, assignment } of await readHoldings(app)) {
      const role = roles.get(assignment.roleDefinitionId);
      const isAdmin = role ? isAdminRole(role) : null;
      if (isAdmin) admins.add(account);
      else if (isAdmin === null) unsure.add(account);
    }
    return (userId) => (admins.has(userId) ? true : unsure.has(userId) ? undefined : false);
  } catch (error) {
    if (error instanceof AppFailure && (error.kind === 'forbidden' || error.kind === 'unlicensed')) return () => undefined;
    throw error;
  }
}
