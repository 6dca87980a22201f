import { at, flag, list, malformed, record, requiredList, requiredRecord, requiredText, text, timeMs, whole } from '../sdk/index.js';

/** Docusign's own words for a user's state in one account, in one spelling for both APIs: `activation_sent`. */
export type MembershipStatus = string;

/** A row of the Admin API's users of one account. */
export interface AdminUser {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly userStatus: string | null;
  readonly membershipStatus: MembershipStatus | null;
  readonly membershipClosedAt: number | null;
  readonly createdAt: number | null;
  readonly isManagedByScim: boolean | null;
}

/** A row of the users of one account in eSignature. Every value is text there. */
export interface AccountUser {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly status: MembershipStatus | null;
  readonly isAdmin: boolean | null;
  readonly isAlternateAdmin: boolean | null;
  readonly lastLoginAt: number | null;
  readonly createdAt: number | null;
  readonly passwordExpiresAt: number | null;
  readonly permissionProfileId: string | null;
  readonly permissionProfileName: string | null;
  /** Absent when the list was asked without additional information. */
  readonly groups: readonly AccountGroup[] | undefined;
}

export interface AccountGroup {
  readonly id: string;
  readonly name: string | null;
  /** adminGroup, everyoneGroup or customGroup. */
  readonly type: string | null;
  readonly permissionProfileId: string | null;
  readonly usersCount: number | null;
  readonly isManagedByScim: boolean | null;
}

/** The profile of a user over all accounts ("DS profile"). */
export interface UserProfile {
  readonly id: string;
  /** Needed by writes of the Admin API. */
  readonly siteId: number | null;
  readonly name: string | null;
  readonly userStatus: string | null;
  readonly createdAt: number | null;
  readonly isOrganizationAdmin: boolean | null;
  readonly requiresTwoStep: boolean | null;
  readonly verifiesDevices: boolean | null;
  readonly federatedStatus: string | null;
  readonly identities: number | null;
  readonly memberships: readonly Membership[];
}

export interface Membership {
  readonly id: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly email: string | null;
  readonly status: MembershipStatus | null;
  /** In an account of somebody else's organization: nothing we may touch. */
  readonly isExternal: boolean;
  readonly isAdmin: boolean | null;
  readonly profileId: string | null;
  readonly profileName: string | null;
}

export interface PermissionProfile {
  readonly id: string;
  readonly name: string | null;
  /** The right to manage the whole account. */
  readonly isAdmin: boolean | null;
  /** Gives parts of the administration (delegated administrators). */
  readonly isDelegated: boolean;
  readonly userCount: number | null;
}

/** "ActivationSent" and "activation_sent" are the same word. */
export function statusWord(value: unknown): MembershipStatus | null {
  const word = text(value);
  return word === null ? null : word.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

export function adminUser(value: unknown, operation: string): AdminUser {
  const row = requiredRecord(value, operation, 'a user');
  return {
    id: requiredText(row['id'], operation, 'the id of a user'),
    name: text(row['user_name']),
    email: text(row['email']),
    userStatus: statusWord(row['user_status']),
    membershipStatus: statusWord(row['membership_status']),
    membershipClosedAt: timeMs(row['membership_closed_on']),
    createdAt: timeMs(row['created_on']),
    isManagedByScim: flag(row['is_managed_by_scim']),
  };
}

export function accountUser(value: unknown, operation: string): AccountUser {
  const row = requiredRecord(value, operation, 'a user');
  return {
    id: requiredText(row['userId'], operation, 'the userId of a user'),
    name: text(row['userName']),
    email: text(row['email']),
    status: statusWord(row['userStatus']),
    isAdmin: flag(row['isAdmin']),
    isAlternateAdmin: flag(row['isAlternateAdmin']),
    lastLoginAt: timeMs(row['lastLogin']),
    createdAt: timeMs(row['createdDateTime']),
    passwordExpiresAt: timeMs(row['passwordExpiration']),
    permissionProfileId: text(row['permissionProfileId']),
    permissionProfileName: text(row['permissionProfileName']),
    groups: list(row['groupList'])?.map((group) => accountGroup(group, operation)),
  };
}

export function accountGroup(value: unknown, operation: string): AccountGroup {
  const row = requiredRecord(value, operation, 'a group');
  return {
    id: requiredText(row['groupId'], operation, 'the groupId of a group'),
    name: text(row['groupName']),
    type: text(row['groupType']),
    permissionProfileId: text(row['permissionProfileId']),
    usersCount: whole(row['usersCount']),
    isManagedByScim: flag(row['isManagedByScim']),
  };
}

/** The one user of an answer about a profile; undefined when the list is empty. */
export function userProfile(body: unknown, operation: string): UserProfile | undefined {
  const row = record(requiredList(at(body, 'users'), operation, 'the list of users')[0]);
  if (!row) return undefined;
  return {
    id: requiredText(row['id'], operation, 'the id of a user'),
    siteId: whole(row['site_id']),
    name: text(row['user_name']),
    userStatus: statusWord(row['user_status']),
    createdAt: timeMs(row['created_on']),
    isOrganizationAdmin: flag(row['is_organization_admin']),
    requiresTwoStep: flag(row['require_two_step_verification']),
    verifiesDevices: flag(row['device_verification_enabled']),
    federatedStatus: text(row['federated_status']),
    identities: list(row['identities'])?.length ?? null,
    memberships: requiredList(row['memberships'], operation, 'the memberships of a user').map((item) => membership(item, operation)),
  };
}

function membership(value: unknown, operation: string): Membership {
  const row = requiredRecord(value, operation, 'a membership');
  return {
    id: requiredText(row['id'], operation, 'the id of a membership'),
    accountId: requiredText(row['account_id'], operation, 'the account of a membership'),
    accountName: text(row['account_name']),
    email: text(row['email']),
    status: statusWord(row['status']),
    isExternal: flag(row['is_external_account']) ?? false,
    isAdmin: flag(row['is_admin']),
    profileId: text(at(row, 'permission_profile', 'id')),
    profileName: text(at(row, 'permission_profile', 'name')),
  };
}

export function permissionProfile(value: unknown, operation: string): PermissionProfile {
  const row = requiredRecord(value, operation, 'a permission profile');
  const granular = at(row, 'settings', 'accountManagementGranular');
  return {
    id: requiredText(row['permissionProfileId'], operation, 'the id of a permission profile'),
    name: text(row['permissionProfileName']),
    isAdmin: flag(at(row, 'settings', 'allowAccountManagement')),
    // A switch in some answers, a set of switches in others.
    isDelegated: flag(granular) === true || Object.values(record(granular) ?? {}).some((value) => flag(value) === true),
    userCount: whole(row['userCount']),
  };
}

/** The list of a page, or a `malformed` failure: an error page is not an empty page. */
export function rowsOf(body: unknown, name: string, operation: string): readonly unknown[] {
  const rows = list(at(body, name));
  if (rows) return rows;
  // The account of an empty result leaves the list out and says how many there are: none.
  if (record(body) && whole(at(body, 'totalSetSize')) === 0) return [];
  throw malformed(operation, `the list "${name}"`);
}
