import type { AccountRecord, AppGrantRecord, GroupRecord, PrivilegeRecord } from '#libs/contracts';

import { requiredText, text, type WireRecord } from '../sdk/index.js';

import { RIGHTS } from './permissions.js';
import type { Assignment, ConnectedApp, LoginState, OauthToken, User } from './wire.js';

/** What other objects tell of the users; `undefined` where Salesforce does not show the object to us. */
export interface Beside {
  /** Only users that are frozen or locked. */
  readonly states: ReadonlyMap<string, LoginState> | undefined;
  readonly admins: ReadonlySet<string> | undefined;
  /** Users that have a second factor. */
  readonly withFactor: ReadonlySet<string> | undefined;
}

/** A user as our account. */
export function toAccount(user: User, { states, admins, withFactor }: Beside): AccountRecord {
  const state = states?.get(user.id);
  const isAdmin = isAdministrator(user, admins);
  return {
    kind: 'account',
    externalId: user.id,
    username: user.username,
    email: user.email,
    displayName: user.name,
    status: statusOf(user, states),
    type: typeOf(user),
    ...(isAdmin !== undefined && { isAdmin }),
    ...(withFactor && { hasSecondFactor: secondFactor(user, withFactor) }),
    lastSignInAt: user.lastLoginAt,
    createdAt: user.createdAt,
    attributes: {
      userType: user.type,
      profile: user.profileName,
      license: user.license,
      role: user.roleName,
      usesSingleSignOn: user.federationId !== null,
      managerId: user.managerId,
      ...(states && { isPasswordLocked: state?.isLocked ?? false }),
      ...(user.passwordChangedAt !== null && { passwordChangedAt: user.passwordChangedAt }),
    },
  };
}

// Whether an active user is frozen stands in an object that we may not be shown: then "active" would be a guess.
function statusOf(user: User, states: Beside['states']): AccountRecord['status'] {
  if (!user.isActive) return 'DISABLED';
  if (!states) return 'UNKNOWN';
  return states.get(user.id)?.isFrozen === true ? 'SUSPENDED' : 'ACTIVE';
}

const PROCESS_TYPES = new Set(['AutomatedProcess', 'CloudIntegrationUser']);

function typeOf({ type, license }: User): AccountRecord['type'] {
  if (type !== null && PROCESS_TYPES.has(type)) return 'service';
  if (type === 'Guest') return 'unknown';
  return license !== null && /integration/i.test(license) ? 'service' : 'person';
}

function isAdministrator(user: User, admins: Beside['admins']): boolean | undefined {
  if (user.profileName === 'System Administrator') return true;
  return admins?.has(user.id);
}

// Whoever signs in through an identity provider may have a factor there: no factor here is not "no factor".
function secondFactor(user: User, withFactor: ReadonlySet<string>): boolean | null {
  if (withFactor.has(user.id)) return true;
  return user.federationId === null ? false : null;
}

/** A public group, queue or group of everybody. */
export function toGroup(row: WireRecord): GroupRecord {
  const query = 'query (Group)';
  const externalId = requiredText(row['Id'], query, 'the Id');
  const type = requiredText(row['Type'], query, 'the Type');
  // Groups that Salesforce made itself have no name of their own.
  return { kind: 'group', externalId, name: text(row['Name']) ?? text(row['DeveloperName']) ?? type, type };
}

/** A role of the hierarchy; its members are the users who have it. */
export function toRoleGroup(row: WireRecord): GroupRecord {
  const query = 'query (UserRole)';
  return {
    kind: 'group',
    externalId: requiredText(row['Id'], query, 'the Id'),
    name: requiredText(row['Name'], query, 'the Name'),
    type: 'Role',
    attributes: { parentRoleId: text(row['ParentRoleId']) },
  };
}

/** What an assignment gives: the set or profile itself, and each far-reaching permission in it by name. */
export function toPrivileges(assignment: Assignment): PrivilegeRecord[] {
  const { id, userId, name, rights } = assignment;
  const held = RIGHTS.filter(({ field }) => rights.includes(field));
  const scope = scopeOf(assignment);
  return [
    { kind: 'privilege', externalId: id, account: userId, name, isAdmin: held.some(({ isAdmin }) => isAdmin), scope, viaGroup: null },
    ...held.map(({ field, label, isAdmin }): PrivilegeRecord => ({
      kind: 'privilege',
      externalId: `${id}/${field.replace(/^Permissions/, '')}`,
      account: userId,
      name: label,
      isAdmin,
      scope: `${scope}: ${name}`,
      viaGroup: null,
    })),
  ];
}

function scopeOf({ isProfile, groupId }: Assignment): string {
  if (isProfile) return 'profile';
  return groupId === null ? 'permission set' : 'permission set group';
}

/** A user's token for an app. Salesforce does not say for which scopes. */
export function toTokenGrant(token: OauthToken): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: token.id,
    type: 'OAUTH_CONSENT',
    appExternalId: token.appId,
    appName: token.appName,
    account: token.userId,
    scopes: [],
    level: 'UNKNOWN',
    grantedAt: token.createdAt,
    lastUsedAt: token.lastUsedAt,
    attributes: { useCount: token.useCount },
  };
}

/** An app that is installed for the whole org. */
export function toAppGrant(app: ConnectedApp): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: app.id,
    type: 'INSTALLATION',
    appExternalId: app.id,
    appName: app.name,
    account: null,
    scopes: [],
    level: 'UNKNOWN',
    grantedAt: app.createdAt,
    attributes: { isAdminApprovedOnly: app.isAdminApprovedOnly, refreshTokenValidity: app.refreshTokenValidity },
  };
}
