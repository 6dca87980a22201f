import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, flag, list, requiredRecord, text } from '../sdk/index.js';
import { everyRow, requestOf, rowsOf, send } from './calls.js';
import { toRolePrivilege, toWorkspacePrivilege } from './mapping.js';
import {
  accountOf,
  isSo,
  needed,
  ownersLeft,
  readPerson,
  refreshAccount,
  refusePrimaryOwner,
  workspaceRolesOf,
  type WorkspaceRole,
} from './people.js';
import { readRoleAssignment, type SlackRoleAssignment } from './wire.js';

/** Takes all administrator rights that the API can take: roles in workspaces, and system roles. */
export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Remove administrator roles',
  effect: 'The person becomes a regular member of every workspace that they owned or administrated, and loses all system roles.',
  target: 'account',
  scopes: ['admin.users:write', 'admin.roles:write', 'admin.roles:read', 'admin.teams:read', 'users:read'],
  observe: observeRoles,
  isDone: (observed) => !isSo(observed, 'isOrgAdmin') && rolesIn(observed).length === 0 && assignmentsIn(observed).length === 0,
  refuse: (observed) => {
    if (!isSo(observed, 'isOrgAdmin')) return refusePrimaryOwner(observed);
    return {
      code: 'SLACK_ORGANIZATION_ROLE',
      message: 'This person is an owner or administrator of the whole organization, which no API can change.',
      remedy: 'Change the role in the administration of the organization, under People.',
    };
  },
  run: async (app, target) => {
    // What is there now, not what was there: somebody else may have been at it.
    const now = await observeRoles(app, target);
    for (const workspace of new Set(rolesIn(now).map((role) => role.workspace)))
      await send(app, 'POST /api/admin.users.setRegular', { team_id: workspace, user_id: accountOf(target) });
    for (const { roleId, entityId } of assignmentsIn(now)) await changeAssignment(app, target, 'removeAssignments', roleId, entityId);
  },
  revert: {
    by: giveBack,
    isDone: (observed, before) => keysOf(before).every((key) => keysOf(observed).includes(key)),
  },
  administratorsLeft: ownersLeft,
  refresh: refreshRoles,
};

async function observeRoles(app: AppClient, target: PlanTarget): Promise<Json> {
  const person = await readPerson(app, accountOf(target));
  const roles = await workspaceRolesOf(app, person);
  const assignments = await assignmentsOf(app, person.id);
  return {
    isPrimaryOwner: person.isPrimaryOwner === true,
    isOrgAdmin: person.isOrgOwner === true || person.isOrgAdmin === true,
    roles: roles.map(({ workspace, role }) => ({ workspace, role })),
    assignments: assignments.map(({ roleId, entityId }) => ({ roleId, entityId })),
  };
}

// The list cannot be narrowed to a person.
async function assignmentsOf(app: AppClient, userId: string): Promise<SlackRoleAssignment[]> {
  const request = requestOf('GET /api/admin.roles.listAssignments', { limit: 200 });
  return (await everyRow(rowsOf(app, request, 'role_assignments', readRoleAssignment))).filter((one) => one.userId === userId);
}

function rolesIn(observed: Json): WorkspaceRole[] {
  return (list(at(observed, 'roles')) ?? []).map((row) => ({
    workspace: needed(text(at(row, 'workspace')), 'a workspace'),
    role: at(row, 'role') === 'owner' ? 'owner' : 'admin',
  }));
}

function assignmentsIn(observed: Json): Pick<SlackRoleAssignment, 'roleId' | 'entityId'>[] {
  return (list(at(observed, 'assignments')) ?? []).map((row) => ({
    roleId: needed(text(at(row, 'roleId')), 'a role'),
    entityId: needed(text(at(row, 'entityId')), 'an entity'),
  }));
}

function keysOf(observed: Json): string[] {
  return [
    ...rolesIn(observed).map(({ workspace, role }) => `${workspace}:${role}`),
    ...assignmentsIn(observed).map(({ roleId, entityId }) => `${entityId}:${roleId}`),
  ];
}

async function giveBack(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  for (const { workspace, role } of rolesIn(before)) {
    const operation = role === 'owner' ? 'POST /api/admin.users.setOwner' : 'POST /api/admin.users.setAdmin';
    await send(app, operation, { team_id: workspace, user_id: accountOf(target) });
  }
  for (const { roleId, entityId } of assignmentsIn(before)) await changeAssignment(app, target, 'addAssignments', roleId, entityId);
}

// Both answer `ok` even if they left out a person or an entity: what they rejected is the answer.
async function changeAssignment(
  app: AppClient,
  target: PlanTarget,
  method: 'addAssignments' | 'removeAssignments',
  roleId: string,
  entityId: string,
): Promise<void> {
  const form = { role_id: roleId, entity_ids: JSON.stringify([entityId]), user_ids: JSON.stringify([accountOf(target)]) };
  const { body, request, status } = await send(app, `POST /api/admin.roles.${method}`, form);
  const answer = requiredRecord(body, request.operation, 'the answer');
  const [rejected] = [...(list(answer['rejected_users']) ?? []), ...(list(answer['rejected_entities']) ?? [])];
  if (rejected === undefined && flag(answer['ok']) === true) return;
  const why = text(at(rejected, 'error')) ?? text(rejected) ?? 'it gave no reason';
  const message = `Slack took the request, but not for this person's role ${roleId}: ${why}.`;
  throw new AppFailure(
    { kind: 'conflict', appCode: why, message, remedy: 'Change the role in the administration of Slack.' },
    request.operation,
    status,
  );
}

async function refreshRoles(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const account = await refreshAccount(app, target);
  if (account.length === 0) return account;
  const observed = await observeRoles(app, target);
  const userId = accountOf(target);
  return [
    ...account,
    ...rolesIn(observed).map(({ workspace, role }) => toWorkspacePrivilege(userId, workspace, role)),
    ...assignmentsIn(observed).map((one) => toRolePrivilege({ ...one, userId })),
  ];
}
