import type { InventoryRecord } from '#libs/contracts';

import {
  AppFailure,
  requiredText,
  text,
  type AppClient,
  type Listing,
  type ListingPage,
  type Provider,
  type WireRecord,
} from '../sdk/index.js';

import { adminCondition, factsOf, isNotShown } from './facts.js';
import { toAccount, toAppGrant, toGroup, toPrivileges, toRoleGroup, toTokenGrant, type Beside } from './mapping.js';
import { requireRight } from './own-rights.js';
import { moment, queryAll, queryPages } from './soql.js';
import { assignmentFields, readAssignment, readConnectedApp, readLoginState, readToken, readUser, USER_FIELDS } from './wire.js';

type Pages = AsyncGenerator<ListingPage<InventoryRecord>>;

const DAY_S = 86_400;

const accounts: Listing<InventoryRecord> = { everySeconds: DAY_S / 4, complete: ['account'], pages: accountPages };
const groups: Listing<InventoryRecord> = { everySeconds: DAY_S, complete: ['group', 'member'], pages: groupPages };
const privileges: Listing<InventoryRecord> = { everySeconds: DAY_S, complete: ['privilege'], pages: privilegePages };
const appGrants: Listing<InventoryRecord> = { everySeconds: DAY_S, complete: ['appGrant'], pages: grantPages };

/** Everything that is listed in full at every run. */
export const listings: Provider['listings'] = { ACCOUNTS: accounts, GROUPS: groups, PRIVILEGES: privileges, APP_GRANTS: appGrants };

// ---------------------------------------------------------------- accounts

async function* accountPages(app: AppClient): Pages {
  const beside = await readBeside(app);
  for await (const { rows, total } of queryPages(app, `SELECT ${USER_FIELDS} FROM User`)) {
    yield { records: rows.map((row) => toAccount(readUser(row), beside)), ...(total !== undefined && { total }) };
  }
}

/** What is known of users beside the users themselves; of one user alone when named. */
export async function readBeside(app: AppClient, userId?: string): Promise<Beside> {
  const ofUser = (field: string): string => (userId === undefined ? '' : ` AND ${field} = '${userId}'`);
  const states = await ifShown(async () => {
    const rows = await queryAll(
      app,
      `SELECT Id, UserId, IsFrozen, IsPasswordLocked FROM UserLogin WHERE (IsFrozen = true OR IsPasswordLocked = true)${ofUser('UserId')}`,
    );
    return new Map(rows.map(readLoginState).map((state) => [state.userId, state]));
  });
  return {
    states,
    admins: await ifShown(() => administrators(app, ofUser('AssigneeId'))),
    withFactor: await ifShown(() => usersWithFactor(app, ofUser('UserId')), true),
  };
}

// The object of second factors is poorly documented: where an org refuses the query, the factors stay unknown and the users are listed all the same.
async function ifShown<T>(read: () => Promise<T>, mayBeRefused = false): Promise<T | undefined> {
  try {
    return await read();
  } catch (failure) {
    if (isNotShown(failure)) return undefined;
    if (mayBeRefused && failure instanceof AppFailure && failure.kind === 'rejected') return undefined;
    throw failure;
  }
}

async function administrators(app: AppClient, condition: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  // An assignment that has run out stays in the list and gives nothing any more.
  const soql = `SELECT AssigneeId FROM PermissionSetAssignment WHERE ${adminCondition(app, 'PermissionSet.')} AND ${notExpired(app)}${condition}`;
  for await (const { rows } of queryPages(app, soql)) for (const row of rows) found.add(text(row['AssigneeId']) ?? '');
  return found;
}

/** The condition for assignments that are in force. */
export function notExpired(app: Pick<AppClient, 'now'>): string {
  return `(ExpirationDate = null OR ExpirationDate > ${moment(app.now().getTime())})`;
}

async function usersWithFactor(app: AppClient, condition: string): Promise<ReadonlySet<string> | undefined> {
  const { factorFields } = factsOf(app);
  if (factorFields.length === 0) return undefined;
  const found = new Set<string>();
  const has = factorFields.map((field) => `${field} = true`).join(' OR ');
  for await (const { rows } of queryPages(app, `SELECT UserId FROM TwoFactorMethodsInfo WHERE (${has})${condition}`)) {
    for (const row of rows) found.add(text(row['UserId']) ?? '');
  }
  return found;
}

// ---------------------------------------------------------------- groups

const NAMED_TYPES = "'Regular', 'Queue', 'Organization'";
const ROLE_TYPES = "'Role', 'RoleAndSubordinates', 'RoleAndSubordinatesInternal'";

async function* groupPages(app: AppClient): Pages {
  const listed = new Set<string>();
  for await (const { rows } of queryPages(
    app,
    `SELECT Id, Name, DeveloperName, Type, RelatedId FROM Group WHERE Type IN (${NAMED_TYPES})`,
  )) {
    const records = rows.map(toGroup);
    records.forEach(({ externalId }) => listed.add(externalId));
    yield { records };
  }
  for await (const { rows } of queryPages(app, 'SELECT Id, Name, ParentRoleId FROM UserRole')) yield { records: rows.map(toRoleGroup) };
  yield* roleMembers(app);
  const roles = await rolesBehindGroups(app);
  for await (const { rows } of queryPages(app, 'SELECT Id, GroupId, UserOrGroupId FROM GroupMember')) {
    yield { records: rows.flatMap((row) => toMember(row, listed, roles)) };
  }
}

async function* roleMembers(app: AppClient): Pages {
  for await (const { rows } of queryPages(app, 'SELECT Id, UserRoleId FROM User WHERE UserRoleId != null')) {
    const query = 'query (User)';
    yield {
      records: rows.map((row) => ({
        kind: 'member',
        groupExternalId: requiredText(row['UserRoleId'], query, 'the UserRoleId'),
        account: requiredText(row['Id'], query, 'the Id'),
      })),
    };
  }
}

// A role that is a member of a group stands there as a hidden group of its own, which points to the role.
async function rolesBehindGroups(app: AppClient): Promise<ReadonlyMap<string, string>> {
  const rows = await queryAll(app, `SELECT Id, RelatedId FROM Group WHERE Type IN (${ROLE_TYPES})`);
  return new Map(rows.map((row) => [text(row['Id']) ?? '', text(row['RelatedId']) ?? '']));
}

function toMember(row: WireRecord, listed: ReadonlySet<string>, roles: ReadonlyMap<string, string>): InventoryRecord[] {
  const query = 'query (GroupMember)';
  const groupExternalId = requiredText(row['GroupId'], query, 'the GroupId');
  const member = requiredText(row['UserOrGroupId'], query, 'the UserOrGroupId');
  // Members of groups of other kinds, such as territories, have no group here to belong to.
  if (!listed.has(groupExternalId)) return [];
  if (member.startsWith('005')) return [{ kind: 'member', groupExternalId, account: member }];
  return [{ kind: 'member', groupExternalId, group: roles.get(member) || member }];
}

// ---------------------------------------------------------------- privileges and grants

async function* privilegePages(app: AppClient): Pages {
  const { rightFields } = factsOf(app);
  const soql = `SELECT ${assignmentFields(rightFields)} FROM PermissionSetAssignment WHERE ${notExpired(app)}`;
  for await (const { rows } of queryPages(app, soql)) {
    yield { records: rows.map((row) => readAssignment(row, rightFields)).flatMap(toPrivileges) };
  }
}

const TOKENS = 'SELECT Id, AppName, AppMenuItemId, UserId, CreatedDate, LastUsedDate, UseCount FROM OauthToken';
const APPS = 'SELECT Id, Name, CreatedDate, OptionsAllowAdminApprovedUsersOnly, RefreshTokenValidityPeriod FROM ConnectedApplication';

async function* grantPages(app: AppClient): Pages {
  // Without this permission Salesforce shows only our own tokens and says nothing: a list that looks whole and is not.
  await requireRight(app, 'PermissionsCustomizeApplication', 'Customize Application');
  for await (const { rows } of queryPages(app, TOKENS)) yield { records: rows.map(readToken).map(toTokenGrant) };
  for await (const { rows } of queryPages(app, APPS)) yield { records: rows.map(readConnectedApp).map(toAppGrant) };
}
