import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { readAssignments, readRoles } from './admins.js';
import { accountOf, isSeen, needed, refreshAccount, seen, superAdministrators } from './govern-users.js';
import { OPERATIONS } from './operations.js';
import { request, write } from './pages.js';
import { SCOPE } from './scopes.js';
import { readGroup, readMember } from './wire.js';

/** Takes a user out of a group. */
export const removeFromGroup: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from group',
  effect: 'The user leaves the group and loses the mail, files and administrator roles that only this group gives.',
  target: 'group-member',
  scopes: [SCOPE.manageMembers, SCOPE.members, SCOPE.groups, SCOPE.roles, SCOPE.users],
  observe: observeMembership,
  isDone: (observed) => isSeen(observed, 'isMember') === false,
  run: async (app, target) => {
    await app.call(write(OPERATIONS.removeMember, keysOf(target), { accept: [404] }));
  },
  revert: {
    by: async (app, target, before) => {
      const json = { id: accountOf(target), role: seen(before, 'role') ?? 'MEMBER' };
      // 409: somebody put the user back already.
      await app.call(write(OPERATIONS.addMember, { groupKey: groupOf(target) }, { json, accept: [409] }));
    },
    isDone: (observed, before) =>
      isSeen(observed, 'isMember') === isSeen(before, 'isMember') && seen(observed, 'role') === seen(before, 'role'),
  },
  administratorsLeft: async (app, target) => {
    const isAtStake = await givesSuperAdmin(app, groupOf(target));
    // A group that makes no super administrator takes none away either.
    return superAdministrators(app, isAtStake ? accountOf(target) : null);
  },
  refresh: refreshMembership,
};

function groupOf(target: PlanTarget): string {
  return needed(target.groupExternalId, 'group');
}

function keysOf(target: PlanTarget): { readonly groupKey: string; readonly memberKey: string } {
  return { groupKey: groupOf(target), memberKey: accountOf(target) };
}

async function observeMembership(app: AppClient, target: PlanTarget): Promise<Json> {
  const { body } = await app.call(request(OPERATIONS.group, { groupKey: groupOf(target) }));
  const { name } = readGroup(body, OPERATIONS.group);
  const answer = await app.call({ ...request(OPERATIONS.member, keysOf(target)), accept: [404] });
  if (answer.status === 404) return { isMember: false, role: null, group: name };
  const { role } = readMember(answer.body, OPERATIONS.member);
  return { isMember: true, role, group: name };
}

async function givesSuperAdmin(app: AppClient, groupId: string): Promise<boolean> {
  const roles = await readRoles(app);
  const assignments = await readAssignments(app);
  return assignments.some(({ assignedTo, roleId }) => assignedTo === groupId && roles.get(roleId)?.isSuperAdmin === true);
}

async function refreshMembership(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const account = await refreshAccount(app, target);
  const observed = await observeMembership(app, target);
  if (account.length === 0 || isSeen(observed, 'isMember') !== true) return account;
  return [...account, { kind: 'member', groupExternalId: groupOf(target), account: accountOf(target) }];
}
