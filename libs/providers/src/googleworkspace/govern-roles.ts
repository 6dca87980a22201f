import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, flag, list, text } from '../sdk/index.js';
import { readAssignments, readRoles, type HeldRole } from './admins.js';
import { accountOf, isSeen, superAdministrators, userIfThere } from './govern-users.js';
import { toAccount, toPrivilege } from './mapping.js';
import { OPERATIONS } from './operations.js';
import { customerOf, readOneUser, write } from './pages.js';
import { SCOPE } from './scopes.js';

/** Takes all administrator roles away that a user holds directly. */
export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Remove administrator roles',
  effect: 'The user loses the super administrator role and every other administrator role, and stays an ordinary user.',
  target: 'account',
  scopes: [SCOPE.manageUsers, SCOPE.manageRoles, SCOPE.roles, SCOPE.users],
  observe: observeRoles,
  isDone: (observed) => isSeen(observed, 'isSuperAdmin') === false && rolesIn(observed).length === 0,
  refuse: (observed) => {
    const byGroup = rolesIn(observed).filter(({ group }) => group !== null);
    if (byGroup.length === 0) return undefined;
    const groups = [...new Set(byGroup.map(({ group }) => group))].join(', ');
    return {
      code: 'GOOGLE_ADMIN_BY_GROUP',
      message: `${byGroup.map(({ name }) => name).join(', ')} comes from membership in ${groups}, not from the user.`,
      remedy: `Remove the user from ${groups} first, then repeat.`,
    };
  },
  run: takeAway,
  revert: {
    by: giveBack,
    isDone: (observed, before) =>
      isSeen(observed, 'isSuperAdmin') === isSeen(before, 'isSuperAdmin') && missingOf(observed, before).length === 0,
  },
  administratorsLeft: (app, target) => superAdministrators(app, accountOf(target)),
  refresh: refreshRoles,
};

/** A role as the undo state keeps it. */
interface KeptRole {
  readonly id: string;
  readonly roleId: string;
  readonly name: string;
  readonly isSuperAdmin: boolean;
  readonly scopeType: string | null;
  readonly orgUnitId: string | null;
  readonly condition: string | null;
  readonly group: string | null;
}

async function heldBy(app: AppClient, userKey: string): Promise<HeldRole[]> {
  const roles = await readRoles(app);
  const assignments = await readAssignments(app, { userKey, includeIndirectRoleAssignments: true });
  return assignments.map((assignment) => ({
    assignment,
    role: roles.get(assignment.roleId),
    viaGroup: assignment.isToGroup ? assignment.assignedTo : null,
  }));
}

async function observeRoles(app: AppClient, target: PlanTarget): Promise<Json> {
  const user = await readOneUser(app, accountOf(target));
  const held = await heldBy(app, user.id);
  const roles = held.map(({ assignment, role, viaGroup }) => ({
    id: assignment.id,
    roleId: assignment.roleId,
    name: role?.name ?? assignment.roleId,
    isSuperAdmin: role?.isSuperAdmin ?? false,
    scopeType: assignment.scopeType,
    orgUnitId: assignment.orgUnitId,
    condition: assignment.condition,
    group: viaGroup,
  }));
  return { isSuperAdmin: user.isAdmin, roles };
}

function rolesIn(observed: Json): KeptRole[] {
  return (list(at(observed, 'roles')) ?? []).map((role) => ({
    id: text(at(role, 'id')) ?? '',
    roleId: text(at(role, 'roleId')) ?? '',
    name: text(at(role, 'name')) ?? '',
    isSuperAdmin: flag(at(role, 'isSuperAdmin')) ?? false,
    scopeType: text(at(role, 'scopeType')),
    orgUnitId: text(at(role, 'orgUnitId')),
    condition: text(at(role, 'condition')),
    group: text(at(role, 'group')),
  }));
}

async function takeAway(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const customer = customerOf(app);
  for (const { id, group } of rolesIn(before).filter(({ isSuperAdmin }) => !isSuperAdmin)) {
    // Somebody else may have removed it meanwhile: that is what we want.
    if (group === null) await app.call(write(OPERATIONS.unassign, { customer, roleAssignmentId: id }, { accept: [404] }));
  }
  // The super administrator role is a switch on the user; its assignment goes with it.
  if (isSeen(before, 'isSuperAdmin') === true) await setSuperAdmin(app, target, false);
}

async function setSuperAdmin(app: AppClient, target: PlanTarget, status: boolean): Promise<void> {
  await app.call(write(OPERATIONS.makeAdmin, { userKey: accountOf(target) }, { json: { status } }));
}

async function giveBack(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const now = await observeRoles(app, target);
  if (isSeen(before, 'isSuperAdmin') === true && isSeen(now, 'isSuperAdmin') !== true) await setSuperAdmin(app, target, true);
  for (const { roleId, scopeType, orgUnitId, condition } of missingOf(now, before)) {
    const json = {
      roleId,
      assignedTo: accountOf(target),
      scopeType: scopeType ?? 'CUSTOMER',
      ...(orgUnitId !== null && { orgUnitId }),
      ...(condition !== null && { condition }),
    };
    await app.call(write(OPERATIONS.assign, { customer: customerOf(app) }, { json }));
  }
}

// A role that is given back has a new id, so it is known by what it is.
function missingOf(observed: Json, before: Json): KeptRole[] {
  const held = new Set(rolesIn(observed).map(sameness));
  return rolesIn(before).filter((role) => role.group === null && !role.isSuperAdmin && !held.has(sameness(role)));
}

function sameness({ roleId, scopeType, orgUnitId, condition }: KeptRole): string {
  return [roleId, scopeType ?? 'CUSTOMER', orgUnitId ?? '', condition ?? ''].join(' ');
}

async function refreshRoles(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const user = await userIfThere(app, accountOf(target));
  if (!user) return [];
  const held = await heldBy(app, user.id);
  return [toAccount(user, held.length > 0), ...held.map((role) => toPrivilege(user.id, role))];
}
