import type { Json } from '#libs/kernel';
import { AppFailure, at, text, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { accountOf, baseOf, type AccountFact } from './facts.js';
import { OPERATIONS, pathOf } from './operations.js';
import { accountPages, userOf } from './pages.js';
import { needed, refreshAccount, refuseFailedItems, userIdOf, type Refusal } from './people.js';
import type { AccountGroup } from './wire.js';

export const removeFromGroup: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from group',
  effect:
    'The user is no member of this group of one account any more, and loses what the group gives: shared templates, folders and its permission profile.',
  target: 'group-member',
  scopes: ['signature', 'user_read'],
  observe,
  isDone: (observed) => at(observed, 'isMember') !== true,
  run: (app, target) => change(app, target, 'removeFromGroup'),
  refuse,
  revert: {
    by: (app, target) => change(app, target, 'addToGroup'),
    isDone: (observed, before) => at(observed, 'isMember') === at(before, 'isMember'),
  },
  refresh: refreshAccount,
};

interface Place {
  readonly account: AccountFact;
  readonly groupId: string;
}

// `<account>/<group>`: the numbers of groups are unique only within their account.
function placeOf(app: AppClient, target: PlanTarget): Place {
  const [accountId, groupId, ...rest] = needed(target.groupExternalId, 'a group').split('/');
  if (!accountId || !groupId || rest.length > 0) {
    throw new AppFailure({ kind: 'rejected', message: 'The id of a group is <account id>/<group id>.' }, 'plan', undefined);
  }
  return { account: accountOf(app, accountId), groupId };
}

async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const { account, groupId } = placeOf(app, target);
  const user = await userOf(app, account, userIdOf(target));
  if (!user.groups) return { isMember: await isListed(app, { account, groupId }, user.id), name: null, type: null };
  const group: AccountGroup | undefined = user.groups.find(({ id }) => id === groupId);
  return { isMember: group !== undefined, name: group?.name ?? null, type: group?.type ?? null };
}

// An answer without the user's groups tells nothing about them: then the group's own list is asked.
async function isListed(app: AppClient, { account, groupId }: Place, userId: string): Promise<boolean> {
  const operation = OPERATIONS.groupUsers;
  const request = { operation, at: baseOf(account), path: pathOf(operation, { accountId: account.id, groupId }) };
  for await (const { rows } of accountPages(app, request, 'users')) {
    if (rows.some((row) => text(at(row, 'userId')) === userId)) return true;
  }
  return false;
}

function refuse(observed: Json): Refusal | undefined {
  if (text(at(observed, 'type'))?.toLowerCase() !== 'everyonegroup') return undefined;
  return {
    code: 'DOCUSIGN_EVERYONE_GROUP',
    message: 'Everybody in the account belongs to this group; nobody can be taken out of it.',
    remedy: 'Suspend the user to take the access to the account away.',
  };
}

async function change(app: AppClient, target: PlanTarget, how: 'addToGroup' | 'removeFromGroup'): Promise<void> {
  const { account, groupId } = placeOf(app, target);
  const operation = OPERATIONS[how];
  const answer = await app.call({
    operation,
    method: how === 'addToGroup' ? 'PUT' : 'DELETE',
    at: baseOf(account),
    path: pathOf(operation, { accountId: account.id, groupId }),
    json: { users: [{ userId: userIdOf(target) }] },
  });
  refuseFailedItems(answer.body, 'users', operation, answer.status);
}
