import type { InventoryRecord } from '#libs/contracts';

import type { AppClient, AppRequest, ListingPage } from '../sdk/index.js';
import { AppFailure, at, flag, linkPages, malformed, offsetPages, requiredList, requiredText } from '../sdk/index.js';
import { enterpriseIdentities, memberGraph, organizationIdentities, type Identity } from './graph.js';
import { enterpriseOf, organizationOf } from './http.js';
import { toAccount, toInvited, toOutsideCollaborator, toSuspended, type Known } from './mapping.js';
import type { Operation } from './operations.js';
import { readInvitation, readUser, rowsOf, type GithubUser } from './wire.js';

export const PAGE = 100;
const SCIM_USERS = 'GET /scim/v2/enterprises/{enterprise}/Users';

type Page = ListingPage<InventoryRecord>;

/** Below the organization's address, with its name made safe for a path. */
export function orgPath(app: Pick<AppClient, 'settings'>, rest = ''): string {
  return `/orgs/${encodeURIComponent(organizationOf(app.settings))}${rest}`;
}

/** A list of the organization, in pages of 100. */
export function orgList(app: AppClient, operation: Operation, rest: string, query: AppRequest['query'] = {}): AppRequest {
  return { operation, path: orgPath(app, rest), query: { ...query, per_page: PAGE } };
}

/** Members, outside collaborators, suspended managed users and who was invited. */
export async function* accountPages(app: AppClient): AsyncGenerator<Page> {
  const { known, suspended } = await readIdentities(app);
  const members = new Set<string>();
  for await (const page of memberGraph(app, organizationOf(app.settings))) {
    page.members.forEach((member) => members.add(member.id));
    yield {
      records: page.members.map((member) => toAccount(member, known.get(member.id))),
      ...(page.total !== undefined && { total: page.total }),
    };
  }
  yield { records: suspended.filter((one) => !members.has(one.userId)).map(toSuspended) };
  yield* outsidePages(app, members);
  const invitations: Operation = 'GET /orgs/{org}/invitations';
  for await (const page of linkPages(app, orgList(app, invitations, '/invitations'))) {
    yield { records: rowsOf(page.body, invitations, readInvitation).map(toInvited) };
  }
}

async function* outsidePages(app: AppClient, members: ReadonlySet<string>): AsyncGenerator<Page> {
  const withoutFactor = await ifAllowed(() => readUserIds(app, '2fa_disabled'));
  for await (const page of linkPages(app, outsideCollaborators(app))) {
    const users = rowsOf(page.body, page.request.operation, readUser).filter((user) => !members.has(user.id));
    yield { records: users.map((user) => toOutsideCollaborator(user, withoutFactor && !withoutFactor.has(user.id))) };
  }
}

async function readUserIds(app: AppClient, filter: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of linkPages(app, outsideCollaborators(app, filter))) {
    for (const user of rowsOf(page.body, page.request.operation, readUser)) ids.add(user.id);
  }
  return ids;
}

/** Outside collaborators, all or by their second factor. */
export function outsideCollaborators(app: AppClient, filter = 'all'): AppRequest {
  return orgList(app, 'GET /orgs/{org}/outside_collaborators', '/outside_collaborators', { filter });
}

/** Members, all, by role or by their second factor. */
export function membersRequest(app: AppClient, query: { readonly filter?: string; readonly role?: string } = {}): AppRequest {
  return orgList(app, 'GET /orgs/{org}/members', '/members', query);
}

/** All users of such a list. */
export async function readUsers(app: AppClient, request: AppRequest): Promise<GithubUser[]> {
  const users: GithubUser[] = [];
  for await (const page of linkPages(app, request)) users.push(...rowsOf(page.body, request.operation, readUser));
  return users;
}

interface Identities {
  readonly known: ReadonlyMap<string, Known>;
  readonly suspended: readonly (Identity & { readonly userId: string })[];
}

// Single sign-on is a part of the plan: where it is not there or not ours to see, members are listed without what it adds.
async function readIdentities(app: AppClient): Promise<Identities> {
  const enterprise = enterpriseOf(app.settings);
  if (enterprise === undefined) {
    const found = (await ifAllowed(() => organizationIdentities(app, organizationOf(app.settings)))) ?? [];
    return { known: new Map(tied(found).map((identity) => [identity.userId, { identity }])), suspended: [] };
  }
  // Who is suspended must not be guessed: with an enterprise entered, its answers are needed.
  const identities = tied(await enterpriseIdentities(app, enterprise));
  const active = await readScimStates(app, enterprise);
  const known = new Map(
    identities.map((identity) => {
      const isActive = active.get(identity.guid);
      return [identity.userId, { identity, ...(isActive !== undefined && { isActive }) }];
    }),
  );
  return { known, suspended: identities.filter((identity) => active.get(identity.guid) === false) };
}

function tied(identities: readonly Identity[]): (Identity & { readonly userId: string })[] {
  return identities.filter((identity): identity is Identity & { readonly userId: string } => identity.userId !== null);
}

async function readScimStates(app: AppClient, enterprise: string): Promise<Map<string, boolean>> {
  const states = new Map<string, boolean>();
  const request: AppRequest = { operation: SCIM_USERS, path: `/scim/v2/enterprises/${encodeURIComponent(enterprise)}/Users` };
  const rules = {
    offsetName: 'startIndex',
    limitName: 'count',
    limit: PAGE,
    first: 1,
    rows: (answer: { readonly body: unknown }) => requiredList(at(answer.body, 'Resources'), SCIM_USERS, 'the list "Resources"'),
    total: (answer: { readonly body: unknown }) => at(answer.body, 'totalResults'),
  };
  for await (const answer of offsetPages(app, request, rules)) {
    for (const user of rules.rows(answer)) {
      const isActive = flag(at(user, 'active'));
      if (isActive === null) throw malformed(SCIM_USERS, '"active"', answer.status);
      states.set(requiredText(at(user, 'id'), SCIM_USERS, "a user's id"), isActive);
    }
  }
  return states;
}

/** What is not there or not ours to see is not told; every other failure is one. */
export async function ifAllowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppFailure && ['forbidden', 'unlicensed', 'missing', 'consent'].includes(error.kind)) return undefined;
    throw error;
  }
}

/** The login that a user has now; logins change, and the addresses of the API are made of them. */
export async function loginOf(app: AppClient, accountId: string): Promise<string> {
  const operation: Operation = 'GET /user/{account_id}';
  if (!/^\d{1,18}$/.test(accountId)) {
    throw new AppFailure({ kind: 'missing', message: `GitHub has no user ${accountId.slice(0, 40)}.` }, operation, undefined);
  }
  const answer = await app.call({ operation, path: `/user/${accountId}` });
  return requiredText(at(answer.body, 'login'), operation, 'a login');
}

/** Ids by login, lower case: some lists name people by login alone. */
export async function idsByLogin(app: AppClient): Promise<ReadonlyMap<string, string>> {
  const users = [
    ...(await readUsers(app, membersRequest(app, { filter: 'all', role: 'all' }))),
    ...(await readUsers(app, outsideCollaborators(app))),
  ];
  return new Map(users.map((user) => [user.login.toLowerCase(), user.id]));
}
