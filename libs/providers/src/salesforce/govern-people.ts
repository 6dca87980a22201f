import type { InventoryRecord } from '#libs/contracts';
import { AppFailure, flag, text, type AppClient, type PlanTarget } from '../sdk/index.js';

import { readBeside } from './listings.js';
import { toAccount } from './mapping.js';
import { OPERATIONS, pathOf } from './operations.js';
import { checkedId, queryAll } from './soql.js';
import { readLoginState, readUser, USER_FIELDS, type LoginState, type User } from './wire.js';

/** Why a target can't be acted on, and what to do instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** The user that a plan is for. */
export function userIdOf(target: PlanTarget): string {
  return checkedId(target.accountExternalId, 'a user');
}

/** The user as it is now; fails as `missing` when there is none. */
export async function userOf(app: AppClient, target: PlanTarget): Promise<User> {
  const id = userIdOf(target);
  const [row] = await queryAll(app, `SELECT ${USER_FIELDS} FROM User WHERE Id = '${id}'`);
  if (row) return readUser(row);
  throw new AppFailure({ kind: 'missing', message: `Salesforce has no user ${id}.` }, 'query (User)', undefined);
}

/** Whether the user is frozen or locked. Users that cannot sign in at all have no such row. */
export async function loginStateOf(app: AppClient, target: PlanTarget): Promise<LoginState | undefined> {
  const [row] = await queryAll(app, `SELECT Id, UserId, IsFrozen, IsPasswordLocked FROM UserLogin WHERE UserId = '${userIdOf(target)}'`);
  return row && readLoginState(row);
}

/** Sessions of the user, without the one that we ask with. */
export async function sessionsOf(app: AppClient, target: PlanTarget): Promise<string[]> {
  const rows = await queryAll(app, `SELECT Id, IsCurrent FROM AuthSession WHERE UsersId = '${userIdOf(target)}'`);
  return rows.filter((row) => flag(row['IsCurrent']) !== true).flatMap((row) => text(row['Id']) ?? []);
}

/** Ends sessions one by one; one that has ended meanwhile is as good as ended by us. */
export async function endSessions(app: AppClient, ids: readonly string[]): Promise<void> {
  await app.each(ids, (id) => remove(app, 'AuthSession', id), 3);
}

export async function update(
  app: AppClient,
  object: string,
  id: string,
  fields: Readonly<Record<string, string | boolean>>,
): Promise<void> {
  const operation = OPERATIONS.update;
  await app.call({ operation: `${operation} (${object})`, method: 'PATCH', path: pathOf(operation, { object, id }), json: { ...fields } });
}

/** Deletes a record; that it is gone already is what was wanted. */
export async function remove(app: AppClient, object: string, id: string): Promise<void> {
  const operation = OPERATIONS.remove;
  try {
    await app.call({ operation: `${operation} (${object})`, method: 'DELETE', path: pathOf(operation, { object, id }) });
  } catch (failure) {
    if (!(failure instanceof AppFailure) || failure.kind !== 'missing') throw failure;
  }
}

/** Makes a record. The answer is 201 also where single errors are told in it. */
export async function create(app: AppClient, object: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const operation = OPERATIONS.create;
  const { body, status } = await app.call({
    operation: `${operation} (${object})`,
    method: 'POST',
    path: pathOf(operation, { object }),
    json: { ...fields },
  });
  if (flag((body as Record<string, unknown> | undefined)?.['success']) === true) return;
  throw new AppFailure({ kind: 'rejected', message: `Salesforce did not make the ${object}.` }, operation, status);
}

/** The account's record for the inventory, as the listing would tell it. */
export async function refreshAccount(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const user = await userOf(app, target);
  return [toAccount(user, await readBeside(app, user.id))];
}
