import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, flag } from '../sdk/index.js';
import { accountOf, globalAdministrators, quoted, userPath } from './govern-users.js';
import { toAccount } from './mapping.js';
import { USER_FIELDS } from './reads.js';
import type { GraphUser } from './wire.js';
import { readUser, valuesOf } from './wire.js';

const DELETED = 'GET /directory/deletedItems/microsoft.graph.user';

/** Deletes a user, who can be restored for 30 days with all that belonged to the account. */
export const deactivateUser: ActionPlan = {
  kind: 'DEACTIVATE_USER',
  title: 'Delete user',
  effect:
    'The user is deleted: no sign-in, and mailbox, files and licences go with the account. For 30 days it can be restored; after that it is gone for good.',
  target: 'account',
  scopes: ['User.DeleteRestore.All', 'User.Read.All', 'RoleManagement.Read.Directory', 'GroupMember.Read.All'],
  observe: async (app, target) => {
    if (await readIfThere(app, accountOf(target))) return { isDeleted: false };
    if (await readDeleted(app, accountOf(target))) return { isDeleted: true };
    throw new AppFailure({ kind: 'missing', message: 'The user is gone for good.' }, DELETED, 404);
  },
  isDone: (observed) => flag(at(observed, 'isDeleted')) === true,
  run: async (app, target) => {
    await app.call({ operation: 'DELETE /users/{id}', method: 'DELETE', path: userPath(accountOf(target)), accept: [404] });
  },
  revert: {
    by: restore,
    isDone: (observed, before) => flag(at(observed, 'isDeleted')) === flag(at(before, 'isDeleted')),
    note: 'Within 30 days. Groups that Exchange or a rule keeps come back by and by.',
  },
  administratorsLeft: (app, target) => globalAdministrators(app, accountOf(target)),
  refresh: async (app, target): Promise<readonly InventoryRecord[]> => {
    const user = await readIfThere(app, accountOf(target));
    if (user) return [toAccount(user)];
    const deleted = await readDeleted(app, accountOf(target));
    return deleted ? [{ ...toAccount(deleted), status: 'DELETED' }] : [];
  },
};

async function restore(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  if (flag(at(before, 'isDeleted'))) return;
  const operation = 'POST /directory/deletedItems/{id}/restore';
  const path = `/directory/deletedItems/${encodeURIComponent(accountOf(target))}/restore`;
  await app.call({ operation, method: 'POST', path });
}

async function readIfThere(app: AppClient, userId: string): Promise<GraphUser | undefined> {
  const operation = 'GET /users/{id}';
  const answer = await app.call({ operation, path: userPath(userId), query: { $select: USER_FIELDS }, accept: [404] });
  return answer.status === 404 ? undefined : valuesOf({ value: [answer.body] }, operation, readUser)[0];
}

async function readDeleted(app: AppClient, userId: string): Promise<GraphUser | undefined> {
  const query = { $filter: `id eq ${quoted(userId)}`, $select: `${USER_FIELDS},deletedDateTime` };
  const answer = await app.call({ operation: DELETED, path: '/directory/deletedItems/microsoft.graph.user', query });
  return valuesOf(answer.body, DELETED, readUser)[0];
}
