import type { InventoryRecord } from '#libs/contracts';
import { AppFailure, at, list, text, type AppClient, type PlanTarget } from '../sdk/index.js';

import { factsOf, sameId, type AccountFact } from './facts.js';
import { factsOfProfile, isOpen, toAccountFromProfile } from './mapping.js';
import { accountUsers, profileOf, userOf } from './pages.js';
import type { Membership, UserProfile } from './wire.js';

/** Why a target can't be acted on, and what to do instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** The user that a plan is for; a plan without one was made wrongly. */
export function userIdOf(target: PlanTarget): string {
  return needed(target.accountExternalId, 'an account');
}

/** A part of the target that this kind of plan needs. */
export function needed(id: string | null, what: string): string {
  if (id !== null && id !== '') return id;
  throw new AppFailure({ kind: 'rejected', message: `This action needs the id of ${what}.` }, 'plan', undefined);
}

/** The user as the Admin API has it now; fails as `missing` when it is gone. */
export async function readProfile(app: AppClient, userId: string): Promise<UserProfile> {
  const profile = await profileOf(app, factsOf(app).organizationId, userId);
  if (profile) return profile;
  throw new AppFailure({ kind: 'missing', message: `Docusign has no user ${userId} in this organization.` }, 'dsprofile', 404);
}

/** Memberships that we may act on: those in the organization's accounts, or only in the chosen ones when accounts were chosen. */
export function governed(app: AppClient, profile: UserProfile): readonly Membership[] {
  const own = profile.memberships.filter(({ isExternal }) => !isExternal);
  const chosen = app.settings['accountIds'];
  if (chosen === undefined || chosen.length === 0) return own;
  const { accounts } = factsOf(app);
  return own.filter(({ accountId }) => accounts.some(({ id }) => sameId(id, accountId)));
}

/** The account's records for the inventory, told as the listings tell them; nothing when it is gone, which the next listing shows. */
export async function refreshAccount(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const { organizationId, accounts } = factsOf(app);
  const profile = await profileOf(app, organizationId, userIdOf(target));
  if (!profile) return [];
  // What an action shows must not tell of accounts that are not read, or the next listing would take it back.
  const memberships = profile.memberships.filter(({ accountId }) => accounts.some(({ id }) => sameId(id, accountId)));
  const isAdmin = memberships.some((item) => item.isAdmin === true && isOpen(item.status));
  return [toAccountFromProfile({ ...profile, memberships }), { ...factsOfProfile(profile), isAdmin: isAdmin ? true : null }];
}

/** A page of users has a hundred; in the largest accounts we look no further than this for another administrator. */
const MOST_PAGES = 50;

/**
 * Administrators that would be left without this user, in the account where fewest would be. One is enough for an account to be administrated, so
 * counting ends at the first page that has one. Null when none was found within the pages that we look at.
 */
export async function administratorsLeft(app: AppClient, target: PlanTarget): Promise<number | null> {
  const userId = userIdOf(target);
  const { accounts } = factsOf(app);
  const held = await app.each(accounts, (account) => isAdministratorOf(app, account, userId), 4);
  const concerned = held.includes(true) ? accounts.filter((_, index) => held[index]) : accounts;
  let fewest = Number.POSITIVE_INFINITY;
  for (const account of concerned) {
    const others = await otherAdministrators(app, account, userId);
    if (others === null) return null;
    fewest = Math.min(others, fewest);
  }
  return fewest;
}

async function isAdministratorOf(app: AppClient, account: AccountFact, userId: string): Promise<boolean> {
  try {
    const user = await userOf(app, account, userId);
    return user.isAdmin === true && isOpen(user.status);
  } catch (failure) {
    if (failure instanceof AppFailure && failure.kind === 'missing') return false;
    throw failure;
  }
}

async function otherAdministrators(app: AppClient, account: AccountFact, userId: string): Promise<number | null> {
  let pages = 0;
  for await (const { rows } of accountUsers(app, account, { status: 'Active' })) {
    const others = rows.filter((user) => user.isAdmin === true && user.status === 'active' && !sameId(user.id, userId)).length;
    if (others > 0) return others;
    pages += 1;
    if (pages >= MOST_PAGES) return null;
  }
  return 0;
}

/** Batches answer 200 although single items failed: what each item says is the answer. */
export function refuseFailedItems(body: unknown, name: string, operation: string, status: number): void {
  const items = list(at(body, name)) ?? [];
  const details = [
    at(body, 'errorDetails'),
    at(body, 'error_details'),
    ...items.flatMap((item) => [at(item, 'errorDetails'), at(item, 'error_details')]),
  ];
  const errors = details.filter((detail) => !isNoError(detail));
  if (errors.length === 0 && String(at(body, 'success') ?? true).toLowerCase() !== 'false') return;
  const [first] = errors;
  const appCode = text(at(first, 'errorCode')) ?? text(at(first, 'error')) ?? undefined;
  const said = text(at(first, 'message')) ?? text(at(first, 'error_description')) ?? appCode ?? 'it gave no reason';
  const message = `Docusign took the request, but not for ${errors.length || 'all'} of ${items.length || 1} item(s): ${said}.`;
  throw new AppFailure(
    { kind: kindOf(appCode), appCode, message, remedy: 'Look at the user in Docusign Admin, and try again.' },
    operation,
    status,
  );
}

// "SUCCESS" stands in the error details of items that went well.
function isNoError(detail: unknown): boolean {
  if (detail === undefined || detail === null) return true;
  const code = text(at(detail, 'errorCode')) ?? text(at(detail, 'error'));
  return code === null || code.toUpperCase() === 'SUCCESS';
}

function kindOf(appCode: string | undefined): 'missing' | 'conflict' | 'rejected' | 'throttled' {
  const code = (appCode ?? '').toUpperCase();
  if (code.endsWith('LIMIT_EXCEEDED')) return 'throttled';
  if (/NOT_FOUND|DOES_NOT_EXIST|INVALID_USERID/.test(code)) return 'missing';
  return /STATE|CLOSED|CONFLICT|ALREADY/.test(code) ? 'conflict' : 'rejected';
}
