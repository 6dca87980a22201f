import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, text } from '../sdk/index.js';
import { readAdministrators, readUserRoles } from './admins.js';
import { toAccount } from './mapping.js';
import type { OktaUser } from './wire.js';
import { readUser } from './wire.js';

const ONE_USER = 'GET /api/v1/users/{id}';

/** Why a target can't be acted on, and what to do instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Below the API's root, with the id made safe for a path. */
export function userPath(userId: string, rest = ''): string {
  return `/api/v1/users/${encodeURIComponent(userId)}${rest}`;
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

/** The user as Okta has it now; fails as `missing` when it is gone. */
export async function readOneUser(app: AppClient, userId: string): Promise<OktaUser> {
  const answer = await app.call({ operation: ONE_USER, path: userPath(userId) });
  return readUser(answer.body, ONE_USER);
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

/** A field of what a plan observed. */
export function seen(observed: Json, name: string): string | null {
  return text(at(observed, name));
}

const SUPER_ADMIN = 'SUPER_ADMIN';

/** How many super administrators who can sign in there are without `userId` (with all of them for null); null where Okta does not let us know. */
export async function superAdministrators(app: AppClient, without: string | null): Promise<number | null> {
  try {
    const ids = [...(await readAdministrators(app)).ids].filter((id) => id !== without);
    const counted = await app.each(ids, (id) => isActiveSuperAdministrator(app, id));
    return counted.filter(Boolean).length;
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return null;
    throw error;
  }
}

async function isActiveSuperAdministrator(app: AppClient, userId: string): Promise<boolean> {
  try {
    const roles = await readUserRoles(app, userId);
    if (!roles.some((role) => role.isActive && role.type === SUPER_ADMIN)) return false;
    return (await readOneUser(app, userId)).status === 'ACTIVE';
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return false;
    throw error;
  }
}
