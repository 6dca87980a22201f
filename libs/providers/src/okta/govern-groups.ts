import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, flag, linkPages } from '../sdk/index.js';
import { readGroupRoles } from './admins.js';
import type { Operation } from './operations.js';
import { accountOf, needed, refreshAccount, seen, superAdministrators, userPath } from './govern-users.js';
import { readGroup, rowsOf } from './wire.js';

const ONE_GROUP = 'GET /api/v1/groups/{groupId}';
const GROUPS_OF_USER = 'GET /api/v1/users/{id}/groups';

/** Takes a user out of a group. */
export const removeFromGroup: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from group',
  effect: 'The user leaves the group and loses the apps and administrator roles that only this group gives.',
  target: 'group-member',
  scopes: ['okta.groups.manage', 'okta.groups.read', 'okta.users.read', 'okta.roles.read'],
  observe: observeMembership,
  isDone: (observed) => flag(at(observed, 'isMember')) === false,
  refuse: (observed) => {
    const type = seen(observed, 'groupType');
    if (type === 'OKTA_GROUP') return undefined;
    const keeper = type === 'APP_GROUP' ? 'the app or directory that it comes from' : 'Okta itself';
    return {
      code: 'OKTA_GROUP_KEPT_ELSEWHERE',
      message: `The members of ${seen(observed, 'groupName')} are kept by ${keeper}.`,
      remedy:
        type === 'APP_GROUP' ? 'Change the membership there.' : 'Everyone belongs to this group; suspend or deactivate the user instead.',
    };
  },
  run: (app, target) => change(app, target, 'DELETE /api/v1/groups/{groupId}/users/{userId}'),
  revert: {
    by: (app, target) => change(app, target, 'PUT /api/v1/groups/{groupId}/users/{userId}'),
    isDone: (observed, before) => flag(at(observed, 'isMember')) === flag(at(before, 'isMember')),
  },
  administratorsLeft: async (app, target) => {
    const roles = await readGroupRoles(app, groupOf(target));
    // A group that makes no super administrator takes none away either.
    return superAdministrators(app, roles.some((role) => role.type === 'SUPER_ADMIN') ? accountOf(target) : null);
  },
  refresh: refreshMembership,
};

function groupOf(target: PlanTarget): string {
  return needed(target.groupExternalId, 'group');
}

async function observeMembership(app: AppClient, target: PlanTarget): Promise<Json> {
  const groupId = groupOf(target);
  const answer = await app.call({ operation: ONE_GROUP, path: `/api/v1/groups/${encodeURIComponent(groupId)}` });
  const group = readGroup(answer.body, ONE_GROUP);
  return { isMember: await isMember(app, accountOf(target), groupId), groupType: group.type, groupName: group.name };
}

// A user is in far fewer groups than a group has users.
async function isMember(app: AppClient, userId: string, groupId: string): Promise<boolean> {
  for await (const page of linkPages(app, { operation: GROUPS_OF_USER, path: userPath(userId, '/groups') })) {
    if (rowsOf(page.body, GROUPS_OF_USER, readGroup).some((group) => group.id === groupId)) return true;
  }
  return false;
}

async function change(app: AppClient, target: PlanTarget, operation: Operation): Promise<void> {
  const path = `/api/v1/groups/${encodeURIComponent(groupOf(target))}/users/${encodeURIComponent(accountOf(target))}`;
  await app.call({ operation, method: operation.startsWith('PUT') ? 'PUT' : 'DELETE', path });
}

async function refreshMembership(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const account = await refreshAccount(app, target);
  if (account.length === 0 || !(await isMember(app, accountOf(target), groupOf(target)))) return account;
  return [...account, { kind: 'member', groupExternalId: groupOf(target), account: accountOf(target) }];
}
