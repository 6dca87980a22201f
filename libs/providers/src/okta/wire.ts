import type { WireRecord } from '../sdk/index.js';
import { at, list, malformed, record, requiredList, requiredRecord, requiredText, text } from '../sdk/index.js';

/** A user as Okta's lists show it: the parts that we read. */
export interface OktaUser {
  readonly id: string;
  /** ACTIVE, PASSWORD_EXPIRED, LOCKED_OUT, RECOVERY, SUSPENDED, STAGED, PROVISIONED, DEPROVISIONED. */
  readonly status: string;
  readonly profile: WireRecord;
  readonly created: unknown;
  readonly activated: unknown;
  readonly statusChanged: unknown;
  readonly lastLogin: unknown;
  readonly passwordChanged: unknown;
  /** Who keeps the password: OKTA, ACTIVE_DIRECTORY, FEDERATION; null where credentials were left out. */
  readonly passwordKeeper: string | null;
}

export interface OktaGroup {
  readonly id: string;
  /** OKTA_GROUP, APP_GROUP (kept by an app or directory) or BUILT_IN (Everyone). */
  readonly type: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly lastMembershipUpdated: unknown;
  /** From `expand=stats`; null where it was not asked for or not answered. */
  readonly givesAdminRole: boolean | null;
}

/** One administrator role held by a user, directly or by a group. */
export interface OktaRole {
  readonly id: string;
  /** SUPER_ADMIN, ORG_ADMIN, …, CUSTOM. */
  readonly type: string;
  readonly label: string | null;
  readonly isActive: boolean;
  /** USER, GROUP or CLIENT: who was given it. */
  readonly assignmentType: string | null;
  /** The group that gives it, as far as the link to the holder tells. */
  readonly group: string | null;
  /** Of a custom role: which role over which resources. */
  readonly customRole: string | null;
  readonly resourceSet: string | null;
  /** Limited to some groups or apps. */
  readonly hasTargets: boolean;
}

export interface OktaFactor {
  readonly factorType: string;
  readonly status: string;
}

export interface OktaApiToken {
  readonly id: string;
  readonly name: string;
  readonly userId: string | null;
  readonly clientName: string | null;
  readonly created: unknown;
  readonly expiresAt: unknown;
  readonly tokenWindow: string | null;
  readonly connection: string | null;
  readonly include: readonly string[];
}

/** A scope that an app was granted, by an administrator for all or by a user for themselves. */
export interface OktaGrant {
  readonly id: string;
  readonly scopeId: string;
  readonly isActive: boolean;
  /** ADMIN or END_USER. */
  readonly source: string | null;
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly created: unknown;
}

export interface OktaApp {
  readonly id: string;
  /** The kind of app: `saasure` is the Admin Console. */
  readonly name: string | null;
  readonly label: string;
  readonly status: string | null;
  /** Its OAuth client id, when it is an OAuth client at all. */
  readonly clientId: string | null;
}

/** The rows of an answer that is a list, each read by `toRow`; anything but a list is malformed. */
export function rowsOf<T>(body: unknown, operation: string, toRow: (row: unknown, operation: string) => T): T[] {
  return requiredList(body, operation, 'a list').map((row) => toRow(row, operation));
}

/** A user; without id, status or profile the answer is malformed. */
export function readUser(wire: unknown, operation: string): OktaUser {
  const user = requiredRecord(wire, operation, 'a user');
  return {
    id: requiredText(user['id'], operation, "a user's id"),
    status: requiredText(user['status'], operation, "a user's status"),
    profile: requiredRecord(user['profile'], operation, "a user's profile"),
    created: user['created'],
    activated: user['activated'],
    statusChanged: user['statusChanged'],
    lastLogin: user['lastLogin'],
    passwordChanged: user['passwordChanged'],
    passwordKeeper: text(at(user, 'credentials', 'provider', 'type')),
  };
}

/** A group; a group without a name keeps its id as one. */
export function readGroup(wire: unknown, operation: string): OktaGroup {
  const group = requiredRecord(wire, operation, 'a group');
  const id = requiredText(group['id'], operation, "a group's id");
  const stats = record(at(group, '_embedded', 'stats'));
  // The published description spells it "Privlege"; both are read.
  const gives = stats?.['hasAdminPrivilege'] ?? stats?.['hasAdminPrivlege'];
  return {
    id,
    type: text(group['type']),
    name: text(at(group, 'profile', 'name')) ?? id,
    description: text(at(group, 'profile', 'description')),
    lastMembershipUpdated: group['lastMembershipUpdated'],
    givesAdminRole: typeof gives === 'boolean' ? gives : null,
  };
}

/** A role assignment. */
export function readRole(wire: unknown, operation: string): OktaRole {
  const role = requiredRecord(wire, operation, 'a role');
  const targets = record(at(role, '_embedded', 'targets'));
  const limits = [...(list(targets?.['groups']) ?? []), ...(list(at(targets, 'catalog', 'apps')) ?? [])];
  const assignmentType = text(role['assignmentType']);
  return {
    id: requiredText(role['id'], operation, "a role assignment's id"),
    type: requiredText(role['type'], operation, "a role's type"),
    label: text(role['label']),
    isActive: (text(role['status']) ?? 'ACTIVE') === 'ACTIVE',
    assignmentType,
    group: assignmentType === 'GROUP' ? lastSegment(text(at(role, '_links', 'assignee', 'href'))) : null,
    customRole: text(role['role']),
    resourceSet: text(role['resource-set']),
    hasTargets: limits.length > 0,
  };
}

/** A factor of a user. */
export function readFactor(wire: unknown, operation: string): OktaFactor {
  const factor = requiredRecord(wire, operation, 'a factor');
  return {
    factorType: requiredText(factor['factorType'], operation, "a factor's type"),
    status: requiredText(factor['status'], operation, "a factor's status"),
  };
}

/** An API token, without its value, which Okta never shows again. */
export function readApiToken(wire: unknown, operation: string): OktaApiToken {
  const token = requiredRecord(wire, operation, 'an API token');
  return {
    id: requiredText(token['id'], operation, "a token's id"),
    name: requiredText(token['name'], operation, "a token's name"),
    userId: text(token['userId']),
    clientName: text(token['clientName']),
    created: token['created'],
    expiresAt: token['expiresAt'],
    tokenWindow: text(token['tokenWindow']),
    connection: text(at(token, 'network', 'connection')),
    include: (list(at(token, 'network', 'include')) ?? []).map((zone) => text(zone)).filter((zone) => zone !== null),
  };
}

/** A granted scope. */
export function readGrant(wire: unknown, operation: string): OktaGrant {
  const grant = requiredRecord(wire, operation, 'a grant');
  return {
    id: requiredText(grant['id'], operation, "a grant's id"),
    scopeId: requiredText(grant['scopeId'], operation, "a grant's scope"),
    isActive: (text(grant['status']) ?? 'ACTIVE') === 'ACTIVE',
    source: text(grant['source']),
    userId: text(grant['userId']),
    clientId: text(grant['clientId']),
    created: grant['created'],
  };
}

/** An app. Only OAuth clients have a client id: of a service app it is in its credentials, else it equals the app's id. */
export function readApp(wire: unknown, operation: string): OktaApp {
  const app = requiredRecord(wire, operation, 'an app');
  const id = requiredText(app['id'], operation, "an app's id");
  const isOauth = record(at(app, 'settings', 'oauthClient')) !== undefined;
  return {
    id,
    name: text(app['name']),
    label: text(app['label']) ?? id,
    status: text(app['status']),
    clientId: isOauth ? (text(at(app, 'credentials', 'oauthClient', 'client_id')) ?? id) : null,
  };
}

/** The ids of a page of `GET /api/v1/iam/assignees/users`, whose rows stand in `value`. */
export function readAssignees(body: unknown, operation: string): string[] {
  const rows = list(at(body, 'value'));
  if (!rows) throw malformed(operation, 'the list "value"');
  return rows.map((row) => requiredText(at(row, 'id'), operation, "an administrator's id"));
}

function lastSegment(href: string | null): string | null {
  return href?.split(/[?#]/, 1)[0]?.split('/').filter(Boolean).at(-1) ?? null;
}
