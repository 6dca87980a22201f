import type { AppAnswer, AppClient, AppRequest } from '../sdk/index.js';
import { AppFailure, at, text, walk } from '../sdk/index.js';
import { baseOf, OPERATIONS, pathOf, type Operation } from './operations.js';
import type { GoogleMember, GoogleToken, GoogleUser } from './wire.js';
import { readMember, readToken, readUser, rowsOf } from './wire.js';

export type Query = NonNullable<AppRequest['query']>;

/** A GET of an operation, with its braces filled in. */
export function request(operation: Operation, values: Readonly<Record<string, string>> = {}, query?: Query): AppRequest {
  return { operation, at: baseOf(operation), path: pathOf(operation, values), ...(query && { query }) };
}

/** The same for any method. */
export function write(operation: Operation, values: Readonly<Record<string, string>>, more: Partial<AppRequest> = {}): AppRequest {
  return { ...request(operation, values), method: operation.slice(0, operation.indexOf(' ')) as AppRequest['method'], ...more };
}

/** All pages of a list: the next one is named by a token in the body, and an empty page is not the end. */
export function pagesOf(app: AppClient, first: AppRequest): AsyncGenerator<AppAnswer, void, undefined> {
  return walk(app, first, (answer) => {
    const pageToken = text(at(answer.body, 'nextPageToken'));
    return pageToken === null ? undefined : { ...first, query: { ...first.query, pageToken } };
  });
}

/** The account that is read: the entered one, or that of the administrator. */
export function customerOf(app: AppClient): string {
  return text(app.settings['customerId']) ?? 'my_customer';
}

const USER_FIELDS =
  'id,primaryEmail,name/fullName,isAdmin,isDelegatedAdmin,lastLoginTime,creationTime,deletionTime,agreedToTerms,suspended,suspensionReason,' +
  'archived,changePasswordAtNextLogin,isEnrolledIn2Sv,isEnforcedIn2Sv,isGuestUser,orgUnitPath';

/** All users, or those that the query leaves, page by page. */
export async function* userPages(app: AppClient, query: Query = {}): AsyncGenerator<GoogleUser[]> {
  const first = request(
    OPERATIONS.users,
    {},
    {
      customer: customerOf(app),
      maxResults: 500,
      projection: 'full',
      orderBy: 'email',
      fields: `kind,nextPageToken,users(${USER_FIELDS})`,
      ...query,
    },
  );
  for await (const page of pagesOf(app, first)) yield rowsOf(page.body, 'users', 'admin#directory#users', OPERATIONS.users, readUser);
}

/** One user as Google has it now; fails as `missing` when it is gone. */
export async function readOneUser(app: AppClient, userKey: string): Promise<GoogleUser> {
  const answer = await app.call(request(OPERATIONS.user, { userKey }, { projection: 'full' }));
  return readUser(answer.body, OPERATIONS.user);
}

/** All members of a group, those of groups in it too when `isDerived`. Nothing when the group is gone. */
export async function groupMembers(app: AppClient, groupKey: string, isDerived = false): Promise<GoogleMember[]> {
  const members: GoogleMember[] = [];
  const query = { maxResults: 200, ...(isDerived && { includeDerivedMembership: true }) };
  for await (const page of pagesOf(app, { ...request(OPERATIONS.members, { groupKey }, query), accept: [404] })) {
    if (page.status === 404) return [];
    members.push(...rowsOf(page.body, 'members', 'admin#directory#members', OPERATIONS.members, readMember));
  }
  return members;
}

/** The apps that a user let in; nothing when the user is gone. */
export async function tokensOf(app: AppClient, userKey: string): Promise<GoogleToken[]> {
  const answer = await app.call({ ...request(OPERATIONS.tokens, { userKey }), accept: [404] });
  if (answer.status === 404) return [];
  return rowsOf(answer.body, 'items', 'admin#directory#tokenList', OPERATIONS.tokens, readToken);
}

/** What `read` finds, or `undefined` where Google does not let us look. Anything else that fails, fails. */
export async function ifAllowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return undefined;
    throw error;
  }
}
