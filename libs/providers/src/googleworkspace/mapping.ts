import type {
  AccountRecord,
  AccountStatus,
  AppGrantRecord,
  GroupRecord,
  InventoryRecord,
  PermissionLevel,
  PrivilegeRecord,
} from '#libs/contracts';

import type { HeldRole } from './admins.js';
import type { GoogleAppPassword, GoogleGroup, GoogleMember, GoogleToken, GoogleUser } from './wire.js';

/** Our word for a user's state. Suspended comes before archived: it is what keeps somebody out. */
export function accountStatus(user: GoogleUser): AccountStatus {
  if (user.deletedAt !== null) return 'DELETED';
  if (user.suspended === true) return 'SUSPENDED';
  if (user.archived === true) return 'DISABLED';
  if (user.suspended === null) return 'UNKNOWN';
  return user.agreedToTerms === false && user.hasNeverSignedIn ? 'INVITED' : 'ACTIVE';
}

/** A user as an account. `holdsRole` is left out where the role assignments could not be read. */
export function toAccount(user: GoogleUser, holdsRole?: boolean): AccountRecord {
  return {
    kind: 'account',
    externalId: user.id,
    username: user.primaryEmail,
    email: user.primaryEmail,
    displayName: user.fullName,
    status: accountStatus(user),
    type: 'person',
    isAdmin: isAdmin(user, holdsRole),
    hasSecondFactor: user.isEnrolledIn2Sv,
    lastSignInAt: user.lastSignInAt,
    createdAt: user.createdAt,
    attributes: {
      orgUnitPath: user.orgUnitPath,
      suspensionReason: user.suspensionReason,
      isArchived: user.archived,
      isSuperAdmin: user.isAdmin,
      isSecondFactorEnforced: user.isEnforcedIn2Sv,
      mustChangePassword: user.mustChangePassword,
      hasNeverSignedIn: user.hasNeverSignedIn,
      isGuest: user.isGuest,
      deletedAt: user.deletedAt,
    },
  };
}

// Google's flags do not tell of roles that a group gives, so "no" needs both to say no.
function isAdmin(user: GoogleUser, holdsRole: boolean | undefined): boolean | null {
  if (user.isAdmin === true || user.isDelegatedAdmin === true || holdsRole === true) return true;
  return user.isAdmin === null || user.isDelegatedAdmin === null ? null : false;
}

/** A group and its members as records. Those who are no accounts here are counted on the group. */
export function toGroupRecords(group: GoogleGroup, members: readonly GoogleMember[], domains: readonly string[] | null): InventoryRecord[] {
  const groupExternalId = group.id;
  const records = members.flatMap((member): InventoryRecord[] => {
    if (member.id === null || !isInside(member, domains)) return [];
    if (member.type === 'GROUP') return [{ kind: 'member', groupExternalId, group: member.id }];
    return member.type === 'USER' ? [{ kind: 'member', groupExternalId, account: member.id }] : [];
  });
  return [toGroup(group, members, domains), ...records];
}

function toGroup(group: GoogleGroup, members: readonly GoogleMember[], domains: readonly string[] | null): GroupRecord {
  return {
    kind: 'group',
    externalId: group.id,
    name: group.name,
    description: group.description,
    type: null,
    attributes: {
      email: group.email,
      isMadeByAdmin: group.isMadeByAdmin,
      outsideMembers: members.filter((member) => member.type !== 'CUSTOMER' && (member.id === null || !isInside(member, domains))).length,
      includesEveryone: members.some(({ type }) => type === 'CUSTOMER'),
      owners: members.filter(({ role }) => role === 'OWNER').length,
    },
  };
}

// Somebody from outside may have an id too, that of their own Google account.
function isInside({ type, email }: GoogleMember, domains: readonly string[] | null): boolean {
  if (type === 'EXTERNAL') return false;
  if (domains === null || email === null || type === 'CUSTOMER') return true;
  return domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
}

/** A held role as a privilege. In Google's words every role, also a small one, makes an administrator. */
export function toPrivilege(account: string, { assignment, role, viaGroup }: HeldRole): PrivilegeRecord {
  return {
    kind: 'privilege',
    externalId: assignment.id,
    account,
    name: role?.name ?? assignment.roleId,
    isAdmin: true,
    scope: scopeOf(assignment),
    viaGroup,
  };
}

function scopeOf({ scopeType, orgUnitId, condition }: HeldRole['assignment']): string | null {
  const unit = scopeType === 'ORG_UNIT' ? `orgUnits/${orgUnitId ?? 'unknown'}` : null;
  const limits = [unit, condition].filter((part) => part !== null);
  return limits.length === 0 ? null : limits.join(', ');
}

// ---------------------------------------------------------------- grants

/** The key of an app that a user let in. */
export function tokenKey(userId: string, clientId: string): string {
  return `token/${userId}/${clientId}`;
}

/** The key of an app password. */
export function appPasswordKey(userId: string, codeId: string): string {
  return `asp/${userId}/${codeId}`;
}

/** The parts of such a key; `undefined` for any other text. */
export function grantParts(key: string): { readonly kind: 'token' | 'asp'; readonly userId: string; readonly id: string } | undefined {
  const [kind, userId, ...rest] = key.split('/');
  const id = rest.join('/');
  return (kind === 'token' || kind === 'asp') && userId && id ? { kind, userId, id } : undefined;
}

/** An app that a user let in. When that was, only the token log tells. */
export function toTokenGrant(userId: string, token: GoogleToken): AppGrantRecord {
  const scopes = [...new Set(token.scopes)].sort();
  return {
    kind: 'appGrant',
    externalId: tokenKey(userId, token.clientId),
    type: 'OAUTH_CONSENT',
    appExternalId: token.clientId,
    appName: token.displayText ?? token.clientId,
    account: userId,
    scopes,
    level: levelOf(scopes),
    attributes: { isUnverified: token.isAnonymous, isNativeApp: token.isNativeApp },
  };
}

/** An app password: it opens the mailbox without a second factor. */
export function toAppPasswordGrant(userId: string, password: GoogleAppPassword): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: appPasswordKey(userId, password.codeId),
    type: 'API_TOKEN',
    appExternalId: `app-password:${password.codeId}`,
    appName: password.name ?? 'App password',
    account: userId,
    scopes: [],
    level: 'HIGH',
    grantedAt: password.createdAt,
    lastUsedAt: password.lastUsedAt,
  };
}

const GOOGLE = 'https://www.googleapis.com/auth/';
const HARMLESS =
  /^(?:openid|email|profile)$|^(?:userinfo\.(?:email|profile)|plus\.me|calendar\.settings\.readonly|drive\.(?:file|appdata|install))$/;
const READING = /\.readonly$|\.metadata$|^calendar\.(?:freebusy|events\.freebusy)$/;
// Whoever has one of these reads or changes all mail, files, people or projects.
const SWEEPING =
  /^(?:drive|gmail\.(?:modify|compose|send|settings\.(?:basic|sharing)|insert)|mail\.google\.com|admin\.|cloud-platform|apps\.groups|script\.|calendar|contacts|spreadsheets|documents)/;

/** What the strongest of the scopes allows; one that we do not know is UNKNOWN unless a known one is HIGH already. */
export function levelOf(scopes: readonly string[]): PermissionLevel {
  const levels = new Set(scopes.map(levelOfScope));
  return (['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW'] as const).find((level) => levels.has(level)) ?? 'UNKNOWN';
}

function levelOfScope(scope: string): PermissionLevel {
  if (/^https:\/\/mail\.google\.com\/?$/.test(scope)) return 'HIGH';
  const name = scope.startsWith(GOOGLE) ? scope.slice(GOOGLE.length) : scope;
  if (HARMLESS.test(name)) return 'LOW';
  // To read all mail or all files is as bad as to change them.
  if (/^(?:gmail|drive)\.readonly$/.test(name)) return 'HIGH';
  if (READING.test(name)) return 'MEDIUM';
  return SWEEPING.test(name) ? 'HIGH' : 'UNKNOWN';
}
