import { at, flag, requiredFlag, requiredText, text, timeMs, whole, type WireRecord } from '../sdk/index.js';

/** A user of the org, of any type: employees, portal users, guests of sites, and Salesforce's own processes. */
export interface User {
  readonly id: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly isActive: boolean;
  readonly type: string | null;
  readonly profileName: string | null;
  readonly license: string | null;
  readonly roleName: string | null;
  readonly lastLoginAt: number | null;
  readonly passwordChangedAt: number | null;
  readonly createdAt: number | null;
  readonly federationId: string | null;
  readonly managerId: string | null;
}

export const USER_FIELDS =
  'Id, Username, Email, Name, IsActive, UserType, ProfileId, Profile.Name, Profile.UserLicense.Name, UserRole.Name, LastLoginDate, LastPasswordChangeDate, CreatedDate, FederationIdentifier, ManagerId, SystemModstamp';

const QUERY = 'query (User)';

/** Reads a user row; relations that a user has not are null. */
export function readUser(row: WireRecord): User {
  return {
    id: requiredText(row['Id'], QUERY, 'the Id of a user'),
    username: text(row['Username']),
    email: text(row['Email']),
    name: text(row['Name']),
    isActive: requiredFlag(row['IsActive'], QUERY, 'IsActive of a user'),
    type: text(row['UserType']),
    profileName: text(at(row, 'Profile', 'Name')),
    license: text(at(row, 'Profile', 'UserLicense', 'Name')),
    roleName: text(at(row, 'UserRole', 'Name')),
    lastLoginAt: timeMs(row['LastLoginDate']),
    passwordChangedAt: timeMs(row['LastPasswordChangeDate']),
    createdAt: timeMs(row['CreatedDate']),
    federationId: text(row['FederationIdentifier']),
    managerId: text(row['ManagerId']),
  };
}

/** Frozen and locked stand beside the user, in an object of their own. */
export interface LoginState {
  readonly id: string;
  readonly userId: string;
  readonly isFrozen: boolean;
  readonly isLocked: boolean;
}

export function readLoginState(row: WireRecord): LoginState {
  const query = 'query (UserLogin)';
  return {
    id: requiredText(row['Id'], query, 'the Id'),
    userId: requiredText(row['UserId'], query, 'the UserId'),
    isFrozen: requiredFlag(row['IsFrozen'], query, 'IsFrozen'),
    isLocked: flag(row['IsPasswordLocked']) ?? false,
  };
}

/** A permission set held by a user: an own one, the hidden one of the profile, or that of a group of sets. */
export interface Assignment {
  readonly id: string;
  readonly userId: string;
  readonly setId: string | null;
  readonly groupId: string | null;
  readonly name: string;
  readonly isProfile: boolean;
  readonly expiresAt: number | null;
  /** Names of the permission fields that are on. */
  readonly rights: readonly string[];
}

const ASSIGNMENT_FIELDS =
  'Id, AssigneeId, PermissionSetId, PermissionSetGroupId, ExpirationDate, PermissionSet.Name, PermissionSet.Label, PermissionSet.IsOwnedByProfile, PermissionSet.Profile.Name';

/** The columns of an assignment, with those permissions that the org has. */
export function assignmentFields(rightFields: readonly string[]): string {
  return [ASSIGNMENT_FIELDS, ...rightFields.map((field) => `PermissionSet.${field}`)].join(', ');
}

export function readAssignment(row: WireRecord, rightFields: readonly string[]): Assignment {
  const query = 'query (PermissionSetAssignment)';
  const isProfile = requiredFlag(at(row, 'PermissionSet', 'IsOwnedByProfile'), query, 'PermissionSet.IsOwnedByProfile');
  const label = text(at(row, 'PermissionSet', 'Label')) ?? text(at(row, 'PermissionSet', 'Name'));
  return {
    id: requiredText(row['Id'], query, 'the Id'),
    userId: requiredText(row['AssigneeId'], query, 'the AssigneeId'),
    setId: text(row['PermissionSetId']),
    groupId: text(row['PermissionSetGroupId']),
    name: (isProfile ? text(at(row, 'PermissionSet', 'Profile', 'Name')) : null) ?? label ?? 'unnamed',
    isProfile,
    expiresAt: timeMs(row['ExpirationDate']),
    rights: rightFields.filter((field) => flag(at(row, 'PermissionSet', field)) === true),
  };
}

/** A token that a user gave to an app. The key that revokes it is never kept. */
export interface OauthToken {
  readonly id: string;
  readonly appName: string;
  readonly appId: string;
  readonly userId: string | null;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly useCount: number | null;
}

export function readToken(row: WireRecord): OauthToken {
  const id = requiredText(row['Id'], 'query (OauthToken)', 'the Id');
  const appName = text(row['AppName']);
  return {
    id,
    appName: appName ?? 'unnamed app',
    appId: text(row['AppMenuItemId']) ?? appName ?? id,
    userId: text(row['UserId']),
    createdAt: timeMs(row['CreatedDate']),
    lastUsedAt: timeMs(row['LastUsedDate']),
    useCount: whole(row['UseCount']),
  };
}

/** An app that is installed in the org. */
export interface ConnectedApp {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number | null;
  readonly isAdminApprovedOnly: boolean | null;
  readonly refreshTokenValidity: number | null;
}

export function readConnectedApp(row: WireRecord): ConnectedApp {
  const query = 'query (ConnectedApplication)';
  return {
    id: requiredText(row['Id'], query, 'the Id'),
    name: requiredText(row['Name'], query, 'the Name'),
    createdAt: timeMs(row['CreatedDate']),
    isAdminApprovedOnly: flag(row['OptionsAllowAdminApprovedUsersOnly']),
    refreshTokenValidity: whole(row['RefreshTokenValidityPeriod']),
  };
}
