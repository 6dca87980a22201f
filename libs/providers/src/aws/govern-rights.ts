import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import { at, list, text, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { changeIam } from './calls.js';
import { readDirectory } from './directory.js';
import { membershipsOf, policiesOf, privilegesOf } from './mapping.js';
import { administratorsLeft, needed, readLiveUser, refreshAccount, seenTexts, userNameOf, withDocuments } from './people.js';
import { plainDocument } from './policies.js';

/** Takes off every policy, and every group, that makes the user an administrator. */
export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Take administrator policies off',
  effect:
    'Administrator policies are detached from the user, inline ones are deleted, and the user leaves the groups that make an administrator. What those groups give besides is lost too.',
  target: 'account',
  scopes: [
    'iam:GetAccountAuthorizationDetails',
    'iam:GetUser',
    'iam:GetUserPolicy',
    'iam:DetachUserPolicy',
    'iam:DeleteUserPolicy',
    'iam:RemoveUserFromGroup',
  ],
  observe: observeRights,
  isDone: (observed) =>
    seenTexts(observed, 'attached').length === 0 && inlineOf(observed).length === 0 && seenTexts(observed, 'groups').length === 0,
  run: takeRights,
  revert: { by: giveRights, isDone: (observed, before) => JSON.stringify(rightsIn(observed)) === JSON.stringify(rightsIn(before)) },
  administratorsLeft,
  refresh: refreshRights,
};

// Only what makes an administrator, with the texts of inline policies, which exist nowhere else.
async function observeRights(app: AppClient, target: PlanTarget): Promise<Json> {
  const { groups, policies } = await readDirectory(app);
  const { user: bare } = await readLiveUser(app, target);
  const user = await withDocuments(app, bare);
  const makesAdmin = new Set(
    policiesOf(user, policies)
      .filter(({ isAdmin }) => isAdmin === true)
      .map(({ key }) => key),
  );
  return {
    userId: user.id,
    attached: user.attached
      .map(({ arn }) => arn)
      .filter((arn) => makesAdmin.has(arn))
      .sort(),
    inline: user.inline
      .filter(({ name }) => makesAdmin.has(`inline/${name}`))
      .map(({ name, document }) => ({ name, document: plainDocument(document ?? '') })),
    groups: user.groups
      .filter((name) => {
        const group = groups.get(name);
        return group !== undefined && policiesOf(group, policies).some(({ isAdmin }) => isAdmin === true);
      })
      .sort(),
  };
}

interface InlineRight {
  readonly name: string;
  readonly document: string;
}

function inlineOf(observed: Json): readonly InlineRight[] {
  return (list(at(observed, 'inline')) ?? []).flatMap((policy) => {
    const [name, document] = [text(at(policy, 'name')), text(at(policy, 'document'))];
    return name === null || document === null ? [] : [{ name, document }];
  });
}

function rightsIn(observed: Json): Json {
  return [
    seenTexts(observed, 'attached'),
    inlineOf(observed).map(({ name, document }) => ({ name, document })),
    seenTexts(observed, 'groups'),
  ];
}

async function takeRights(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const UserName = userNameOf(target);
  for (const PolicyArn of seenTexts(before, 'attached')) await changeIam(app, 'DetachUserPolicy', { UserName, PolicyArn });
  for (const { name } of inlineOf(before)) await changeIam(app, 'DeleteUserPolicy', { UserName, PolicyName: name });
  for (const GroupName of seenTexts(before, 'groups')) await changeIam(app, 'RemoveUserFromGroup', { UserName, GroupName });
}

async function giveRights(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const UserName = userNameOf(target);
  for (const PolicyArn of seenTexts(before, 'attached')) await changeIam(app, 'AttachUserPolicy', { UserName, PolicyArn });
  for (const { name, document } of inlineOf(before))
    await changeIam(app, 'PutUserPolicy', { UserName, PolicyName: name, PolicyDocument: document });
  for (const GroupName of seenTexts(before, 'groups')) await changeIam(app, 'AddUserToGroup', { UserName, GroupName });
}

async function refreshRights(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const account = await refreshAccount(app, target);
  if (account.length === 0) return account;
  const directory = await readDirectory(app);
  const user = await withDocuments(app, (await readLiveUser(app, target)).user);
  return [...account, ...privilegesOf(user, directory), ...membershipsOf(user, directory.groups)];
}

/** Takes a user out of one group. */
export const removeFromGroup: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from group',
  effect: 'The user loses what the policies of the group allow, within seconds.',
  target: 'group-member',
  scopes: ['iam:GetUser', 'iam:ListGroupsForUser', 'iam:RemoveUserFromGroup'],
  observe: async (app, target) => {
    const { user } = await readLiveUser(app, target);
    return { userId: user.id, isMember: user.groups.includes(groupNameOf(target)) };
  },
  isDone: (observed) => at(observed, 'isMember') !== true,
  run: (app, target) => changeIam(app, 'RemoveUserFromGroup', { UserName: userNameOf(target), GroupName: groupNameOf(target) }),
  revert: {
    by: async (app, target, before) => {
      if (at(before, 'isMember') === true)
        await changeIam(app, 'AddUserToGroup', { UserName: userNameOf(target), GroupName: groupNameOf(target) });
    },
    isDone: (observed, before) => at(observed, 'isMember') === at(before, 'isMember'),
  },
  refresh: refreshAccount,
};

function groupNameOf(target: PlanTarget): string {
  return needed(target.groupExternalId, 'a group').split('/').at(-1) ?? '';
}
