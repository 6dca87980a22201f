import type {
  AccountFactsRecord,
  AccountRecord,
  AccountStatus,
  AppGrantRecord,
  GroupRecord,
  PermissionLevel,
  PrivilegeRecord,
} from '#libs/contracts';

import type { WireRecord } from '../sdk/index.js';
import { at, flag, list, record, text, timeMs } from '../sdk/index.js';
import { isAdminRole } from './roles.js';
import type {
  AppRoleAssignment,
  GraphGroup,
  GraphUser,
  PermissionGrant,
  RoleAssignment,
  RoleDefinition,
  ServicePrincipal,
} from './wire.js';

/** A user as an account. `isAdmin` is left out where the roles could not be read. */
export function toAccount({ id, wire }: GraphUser, isAdmin?: boolean): AccountRecord {
  const upn = text(wire['userPrincipalName']);
  return {
    kind: 'account',
    externalId: id,
    username: upn,
    email: text(wire['mail']) ?? mailOfUpn(upn),
    displayName: text(wire['displayName']),
    status: statusOf(wire),
    // Rooms, shared mailboxes and service accounts are users like any other; Graph does not tell them apart.
    type: 'person',
    ...(isAdmin !== undefined && { isAdmin }),
    createdAt: timeMs(wire['createdDateTime']),
    attributes: {
      userType: text(wire['userType']),
      externalUserState: text(wire['externalUserState']),
      isSynchronized: flag(wire['onPremisesSyncEnabled']),
      passwordChangedAt: timeMs(wire['lastPasswordChangeDateTime']),
      sessionsValidFrom: timeMs(wire['signInSessionsValidFromDateTime']),
      department: text(wire['department']),
      title: text(wire['jobTitle']),
      ...(list(wire['assignedLicenses']) && { licences: list(wire['assignedLicenses'])!.length }),
    },
  };
}

// The user name of a guest holds its own address in disguise: no mail arrives there.
function mailOfUpn(upn: string | null): string | null {
  return upn === null || /#EXT#/i.test(upn) ? null : upn;
}

function statusOf(wire: WireRecord): AccountStatus {
  if (text(wire['deletedDateTime']) !== null || record(wire['@removed'])) return 'DELETED';
  const isEnabled = flag(wire['accountEnabled']);
  if (isEnabled === false) return 'DISABLED';
  if (text(wire['externalUserState']) === 'PendingAcceptance') return 'INVITED';
  return isEnabled ? 'ACTIVE' : 'UNKNOWN';
}

/** When somebody last signed in; null when Graph was asked and says nothing. */
export function lastSignInOf(wire: WireRecord): number | null {
  const activity = wire['signInActivity'];
  const good = timeMs(at(activity, 'lastSuccessfulSignInDateTime'));
  if (good !== null) return good;
  // Older than 2023, or never: these two also count attempts that failed.
  const attempts = [timeMs(at(activity, 'lastSignInDateTime')), timeMs(at(activity, 'lastNonInteractiveSignInDateTime'))];
  const known = attempts.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** What the report on authentication methods says of a user. */
export function toRegistration(wire: WireRecord, id: string): AccountFactsRecord {
  return {
    kind: 'accountFacts',
    externalId: id,
    hasSecondFactor: flag(wire['isMfaRegistered']),
    // Whoever Microsoft counts as an administrator is one; whom it does not, our own reading of the roles decides. Null and not left out: an earlier
    // "yes" must not stay.
    isAdmin: flag(wire['isAdmin']) === true ? true : null,
    attributes: {
      methodsRegistered: (list(wire['methodsRegistered']) ?? []).map(text).filter((method) => method !== null),
      isPasswordlessCapable: flag(wire['isPasswordlessCapable']),
    },
  };
}

/** A group as our record. */
export function toGroup(group: GraphGroup): GroupRecord {
  return {
    kind: 'group',
    externalId: group.id,
    name: group.name,
    description: group.description,
    type: groupType(group),
    attributes: {
      mail: group.mail,
      visibility: group.visibility,
      isDynamic: group.types.includes('DynamicMembership'),
      membershipRule: group.membershipRule,
      isSynchronized: group.isSynchronized,
      isAssignableToRole: group.isForRoles,
    },
  };
}

function groupType({ types, isMailEnabled, isSecurity }: GraphGroup): string {
  if (types.includes('Unified')) return 'Microsoft 365';
  if (isMailEnabled) return isSecurity ? 'Mail-enabled security' : 'Distribution';
  return 'Security';
}

/** A role held by an account, directly or by a group. */
export function toPrivilege(
  account: string,
  assignment: RoleAssignment,
  role: RoleDefinition | undefined,
  how: { readonly viaGroup?: string; readonly isEligible?: boolean } = {},
): PrivilegeRecord {
  const name = role?.name ?? assignment.roleDefinitionId;
  return {
    kind: 'privilege',
    externalId: assignment.id,
    account,
    name: how.isEligible ? `${name} (eligible)` : name,
    isAdmin: role ? isAdminRole(role) : null,
    scope: assignment.scope === null || assignment.scope === '/' ? null : assignment.scope,
    viaGroup: how.viaGroup ?? null,
  };
}

/** The key of what one app was allowed by one user, or by an administrator for all: Graph keeps one grant per API, people see one consent. */
export function consentKey(clientId: string, principalId: string | null): string {
  return `consent/${clientId}/${principalId ?? 'all'}`;
}

/** The key of the application permissions that one app holds on one API. */
export function appRolesKey(resourceId: string, clientId: string): string {
  return `app-roles/${resourceId}/${clientId}`;
}

/** Which grant a key means; `undefined` for a key that is not ours. */
export type GrantParts =
  | { readonly kind: 'consent'; readonly clientId: string; readonly principalId: string | null }
  | { readonly kind: 'app-roles'; readonly resourceId: string; readonly clientId: string };

/** The parts of a {@link consentKey} or an {@link appRolesKey}. */
export function grantParts(externalId: string): GrantParts | undefined {
  const [kind, first, second, ...rest] = externalId.split('/');
  if (!first || !second || rest.length > 0) return undefined;
  if (kind === 'consent') return { kind, clientId: first, principalId: second === 'all' ? null : second };
  return kind === 'app-roles' ? { kind, resourceId: first, clientId: second } : undefined;
}

/** What a user, or an administrator for all users, allowed an app: the grants of one client and one principal together. */
export function toConsent(grants: readonly PermissionGrant[], app: ServicePrincipal | undefined): AppGrantRecord | undefined {
  const [first] = grants;
  if (!first) return undefined;
  const principalId = first.isForAll ? null : first.principalId;
  const scopes = [...new Set(grants.flatMap((grant) => grant.scopes))].sort();
  return {
    kind: 'appGrant',
    externalId: consentKey(first.clientId, principalId),
    type: 'OAUTH_CONSENT',
    appExternalId: first.clientId,
    appName: app?.name ?? first.clientId,
    account: principalId,
    scopes,
    level: levelOf(scopes),
    attributes: { isForAllUsers: first.isForAll, ...appFacts(app) },
  };
}

/** The application permissions that an app holds on one API, without any user. */
export function toAppRoles(api: ServicePrincipal, held: readonly AppRoleAssignment[], app: ServicePrincipal | undefined): AppGrantRecord {
  const [first] = held;
  const scopes = [...new Set(held.map((one) => api.roleNames.get(one.appRoleId) ?? one.appRoleId))].sort();
  const times = held.map((one) => timeMs(one.createdAt)).filter((time) => time !== null);
  return {
    kind: 'appGrant',
    externalId: appRolesKey(api.id, first!.principalId),
    type: 'OAUTH_CONSENT',
    appExternalId: first!.principalId,
    appName: app?.name ?? first!.principalName ?? first!.principalId,
    account: null,
    scopes,
    // Over the data of everybody, and with nobody there to ask.
    level: levelOf(scopes) === 'LOW' ? 'MEDIUM' : levelOf(scopes),
    grantedAt: times.length === 0 ? null : Math.max(...times),
    attributes: { isApplicationPermission: true, api: api.name, ...appFacts(app) },
  };
}

function appFacts(app: ServicePrincipal | undefined): { appId?: string; verifiedPublisher?: string | null; isEnabled?: boolean | null } {
  return app ? { appId: app.appId, verifiedPublisher: app.publisher, isEnabled: app.isEnabled } : {};
}

const LEVELS: readonly (readonly [RegExp, PermissionLevel])[] = [
  [/^full_access|Full[Cc]ontrol|^Directory\.AccessAsUser|^user_impersonation$|AccessAsUser\.All$|^EWS\./, 'HIGH'],
  [/^(?:RoleManagement|Application|AppRoleAssignment|Directory|Policy|Domain|PrivilegedAccess)\.[^ ]*ReadWrite/, 'HIGH'],
  [
    /\.ReadWrite(?:\.|$)|\.Send(?:\.|$)|\.Manage(?:\.|$)|\.Write(?:\.|$)|\.Create(?:\.|$)|^User\.(?:EnableDisable|RevokeSessions|Invite)/,
    'HIGH',
  ],
  [/^(?:Mail|Files|Sites|Calendars|Contacts|Chat|ChannelMessage|Notes|MailboxSettings|MailboxItem)\.Read/, 'HIGH'],
  [/^(?:openid|profile|email|offline_access|User\.Read|User\.ReadBasic\.All)$/, 'LOW'],
  [/\.Read(?:Basic)?(?:\.|$)/, 'MEDIUM'],
];

/** What the strongest of the permissions allows; one of somebody's own API is UNKNOWN unless a known one is HIGH already. */
export function levelOf(scopes: readonly string[]): PermissionLevel {
  const levels = new Set(scopes.map((scope) => LEVELS.find(([pattern]) => pattern.test(scope))?.[1] ?? 'UNKNOWN'));
  return (['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW'] as const).find((level) => levels.has(level)) ?? 'UNKNOWN';
}
