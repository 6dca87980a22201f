import type { WireRecord } from '../sdk/index.js';
import { at, flag, list, record, requiredList, requiredRecord, requiredText, text, whole } from '../sdk/index.js';

/** A person as `admin.users.list` shows it for the whole organization, or `users.list` for one workspace. */
export interface SlackUser {
  readonly id: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly isActive: boolean | null;
  readonly isInvited: boolean;
  readonly isBot: boolean;
  readonly isPrimaryOwner: boolean | null;
  readonly isOwner: boolean | null;
  readonly isAdmin: boolean | null;
  /** A role in the organization above the workspaces. */
  readonly isOrgOwner: boolean | null;
  readonly isOrgAdmin: boolean | null;
  /** `multi-channel` or `single-channel`; null for members. */
  readonly guest: 'multi-channel' | 'single-channel' | null;
  /** Epoch seconds; 0 or null when there is no end. */
  readonly expiresAtS: number | null;
  readonly hasSecondFactor: boolean | null;
  readonly secondFactorType: string | null;
  /** `undefined` where the list does not tell. */
  readonly hasSso: boolean | null | undefined;
  readonly createdAtS: number | null | undefined;
  readonly lastActiveAtS: number | null | undefined;
  readonly workspaces: readonly string[];
}

export interface SlackWorkspace {
  readonly id: string;
  readonly name: string;
}

export interface SlackUserGroup {
  readonly id: string;
  readonly workspace: string | null;
  readonly name: string;
  readonly handle: string | null;
  readonly description: string | null;
  readonly isFromIdp: boolean | null;
  readonly isDeleted: boolean;
  /** `undefined` where the answer names no members. */
  readonly users: readonly string[] | undefined;
}

export interface SlackRoleAssignment {
  readonly roleId: string;
  readonly entityId: string;
  readonly userId: string;
}

export interface SlackScope {
  readonly name: string;
  readonly isSensitive: boolean | null;
}

/** An entry of the lists of approved and restricted apps. */
export interface SlackApp {
  readonly id: string;
  readonly name: string;
  readonly isInDirectory: boolean | null;
  readonly isInternal: boolean | null;
  readonly scopes: readonly SlackScope[];
  readonly updatedAtS: number | null;
  readonly resolvedBy: string | null;
}

/** A row of `team.integrationLogs`. */
export interface SlackIntegrationLog {
  readonly userId: string | null;
  readonly userName: string | null;
  /** Epoch seconds; the app sends text. */
  readonly date: unknown;
  readonly changeType: string;
  readonly appId: string | null;
  readonly serviceId: string | null;
  readonly name: string | null;
  readonly scopes: readonly string[];
  readonly whole: WireRecord;
}

/** A row of `admin.users.list`. */
export function readOrgUser(row: WireRecord, operation: string): SlackUser {
  const flags = commonFlags(row);
  return {
    id: requiredText(row['id'], operation, 'the id of a user'),
    username: text(row['username']),
    email: text(row['email']),
    name: text(row['full_name']),
    isActive: flag(row['is_active']),
    isInvited: isInvited(row),
    ...flags,
    isOrgOwner: null,
    isOrgAdmin: null,
    expiresAtS: whole(row['expiration_ts']),
    hasSecondFactor: flag(row['has_2fa']),
    secondFactorType: text(row['two_factor_type']),
    hasSso: flag(row['has_sso']),
    createdAtS: whole(row['date_created']),
    lastActiveAtS: whole(row['last_active_ts']),
    workspaces: texts(row['workspaces']),
  };
}

/** A row of `users.list`, or the user of `users.info`. In an organization a person has one id for all workspaces. */
export function readMember(row: WireRecord, operation: string): SlackUser {
  const enterprise = record(row['enterprise_user']) ?? {};
  const deleted = flag(row['deleted']);
  return {
    id: text(enterprise['id']) ?? requiredText(row['id'], operation, 'the id of a user'),
    username: text(row['name']),
    email: text(at(row, 'profile', 'email')),
    name: text(at(row, 'profile', 'real_name')) ?? text(row['real_name']) ?? text(at(row, 'profile', 'display_name')),
    isActive: deleted === null ? null : !deleted,
    isInvited: isInvited(row),
    ...commonFlags(row),
    isBot: flag(row['is_bot']) === true || row['id'] === 'USLACKBOT',
    isOrgOwner: flag(enterprise['is_owner']),
    isOrgAdmin: flag(enterprise['is_admin']),
    expiresAtS: whole(at(row, 'profile', 'guest_expiration_ts')) ?? whole(row['expiration_ts']),
    // Only for tokens of administrators.
    hasSecondFactor: flag(row['has_2fa']),
    secondFactorType: text(row['two_factor_type']),
    hasSso: undefined,
    createdAtS: undefined,
    lastActiveAtS: undefined,
    workspaces: texts(enterprise['teams']).length > 0 ? texts(enterprise['teams']) : texts([row['team_id']]),
  };
}

function commonFlags(row: WireRecord): Pick<SlackUser, 'isBot' | 'isPrimaryOwner' | 'isOwner' | 'isAdmin' | 'guest'> {
  const isSingle = flag(row['is_ultra_restricted']) === true;
  return {
    isBot: flag(row['is_bot']) === true,
    isPrimaryOwner: flag(row['is_primary_owner']),
    isOwner: flag(row['is_owner']),
    isAdmin: flag(row['is_admin']),
    // Single-channel guests carry both flags.
    guest: isSingle ? 'single-channel' : flag(row['is_restricted']) === true ? 'multi-channel' : null,
  };
}

function isInvited(row: WireRecord): boolean {
  return flag(row['is_email_confirmed']) === false || flag(row['is_invited_user']) === true;
}

export function readWorkspace(row: WireRecord, operation: string): SlackWorkspace {
  const id = requiredText(row['id'], operation, 'the id of a workspace');
  return { id, name: text(row['name']) ?? id };
}

export function readUserGroup(row: WireRecord, operation: string): SlackUserGroup {
  const users = list(row['users']);
  return {
    id: requiredText(row['id'], operation, 'the id of a user group'),
    workspace: text(row['team_id']),
    name: requiredText(row['name'], operation, 'the name of a user group'),
    handle: text(row['handle']),
    description: text(row['description']),
    isFromIdp: flag(row['is_idp_group']),
    isDeleted: (whole(row['date_delete']) ?? 0) > 0,
    users: users === undefined ? undefined : texts(users),
  };
}

/** A group of SCIM, in the form of the others. */
export function readScimGroup(row: unknown, operation: string): SlackUserGroup {
  const group = requiredRecord(row, operation, 'a group');
  return {
    id: requiredText(group['id'], operation, 'the id of a group'),
    workspace: null,
    name: requiredText(group['displayName'], operation, 'the displayName of a group'),
    handle: null,
    description: null,
    isFromIdp: true,
    isDeleted: false,
    users: texts((list(group['members']) ?? []).map((member) => at(member, 'value'))),
  };
}

export function readRoleAssignment(row: WireRecord, operation: string): SlackRoleAssignment {
  return {
    roleId: requiredText(row['role_id'], operation, 'the role_id of an assignment'),
    entityId: requiredText(row['entity_id'], operation, 'the entity_id of an assignment'),
    userId: requiredText(row['user_id'], operation, 'the user_id of an assignment'),
  };
}

export function readApp(row: WireRecord, operation: string): SlackApp {
  const app = requiredRecord(row['app'], operation, 'the app of an entry');
  const id = requiredText(app['id'], operation, 'the id of an app');
  const scopes = requiredList(row['scopes'], operation, 'the scopes of an app').map((scope) => ({
    name: requiredText(at(scope, 'name'), operation, 'the name of a scope'),
    isSensitive: flag(at(scope, 'is_sensitive')),
  }));
  return {
    id,
    name: text(app['name']) ?? id,
    isInDirectory: flag(app['is_app_directory_approved']),
    isInternal: flag(app['is_internal']),
    scopes,
    updatedAtS: whole(row['date_updated']),
    resolvedBy: text(at(row, 'last_resolved_by', 'actor_id')),
  };
}

export function readIntegrationLog(row: WireRecord, operation: string): SlackIntegrationLog {
  return {
    userId: text(row['user_id']),
    userName: text(row['user_name']),
    date: row['date'],
    changeType: requiredText(row['change_type'], operation, 'the change_type of a log entry'),
    appId: text(row['app_id']),
    serviceId: text(row['service_id']),
    name: text(row['app_type']) ?? text(row['service_type']),
    scopes: (text(row['scope']) ?? '')
      .split(',')
      .map((scope) => scope.trim())
      .filter(Boolean),
    whole: row,
  };
}

/** The texts of a list; nothing when it is none. */
export function texts(value: unknown): string[] {
  return (list(value) ?? []).map(text).filter((one) => one !== null);
}
