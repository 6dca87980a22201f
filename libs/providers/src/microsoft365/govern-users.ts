import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, flag, requiredRecord, text } from '../sdk/index.js';
import { toAccount } from './mapping.js';
import { USER_FIELDS } from './reads.js';
import { GLOBAL_ADMINISTRATOR, readAssignments, readUserMembers } from './roles.js';
import type { GraphUser } from './wire.js';
import { readUser } from './wire.js';

const ONE_USER = 'GET /users/{id}';

/** Below the API's root, with the id made safe for a path. */
export function userPath(userId: string, rest = ''): string {
  return `/users/${encodeURIComponent(userId)}${rest}`;
}

/** The account that a plan is for; a plan without one was made wrongly. */
export function accountOf(target: PlanTarget): string {
  return needed(target.accountExternalId, 'account');
}

/** A part of the target that this kind of plan needs. */
export function needed(id: string | null, what: string): string {
  if (id !== null && id !== '') return id;
  throw new AppFailure({ kind: 'rejected', message: `This action needs the id of an ${what}.` }, 'plan', undefined);
}

/** A text safe inside a filter's quotes. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The user as Entra ID has it now; fails as `missing` when it is gone. */
export async function readOneUser(app: AppClient, userId: string, fields = USER_FIELDS): Promise<GraphUser> {
  const answer = await app.call({ operation: ONE_USER, path: userPath(userId), query: { $select: fields } });
  return readUser(requiredRecord(answer.body, ONE_USER, 'a user'), ONE_USER);
}

/** The account's record for the inventory; nothing when it is gone, which the next listing shows. */
export async function refreshAccount(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  try {
    return [toAccount(await readOneUser(app, accountOf(target)))];
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return [];
    throw error;
  }
}

/** A text of what a plan observed. */
export function seen(observed: Json, name: string): string | null {
  return text(at(observed, name));
}

/** How many global administrators who can sign in there are without `userId`; null where Graph does not let us know. */
export async function globalAdministrators(app: AppClient, without: string | null): Promise<number | null> {
  try {
    const assignments = await readAssignments(app, `roleDefinitionId eq ${quoted(GLOBAL_ADMINISTRATOR)}`);
    const holders = await app.each(assignments, async ({ principalId, principalKind }) =>
      principalKind === 'group' ? readUserMembers(app, principalId) : principalKind === 'user' ? [principalId] : [],
    );
    const ids = [...new Set(holders.flat())].filter((id) => id !== without);
    return (await app.each(ids, (id) => canSignIn(app, id))).filter(Boolean).length;
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return null;
    throw error;
  }
}

async function canSignIn(app: AppClient, userId: string): Promise<boolean> {
  try {
    return flag((await readOneUser(app, userId, 'id,accountEnabled')).wire['accountEnabled']) === true;
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return false;
    throw error;
  }
}
