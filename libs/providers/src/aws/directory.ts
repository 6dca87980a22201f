import type { InventoryRecord } from '#libs/contracts';

import type { AppClient, Listing, ListingPage } from '../sdk/index.js';
import { AppFailure, at, many, text, timeMs, whole } from '../sdk/index.js';

import { askIam, callerIdentity, iamPages, members, membersIfAny } from './calls.js';
import { credentialFacts, ROOT, type CredentialFacts } from './credential-report.js';
import {
  isAdmin,
  membershipsOf,
  privilegesOf,
  rootPrivilege,
  toAccount,
  toGroup,
  toKeyGrant,
  toProviderGrant,
  toRoot,
  toRootKeyGrant,
  toTrustGrants,
  type Directory,
} from './mapping.js';
import { givesEverything, readDocument } from './policies.js';
import { homeRegion, partitionOf, readFacts } from './regions.js';
import { readAccessKey, readGroup, readRole, readUser, type AccessKey, type IamUser } from './wire.js';

const DETAILS = 'GetAccountAuthorizationDetails';
export const DETAILS_OPERATION = `iam:${DETAILS}`;

const EVERY_SECONDS = 3_600;

export const accounts: Listing<InventoryRecord> = { everySeconds: EVERY_SECONDS, complete: ['account'], pages: accountPages };
export const groups: Listing<InventoryRecord> = { everySeconds: EVERY_SECONDS, complete: ['group', 'member'], pages: groupPages };
export const privileges: Listing<InventoryRecord> = { everySeconds: EVERY_SECONDS, complete: ['privilege'], pages: privilegePages };
export const appGrants: Listing<InventoryRecord> = { everySeconds: 6 * EVERY_SECONDS, complete: ['appGrant'], pages: appGrantPages };

/** Groups and the customer's policies: few, and needed to judge every user. */
export async function readDirectory(app: AppClient): Promise<Directory> {
  const directory = { groups: new Map<string, ReturnType<typeof readGroup>>(), policies: new Map<string, boolean | null>() };
  for await (const page of detailPages(app, 'Group', 'LocalManagedPolicy')) {
    for (const row of membersIfAny(page, 'GroupDetailList')) {
      const group = readGroup(row, DETAILS_OPERATION);
      directory.groups.set(group.name, group);
    }
    for (const row of membersIfAny(page, 'Policies')) {
      const current = many(at(row, 'PolicyVersionList', 'member')).find((version) => text(at(version, 'IsDefaultVersion')) === 'true');
      const statements = readDocument(text(at(current, 'Document')));
      directory.policies.set(text(row['Arn']) ?? '', statements ? givesEverything(statements) : null);
    }
  }
  return directory;
}

/** Users as the account's details show them, page by page. */
export async function* userPages(app: AppClient): AsyncGenerator<readonly IamUser[], void, undefined> {
  for await (const page of detailPages(app, 'User')) {
    yield members(page, 'UserDetailList', DETAILS_OPERATION).map((row) => readUser(row, DETAILS_OPERATION));
  }
}

function detailPages(app: AppClient, ...filters: readonly string[]) {
  return iamPages(app, DETAILS, Object.fromEntries(filters.map((filter, index) => [`Filter.member.${index + 1}`, filter])));
}

async function* accountPages(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  const directory = await readDirectory(app);
  const facts = await credentialFacts(app);
  yield { records: [await rootAccount(app, facts?.get(ROOT))] };
  for await (const users of userPages(app)) yield { records: users.map((user) => toAccount(user, facts?.get(user.name), directory)) };
}

async function rootAccount(app: AppClient, facts: CredentialFacts | undefined) {
  const summary = facts ? null : await summaryOf(app, 'AccountMFAEnabled');
  return toRoot(await accountIdOf(app), partitionOf(homeRegion(app.settings)).name, facts, summary === null ? null : summary === 1);
}

/** One number of the account's summary; null where we may not read it. */
async function summaryOf(app: AppClient, key: string): Promise<number | null> {
  try {
    const result = await askIam(app, 'GetAccountSummary');
    const entry = many(at(result, 'SummaryMap', 'entry')).find((one) => text(at(one, 'key')) === key);
    return whole(at(entry, 'value'));
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return null;
    throw error;
  }
}

/** The account's number, from discovery or asked for. */
export async function accountIdOf(app: AppClient): Promise<string> {
  return readFacts(app.facts).accountId ?? (await callerIdentity(app)).account;
}

/** The root user's ARN, by which its account goes. */
export async function rootArn(app: AppClient): Promise<string> {
  return `arn:${partitionOf(homeRegion(app.settings)).name}:iam::${await accountIdOf(app)}:root`;
}

async function* groupPages(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  const directory = await readDirectory(app);
  yield { records: [...directory.groups.values()].map(toGroup) };
  for await (const users of userPages(app)) yield { records: users.flatMap((user) => membershipsOf(user, directory.groups)) };
}

async function* privilegePages(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  const directory = await readDirectory(app);
  yield { records: [rootPrivilege(await rootArn(app))] };
  for await (const users of userPages(app)) yield { records: users.flatMap((user) => privilegesOf(user, directory)) };
}

async function* appGrantPages(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  const directory = await readDirectory(app);
  const facts = await credentialFacts(app);
  const accountId = await accountIdOf(app);
  const root = facts?.get(ROOT);
  if (root) yield { records: root.keys.flatMap((key, index) => (key.isActive ? [toRootKeyGrant(root.arn, key, index + 1)] : [])) };
  for await (const page of detailPages(app, 'Role')) {
    const roles = members(page, 'RoleDetailList', DETAILS_OPERATION).map((row) => readRole(row, DETAILS_OPERATION));
    yield { records: roles.flatMap((role) => toTrustGrants(role, accountId, directory.policies)) };
  }
  yield { records: await providerGrants(app) };
  for await (const users of userPages(app)) {
    // The report tells who has no key at all, and spares most of the calls.
    const withKeys = users.filter((user) => facts?.get(user.name)?.hasActiveKey !== false);
    yield { records: (await app.each(withKeys, (user) => keyGrants(app, user, facts?.get(user.name), directory))).flat() };
  }
}

async function keyGrants(app: AppClient, user: IamUser, facts: CredentialFacts | undefined, directory: Directory) {
  const makesAdmin = isAdmin(privilegesOf(user, directory));
  const keys = ((await keysOf(app, user.name)) ?? []).filter(({ status }) => status === 'Active');
  return app.each(keys, async (key) => toKeyGrant(key, user, makesAdmin, await lastUseOf(app, key, facts)));
}

/** The access keys of a user; `undefined` when there is no such user any more. */
export async function keysOf(app: AppClient, userName: string): Promise<readonly AccessKey[] | undefined> {
  try {
    const keys: AccessKey[] = [];
    for await (const page of iamPages(app, 'ListAccessKeys', { UserName: userName })) {
      keys.push(...members(page, 'AccessKeyMetadata', 'iam:ListAccessKeys').map((row) => readAccessKey(row, 'iam:ListAccessKeys')));
    }
    return keys;
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return undefined;
    throw error;
  }
}

// The report names keys by number, not by id; the moment of their making tells which is which.
async function lastUseOf(app: AppClient, key: AccessKey, facts: CredentialFacts | undefined): Promise<number | null> {
  const same = facts?.keys.filter(({ rotatedAt }) => rotatedAt !== null && rotatedAt === key.createdAt) ?? [];
  const [only, ...others] = same;
  if (only && others.length === 0) return only.lastUsedAt;
  const result = await askIam(app, 'GetAccessKeyLastUsed', { AccessKeyId: key.id });
  return timeMs(at(result, 'AccessKeyLastUsed', 'LastUsedDate'));
}

async function providerGrants(app: AppClient): Promise<InventoryRecord[]> {
  const saml = members(await askIam(app, 'ListSAMLProviders'), 'SAMLProviderList', 'iam:ListSAMLProviders');
  const openId = members(await askIam(app, 'ListOpenIDConnectProviders'), 'OpenIDConnectProviderList', 'iam:ListOpenIDConnectProviders');
  return [...saml, ...openId].flatMap((provider) => {
    const arn = text(provider['Arn']);
    return arn === null ? [] : [toProviderGrant(arn, timeMs(provider['CreateDate']), timeMs(provider['ValidUntil']))];
  });
}
