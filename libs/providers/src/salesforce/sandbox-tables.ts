import { RIGHTS } from './permissions.js';
import { numberedId, sfTime } from './sandbox-ids.js';
import { fileTable } from './sandbox-files.js';
import { OWN_USER_ID, PROFILES } from './sandbox-seed.js';
import { HEALTH_RISKS, INSTALLED_APPS } from './sandbox-settings.js';
import type { Row } from './sandbox-soql.js';
import type { Reading, SalesforceSandbox, SandboxAssignment, SandboxProfile, SandboxSet, SandboxUser } from './sandbox-state.js';

type Table = (state: SalesforceSandbox, reading: Reading) => Iterable<Row>;

/** Fields of permissions that this org has; one of ours is not in its edition. */
export const ORG_RIGHTS: readonly string[] = [
  ...RIGHTS.map(({ field }) => field).filter((field) => field !== 'PermissionsManageSharing'),
  'PermissionsViewSetup',
  'PermissionsApiEnabled',
  'PermissionsForceTwoFactor',
  'PermissionsPasswordNeverExpires',
];
export const FACTOR_COLUMNS = ['UserId', 'HasSalesforceAuthenticator', 'HasTotp', 'HasU2F', 'HasUserVerifiedMobileNumber'] as const;

/** Objects that are asked for by SOQL. */
export const TABLES: Readonly<Record<string, Table>> = {
  Organization: ({ organization }) => [
    {
      Id: organization.id,
      Name: organization.name,
      OrganizationType: 'Enterprise Edition',
      IsSandbox: false,
      InstanceName: 'EU48',
      CreatedDate: sfTime(organization.createdAt),
      DefaultAccountAccess: 'Read',
      DefaultContactAccess: 'ControlledByParent',
      DefaultCaseAccess: 'ReadEditTransfer',
      DefaultOpportunityAccess: 'None',
      DefaultLeadAccess: 'ReadEditTransfer',
    },
  ],
  User: usersTable,
  UserLogin: (state) => loginStates(state),
  Profile: ({ profiles }) =>
    profiles.map((profile) => ({
      Id: profile.id,
      Name: profile.name,
      UserLicenseId: profile.license.id,
      UserLicense: { Name: profile.license.name },
      ...rightColumns(profile.rights),
    })),
  PermissionSet: ({ sets, profiles }) => [...profiles.map(profileSetRow), ...sets.map(setRow)],
  PermissionSetAssignment: assignmentsTable,
  Group: ({ groups }) =>
    groups.map(({ id, name, developerName, type, relatedId }) => ({
      Id: id,
      Name: name,
      DeveloperName: developerName,
      Type: type,
      RelatedId: relatedId,
    })),
  GroupMember: ({ members }) =>
    [...members.values()].map(({ id, groupId, memberId }) => ({ Id: id, GroupId: groupId, UserOrGroupId: memberId })),
  UserRole: ({ roles }) => roles.map(({ id, name, parentId }) => ({ Id: id, Name: name, ParentRoleId: parentId })),
  OauthToken: tokensTable,
  ConnectedApplication: () => INSTALLED_APPS,
  AuthSession: sessionsTable,
  TwoFactorMethodsInfo: ({ users }) =>
    [...users.values()].map(({ id, hasFactor }) => ({
      UserId: id,
      HasSalesforceAuthenticator: false,
      HasTotp: hasFactor,
      HasU2F: false,
      HasUserVerifiedMobileNumber: true,
    })),
  SamlSsoConfig: () => [{ Id: numberedId('0LE', 1), DeveloperName: 'Lindenworks_IdP' }],
  UserPermissionAccess: (_state, { missing }) => [ownRights(missing)],
  LoginHistory: ({ signIns }, { from, now, missing }) => ownOnly(signIns.rows(from.get('LoginTime') ?? 0, now), missing),
  SetupAuditTrail: ({ audit }, { from, now }) => audit.rows(from.get('CreatedDate') ?? 0, now),
  EventLogFile: fileTable,
};

/** Objects of the Tooling API. */
export const TOOLING_TABLES: Readonly<Record<string, Table>> = {
  SecurityHealthCheck: () => [{ DurableId: '0', CustomBaselineId: null, Score: '72' }],
  SecurityHealthCheckRisks: () => HEALTH_RISKS,
};

// Whoever may not manage users sees the own sign-ins alone, without a word about it.
function* ownOnly(rows: Iterable<Row>, missing: readonly string[]): Generator<Row> {
  const isLimited = missing.includes('Manage Users');
  for (const row of rows) if (!isLimited || row['UserId'] === OWN_USER_ID) yield row;
}

// ---------------------------------------------------------------- users

/** The user with this id, from the company's or made for volume. */
export function userOfId(state: SalesforceSandbox, id: string): SandboxUser | undefined {
  const known = state.users.get(id);
  if (known) return known;
  const number = id.startsWith('005') ? parseInt(id.slice(3, 15), 36) - BULK_FROM : -1;
  return number >= 0 && number < state.bulkUsers && numberedId('005', BULK_FROM + number) === id ? bulkUser(state, number) : undefined;
}

const BULK_FROM = 10_000_000;

function bulkUser(state: SalesforceSandbox, index: number): SandboxUser {
  const name = `bulk${index}@${state.company.domain}`;
  return {
    id: numberedId('005', BULK_FROM + index),
    number: BULK_FROM + index,
    username: name,
    email: name,
    name: `Bulk User ${index}`,
    isActive: true,
    type: 'Standard',
    profileId: PROFILES[1]!.id,
    roleId: null,
    lastLoginAt: state.startedAt - 86_400_000,
    passwordChangedAt: null,
    createdAt: state.startedAt - 100 * 86_400_000,
    federationId: null,
    hasFactor: true,
    isFrozen: false,
    isLocked: false,
    isPasswordExpired: false,
  };
}

function* everyUser(state: SalesforceSandbox): Generator<SandboxUser> {
  yield* state.users.values();
  for (let index = 0; index < state.bulkUsers; index++) {
    const user = bulkUser(state, index);
    if (!state.users.has(user.id)) yield user;
  }
}

function* usersTable(state: SalesforceSandbox): Generator<Row> {
  for (const user of everyUser(state)) {
    const profile = state.profiles.find(({ id }) => id === user.profileId);
    const role = state.roles.find(({ id }) => id === user.roleId);
    yield {
      Id: user.id,
      Username: user.username,
      Email: user.email,
      Name: user.name,
      IsActive: user.isActive,
      UserType: user.type,
      ProfileId: profile?.id ?? null,
      Profile: profile ? { Name: profile.name, UserLicenseId: profile.license.id, UserLicense: { Name: profile.license.name } } : null,
      UserRoleId: user.roleId,
      UserRole: role ? { Name: role.name } : null,
      LastLoginDate: timeOrNull(user.lastLoginAt),
      LastPasswordChangeDate: timeOrNull(user.passwordChangedAt),
      CreatedDate: sfTime(user.createdAt),
      FederationIdentifier: user.federationId,
      ManagerId: null,
      SystemModstamp: sfTime(user.lastLoginAt ?? user.createdAt),
    };
  }
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : sfTime(ms);
}

/** The number of the row beside a user that says whether it is frozen. */
export function loginIdOf(user: SandboxUser): string {
  return numberedId('0Yw', user.number);
}

function* loginStates(state: SalesforceSandbox): Generator<Row> {
  for (const user of everyUser(state)) {
    if (user.type === 'Standard') yield { Id: loginIdOf(user), UserId: user.id, IsFrozen: user.isFrozen, IsPasswordLocked: user.isLocked };
  }
}

// ---------------------------------------------------------------- rights

function rightColumns(rights: readonly string[]): Row {
  return Object.fromEntries(ORG_RIGHTS.map((field) => [field, rights.includes(field.slice('Permissions'.length))]));
}

function profileSetRow({ id, name, setId, rights }: SandboxProfile): Row {
  // The hidden set of a profile has a number for a name.
  const label = `00e${id.slice(3, 15)}`;
  return {
    Id: setId,
    Name: `X${label}`,
    Label: label,
    Type: 'Profile',
    ProfileId: id,
    Profile: { Name: name },
    IsOwnedByProfile: true,
    PermissionSetGroupId: null,
    ...rightColumns(rights),
  };
}

function setRow({ id, name, label, groupId, rights }: SandboxSet): Row {
  return {
    Id: id,
    Name: name,
    Label: label,
    Type: groupId === null ? 'Regular' : 'Group',
    ProfileId: null,
    Profile: null,
    IsOwnedByProfile: false,
    PermissionSetGroupId: groupId,
    ...rightColumns(rights),
  };
}

function* assignmentsTable(state: SalesforceSandbox): Generator<Row> {
  for (const user of everyUser(state)) {
    const profile = state.profiles.find(({ id }) => id === user.profileId);
    if (!profile) continue;
    yield assignmentRow(
      { id: numberedId('0Pb', user.number), userId: user.id, setId: profile.setId, groupId: null, expiresAt: null },
      profileSetRow(profile),
      user,
    );
  }
  for (const held of state.assignments.values()) {
    const [set, user] = [state.sets.find(({ id }) => id === held.setId), userOfId(state, held.userId)];
    if (set && user) yield assignmentRow(held, setRow(set), user);
  }
}

function assignmentRow({ id, userId, setId, groupId, expiresAt }: SandboxAssignment, set: Row, user: SandboxUser): Row {
  return {
    Id: id,
    AssigneeId: userId,
    Assignee: { Username: user.username, IsActive: user.isActive },
    PermissionSetId: setId,
    PermissionSet: set,
    PermissionSetGroupId: groupId,
    ExpirationDate: timeOrNull(expiresAt),
  };
}

function ownRights(missing: readonly string[]): Row {
  const labels: Readonly<Record<string, string>> = {
    PermissionsManageUsers: 'Manage Users',
    PermissionsCustomizeApplication: 'Customize Application',
    PermissionsViewSetup: 'View Setup and Configuration',
  };
  return Object.fromEntries(Object.entries(labels).map(([field, label]) => [field, !missing.includes(label)]));
}

// ---------------------------------------------------------------- tokens and sessions

function* tokensTable({ tokens, users }: SalesforceSandbox, { missing }: Reading): Generator<Row> {
  for (const token of tokens.values()) {
    // Others' tokens show only to those who may customize the org.
    if (missing.includes('Customize Application') && token.userId !== OWN_USER_ID) continue;
    yield {
      Id: token.id,
      AppName: token.app,
      AppMenuItemId: token.menuItemId,
      UserId: token.userId,
      User: { Username: users.get(token.userId)?.username ?? null },
      CreatedDate: sfTime(token.createdAt),
      LastUsedDate: timeOrNull(token.lastUsedAt),
      UseCount: token.useCount,
      DeleteToken: token.deleteToken,
    };
  }
}

function* sessionsTable({ sessions, startedAt }: SalesforceSandbox): Generator<Row> {
  const rest = {
    NumSecondsValid: 7_200,
    UserType: 'Standard',
    LoginType: 'Application',
    SessionType: 'UI',
    SessionSecurityLevel: 'STANDARD',
    LoginHistoryId: null,
  };
  const own = { id: numberedId('0Ak', 1), userId: OWN_USER_ID, createdAt: startedAt, ip: '203.0.113.1' };
  for (const session of [own, ...sessions.values()]) {
    const made = sfTime(session.createdAt);
    yield {
      ...rest,
      Id: session.id,
      UsersId: session.userId,
      CreatedDate: made,
      LastModifiedDate: made,
      SourceIp: session.ip,
      IsCurrent: session === own,
    };
  }
}
