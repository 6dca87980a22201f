import type { AccountRecord, AccountStatus, AppGrantRecord, GroupRecord, PermissionLevel, PrivilegeRecord } from '#libs/contracts';
import { parseDuration } from '#libs/kernel';

import { text, timeMs } from '../sdk/index.js';
import type { OktaApiToken, OktaApp, OktaFactor, OktaGrant, OktaGroup, OktaRole, OktaUser } from './wire.js';

const STATUS: Readonly<Record<string, AccountStatus>> = {
  ACTIVE: 'ACTIVE',
  // These three can sign in again by their own doing, so they are not out.
  PASSWORD_EXPIRED: 'ACTIVE',
  LOCKED_OUT: 'ACTIVE',
  RECOVERY: 'ACTIVE',
  SUSPENDED: 'SUSPENDED',
  STAGED: 'INVITED',
  PROVISIONED: 'INVITED',
  DEPROVISIONED: 'DISABLED',
};

/** Our word for a user's status; a status that Okta adds later is UNKNOWN, with its own word kept as an attribute. */
export function accountStatus(oktaStatus: string): AccountStatus {
  return STATUS[oktaStatus] ?? 'UNKNOWN';
}

/** A user as an account. `isAdmin` is left out where the list of administrators could not be read. */
export function toAccount(user: OktaUser, isAdmin?: boolean): AccountRecord {
  const { profile } = user;
  return {
    kind: 'account',
    externalId: user.id,
    username: text(profile['login']),
    email: text(profile['email']),
    displayName: displayName(user),
    status: accountStatus(user.status),
    // Okta's directory holds people ("Directory, People"); machines are apps there.
    type: 'person',
    ...(isAdmin !== undefined && { isAdmin }),
    lastSignInAt: timeMs(user.lastLogin),
    createdAt: timeMs(user.created),
    attributes: {
      oktaStatus: user.status,
      activatedAt: timeMs(user.activated),
      statusChangedAt: timeMs(user.statusChanged),
      passwordChangedAt: timeMs(user.passwordChanged),
      department: text(profile['department']),
      title: text(profile['title']),
      userType: text(profile['userType']),
      // Lists leave credentials out; then this read does not tell.
      ...(user.passwordKeeper !== null && { passwordKeeper: user.passwordKeeper }),
    },
  };
}

function displayName({ profile }: OktaUser): string | null {
  const whole = [text(profile['firstName']), text(profile['lastName'])].filter((part) => part !== null).join(' ');
  return text(profile['displayName']) ?? (whole === '' ? null : whole);
}

// Whoever reads the mailbox or knows the dog's name has no second factor.
const WEAK_FACTORS: ReadonlySet<string> = new Set(['question', 'email']);

/** True when a factor beyond e-mail and security question is active. */
export function hasSecondFactor(factors: readonly OktaFactor[]): boolean {
  return factors.some((factor) => factor.status === 'ACTIVE' && !WEAK_FACTORS.has(factor.factorType));
}

/** A group as our record. */
export function toGroup(group: OktaGroup): GroupRecord {
  return {
    kind: 'group',
    externalId: group.id,
    name: group.name,
    description: group.description,
    type: group.type,
    attributes: { lastMembershipUpdatedAt: timeMs(group.lastMembershipUpdated) },
  };
}

/** A role assignment as a privilege of `account`. Every active role, also a read-only one, makes an administrator in Okta's words. */
export function toPrivilege(account: string, role: OktaRole): PrivilegeRecord {
  return {
    kind: 'privilege',
    externalId: role.id,
    account,
    name: role.label ?? role.type,
    isAdmin: role.isActive,
    scope: role.resourceSet ?? (role.hasTargets ? 'some groups or apps' : null),
    viaGroup: role.group,
  };
}

/** An API token: it can do all that the administrator can who made it. */
export function toTokenGrant(token: OktaApiToken): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: token.id,
    type: 'API_TOKEN',
    appExternalId: token.id,
    appName: token.name,
    account: token.userId,
    scopes: [],
    level: 'HIGH',
    grantedAt: timeMs(token.created),
    lastUsedAt: lastUse(token),
    expiresAt: timeMs(token.expiresAt),
    attributes: { clientName: token.clientName, network: token.connection, networkZones: token.include },
  };
}

// A token expires a fixed time after its last use, so its end tells when that was.
function lastUse({ expiresAt, tokenWindow }: OktaApiToken): number | null {
  const endsAt = timeMs(expiresAt);
  if (endsAt === null || tokenWindow === null) return null;
  try {
    return endsAt - parseDuration(tokenWindow);
  } catch {
    return null; // A window in months or in another notation: not told.
  }
}

/** The key of a user's consent to one app: Okta keeps one grant per scope, people see one consent. */
export function consentKey(userId: string, clientId: string): string {
  return `user-consent/${userId}/${clientId}`;
}

/** The parts of a {@link consentKey}; `undefined` for any other grant. */
export function consentParts(externalId: string): { readonly userId: string; readonly clientId: string } | undefined {
  const [kind, userId, clientId, ...rest] = externalId.split('/');
  return kind === 'user-consent' && userId && clientId && rest.length === 0 ? { userId, clientId } : undefined;
}

/** The key of the scopes that an administrator granted to one app. */
export function adminConsentKey(appId: string): string {
  return `admin-consent/${appId}`;
}

/** The app's id in an {@link adminConsentKey}; `undefined` for any other grant. */
export function adminConsentApp(externalId: string): string | undefined {
  const [kind, appId, ...rest] = externalId.split('/');
  return kind === 'admin-consent' && appId && rest.length === 0 ? appId : undefined;
}

/** The active scope grants of one app, as one record for the administrator's and one for each user's consent. */
export function toConsents(app: OktaApp, grants: readonly OktaGrant[]): AppGrantRecord[] {
  const byHolder = new Map<string, OktaGrant[]>();
  for (const grant of grants) {
    if (!grant.isActive) continue;
    const key =
      grant.source === 'END_USER' && grant.userId
        ? consentKey(grant.userId, grant.clientId ?? app.clientId ?? app.id)
        : adminConsentKey(app.id);
    byHolder.set(key, [...(byHolder.get(key) ?? []), grant]);
  }
  return [...byHolder].map(([externalId, held]) => toConsent(app, externalId, held));
}

function toConsent(app: OktaApp, externalId: string, grants: readonly OktaGrant[]): AppGrantRecord {
  const scopes = [...new Set(grants.map((grant) => grant.scopeId))].sort();
  const times = grants.map((grant) => timeMs(grant.created)).filter((time) => time !== null);
  return {
    kind: 'appGrant',
    externalId,
    type: 'OAUTH_CONSENT',
    appExternalId: app.clientId ?? app.id,
    appName: app.label,
    account: consentParts(externalId)?.userId ?? null,
    scopes,
    level: levelOf(scopes),
    grantedAt: times.length === 0 ? null : Math.min(...times),
    attributes: { appId: app.id, appStatus: app.status },
  };
}

const LEVELS: readonly (readonly [RegExp, PermissionLevel])[] = [
  [/^okta\..+\.manage(?:\.self)?$/, 'HIGH'],
  [/^okta\..+\.read$/, 'MEDIUM'],
  [/^okta\..+\.read\.self$/, 'LOW'],
  [/^(?:openid|profile|email|address|phone|groups|offline_access|device_sso)$/, 'LOW'],
];

/** What the strongest of the scopes allows; a scope of somebody's own making is UNKNOWN unless a known one is HIGH already. */
export function levelOf(scopes: readonly string[]): PermissionLevel {
  const levels = new Set(scopes.map((scope) => LEVELS.find(([pattern]) => pattern.test(scope))?.[1] ?? 'UNKNOWN'));
  return (['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW'] as const).find((level) => levels.has(level)) ?? 'UNKNOWN';
}
