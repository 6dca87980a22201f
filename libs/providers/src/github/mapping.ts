import type {
  AccountRecord,
  AccountStatus,
  AppGrantRecord,
  GroupRecord,
  MemberRecord,
  PermissionLevel,
  PrivilegeRecord,
} from '#libs/contracts';

import { timeMs } from '../sdk/index.js';
import type { Identity } from './graph.js';
import type {
  GithubCredential,
  GithubDeployKey,
  GithubFineToken,
  GithubHook,
  GithubInstallation,
  GithubInvitation,
  GithubMember,
  GithubRole,
  GithubRoleHolder,
  GithubTeam,
  GithubTeamMember,
  GithubUser,
} from './wire.js';

/** What the identity provider adds to a member. */
export interface Known {
  readonly identity?: Identity;
  /** Of SCIM: false is suspended. Undefined where there is no SCIM, or it does not know the person. */
  readonly isActive?: boolean;
}

/** A member as an account. The number is the key; the login may change. */
export function toAccount(member: GithubMember, { identity, isActive }: Known = {}): AccountRecord {
  const nameId = identity?.nameId ?? null;
  return {
    kind: 'account',
    externalId: member.id,
    username: member.login,
    email: member.verifiedEmails[0] ?? (isEmail(nameId) ? nameId : null) ?? member.publicEmail,
    displayName: member.name ?? member.login,
    status: statusOf(isActive),
    type: 'person',
    isAdmin: member.role === null ? null : member.role === 'ADMIN',
    // Null is what GitHub says to whoever may not know it.
    hasSecondFactor: member.hasTwoFactor,
    createdAt: timeMs(member.createdAt),
    attributes: {
      githubRole: member.role === 'ADMIN' ? 'owner' : 'member',
      ...(member.isSiteAdmin === true && { isGithubStaff: true }),
      ...(identity && { samlNameId: nameId, scimUserName: identity.scimUserName }),
    },
  };
}

function statusOf(isActive: boolean | undefined): AccountStatus {
  return isActive === false ? 'SUSPENDED' : 'ACTIVE';
}

function isEmail(value: string | null): boolean {
  return value !== null && /^[^@\s]{1,128}@[^@\s]{1,190}\.[^@\s.]{2,63}$/.test(value);
}

/** Somebody with access to some repositories who is no member. `hasSecondFactor` is left out where the list of those without one could not be read. */
export function toOutsideCollaborator(user: GithubUser, hasSecondFactor?: boolean): AccountRecord {
  return {
    kind: 'account',
    externalId: user.id,
    username: user.login,
    email: null,
    displayName: user.login,
    status: 'ACTIVE',
    type: user.type === 'Bot' ? 'bot' : 'person',
    isAdmin: false,
    ...(hasSecondFactor !== undefined && { hasSecondFactor }),
    attributes: { githubRole: 'outside_collaborator' },
  };
}

/** A managed user who was suspended by SCIM and is in no list of members any more; the login is one that GitHub made unreadable. */
export function toSuspended(identity: Identity & { readonly userId: string }): AccountRecord {
  return {
    kind: 'account',
    externalId: identity.userId,
    username: identity.login,
    email: isEmail(identity.nameId) ? identity.nameId : null,
    displayName: identity.scimUserName ?? identity.login,
    status: 'SUSPENDED',
    type: 'person',
    attributes: { samlNameId: identity.nameId, scimUserName: identity.scimUserName },
  };
}

const INVITATION = 'invitation/';

/** Somebody who was invited and has not answered; known by address alone, or by a login whose number the invitation does not tell. */
export function toInvited(invitation: GithubInvitation): AccountRecord {
  const isAdmin = invitation.role === 'admin';
  return {
    kind: 'account',
    externalId: `${INVITATION}${invitation.id}`,
    username: invitation.login,
    email: invitation.email,
    displayName: invitation.login ?? invitation.email,
    status: 'INVITED',
    type: 'person',
    isAdmin,
    createdAt: timeMs(invitation.createdAt),
    attributes: { githubRole: isAdmin ? 'owner' : (invitation.role ?? null), invitedBy: invitation.inviter },
  };
}

/** The id of an invitation when the account is one. */
export function invitationId(externalId: string): string | undefined {
  return externalId.startsWith(INVITATION) ? externalId.slice(INVITATION.length) : undefined;
}

/** A team as a group. */
export function toGroup(team: GithubTeam): GroupRecord {
  return {
    kind: 'group',
    externalId: team.id,
    name: team.name,
    description: team.description,
    type: team.type ?? 'organization',
    attributes: { slug: team.slug, privacy: team.privacy, parentTeam: team.parentId },
  };
}

/** Direct members only: the list also has those of child teams, which are members of the child. */
export function toMembers(team: GithubTeam, members: readonly GithubTeamMember[]): MemberRecord[] {
  return members
    .filter((member) => member.isInherited !== true)
    .map((member) => ({ kind: 'member', groupExternalId: team.id, account: member.id }));
}

/** A child team as a member of its parent. */
export function toNesting(team: GithubTeam): MemberRecord[] {
  return team.parentId === null ? [] : [{ kind: 'member', groupExternalId: team.parentId, group: team.id }];
}

/** Ownership of the organization: everything in it. */
export function toOwnership(user: GithubUser): PrivilegeRecord {
  return { kind: 'privilege', externalId: 'owner', account: user.id, name: 'Organization owner', isAdmin: true };
}

/** The right to run one team; no administrator of the organization. */
export function toMaintainer(team: GithubTeam, member: GithubTeamMember): PrivilegeRecord {
  return {
    kind: 'privilege',
    externalId: `team-maintainer/${team.id}`,
    account: member.id,
    name: 'Team maintainer',
    isAdmin: false,
    scope: team.name,
  };
}

const CHANGES_SOMETHING = /^(?:write|manage|edit|set|delete|remove|invite|revoke|create)_|_manage_/;

/** An organization role as a privilege. */
export function toPrivilege(role: GithubRole, holder: GithubRoleHolder): PrivilegeRecord {
  return {
    kind: 'privilege',
    externalId: `organization-role/${role.id}`,
    account: holder.id,
    name: role.name,
    isAdmin: isAdminRole(role),
    viaGroup: holder.assignment === 'direct' ? null : holder.viaTeam,
  };
}

/** A role that administers all repositories or changes something of the organization; null where GitHub does not say what it may. */
export function isAdminRole({ baseRole, permissions }: GithubRole): boolean | null {
  if (baseRole === 'admin') return true;
  return permissions === null ? null : permissions.some((permission) => CHANGES_SOMETHING.test(permission));
}

// ---------------------------------------------------------------- what apps, tokens and keys may

/** The kinds of grants; each has ids of its own, so the kind is part of ours. */
export const GRANT_KINDS = ['installation', 'fine-grained-token', 'sso-credential', 'webhook', 'deploy-key'] as const;
export type GrantKind = (typeof GRANT_KINDS)[number];

/** Kind and id of a grant from our id. */
export function grantParts(externalId: string): { readonly kind: GrantKind; readonly id: string } | undefined {
  const kind = GRANT_KINDS.find((one) => externalId.startsWith(`${one}/`));
  return kind && { kind, id: externalId.slice(kind.length + 1) };
}

/** An installed GitHub App. */
export function toInstallationGrant(one: GithubInstallation): AppGrantRecord {
  const scopes = Object.entries(one.permissions).map(([name, level]) => `${name}:${level}`);
  return {
    kind: 'appGrant',
    externalId: `installation/${one.id}`,
    type: 'INSTALLATION',
    appExternalId: one.appId,
    appName: one.slug,
    account: null,
    scopes: scopes.sort(),
    level: levelOf(scopes),
    grantedAt: timeMs(one.createdAt),
    attributes: { repositories: one.repositorySelection, clientId: one.clientId, events: one.events, suspendedAt: timeMs(one.suspendedAt) },
  };
}

/** A fine-grained personal access token. */
export function toFineTokenGrant(token: GithubFineToken): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: `fine-grained-token/${token.id}`,
    type: 'API_TOKEN',
    appExternalId: token.tokenId ?? token.id,
    appName: token.name,
    account: token.ownerId,
    scopes: [...token.permissions].sort(),
    level: levelOf(token.permissions),
    grantedAt: timeMs(token.grantedAt),
    lastUsedAt: timeMs(token.lastUsedAt),
    expiresAt: timeMs(token.expiresAt),
    attributes: { repositories: token.repositorySelection, isExpired: token.isExpired },
  };
}

const TYPE_OF_CREDENTIAL: Readonly<Record<string, AppGrantRecord['type']>> = {
  'personal access token': 'API_TOKEN',
  'SSH key': 'ACCESS_KEY',
  'OAuth app token': 'OAUTH_CONSENT',
  'GitHub app token': 'OAUTH_CONSENT',
};

/** A credential authorized for single sign-on. `account` is null for whoever is in no list any more. */
export function toCredentialGrant(credential: GithubCredential, account: string | null): AppGrantRecord {
  const type = TYPE_OF_CREDENTIAL[credential.type] ?? 'API_TOKEN';
  return {
    kind: 'appGrant',
    externalId: `sso-credential/${credential.id}`,
    type,
    appExternalId: credential.authorizedCredentialId ?? credential.id,
    appName: credential.name ?? credential.type,
    account,
    scopes: [...credential.scopes].sort(),
    // A key opens what its owner may read and write; GitHub names no scopes for it.
    level: type === 'ACCESS_KEY' ? 'HIGH' : levelOf(credential.scopes),
    grantedAt: timeMs(credential.authorizedAt),
    lastUsedAt: timeMs(credential.accessedAt),
    expiresAt: timeMs(credential.expiresAt),
    attributes: { credentialType: credential.type, login: credential.login },
  };
}

/** A webhook of the organization: it is told of what happens in all repositories. */
export function toHookGrant(hook: GithubHook): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: `webhook/${hook.id}`,
    type: 'WEBHOOK',
    appExternalId: hostOf(hook.url) ?? hook.id,
    appName: hostOf(hook.url) ?? `webhook ${hook.id}`,
    account: null,
    scopes: [...hook.events].sort(),
    level: 'MEDIUM',
    grantedAt: timeMs(hook.createdAt),
    attributes: {
      isActive: hook.isActive,
      verifiesTls: hook.insecureSsl === null ? null : hook.insecureSsl === '0',
      hasSecret: hook.hasSecret,
    },
  };
}

// Of a webhook's address the host tells who is told; its path and query often hold secrets.
function hostOf(url: string | null): string | null {
  return /^https?:\/\/(?:[^@/?#]*@)?([A-Za-z0-9.-]{1,253})/.exec(url ?? '')?.[1]?.toLowerCase() ?? null;
}

/** A deploy key of one repository. */
export function toDeployKeyGrant(repository: string, key: GithubDeployKey, account: string | null): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: `deploy-key/${repository}/${key.id}`,
    type: 'ACCESS_KEY',
    appExternalId: key.id,
    appName: key.title,
    account,
    scopes: [key.isReadOnly === true ? 'contents:read' : 'contents:write'],
    level: key.isReadOnly === null ? 'UNKNOWN' : key.isReadOnly ? 'MEDIUM' : 'HIGH',
    grantedAt: timeMs(key.createdAt),
    lastUsedAt: timeMs(key.lastUsed),
    attributes: { repository, isEnabled: key.isEnabled },
  };
}

const LEVELS: readonly (readonly [RegExp, PermissionLevel])[] = [
  [/^metadata:read$/, 'LOW'],
  [/^[a-z_]+:(?:write|admin)$/, 'HIGH'],
  [/^[a-z_]+:read$/, 'MEDIUM'],
  // Scopes of classic tokens.
  [/^(?:repo|workflow|delete_repo|codespace|(?:admin|write|delete|manage_\w+):[a-z_]+|user|gist|site_admin|public_repo)$/, 'HIGH'],
  [/^(?:user:email|read:user|user:follow|read:project)$/, 'LOW'],
  [/^(?:read:[a-z_]+|repo:[a-z_]+|repo_deployment|security_events|notifications|project|copilot)$/, 'MEDIUM'],
];

/** What the strongest of the permissions or scopes allows; no scope at all reads what is public. */
export function levelOf(scopes: readonly string[]): PermissionLevel {
  if (scopes.length === 0) return 'LOW';
  const levels = new Set(scopes.map((scope) => LEVELS.find(([pattern]) => pattern.test(scope))?.[1] ?? 'UNKNOWN'));
  return (['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW'] as const).find((level) => levels.has(level)) ?? 'UNKNOWN';
}
