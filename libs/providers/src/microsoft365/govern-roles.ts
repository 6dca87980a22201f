import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, list, text } from '../sdk/index.js';
import { groupIdsOf } from './govern-groups.js';
import { accountOf, globalAdministrators, quoted, readOneUser } from './govern-users.js';
import { toAccount, toPrivilege } from './mapping.js';
import { isAdminRole, readAssignments, readRoles } from './roles.js';

const ASSIGNMENTS = '/roleManagement/directory/roleAssignments';

/** Takes all active directory roles away that a user holds directly. */
export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Remove directory roles',
  effect: 'The user loses every active directory role and stays an ordinary user. Roles they may activate (PIM) are not taken away.',
  target: 'account',
  scopes: [
    'RoleManagement.ReadWrite.Directory',
    'RoleManagement.Read.Directory',
    'User.Read.All',
    'Directory.Read.All',
    'GroupMember.Read.All',
  ],
  observe: observeRoles,
  isDone: (observed) => heldIn(observed).length === 0,
  refuse: (observed) => {
    const byGroup = heldIn(observed).filter((role) => role.viaGroup !== null);
    if (byGroup.length === 0) return undefined;
    const groups = [...new Set(byGroup.map((role) => role.viaGroup))].join(', ');
    return {
      code: 'MICROSOFT365_ROLE_BY_GROUP',
      message: `${byGroup.map((role) => role.name).join(', ')} comes from membership in the group ${groups}.`,
      remedy: `Remove the user from ${groups} first, then repeat.`,
    };
  },
  run: async (app, _target, before) => {
    for (const role of heldIn(before)) {
      const operation = 'DELETE /roleManagement/directory/roleAssignments/{id}';
      // Somebody else may have removed it meanwhile: that is what we want.
      await app.call({ operation, method: 'DELETE', path: `${ASSIGNMENTS}/${encodeURIComponent(role.id)}`, accept: [404] });
    }
  },
  revert: { by: giveBack, isDone: (observed, before) => missingOf(observed, before).length === 0 },
  administratorsLeft: (app, target) => globalAdministrators(app, accountOf(target)),
  refresh: refreshRoles,
};

/** A role as the undo state keeps it. */
interface HeldRole {
  readonly id: string;
  readonly roleDefinitionId: string;
  readonly name: string;
  readonly scope: string;
  readonly viaGroup: string | null;
}

async function observeRoles(app: AppClient, target: PlanTarget): Promise<Json> {
  const userId = accountOf(target);
  // Fails when the user is gone, of whom Graph would else say that there are no roles.
  await readOneUser(app, userId, 'id');
  const roles = await readRoles(app);
  const groups = await groupIdsOf(app, userId);
  const held = await app.each([userId, ...groups], (id) => readAssignments(app, `principalId eq ${quoted(id)}`));
  return {
    roles: held.flat().map((one) => ({
      id: one.id,
      roleDefinitionId: one.roleDefinitionId,
      name: roles.get(one.roleDefinitionId)?.name ?? one.roleDefinitionId,
      scope: one.scope ?? '/',
      viaGroup: one.principalId === userId ? null : one.principalId,
    })),
  };
}

function heldIn(observed: Json): HeldRole[] {
  return (list(at(observed, 'roles')) ?? []).map((role) => ({
    id: text(at(role, 'id')) ?? '',
    roleDefinitionId: text(at(role, 'roleDefinitionId')) ?? '',
    name: text(at(role, 'name')) ?? '',
    scope: text(at(role, 'scope')) ?? '/',
    viaGroup: text(at(role, 'viaGroup')),
  }));
}

async function giveBack(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const principalId = accountOf(target);
  for (const { roleDefinitionId, scope } of missingOf(await observeRoles(app, target), before)) {
    const json = { principalId, roleDefinitionId, directoryScopeId: scope };
    await app.call({ operation: `POST ${ASSIGNMENTS}`, method: 'POST', path: ASSIGNMENTS, json });
  }
}

// A role that is given back has a new id, so it is known by what it is.
function missingOf(observed: Json, before: Json): HeldRole[] {
  const held = new Set(heldIn(observed).map((role) => `${role.roleDefinitionId} ${role.scope}`));
  return heldIn(before).filter((role) => role.viaGroup === null && !held.has(`${role.roleDefinitionId} ${role.scope}`));
}

async function refreshRoles(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const userId = accountOf(target);
  const roles = await readRoles(app);
  const held = await readAssignments(app, `principalId eq ${quoted(userId)}`);
  const privileges = held.map((one) => toPrivilege(userId, one, roles.get(one.roleDefinitionId)));
  const isAdmin = held.some((one) =>
    isAdminRole(roles.get(one.roleDefinitionId) ?? { id: '', templateId: null, name: '', actions: undefined }),
  );
  return [toAccount(await readOneUser(app, userId), isAdmin || undefined), ...privileges];
}
