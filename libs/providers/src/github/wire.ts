import type { WireRecord } from '../sdk/index.js';
import { at, flag, list, record, requiredList, requiredRecord, requiredText, text } from '../sdk/index.js';

/** A user as GitHub's lists show it: without address, role or dates. */
export interface GithubUser {
  /** The number that stays, as text; the login can change. */
  readonly id: string;
  readonly login: string;
  /** User, Bot, Mannequin, Organization. */
  readonly type: string | null;
}

/** A member as GraphQL shows it. */
export interface GithubMember {
  readonly id: string;
  readonly login: string;
  readonly name: string | null;
  readonly publicEmail: string | null;
  readonly verifiedEmails: readonly string[];
  readonly createdAt: unknown;
  readonly isSiteAdmin: boolean | null;
  /** ADMIN or MEMBER. */
  readonly role: string | null;
  readonly hasTwoFactor: boolean | null;
}

export interface GithubInvitation {
  readonly id: string;
  readonly login: string | null;
  readonly email: string | null;
  readonly role: string | null;
  readonly createdAt: unknown;
  readonly inviter: string | null;
}

export interface GithubTeam {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly privacy: string | null;
  /** organization or enterprise. */
  readonly type: string | null;
  readonly parentId: string | null;
}

export interface GithubTeamMember extends GithubUser {
  /** member or maintainer. */
  readonly role: string | null;
  /** True for whoever is in it only by a child team. */
  readonly isInherited: boolean | null;
}

export interface GithubRole {
  readonly id: string;
  readonly name: string;
  readonly baseRole: string | null;
  readonly permissions: readonly string[] | null;
  readonly source: string | null;
}

export interface GithubRoleHolder extends GithubUser {
  /** direct, indirect (by a team) or mixed. */
  readonly assignment: string | null;
  readonly viaTeam: string | null;
}

export interface GithubInstallation {
  readonly id: string;
  readonly appId: string;
  readonly slug: string;
  readonly clientId: string | null;
  readonly repositorySelection: string | null;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  readonly createdAt: unknown;
  readonly suspendedAt: unknown;
}

/** A fine-grained personal access token that was given access to the organization. */
export interface GithubFineToken {
  readonly id: string;
  readonly ownerId: string;
  readonly ownerLogin: string | null;
  readonly tokenId: string | null;
  readonly name: string;
  readonly repositorySelection: string | null;
  readonly permissions: readonly string[];
  readonly grantedAt: unknown;
  readonly expiresAt: unknown;
  readonly lastUsedAt: unknown;
  readonly isExpired: boolean | null;
}

/** A token or key that its owner authorized for the organization's single sign-on. */
export interface GithubCredential {
  readonly id: string;
  readonly login: string;
  readonly type: string;
  readonly name: string | null;
  readonly scopes: readonly string[];
  readonly authorizedAt: unknown;
  readonly accessedAt: unknown;
  readonly expiresAt: unknown;
  readonly authorizedCredentialId: string | null;
}

export interface GithubHook {
  readonly id: string;
  readonly isActive: boolean | null;
  readonly events: readonly string[];
  readonly url: string | null;
  readonly insecureSsl: string | null;
  readonly hasSecret: boolean;
  readonly createdAt: unknown;
}

export interface GithubRepository {
  readonly id: string;
  readonly name: string;
  readonly fullName: string;
  readonly owner: string;
  readonly defaultBranch: string | null;
  readonly isArchived: boolean | null;
  readonly security: WireRecord | undefined;
}

export interface GithubDeployKey {
  readonly id: string;
  readonly title: string;
  readonly isReadOnly: boolean | null;
  readonly addedBy: string | null;
  readonly createdAt: unknown;
  readonly lastUsed: unknown;
  readonly isEnabled: boolean | null;
}

/** The rows of an answer that is a list, each read by `toRow`; anything but a list is malformed. */
export function rowsOf<T>(body: unknown, operation: string, toRow: (row: unknown, operation: string) => T): T[] {
  return requiredList(body, operation, 'a list').map((row) => toRow(row, operation));
}

/** A user; without id or login the answer is malformed. */
export function readUser(wire: unknown, operation: string): GithubUser {
  const user = requiredRecord(wire, operation, 'a user');
  return {
    id: requiredText(user['id'], operation, "a user's id"),
    login: requiredText(user['login'], operation, "a user's login"),
    type: text(user['type']),
  };
}

/** An invitation that waits. */
export function readInvitation(wire: unknown, operation: string): GithubInvitation {
  const invitation = requiredRecord(wire, operation, 'an invitation');
  return {
    id: requiredText(invitation['id'], operation, "an invitation's id"),
    login: text(invitation['login']),
    email: text(invitation['email']),
    role: text(invitation['role']),
    createdAt: invitation['created_at'],
    inviter: text(at(invitation, 'inviter', 'login')),
  };
}

/** A team; without id or slug the answer is malformed. */
export function readTeam(wire: unknown, operation: string): GithubTeam {
  const team = requiredRecord(wire, operation, 'a team');
  const id = requiredText(team['id'], operation, "a team's id");
  return {
    id,
    slug: requiredText(team['slug'], operation, "a team's slug"),
    name: text(team['name']) ?? id,
    description: text(team['description']),
    privacy: text(team['privacy']),
    type: text(team['type']),
    parentId: text(at(team, 'parent', 'id')),
  };
}

/** A member of a team. */
export function readTeamMember(wire: unknown, operation: string): GithubTeamMember {
  return { ...readUser(wire, operation), role: text(at(wire, 'role')), isInherited: flag(at(wire, 'inherited')) };
}

/** The roles of `GET /orgs/{org}/organization-roles`, which stand in `roles`. */
export function readRoles(body: unknown, operation: string): GithubRole[] {
  return requiredList(at(body, 'roles'), operation, 'the list "roles"').map((wire) => {
    const role = requiredRecord(wire, operation, 'a role');
    const id = requiredText(role['id'], operation, "a role's id");
    return {
      id,
      name: text(role['name']) ?? id,
      baseRole: text(role['base_role']),
      permissions: list(role['permissions'])?.map((one) => text(one) ?? '') ?? null,
      source: text(role['source']),
    };
  });
}

/** Somebody who holds an organization role. */
export function readRoleHolder(wire: unknown, operation: string): GithubRoleHolder {
  return {
    ...readUser(wire, operation),
    assignment: text(at(wire, 'assignment')),
    viaTeam: text(at(wire, 'inherited_from', 0, 'id')),
  };
}

/** The installations of `GET /orgs/{org}/installations`, which stand in `installations`. */
export function readInstallations(body: unknown, operation: string): GithubInstallation[] {
  return requiredList(at(body, 'installations'), operation, 'the list "installations"').map((wire) => {
    const one = requiredRecord(wire, operation, 'an installation');
    return {
      id: requiredText(one['id'], operation, "an installation's id"),
      appId: requiredText(one['app_id'], operation, "an app's id"),
      slug: requiredText(one['app_slug'], operation, "an app's slug"),
      clientId: text(one['client_id']),
      repositorySelection: text(one['repository_selection']),
      permissions: texts(one['permissions']),
      events: names(one['events']),
      createdAt: one['created_at'],
      suspendedAt: one['suspended_at'],
    };
  });
}

/** A fine-grained token. */
export function readFineToken(wire: unknown, operation: string): GithubFineToken {
  const grant = requiredRecord(wire, operation, 'a token');
  const id = requiredText(grant['id'], operation, "a grant's id");
  return {
    id,
    ownerId: requiredText(at(grant, 'owner', 'id'), operation, "a token's owner"),
    ownerLogin: text(at(grant, 'owner', 'login')),
    tokenId: text(grant['token_id']),
    name: text(grant['token_name']) ?? id,
    repositorySelection: text(grant['repository_selection']),
    // Permissions of the organization, of repositories and of others, each with its level.
    permissions: Object.values(record(grant['permissions']) ?? {}).flatMap((part) =>
      Object.entries(texts(part)).map(([name, level]) => `${name}:${level}`),
    ),
    grantedAt: grant['access_granted_at'],
    expiresAt: grant['token_expires_at'],
    lastUsedAt: grant['token_last_used_at'],
    isExpired: flag(grant['token_expired']),
  };
}

/** A credential authorized for single sign-on. */
export function readCredential(wire: unknown, operation: string): GithubCredential {
  const one = requiredRecord(wire, operation, 'a credential');
  return {
    id: requiredText(one['credential_id'], operation, "a credential's id"),
    login: requiredText(one['login'], operation, "a credential's owner"),
    type: requiredText(one['credential_type'], operation, "a credential's type"),
    name: text(one['authorized_credential_note']) ?? text(one['authorized_credential_title']),
    scopes: names(one['scopes']),
    authorizedAt: one['credential_authorized_at'],
    accessedAt: one['credential_accessed_at'],
    expiresAt: one['authorized_credential_expires_at'],
    authorizedCredentialId: text(one['authorized_credential_id']),
  };
}

/** A webhook. Of its secret GitHub shows stars, of which we keep only that there is one. */
export function readHook(wire: unknown, operation: string): GithubHook {
  const hook = requiredRecord(wire, operation, 'a webhook');
  const config = requiredRecord(hook['config'], operation, "a webhook's config");
  return {
    id: requiredText(hook['id'], operation, "a webhook's id"),
    isActive: flag(hook['active']),
    events: names(hook['events']),
    url: text(config['url']),
    insecureSsl: text(config['insecure_ssl']),
    hasSecret: text(config['secret']) !== null,
    createdAt: hook['created_at'],
  };
}

/** A repository. */
export function readRepository(wire: unknown, operation: string): GithubRepository {
  const repo = requiredRecord(wire, operation, 'a repository');
  return {
    id: requiredText(repo['id'], operation, "a repository's id"),
    name: requiredText(repo['name'], operation, "a repository's name"),
    fullName: requiredText(repo['full_name'], operation, "a repository's full name"),
    owner: requiredText(at(repo, 'owner', 'login'), operation, "a repository's owner"),
    defaultBranch: text(repo['default_branch']),
    isArchived: flag(repo['archived']),
    security: record(repo['security_and_analysis']),
  };
}

/** A deploy key, without the key itself. */
export function readDeployKey(wire: unknown, operation: string): GithubDeployKey {
  const key = requiredRecord(wire, operation, 'a deploy key');
  const id = requiredText(key['id'], operation, "a deploy key's id");
  return {
    id,
    title: text(key['title']) ?? id,
    isReadOnly: flag(key['read_only']),
    addedBy: text(key['added_by']),
    createdAt: key['created_at'],
    lastUsed: key['last_used'],
    isEnabled: flag(key['enabled']),
  };
}

function names(value: unknown): string[] {
  return (list(value) ?? []).map((one) => text(one)).filter((one) => one !== null);
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(record(value) ?? {}).map(([name, one]) => [name, text(one)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}
