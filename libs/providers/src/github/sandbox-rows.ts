import type { Call } from './sandbox-answers.js';
import {
  shownLogin,
  type GithubState,
  type SandboxOrgRole,
  type SandboxRepo,
  type SandboxTeam,
  type SandboxUser,
} from './sandbox-state.js';

type Wire = Readonly<Record<string, unknown>>;

const USER_LINKS = ['followers', 'following', 'gists', 'starred', 'subscriptions', 'organizations', 'repos', 'events', 'received_events'];
const ORG_LINKS = ['repos', 'events', 'hooks', 'issues', 'members', 'public_members'];
const REPO_LINKS = [
  'archive',
  'assignees',
  'branches',
  'collaborators',
  'comments',
  'commits',
  'compare',
  'contents',
  'contributors',
  'deployments',
  'downloads',
  'events',
  'forks',
  'hooks',
  'issue_comment',
  'issue_events',
  'issues',
  'keys',
  'labels',
  'languages',
  'merges',
  'milestones',
  'notifications',
  'pulls',
  'releases',
  'stargazers',
  'statuses',
  'subscribers',
  'subscription',
  'tags',
  'teams',
  'trees',
  'blobs',
  'git_commits',
  'git_refs',
  'git_tags',
];

/** A user as lists show it. */
export function showUser(call: Call, user: SandboxUser): Wire {
  const login = shownLogin(user);
  const url = `${call.host}/users/${login}`;
  return {
    login,
    id: user.id,
    node_id: `U_${user.id}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${user.id}`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${login}`,
    ...links(url, USER_LINKS),
    type: 'User',
    site_admin: false,
  };
}

function links(url: string, names: readonly string[]): Wire {
  return Object.fromEntries(names.map((name) => [`${name}_url`, `${url}/${name}`]));
}

/** The organization as other objects show it. */
export function showOrganization(call: Call): Wire {
  const { org } = call.state;
  const url = `${call.host}/orgs/${org.login}`;
  return {
    login: org.login,
    id: org.id,
    node_id: `O_${org.id}`,
    url,
    ...links(url, ORG_LINKS),
    avatar_url: `https://avatars.githubusercontent.com/u/${org.id}`,
    description: null,
  };
}

/** The organization as the account of an installation. */
export function showAccount(call: Call): Wire {
  const { org } = call.state;
  const url = `${call.host}/users/${org.login}`;
  return {
    ...showOrganization(call),
    gravatar_id: '',
    html_url: `https://github.com/${org.login}`,
    ...links(url, USER_LINKS),
    type: 'Organization',
    site_admin: false,
  };
}

/** A team; `parent` without its own parent. */
export function showTeam(call: Call, team: SandboxTeam): Wire {
  const parent = team.parentId === null ? undefined : call.state.teams.find((one) => one.id === team.parentId);
  return { ...showTeamSimply(call, team), parent: parent ? showTeamSimply(call, parent) : null };
}

/** A team as other objects show it. */
export function showTeamSimply(call: Call, team: SandboxTeam): Wire {
  const url = `${call.host}/organizations/${call.state.org.id}/team/${team.id}`;
  return {
    id: team.id,
    node_id: `T_${team.id}`,
    url,
    html_url: `https://github.com/orgs/${call.state.org.login}/teams/${team.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    name: team.name,
    slug: team.slug,
    description: team.description,
    privacy: team.privacy,
    permission: 'pull',
    type: 'organization',
  };
}

/** The membership of one user. */
export function showMembership(call: Call, user: SandboxUser, standing: string): Wire {
  const url = `${call.host}/orgs/${call.state.org.login}/memberships/${shownLogin(user)}`;
  return {
    url,
    state: standing.startsWith('pending') ? 'pending' : 'active',
    role: standing.endsWith('admin') ? 'admin' : 'member',
    direct_membership: true,
    enterprise_teams_providing_indirect_membership: [],
    organization_url: `${call.host}/orgs/${call.state.org.login}`,
    organization: showOrganization(call),
    user: showUser(call, user),
  };
}

/** An organization role. */
export function showRole(call: Call, role: SandboxOrgRole): Wire {
  const at = '2025-03-01T10:00:00Z';
  return {
    id: role.id,
    name: role.name,
    description: null,
    base_role: role.baseRole,
    source: role.source,
    permissions: role.permissions,
    organization: showAccount(call),
    created_at: at,
    updated_at: at,
  };
}

/** A repository, with its security settings as an administrator sees them. */
export function showRepo(call: Call, repo: SandboxRepo): Wire {
  const { login } = call.state.org;
  const url = `${call.host}/repos/${login}/${repo.name}`;
  const state = (isOn: boolean): Wire => ({ status: isOn ? 'enabled' : 'disabled' });
  return {
    id: repo.id,
    node_id: `R_${repo.id}`,
    name: repo.name,
    full_name: `${login}/${repo.name}`,
    owner: showAccount(call),
    private: repo.isPrivate,
    html_url: `https://github.com/${login}/${repo.name}`,
    description: null,
    fork: false,
    url,
    ...links(url, REPO_LINKS),
    default_branch: 'main',
    archived: repo.isArchived,
    visibility: repo.isPrivate ? 'private' : 'public',
    security_and_analysis: {
      secret_scanning: state(repo.hasSecretScanning),
      secret_scanning_push_protection: state(repo.hasSecretScanning && repo.isPrivate),
    },
  };
}

/** A user of the enterprise's SCIM. */
export function showScimUser(call: Call, user: SandboxUser): Wire {
  const { enterprise } = call.state;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: user.scimId,
    externalId: `idp-${user.id}`,
    userName: user.verifiedEmail ?? user.login,
    displayName: user.name,
    name: { formatted: user.name ?? user.login, familyName: user.name?.split(' ').at(-1) ?? '', givenName: user.name?.split(' ')[0] ?? '' },
    active: user.isActive.seen(call.now, call.switches.readLagMs),
    emails: [{ value: user.verifiedEmail ?? user.email, type: 'work', primary: true }],
    roles: [{ value: 'user', primary: true }],
    meta: {
      resourceType: 'User',
      created: user.createdAt,
      lastModified: user.createdAt,
      location: `${call.host}/scim/v2/enterprises/${enterprise}/Users/${user.scimId}`,
    },
  };
}

/** The organization in full, with settings that are believable and not all good. */
export function showSettings(call: Call, isPublicHalf: boolean): Wire {
  const { state } = call;
  const base = {
    ...showOrganization(call),
    html_url: `https://github.com/${state.org.login}`,
    name: state.company.name,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: state.repos.filter((repo) => !repo.isPrivate).length,
    public_gists: 0,
    followers: 12,
    following: 0,
    type: 'Organization',
    created_at: '2019-03-04T09:00:00Z',
    updated_at: '2026-06-01T09:00:00Z',
    archived_at: null,
    is_verified: true,
  };
  return isPublicHalf ? base : { ...base, ...OWNERS_HALF, plan: planOf(state) };
}

function planOf(state: GithubState): Wire {
  return { name: 'enterprise', space: 976_562_499, private_repos: 999_999, filled_seats: state.users.size, seats: state.users.size + 20 };
}

const OWNERS_HALF: Wire = {
  two_factor_requirement_enabled: false,
  default_repository_permission: 'read',
  members_can_create_repositories: true,
  members_can_create_public_repositories: false,
  members_can_create_private_repositories: true,
  members_can_delete_repositories: true,
  members_can_change_repo_visibility: true,
  members_can_invite_outside_collaborators: true,
  members_can_fork_private_repositories: false,
  members_can_create_teams: true,
  members_can_create_public_pages: false,
  members_can_delete_issues: false,
  web_commit_signoff_required: false,
  deploy_keys_enabled_for_repositories: true,
};
