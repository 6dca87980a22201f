import type {
  AccountRecord,
  AccountStatus,
  AppGrantRecord,
  GroupRecord,
  MemberRecord,
  PermissionLevel,
  PrivilegeRecord,
} from '#libs/contracts';

import { epochSeconds } from '../sdk/index.js';
import type { SlackApp, SlackIntegrationLog, SlackRoleAssignment, SlackScope, SlackUser, SlackUserGroup } from './wire.js';

/** Tells of a user whether it owns or administrates a workspace; `undefined` where that could not be read. */
export type AdminMark = (userId: string) => boolean | undefined;

const NO_MARK: AdminMark = () => false;

/** A person as our record. `now` (ms) tells whether a guest's time is over. */
export function toAccount(user: SlackUser, now: number, isMarked: AdminMark = NO_MARK): AccountRecord {
  const isAdmin = isAdministrator(user, isMarked(user.id));
  const seconds = (value: number | null): number | null => (value === null || value === 0 ? null : epochSeconds(value));
  return {
    kind: 'account',
    externalId: user.id,
    username: user.username,
    email: user.email,
    displayName: user.name,
    status: statusOf(user, now),
    type: user.isBot ? 'bot' : 'person',
    ...(isAdmin !== undefined && { isAdmin }),
    hasSecondFactor: hasSecondFactor(user),
    ...(user.lastActiveAtS !== undefined && { lastSignInAt: seconds(user.lastActiveAtS) }),
    ...(user.createdAtS !== undefined && { createdAt: seconds(user.createdAtS) }),
    attributes: {
      roles: rolesOf(user),
      ...(user.guest && { guest: user.guest }),
      ...(user.guest && user.expiresAtS !== null && user.expiresAtS > 0 && { guestExpiresAt: epochSeconds(user.expiresAtS) }),
      ...(user.hasSso !== undefined && { hasSso: user.hasSso }),
      ...(user.secondFactorType !== null && { secondFactorType: user.secondFactorType }),
      ...(user.workspaces.length > 0 && { workspaces: user.workspaces }),
    },
  };
}

function statusOf(user: SlackUser, now: number): AccountStatus {
  if (user.isActive === false) return 'DISABLED';
  if (user.guest !== null && user.expiresAtS !== null && user.expiresAtS > 0 && user.expiresAtS * 1_000 <= now) return 'DISABLED';
  if (user.isInvited) return 'INVITED';
  return user.isActive === null ? 'UNKNOWN' : 'ACTIVE';
}

// Any flag makes an administrator. None does only when every flag was told, and the workspaces could be read.
function isAdministrator(user: SlackUser, marked: boolean | undefined): boolean | null | undefined {
  const flags = [user.isPrimaryOwner, user.isOwner, user.isAdmin, user.isOrgOwner, user.isOrgAdmin];
  if (marked === true || flags.includes(true)) return true;
  if (marked === undefined) return undefined;
  return flags.includes(false) ? false : null;
}

// With single sign-on the second factor is the identity provider's, of which Slack knows nothing.
function hasSecondFactor({ hasSecondFactor: has, hasSso }: SlackUser): boolean | null {
  return has === false && hasSso === true ? null : has;
}

function rolesOf(user: SlackUser): string[] {
  return [
    user.isPrimaryOwner && 'primary_owner',
    user.isOwner && 'owner',
    user.isAdmin && 'admin',
    user.isOrgOwner && 'org_owner',
    user.isOrgAdmin && 'org_admin',
    user.guest && 'guest',
  ].filter((role) => typeof role === 'string');
}

interface Held {
  readonly key: string;
  readonly name: string;
  readonly isAdmin: boolean;
}

/** The roles that a person's own flags show; `where` is the organization or workspace that the list was asked for. */
export function toFlagPrivileges(user: SlackUser, where: string): PrivilegeRecord[] {
  const held: (Held | false | null)[] = [
    user.isPrimaryOwner && { key: 'primary-owner', name: 'Primary owner', isAdmin: true },
    user.isOwner && { key: 'owner', name: 'Owner', isAdmin: true },
    user.isAdmin && { key: 'admin', name: 'Administrator', isAdmin: true },
    user.isOrgOwner && { key: 'org-owner', name: 'Organization owner', isAdmin: true },
    user.isOrgAdmin && { key: 'org-admin', name: 'Organization administrator', isAdmin: true },
    user.guest && { key: 'guest', name: user.guest === 'single-channel' ? 'Single-channel guest' : 'Multi-channel guest', isAdmin: false },
  ];
  return held
    .filter((one) => one !== false && one !== null)
    .map(({ key, name, isAdmin }) => ({ kind: 'privilege', externalId: `${where}:${key}`, account: user.id, name, isAdmin, scope: where }));
}

/** Ownership or administration of one workspace. */
export function toWorkspacePrivilege(account: string, workspace: string, role: 'owner' | 'admin'): PrivilegeRecord {
  const name = role === 'owner' ? 'Workspace owner' : 'Workspace administrator';
  return { kind: 'privilege', externalId: `${workspace}:workspace-${role}`, account, name, isAdmin: true, scope: workspace };
}

/** A system or custom role. Slack does not name it here, nor say how much it allows. */
export function toRolePrivilege({ roleId, entityId, userId }: SlackRoleAssignment): PrivilegeRecord {
  return {
    kind: 'privilege',
    externalId: `${entityId}:${roleId}`,
    account: userId,
    name: `System role ${roleId}`,
    isAdmin: null,
    scope: entityId,
  };
}

/** A user group, or one that the identity provider keeps. */
export function toGroup(group: SlackUserGroup): GroupRecord {
  return {
    kind: 'group',
    externalId: group.id,
    name: group.name,
    description: group.description,
    type: group.isFromIdp === true ? 'idp_group' : 'usergroup',
    attributes: { ...(group.handle !== null && { handle: group.handle }), ...(group.workspace !== null && { workspace: group.workspace }) },
  };
}

export function toMembers(groupExternalId: string, users: readonly string[]): MemberRecord[] {
  return users.map((account) => ({ kind: 'member', groupExternalId, account }));
}

/** An app that was approved for the organization or a workspace (`where`). */
export function toApprovedGrant(app: SlackApp, where: string): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: grantKey(where, app.id),
    type: 'INSTALLATION',
    appExternalId: app.id,
    appName: app.name,
    account: null,
    scopes: app.scopes.map(({ name }) => name),
    level: levelOf(app.scopes),
    grantedAt: epochSeconds(app.updatedAtS),
    attributes: { approvedFor: where, resolvedBy: app.resolvedBy, isInDirectory: app.isInDirectory, isInternal: app.isInternal },
  };
}

/** An app or service that a workspace's integration log shows as installed. */
export function toInstalledGrant(log: SlackIntegrationLog, where: string): AppGrantRecord {
  const id = log.appId ?? log.serviceId ?? 'unknown';
  return {
    kind: 'appGrant',
    externalId: grantKey(where, id),
    type: /webhook/i.test(log.name ?? '') ? 'WEBHOOK' : 'INSTALLATION',
    appExternalId: id,
    appName: log.name ?? id,
    account: log.userId,
    scopes: log.scopes,
    level: levelOf(log.scopes.map((name) => ({ name, isSensitive: null }))),
    grantedAt: epochSeconds(log.date),
    attributes: { installedIn: where, lastChange: log.changeType },
  };
}

/** Where and which app: the parts of a grant's id. */
export function grantKey(where: string, appId: string): string {
  return `${where}/${appId}`;
}

/** The parts of a {@link grantKey}; `undefined` for other text. */
export function grantParts(key: string): { readonly where: string; readonly appId: string } | undefined {
  const [where, appId, ...rest] = key.split('/');
  return where && appId && rest.length === 0 ? { where, appId } : undefined;
}

const HIGH = /^admin(?:[.:]|$)|:history$|^files:read$|^search:read|^auditlogs:|^identify$|^client$|^post$/;
const MEDIUM = /:write|:manage|^users:read\.email$|^files:|^chat:|^incoming-webhook$|^remote_files:/;

/** What an app can do: reading messages and files, or administrating, is high, also where Slack itself calls a scope sensitive. */
export function levelOf(scopes: readonly SlackScope[]): PermissionLevel {
  if (scopes.length === 0) return 'UNKNOWN';
  if (scopes.some(({ name, isSensitive }) => isSensitive === true || HIGH.test(name))) return 'HIGH';
  return scopes.some(({ name }) => MEDIUM.test(name)) ? 'MEDIUM' : 'LOW';
}
