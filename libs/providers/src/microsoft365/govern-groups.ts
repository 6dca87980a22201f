import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, flag, urlPages } from '../sdk/index.js';
import { cloudOf } from './clouds.js';
import { accountOf, globalAdministrators, needed, quoted, refreshAccount, seen, userPath } from './govern-users.js';
import { GLOBAL_ADMINISTRATOR, readAssignments } from './roles.js';
import { NEXT_LINK, readGroup, readObject, valuesOf } from './wire.js';

const GROUPS = 'GET /groups';
const MEMBER_OF = 'GET /users/{id}/memberOf';

/** Takes a user out of a group. */
export const removeFromGroup: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from group',
  effect: 'The user leaves the group and loses the files, apps, licences and roles that only this group gives.',
  target: 'group-member',
  scopes: ['GroupMember.ReadWrite.All', 'GroupMember.Read.All', 'Directory.Read.All', 'RoleManagement.Read.Directory', 'User.Read.All'],
  observe: observeMembership,
  isDone: (observed) => flag(at(observed, 'isMember')) === false,
  refuse: (observed) => {
    const keeper = seen(observed, 'keptBy');
    if (keeper === null) return undefined;
    return {
      code: 'MICROSOFT365_GROUP_KEPT_ELSEWHERE',
      message: `The members of ${seen(observed, 'groupName')} are kept by ${keeper}.`,
      remedy: `Change the membership in ${keeper}.`,
    };
  },
  run: async (app, target) => {
    const operation = 'DELETE /groups/{id}/members/{userId}/$ref';
    const path = `${membersPath(target)}/${encodeURIComponent(accountOf(target))}/$ref`;
    // Somebody else may have removed the user meanwhile: that is what we want.
    await app.call({ operation, method: 'DELETE', path, accept: [404] });
  },
  revert: {
    by: putBack,
    isDone: (observed, before) => flag(at(observed, 'isMember')) === flag(at(before, 'isMember')),
  },
  administratorsLeft: async (app, target) => {
    const held = await heldByGroup(app, groupOf(target));
    // A group that makes no global administrator takes none away either.
    return held === null ? null : globalAdministrators(app, held.includes(GLOBAL_ADMINISTRATOR) ? accountOf(target) : null);
  },
  refresh: async (app, target): Promise<readonly InventoryRecord[]> => {
    const account = await refreshAccount(app, target);
    if (account.length === 0 || !(await isMember(app, target))) return account;
    return [...account, { kind: 'member', groupExternalId: groupOf(target), account: accountOf(target) }];
  },
};

async function putBack(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  if (!flag(at(before, 'isMember'))) return;
  const reference = `${cloudOf(app.settings).graph}/v1.0/directoryObjects/${encodeURIComponent(accountOf(target))}`;
  const operation = 'POST /groups/{id}/members/$ref';
  await app.call({ operation, method: 'POST', path: `${membersPath(target)}/$ref`, json: { '@odata.id': reference } });
}

function groupOf(target: PlanTarget): string {
  return needed(target.groupExternalId, 'group');
}

function membersPath(target: PlanTarget): string {
  return `/groups/${encodeURIComponent(groupOf(target))}/members`;
}

async function observeMembership(app: AppClient, target: PlanTarget): Promise<Json> {
  const query = { $filter: `id eq ${quoted(groupOf(target))}`, $select: 'id,displayName,groupTypes,mailEnabled,onPremisesSyncEnabled' };
  const answer = await app.call({ operation: GROUPS, path: '/groups', query });
  const group = valuesOf(answer.body, GROUPS, readGroup)[0];
  if (!group) throw new AppFailure({ kind: 'missing', message: 'The group is gone.' }, GROUPS, answer.status);
  const keptBy = group.types.includes('DynamicMembership')
    ? 'the rule of the group'
    : group.isSynchronized
      ? 'Active Directory'
      : group.isMailEnabled && !group.types.includes('Unified')
        ? 'Exchange'
        : null;
  return { isMember: await isMember(app, target), groupName: group.name, keptBy };
}

// A user is in far fewer groups than a group has users.
async function isMember(app: AppClient, target: PlanTarget): Promise<boolean> {
  const request = { operation: MEMBER_OF, path: userPath(accountOf(target), '/memberOf'), query: { $select: 'id', $top: 999 } };
  for await (const page of urlPages(app, request, NEXT_LINK))
    if (valuesOf(page.body, MEMBER_OF, readObject).some((one) => one.id === groupOf(target))) return true;
  return false;
}

async function heldByGroup(app: AppClient, groupId: string): Promise<string[] | null> {
  try {
    return (await readAssignments(app, `principalId eq ${quoted(groupId)}`)).map((one) => one.roleDefinitionId);
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return null;
    throw error;
  }
}

/** Ids of the groups that a user is in directly. */
export async function groupIdsOf(app: AppClient, userId: string): Promise<string[]> {
  const ids: string[] = [];
  const request = { operation: MEMBER_OF, path: userPath(userId, '/memberOf'), query: { $select: 'id', $top: 999 } };
  for await (const page of urlPages(app, request, NEXT_LINK)) {
    ids.push(
      ...valuesOf(page.body, MEMBER_OF, readObject)
        .filter((one) => one.kind === 'group')
        .map((one) => one.id),
    );
  }
  return ids;
}
