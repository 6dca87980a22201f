import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, flag, list, text } from '../sdk/index.js';
import { readUserRoles } from './admins.js';
import { accountOf, readOneUser, superAdministrators, userPath } from './govern-users.js';
import { toAccount, toPrivilege } from './mapping.js';

const ASSIGN = 'POST /api/v1/users/{userId}/roles';

/** Takes all administrator roles away that a user holds directly. */
export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Remove administrator roles',
  effect: 'The user loses every administrator role and stays an ordinary user.',
  target: 'account',
  scopes: ['okta.roles.manage', 'okta.roles.read', 'okta.users.read', 'okta.groups.read'],
  observe: observeRoles,
  isDone: (observed) => rolesIn(observed).length === 0,
  refuse: (observed) => {
    const byGroup = rolesIn(observed).filter((role) => !role.isDirect);
    if (byGroup.length === 0) return undefined;
    const groups = [...new Set(byGroup.map((role) => role.group ?? 'a group'))].join(', ');
    return {
      code: 'OKTA_ADMIN_BY_GROUP',
      message: `${byGroup.map((role) => role.label ?? role.type).join(', ')} comes from membership in ${groups}, not from the user.`,
      remedy: `Remove the user from ${groups} first, then repeat.`,
    };
  },
  run: async (app, target, before) => {
    for (const role of rolesIn(before)) await unassign(app, accountOf(target), role.id);
  },
  revert: {
    by: giveBack,
    isDone: (observed, before) => missingOf(observed, before).length === 0,
    note: 'Roles that were limited to some groups or apps are not given back, since they would come back unlimited.',
  },
  administratorsLeft: (app, target) => superAdministrators(app, accountOf(target)),
  refresh: refreshRoles,
};

/** A role as the undo state keeps it. */
interface HeldRole {
  readonly id: string;
  readonly type: string;
  readonly label: string | null;
  readonly isDirect: boolean;
  readonly group: string | null;
  readonly customRole: string | null;
  readonly resourceSet: string | null;
  readonly hasTargets: boolean;
}

async function observeRoles(app: AppClient, target: PlanTarget): Promise<Json> {
  const roles = (await readUserRoles(app, accountOf(target))).filter((role) => role.isActive);
  return {
    roles: roles.map(({ id, type, label, assignmentType, group, customRole, resourceSet, hasTargets }) => ({
      id,
      type,
      label,
      isDirect: assignmentType !== 'GROUP',
      group,
      customRole,
      resourceSet,
      hasTargets,
    })),
  };
}

function rolesIn(observed: Json): HeldRole[] {
  return (list(at(observed, 'roles')) ?? []).map((role) => ({
    id: text(at(role, 'id')) ?? '',
    type: text(at(role, 'type')) ?? '',
    label: text(at(role, 'label')),
    isDirect: flag(at(role, 'isDirect')) ?? false,
    group: text(at(role, 'group')),
    customRole: text(at(role, 'customRole')),
    resourceSet: text(at(role, 'resourceSet')),
    hasTargets: flag(at(role, 'hasTargets')) ?? true,
  }));
}

async function unassign(app: AppClient, userId: string, roleId: string): Promise<void> {
  // Somebody else may have removed it meanwhile: that is what we want.
  await app.call({
    operation: 'DELETE /api/v1/users/{userId}/roles/{roleAssignmentId}',
    method: 'DELETE',
    path: userPath(userId, `/roles/${encodeURIComponent(roleId)}`),
    accept: [404],
  });
}

async function giveBack(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const missing = missingOf(await observeRoles(app, target), before);
  const limited = missing.filter((role) => role.hasTargets);
  for (const role of missing) if (!role.hasTargets) await assign(app, accountOf(target), role);
  if (limited.length === 0) return;
  const names = limited.map((role) => role.label ?? role.type).join(', ');
  throw new AppFailure(
    {
      kind: 'conflict',
      message: `${names} was limited to some groups or apps and is not given back unlimited.`,
      remedy: 'Assign it in the Admin Console with its limits.',
    },
    ASSIGN,
    undefined,
  );
}

async function assign(app: AppClient, userId: string, role: HeldRole): Promise<void> {
  const isCustom = role.type === 'CUSTOM';
  const json = isCustom ? { type: role.type, role: role.customRole, 'resource-set': role.resourceSet } : { type: role.type };
  await app.call({ operation: ASSIGN, method: 'POST', path: userPath(userId, '/roles'), query: { disableNotifications: false }, json });
}

// A role that is given back has a new id, so it is known by what it is.
function missingOf(observed: Json, before: Json): HeldRole[] {
  const held = new Set(rolesIn(observed).map(sameness));
  return rolesIn(before).filter((role) => role.isDirect && !held.has(sameness(role)));
}

function sameness({ type, customRole, resourceSet }: HeldRole): string {
  return [type, customRole ?? '', resourceSet ?? ''].join(' ');
}

async function refreshRoles(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const userId = accountOf(target);
  const privileges = (await readUserRoles(app, userId)).map((role) => toPrivilege(userId, role));
  const isAdmin = privileges.some((privilege) => privilege.isAdmin);
  return [toAccount(await readOneUser(app, userId), isAdmin), ...privileges];
}
