import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, whole } from '../sdk/index.js';
import { send } from './calls.js';
import { membersOf, scimGroups, userGroupsOf } from './listings.js';
import { accountOf, isSo, needed, refreshAccount, seen } from './people.js';
import { inWorkspace, workspacesOf } from './standing.js';

const UPDATE = 'POST /api/usergroups.users.update';

/** Takes a person out of a user group. */
export const removeFromGroup: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from user group',
  effect: 'The person is no longer mentioned with the group. Channels that the group brought them into are not left.',
  target: 'group-member',
  scopes: ['usergroups:write', 'usergroups:read', 'admin.teams:read', 'users:read'],
  observe: observeMembership,
  isDone: (observed) => !isSo(observed, 'isMember'),
  refuse: (observed) => {
    if (isSo(observed, 'isFromIdp')) {
      return {
        code: 'SLACK_GROUP_KEPT_BY_IDP',
        message: `The members of ${seen(observed, 'name')} are kept by the identity provider.`,
        remedy: 'Remove the person from the group there.',
      };
    }
    if (!isSo(observed, 'isMember') || (whole(at(observed, 'others')) ?? 0) > 0) return undefined;
    return {
      code: 'SLACK_LAST_GROUP_MEMBER',
      message: `This person is the only member of ${seen(observed, 'name')}, and Slack keeps no empty group.`,
      remedy: 'Add somebody else first, or disable the group in Slack.',
    };
  },
  run: (app, target, before) => rewrite(app, target, before, (members, id) => members.filter((member) => member !== id)),
  revert: {
    by: (app, target, before) => rewrite(app, target, before, (members, id) => [...members, id]),
    isDone: (observed, before) => isSo(observed, 'isMember') === isSo(before, 'isMember'),
  },
  refresh: refreshMembership,
};

function groupOf(target: PlanTarget): string {
  return needed(target.groupExternalId, 'a group');
}

async function observeMembership(app: AppClient, target: PlanTarget): Promise<Json> {
  const id = groupOf(target);
  for (const workspace of await workspacesOf(app)) {
    const group = (await userGroupsOf(app, workspace.id)).find((one) => one.id === id && !one.isDeleted);
    if (!group) continue;
    const members = await membersOf(app, workspace.id, id);
    const isMember = members.includes(accountOf(target));
    const others = members.filter((member) => member !== accountOf(target)).length;
    return { isMember, others, name: group.name, isFromIdp: group.isFromIdp === true, workspace: workspace.id };
  }
  const kept = await keptElsewhere(app, target);
  if (kept) return kept;
  throw new AppFailure(
    { kind: 'missing', appCode: 'no_such_subteam', message: `Slack has no user group ${id}.` },
    'GET /api/usergroups.list',
    200,
  );
}

// Groups of the identity provider are listed with the others, and are no user groups: they have to be found to be refused by name.
async function keptElsewhere(app: AppClient, target: PlanTarget): Promise<Json | undefined> {
  if (app.settings['idpGroups'] === 'false') return undefined;
  for await (const page of scimGroups(app)) {
    const group = page.find(({ id }) => id === groupOf(target));
    if (!group) continue;
    const users = group.users ?? [];
    const isMember = users.includes(accountOf(target));
    return { isMember, others: users.length - Number(isMember), name: group.name, isFromIdp: true, workspace: null };
  }
  return undefined;
}

// The method replaces the whole list, so it is read once more right before: whoever joined meanwhile must not be thrown out.
async function rewrite(
  app: AppClient,
  target: PlanTarget,
  before: Json,
  change: (members: readonly string[], id: string) => string[],
): Promise<void> {
  const workspace = needed(seen(before, 'workspace'), 'a workspace');
  const members = await membersOf(app, workspace, groupOf(target));
  const changed = [...new Set(change(members, accountOf(target)))];
  if (changed.length === members.length) return;
  if (changed.length === 0)
    throw new AppFailure({ kind: 'conflict', message: 'The person has become the only member of the group.' }, UPDATE, undefined);
  await send(app, UPDATE, { usergroup: groupOf(target), users: changed.join(','), ...(await inWorkspace(app, workspace)) });
}

async function refreshMembership(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const account = await refreshAccount(app, target);
  if (account.length === 0 || !isSo(await observeMembership(app, target), 'isMember')) return account;
  return [...account, { kind: 'member', groupExternalId: groupOf(target), account: accountOf(target) }];
}
