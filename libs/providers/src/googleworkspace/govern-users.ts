import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, flag, text } from '../sdk/index.js';
import { toAccount } from './mapping.js';
import { OPERATIONS } from './operations.js';
import { readOneUser, userPages, write } from './pages.js';
import type { GoogleUser } from './wire.js';

/** Why a target can't be acted on, and what to do instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
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

/** A text that a plan observed. */
export function seen(observed: Json, name: string): string | null {
  return text(at(observed, name));
}

/** A yes or no that a plan observed. */
export function isSeen(observed: Json, name: string): boolean | null {
  return flag(at(observed, name));
}

/** Changes some fields of a user. */
export async function patchUser(app: AppClient, target: PlanTarget, json: Json): Promise<void> {
  await app.call(write(OPERATIONS.patchUser, { userKey: accountOf(target) }, { json }));
}

/** The user as the inventory keeps it; nothing when it is gone, which the next listing shows. */
export async function refreshAccount(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const user = await userIfThere(app, accountOf(target));
  return user ? [accountAlone(user)] : [];
}

/** The user, or `undefined` when it is gone. */
export async function userIfThere(app: AppClient, userKey: string): Promise<GoogleUser | undefined> {
  try {
    return await readOneUser(app, userKey);
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return undefined;
    throw error;
  }
}

// The user's own flags say nothing of roles that a group gives: they may say yes, but not no.
function accountAlone(user: GoogleUser): InventoryRecord {
  const { isAdmin, ...rest } = toAccount(user);
  return isAdmin === true ? { ...rest, isAdmin } : rest;
}

/** How many super administrators who can sign in there are without `userId`, or all of them for null. */
export async function superAdministrators(app: AppClient, without: string | null): Promise<number | null> {
  let count = 0;
  for await (const users of userPages(app, { query: 'isAdmin=true' })) {
    count += users.filter((user) => user.id !== without && user.suspended === false && user.archived !== true).length;
  }
  return count;
}
