import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, linkPages, text } from '../sdk/index.js';
import { invitationId, toInvited, toOutsideCollaborator, toOwnership } from './mapping.js';
import type { Operation } from './operations.js';
import { loginOf, orgList, outsideCollaborators } from './people.js';
import { readMembership, readOwners, type Membership } from './teams.js';
import { readInvitation, readUser, rowsOf, type GithubInvitation } from './wire.js';

/** Why a target can't be acted on, and what to do instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** A reason, in its three parts. */
export function refusal(code: string, message: string, remedy: string): Refusal {
  return { code, message, remedy };
}

/** A part of the target that this kind of plan needs. */
export function needed(id: string | null, what: string): string {
  if (id !== null && id !== '') return id;
  throw new AppFailure({ kind: 'rejected', message: `This action needs the id of an ${what}.` }, 'plan', undefined);
}

/** The account that a plan is for; a plan without one was made wrongly. */
export function accountOf(target: PlanTarget): string {
  return needed(target.accountExternalId, 'account');
}

/** A field of what a plan observed. */
export function seen(observed: Json, name: string): string | null {
  return text(at(observed, name));
}

/** Somebody's standing in the organization, whatever it is. */
export interface Standing extends Membership {
  readonly login: string;
  readonly isOutside: boolean;
}

/** How somebody stands to the organization now; fails as `missing` when GitHub knows no such user. */
export async function readStanding(app: AppClient, accountId: string): Promise<Standing> {
  const login = await loginOf(app, accountId);
  const membership = await readMembership(app, login);
  return { ...membership, login, isOutside: membership.state === 'none' && (await isOutside(app, accountId)) };
}

async function isOutside(app: AppClient, accountId: string): Promise<boolean> {
  for await (const page of linkPages(app, outsideCollaborators(app))) {
    if (rowsOf(page.body, page.request.operation, readUser).some((user) => user.id === accountId)) return true;
  }
  return false;
}

/** The invitation that an account stands for; `undefined` when it was answered or withdrawn. */
export async function readOneInvitation(app: AppClient, id: string): Promise<GithubInvitation | undefined> {
  const operation: Operation = 'GET /orgs/{org}/invitations';
  for await (const page of linkPages(app, orgList(app, operation, '/invitations'))) {
    const found = rowsOf(page.body, operation, readInvitation).find((one) => one.id === id);
    if (found) return found;
  }
  return undefined;
}

/** How many owners there are without `accountId`; null where GitHub does not let us know. */
export async function ownersLeft(app: AppClient, accountId: string | null): Promise<number | null> {
  try {
    return (await readOwners(app)).filter((owner) => owner.id !== accountId).length;
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return null;
    throw error;
  }
}

/** The account as it stands now, for the inventory to follow; what a membership does not tell is left as it is known. */
export async function refreshAccount(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const accountId = accountOf(target);
  const invitation = invitationId(accountId);
  if (invitation !== undefined) {
    const found = await readOneInvitation(app, invitation);
    return found ? [toInvited(found)] : [];
  }
  const standing = await ifThere(() => readStanding(app, accountId));
  if (!standing || (standing.state === 'none' && !standing.isOutside)) return [];
  const user = { id: accountId, login: standing.login, type: 'User' };
  if (standing.isOutside) return [toOutsideCollaborator(user)];
  return [
    { kind: 'accountFacts', externalId: accountId, isAdmin: standing.role === 'admin' },
    ...(standing.role === 'admin' ? [toOwnership(user)] : []),
  ];
}

/** What is gone is `undefined`; every other failure is one. */
export async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return undefined;
    throw error;
  }
}
