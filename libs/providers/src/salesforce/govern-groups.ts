import type { Json } from '#libs/kernel';
import { at, flag, list, text, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { create, refreshAccount, remove, userIdOf, userOf, type Refusal } from './govern-people.js';
import { checkedId, queryAll } from './soql.js';

const ROLE = /^00E/;

export const removeFromGroup: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from group or queue',
  effect: 'The user is no direct member of this public group or queue any more. Memberships through roles or other groups stay.',
  target: 'group-member',
  scopes: ['api', 'Manage Users'],
  observe,
  isDone: (observed) => flag(at(observed, 'isMember')) === false,
  run: async (app, _target, before) => {
    for (const id of list(at(before, 'memberships')) ?? []) await remove(app, 'GroupMember', String(id));
  },
  refuse,
  revert: {
    by: (app, target) => create(app, 'GroupMember', { GroupId: groupIdOf(target), UserOrGroupId: userIdOf(target) }),
    isDone: (observed, before) => at(observed, 'isMember') === at(before, 'isMember'),
  },
  refresh: refreshAccount,
};

function groupIdOf(target: PlanTarget): string {
  return checkedId(target.groupExternalId, 'a group');
}

async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const [groupId, user] = [groupIdOf(target), await userOf(app, target)];
  if (ROLE.test(groupId)) return { isRole: true };
  const rows = await queryAll(app, `SELECT Id FROM GroupMember WHERE GroupId = '${groupId}' AND UserOrGroupId = '${user.id}'`);
  return { isMember: rows.length > 0, memberships: rows.flatMap((row) => text(row['Id']) ?? []) };
}

function refuse(observed: Json): Refusal | undefined {
  if (flag(at(observed, 'isRole')) !== true) return undefined;
  return {
    code: 'SALESFORCE_ROLE',
    message: 'This is a role of the hierarchy: a user has one, and is no member that could be removed.',
    remedy: 'Change the role of the user in Setup, Users.',
  };
}
