import type { Json } from '#libs/kernel';
import { AppFailure, at, list, text, whole, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { baseOf, factsOf, sameId } from './facts.js';
import { isOpen } from './mapping.js';
import { OPERATIONS, pathOf } from './operations.js';
import { adminUsers } from './pages.js';
import { administratorsLeft, governed, readProfile, refreshAccount, refuseFailedItems, userIdOf, type Refusal } from './people.js';

/** What is kept of a user's memberships, so that exactly these can be opened again. */
interface Seen {
  readonly seenAt: number;
  readonly userId: string;
  readonly siteId: number | null;
  readonly email: string | null;
  readonly memberships: readonly SeenMembership[];
}

interface SeenMembership {
  readonly id: string;
  readonly accountId: string;
  readonly account: string | null;
  readonly status: string | null;
  /** Null when Docusign does not say, or when it is open. */
  readonly closedAt: number | null;
}

/** Memberships closed within this time of each other were closed by one act. */
const SAME_ACT_MS = 60 * 60_000;
/** What was closed within this time is opened even beside memberships that are open: an act that was cut short is finished. */
const RECENT_MS = 24 * 60 * 60_000;

export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Close memberships',
  effect:
    'Closes every open membership of the user in the accounts of the organization: the user can no longer work in any of them. Envelopes, groups and permission profiles stay.',
  target: 'account',
  scopes: ['user_read', 'user_write', 'signature'],
  observe: (app, target) => observe(app, target, false),
  isDone: (observed) => seen(observed).memberships.every(({ status }) => !isOpen(status)),
  run: async (app, target, before) =>
    close(
      app,
      userIdOf(target),
      seen(before).memberships.filter(({ status }) => isOpen(status)),
    ),
  refuse: (observed) => (seen(observed).memberships.length === 0 ? NO_MEMBERSHIP : undefined),
  revert: {
    by: async (app, _target, before) =>
      open(
        app,
        seen(before),
        seen(before).memberships.filter(({ status }) => isOpen(status)),
      ),
    isDone: (observed, before) =>
      areOpen(
        seen(observed),
        seen(before).memberships.filter(({ status }) => isOpen(status)),
      ),
    note: 'Opens exactly the memberships that were open before. Users outside claimed domains must click the link in the activation mail.',
  },
  administratorsLeft,
  refresh: refreshAccount,
};

export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Re-activate memberships',
  effect:
    'Opens the memberships that were closed within the last day, or, when the user has none open, those closed last, within one hour of each other; older ones stay closed. A user of a claimed domain can work at once; any other user must click the link in an activation mail.',
  target: 'account',
  scopes: ['user_read', 'user_write', 'domain_read', 'signature'],
  observe: (app, target) => observe(app, target, true),
  isDone: (observed) => toOpen(seen(observed)).length === 0,
  run: async (app, _target, before) => open(app, seen(before), toOpen(seen(before))),
  refuse: (observed) => (seen(observed).memberships.length === 0 ? NO_MEMBERSHIP : undefined),
  revert: {
    by: async (app, target, before) => close(app, userIdOf(target), toOpen(seen(before))),
    isDone: (observed, before) =>
      toOpen(seen(before)).every(({ id }) => seen(observed).memberships.some((now) => sameId(now.id, id) && !isOpen(now.status))),
    note: 'Closes exactly the memberships that were opened.',
  },
  refresh: refreshAccount,
};

const NO_MEMBERSHIP: Refusal = {
  code: 'DOCUSIGN_NO_MEMBERSHIP',
  message: 'The user has no membership in the accounts that this connector may act on.',
  remedy: 'Look at the user in Docusign Admin, or choose further accounts in the settings of the connector.',
};

async function observe(app: AppClient, target: PlanTarget, withTimes: boolean): Promise<Json> {
  const userId = userIdOf(target);
  const profile = await readProfile(app, userId);
  const memberships = governed(app, profile);
  const email = memberships.find((item) => item.email !== null)?.email ?? null;
  const closedAt =
    withTimes && email !== null
      ? await closingTimes(
          app,
          userId,
          email,
          memberships.map(({ accountId }) => accountId),
        )
      : new Map<string, number>();
  return {
    seenAt: app.now().getTime(),
    userId,
    siteId: profile.siteId,
    email,
    memberships: memberships.map(({ id, accountId, accountName, status }) => ({
      id,
      accountId,
      account: accountName,
      status,
      closedAt: isOpen(status) ? null : (closedAt.get(accountId) ?? null),
    })),
  };
}

// Only the Admin API's list tells when a membership was closed.
async function closingTimes(
  app: AppClient,
  userId: string,
  email: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const accountId of accountIds) {
    for await (const { rows } of adminUsers(app, factsOf(app).organizationId, accountId, { email })) {
      const row = rows.find(({ id }) => sameId(id, userId));
      if (row?.membershipClosedAt != null) found.set(accountId, row.membershipClosedAt);
    }
  }
  return found;
}

// What somebody closed years ago is not opened along with what was closed today. Where no time is told, all closed ones count as one act.
function toOpen({ memberships, seenAt }: Seen): readonly SeenMembership[] {
  const closed = memberships.filter(({ status }) => !isOpen(status));
  const last = Math.max(0, ...closed.map(({ closedAt }) => closedAt ?? 0));
  const isSuspended = closed.length === memberships.length;
  return closed.filter(({ closedAt }) => {
    if (closedAt !== null && seenAt - closedAt <= RECENT_MS) return true;
    return isSuspended && (last === 0 || (closedAt !== null && last - closedAt <= SAME_ACT_MS));
  });
}

async function close(app: AppClient, userId: string, memberships: readonly SeenMembership[]): Promise<void> {
  if (memberships.length === 0) return;
  const operation = OPERATIONS.closeMemberships;
  const answer = await app.call({
    operation,
    method: 'DELETE',
    at: 'admin',
    path: pathOf(operation, { organizationId: factsOf(app).organizationId, userId }),
    json: { accounts: memberships.map(({ accountId }) => ({ id: accountId })) },
  });
  refuseFailedItems(answer.body, 'accounts', operation, answer.status);
}

async function open(app: AppClient, user: Seen, memberships: readonly SeenMembership[]): Promise<void> {
  const isClaimed = await hasClaimedDomain(app, user.email);
  for (const membership of memberships) {
    // Whoever was still to activate the membership is to do so again.
    const isPending = membership.status?.startsWith('activation_') ?? false;
    const isActivated = isClaimed && !isPending && (await activate(app, user, membership));
    if (!isActivated) await sendActivationMail(app, user.userId, membership.accountId);
  }
}

// Unknown counts as claimed: then activation without mail is tried, and Docusign says when it does not allow it.
async function hasClaimedDomain(app: AppClient, email: string | null): Promise<boolean> {
  const domain = email?.split('@')[1]?.toLowerCase();
  if (domain === undefined) return false;
  const operation = OPERATIONS.reservedDomains;
  try {
    const answer = await app.call({ operation, at: 'admin', path: pathOf(operation, { organizationId: factsOf(app).organizationId }) });
    const domains = list(at(answer.body, 'reserved_domains')) ?? [];
    return domains.some(
      (item) => text(at(item, 'host_name'))?.toLowerCase() === domain && text(at(item, 'status'))?.toLowerCase() === 'active',
    );
  } catch (failure) {
    if (failure instanceof AppFailure && failure.kind === 'forbidden') return true;
    throw failure;
  }
}

async function activate(app: AppClient, user: Seen, membership: SeenMembership): Promise<boolean> {
  if (user.siteId === null) return false;
  const operation = OPERATIONS.activateMembership;
  const values = { organizationId: factsOf(app).organizationId, userId: user.userId, membershipId: membership.id };
  try {
    await app.call({ operation, method: 'POST', at: 'admin', path: pathOf(operation, values), json: { site_id: user.siteId } });
    return true;
  } catch (failure) {
    const isRefused = failure instanceof AppFailure && (failure.kind === 'rejected' || failure.kind === 'conflict');
    if (!isRefused) throw failure;
    return false;
  }
}

async function sendActivationMail(app: AppClient, userId: string, accountId: string): Promise<void> {
  const account = factsOf(app).accounts.find(({ id }) => sameId(id, accountId));
  if (!account) {
    const message = 'The membership cannot be opened: our administrator is no member of its account.';
    throw new AppFailure({ kind: 'conflict', message, remedy: 'Open it in Docusign Admin.' }, OPERATIONS.reopenUsers, undefined);
  }
  const operation = OPERATIONS.reopenUsers;
  const answer = await app.call({
    operation,
    method: 'PUT',
    at: baseOf(account),
    path: pathOf(operation, { accountId: account.id }),
    json: { users: [{ userId, sendActivationEmail: 'true' }] },
  });
  refuseFailedItems(answer.body, 'users', operation, answer.status);
}

// "Mail sent" is as far as we can bring it: the rest is a click of the user.
function areOpen(now: Seen, wanted: readonly SeenMembership[]): boolean {
  return wanted.every(({ id }) => now.memberships.some((item) => sameId(item.id, id) && isOpen(item.status)));
}

function seen(observed: Json): Seen {
  return {
    seenAt: whole(at(observed, 'seenAt')) ?? 0,
    userId: text(at(observed, 'userId')) ?? '',
    siteId: whole(at(observed, 'siteId')),
    email: text(at(observed, 'email')),
    memberships: (list(at(observed, 'memberships')) ?? []).map((item) => ({
      id: text(at(item, 'id')) ?? '',
      accountId: text(at(item, 'accountId')) ?? '',
      account: text(at(item, 'account')),
      status: text(at(item, 'status')),
      closedAt: whole(at(item, 'closedAt')),
    })),
  };
}
