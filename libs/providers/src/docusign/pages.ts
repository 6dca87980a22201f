import { AppFailure, at, malformed, text, walk, whole, type AppAnswer, type AppClient, type AppRequest } from '../sdk/index.js';

import { baseOf, type AccountFact } from './facts.js';
import { OPERATIONS, pathOf } from './operations.js';
import { accountUser, adminUser, rowsOf, userProfile, type AccountUser, type AdminUser, type UserProfile } from './wire.js';

/** As many rows as eSignature gives at once. */
const ACCOUNT_PAGE = 100;
/** As many as the Admin API is known to give at once. */
const ADMIN_PAGE = 250;

type Query = Readonly<Record<string, string>>;

/** Rows of one page of an account, and how many there are in all. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number | undefined;
}

/** Users of one account as the Admin API tells them. */
export async function* adminUsers(
  app: AppClient,
  organizationId: string,
  accountId: string,
  query: Query = {},
): AsyncGenerator<Page<AdminUser>> {
  const operation = OPERATIONS.organizationUsers;
  const first: AppRequest = {
    operation,
    at: 'admin',
    path: pathOf(operation, { organizationId }),
    query: { start: '0', take: String(ADMIN_PAGE), account_id: accountId, ...query },
  };
  const count = counter(operation, whole(query['start']) ?? 0);
  for await (const answer of walk(app, first, nextAdminPage)) {
    const rows = rowsOf(answer.body, 'users', operation);
    const total = whole(at(answer.body, 'paging', 'total_set_size'));
    count(rows.length, total, nextAdminPage(answer) === undefined);
    yield { rows: rows.map((row) => adminUser(row, operation)), total: total ?? undefined };
  }
}

// The next page is a whole URL; the engine refuses any host but ours before a token is sent.
function nextAdminPage(answer: AppAnswer): AppRequest | undefined {
  const next = text(at(answer.body, 'paging', 'next'));
  return next === null ? undefined : { ...answer.request, path: next, query: undefined };
}

/** Users of one account as eSignature tells them. */
export async function* accountUsers(app: AppClient, account: AccountFact, query: Query = {}): AsyncGenerator<Page<AccountUser>> {
  const operation = OPERATIONS.users;
  const path = pathOf(operation, { accountId: account.id });
  for await (const page of accountPages(
    app,
    { operation, at: baseOf(account), path, query: { additional_info: 'true', ...query } },
    'users',
  )) {
    yield { rows: page.rows.map((row) => accountUser(row, operation)), total: page.total };
  }
}

/** Pages of any list of an account: positions and counts are texts there, and the end is told by an absent `nextUri`. */
export async function* accountPages(app: AppClient, request: AppRequest, name: string): AsyncGenerator<Page<unknown>> {
  const first: AppRequest = { ...request, query: { ...request.query, count: String(ACCOUNT_PAGE), start_position: '0' } };
  const count = counter(request.operation);
  for await (const answer of walk(app, first, nextAccountPage)) {
    const rows = rowsOf(answer.body, name, request.operation);
    const total = whole(at(answer.body, 'totalSetSize'));
    count(rows.length, total, nextAccountPage(answer) === undefined);
    yield { rows, total: total ?? undefined };
  }
}

// nextUri is relative to the account in some answers and to nothing in others, so only its being there is believed.
function nextAccountPage(answer: AppAnswer): AppRequest | undefined {
  if (text(at(answer.body, 'nextUri')) === null) return undefined;
  const end = whole(at(answer.body, 'endPosition'));
  if (end === null) throw malformed(answer.request.operation, 'the endPosition of a page', answer.status);
  return { ...answer.request, query: { ...answer.request.query, start_position: String(end + 1) } };
}

// Positions slip when rows vanish while we read, and the total then shrinks along: the largest one told is what has to be reached. What was jumped over
// must not count as deleted, so such a run ends in a failure and begins anew.
function counter(operation: string, start = 0): (rows: number, total: number | null, isLast: boolean) => void {
  let read = start;
  let most = 0;
  return (rows, total, isLast) => {
    read += rows;
    most = Math.max(most, total ?? 0);
    if (isLast && read < most) throw malformed(operation, `a part of the list (${read} of ${most} rows)`);
  };
}

/** The profile of a user over all accounts; undefined when there is no such user. */
export async function profileOf(app: AppClient, organizationId: string, userId: string): Promise<UserProfile | undefined> {
  const operation = OPERATIONS.profile;
  try {
    const answer = await app.call({ operation, at: 'admin', path: pathOf(operation, { organizationId, userId }) });
    return userProfile(answer.body, operation);
  } catch (failure) {
    if (failure instanceof AppFailure && failure.kind === 'missing') return undefined;
    throw failure;
  }
}

/** One user of an account, with everything that the list of users tells; a `missing` failure when the account has no such user. */
export async function userOf(app: AppClient, account: AccountFact, userId: string): Promise<AccountUser> {
  const operation = OPERATIONS.user;
  const path = pathOf(operation, { accountId: account.id, userId });
  const answer = await app.call({ operation, at: baseOf(account), path, query: { additional_info: 'true' } });
  return accountUser(answer.body, operation);
}
