import type { WireRecord } from '../sdk/index.js';
import { flag, list, malformed, record, requiredRecord, requiredText, text, timeMs, whole } from '../sdk/index.js';

/** A user of the Directory API, as far as we read it. */
export interface GoogleUser {
  readonly id: string;
  readonly primaryEmail: string | null;
  readonly fullName: string | null;
  readonly isAdmin: boolean | null;
  readonly isDelegatedAdmin: boolean | null;
  readonly isEnrolledIn2Sv: boolean | null;
  readonly isEnforcedIn2Sv: boolean | null;
  readonly suspended: boolean | null;
  readonly suspensionReason: string | null;
  readonly archived: boolean | null;
  readonly agreedToTerms: boolean | null;
  readonly mustChangePassword: boolean | null;
  readonly isGuest: boolean | null;
  readonly orgUnitPath: string | null;
  readonly createdAt: number | null;
  /** Null also for somebody who never signed in: Google writes 1970 for that. */
  readonly lastSignInAt: number | null;
  readonly hasNeverSignedIn: boolean;
  readonly deletedAt: number | null;
}

/** Reads a user; one without an id is malformed. */
export function readUser(value: unknown, operation: string): GoogleUser {
  const wire = requiredRecord(value, operation, 'a user');
  const lastLogin = timeMs(wire['lastLoginTime']);
  return {
    id: requiredText(wire['id'], operation, 'the id of a user'),
    primaryEmail: text(wire['primaryEmail']),
    fullName: text(record(wire['name'])?.['fullName']),
    isAdmin: flag(wire['isAdmin']),
    isDelegatedAdmin: flag(wire['isDelegatedAdmin']),
    isEnrolledIn2Sv: flag(wire['isEnrolledIn2Sv']),
    isEnforcedIn2Sv: flag(wire['isEnforcedIn2Sv']),
    suspended: flag(wire['suspended']),
    suspensionReason: text(wire['suspensionReason']),
    archived: flag(wire['archived']),
    agreedToTerms: flag(wire['agreedToTerms']),
    mustChangePassword: flag(wire['changePasswordAtNextLogin']),
    isGuest: flag(wire['isGuestUser']),
    orgUnitPath: text(wire['orgUnitPath']),
    createdAt: timeMs(wire['creationTime']),
    lastSignInAt: lastLogin === null || lastLogin <= 0 ? null : lastLogin,
    hasNeverSignedIn: lastLogin !== null && lastLogin <= 0,
    deletedAt: timeMs(wire['deletionTime']),
  };
}

export interface GoogleGroup {
  readonly id: string;
  readonly email: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly isMadeByAdmin: boolean | null;
}

/** Reads a group; its e-mail stands in for a missing name. */
export function readGroup(value: unknown, operation: string): GoogleGroup {
  const wire = requiredRecord(value, operation, 'a group');
  const id = requiredText(wire['id'], operation, 'the id of a group');
  const email = text(wire['email']);
  return {
    id,
    email,
    name: text(wire['name']) ?? email ?? id,
    description: text(wire['description']),
    isMadeByAdmin: flag(wire['adminCreated']),
  };
}

export interface GoogleMember {
  /** Absent for some people from outside. */
  readonly id: string | null;
  readonly email: string | null;
  readonly role: string | null;
  readonly type: string;
}

/** Reads a member of a group; people from outside may have no id. */
export function readMember(value: unknown, operation: string): GoogleMember {
  const wire = requiredRecord(value, operation, 'a member');
  return {
    id: text(wire['id']),
    email: text(wire['email']),
    role: text(wire['role']),
    type: requiredText(wire['type'], operation, 'the type of a member'),
  };
}

export interface GoogleRole {
  readonly id: string;
  readonly name: string;
  readonly isSuperAdmin: boolean;
}

/** Reads an administrator role. */
export function readRole(value: unknown, operation: string): GoogleRole {
  const wire = requiredRecord(value, operation, 'a role');
  const id = requiredText(wire['roleId'], operation, 'the id of a role');
  return { id, name: text(wire['roleName']) ?? id, isSuperAdmin: flag(wire['isSuperAdminRole']) === true };
}

export interface GoogleAssignment {
  readonly id: string;
  readonly roleId: string;
  readonly assignedTo: string;
  readonly isToGroup: boolean;
  readonly scopeType: string | null;
  readonly orgUnitId: string | null;
  readonly condition: string | null;
}

/** Reads the assignment of a role to a user, group or service account. */
export function readAssignment(value: unknown, operation: string): GoogleAssignment {
  const wire = requiredRecord(value, operation, 'a role assignment');
  return {
    id: requiredText(wire['roleAssignmentId'], operation, 'the id of a role assignment'),
    roleId: requiredText(wire['roleId'], operation, 'the role of a role assignment'),
    assignedTo: requiredText(wire['assignedTo'], operation, 'the holder of a role assignment'),
    isToGroup: text(wire['assigneeType'])?.toLowerCase() === 'group',
    scopeType: text(wire['scopeType']),
    orgUnitId: text(wire['orgUnitId']),
    condition: text(wire['condition']),
  };
}

export interface GoogleToken {
  readonly clientId: string;
  readonly displayText: string | null;
  readonly scopes: readonly string[];
  readonly isAnonymous: boolean | null;
  readonly isNativeApp: boolean | null;
}

/** Reads an app's grant. */
export function readToken(value: unknown, operation: string): GoogleToken {
  const wire = requiredRecord(value, operation, 'a token');
  return {
    clientId: requiredText(wire['clientId'], operation, 'the client of a token'),
    displayText: text(wire['displayText']),
    scopes: (list(wire['scopes']) ?? []).map(text).filter((scope) => scope !== null),
    isAnonymous: flag(wire['anonymous']),
    isNativeApp: flag(wire['nativeApp']),
  };
}

export interface GoogleAppPassword {
  readonly codeId: string;
  readonly name: string | null;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Reads an app password: its times are milliseconds in texts, and 0 is never. */
export function readAppPassword(value: unknown, operation: string): GoogleAppPassword {
  const wire = requiredRecord(value, operation, 'an app password');
  const moment = (ms: number | null): number | null => (ms === null || ms <= 0 ? null : ms);
  return {
    codeId: requiredText(wire['codeId'], operation, 'the id of an app password'),
    name: text(wire['name']),
    createdAt: moment(whole(wire['creationTime'])),
    lastUsedAt: moment(whole(wire['lastTimeUsed'])),
  };
}

/**
 * The rows of a page. Google leaves an empty list out altogether, so what tells an empty page from another answer is its `kind`; the Cloud Identity
 * API has none, and answers `{}`.
 */
export function rowsOf<T>(
  body: unknown,
  name: string,
  kind: string | undefined,
  operation: string,
  read: (row: unknown, operation: string) => T,
): T[] {
  const wire = requiredRecord(body, operation, 'an object');
  const rows = wire[name];
  if (rows === undefined || rows === null) {
    if (isEmptyPage(wire, kind)) return [];
    throw malformed(operation, `the list "${name}"`);
  }
  const found = list(rows);
  if (!found) throw malformed(operation, `the list "${name}"`);
  return found.map((row) => read(row, operation));
}

function isEmptyPage(wire: WireRecord, kind: string | undefined): boolean {
  if (kind !== undefined) return wire['kind'] === kind;
  return Object.keys(wire).every((key) => key === 'nextPageToken');
}
