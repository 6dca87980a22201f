import type { Company, Employee, SeedOptions } from '../sdk/index.js';
import { apiEntry, bulkLog, entriesOf } from './sandbox-events.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import { SandboxLog, type LogEntry } from './sandbox-log.js';
import {
  Lagged,
  lettersOf,
  numberOf,
  uuidOf,
  type GithubState,
  type SandboxOrgRole,
  type SandboxRepo,
  type SandboxSelf,
  type SandboxTeam,
  type SandboxUser,
  type Standing,
} from './sandbox-state.js';

const DAY_MS = 86_400_000;
const FIRST_ID = 9_000_000;
type Wire = Readonly<Record<string, unknown>>;

/** GitHub as the made-up company uses it: its people, teams, repositories, tokens and what they did. */
export function seedState(company: Company, options: SeedOptions): GithubState {
  const at = options.now.getTime();
  const org = { login: 'lindenworks', id: 5_001_001 };
  const people = company.people.map((person) => userOf(person, company, at));
  const userOfEmployee = new Map(company.people.map((person, index) => [person.number, people[index]!]));
  const self = selfOf(company.domain);
  const all = [...people, ...extraUsers(company, self)];
  const teams = teamsOf(company, userOfEmployee);
  const repos = reposOf(people);
  const bulkAccounts = options.bulk?.accounts ?? 0;
  const activities = options.bulk?.activities ?? 0;
  const from = at - options.days * DAY_MS;
  const enterprise = 'lindenworks-group';
  const log = new SandboxLog(activities > 0 ? bulkLog({ org, enterprise, company }, bulkAccounts, activities, from, at) : undefined);
  const base = { userOfEmployee, repos, teams, org, enterprise };
  log.addAll([
    ...tellStory(base, company, new Date(from), options.now),
    ...departures({ org, enterprise, log }, company, userOfEmployee, at),
  ]);
  return {
    ...base,
    company,
    seededAt: options.now,
    bulkAccounts,
    isVolume: bulkAccounts > 0 || activities > 0,
    users: new Map(all.map((user) => [user.id, user])),
    roles: rolesOf(company, userOfEmployee, teams),
    invitations: new Lagged<readonly Wire[]>(invitationsOf(company, people, at)),
    installations: new Lagged<readonly Wire[]>(installationsOf(self)),
    fineTokens: new Lagged<readonly Wire[]>(fineTokensOf(people, at)),
    credentials: new Lagged<readonly Wire[]>(credentialsOf(people, at)),
    hooks: HOOKS,
    log,
    self,
    issued: new Map(),
    tickedAt: options.now,
  };
}

/** What people do from one moment to another. */
export function tellStory(state: Parameters<typeof entriesOf>[0], company: Company, from: Date, to: Date): LogEntry[] {
  const entries: LogEntry[] = [];
  for (const event of company.events(from, to)) entries.push(...entriesOf(state, event));
  return entries;
}

// How those who left came to be away.
function departures(
  state: Pick<GithubState, 'org' | 'enterprise' | 'log'>,
  { people }: Company,
  users: ReadonlyMap<number, SandboxUser>,
  at: number,
): LogEntry[] {
  const owner = people.find((person) => person.traits.includes('ADMIN'));
  const actor = owner && users.get(owner.number);
  if (!actor) return [];
  return people
    .filter((person) => person.traits.includes('LEAVER'))
    .map((person) => users.get(person.number)!)
    .filter((user) => user.standing.now === 'none')
    .map((user) =>
      apiEntry(state, new Date(at - 4 * DAY_MS), { actor: actor.login, actor_id: actor.id }, 'org.remove_member', {
        user: user.login,
        user_id: user.id,
      }),
    );
}

function userOf(person: Employee, company: Company, at: number): SandboxUser {
  const { number, email, firstName, lastName, traits } = person;
  const leaver = company.people.filter((one) => one.traits.includes('LEAVER')).indexOf(person);
  // Of those who left, one was removed, one suspended, and one forgotten: a believable gap.
  const standing: Standing = leaver === 0 ? 'none' : isOwner(person, company) ? 'admin' : 'member';
  const createdAt = new Date(
    traits.includes('NEW') ? at - (6 + (number % 8)) * DAY_MS : Date.UTC(2019, 3, 2) + (numberOf('joined', email) % 1_800) * DAY_MS,
  );
  return {
    id: FIRST_ID + number,
    login: loginOf(email),
    name: number % 11 === 0 ? null : `${firstName} ${lastName}`,
    email: number % 5 === 0 ? `${loginOf(email)}@mail.example` : '',
    verifiedEmail: number % 9 === 0 ? null : email,
    createdAt: createdAt.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    hasTwoFactor: !traits.includes('NO_SECOND_FACTOR'),
    usesTextMessages: !traits.includes('NO_SECOND_FACTOR') && number % 13 === 0,
    scimId: uuidOf('scim', email),
    standing: new Lagged(standing),
    isActive: new Lagged(leaver !== 1 && !isSuspended(person, company)),
  };
}

// Addresses are all different, so the logins made of them are too.
function loginOf(email: string): string {
  return (email.split('@', 1)[0] ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

// In small companies only one has left: then somebody who has not been seen for months is suspended.
function isSuspended(person: Employee, { people }: Company): boolean {
  const leavers = people.filter((one) => one.traits.includes('LEAVER')).length;
  return leavers < 2 && person === people.find((one) => one.traits.includes('DORMANT'));
}

// Everyone in IT who runs apps, and two who once needed it: more owners than there should be.
function isOwner(person: Employee, company: Company): boolean {
  if (person.traits.includes('ADMIN')) return true;
  const engineers = company.people.filter((one) => one.department === 'Engineering' && !one.traits.includes('LEAVER'));
  return engineers.indexOf(person) === 1 || engineers.indexOf(person) === 4;
}

function extraUsers({ domain }: Company, self: SandboxSelf): SandboxUser[] {
  const user = (id: number, login: string, standing: Standing, hasTwoFactor: boolean): SandboxUser => ({
    id,
    login,
    name: null,
    email: '',
    verifiedEmail: null,
    createdAt: '2021-05-03T08:00:00Z',
    hasTwoFactor,
    usesTextMessages: false,
    scimId: null,
    standing: new Lagged(standing),
    isActive: new Lagged(true),
  });
  return [
    { ...user(self.userId, 'castellan-connector', 'admin', true), verifiedEmail: `castellan@${domain}` },
    user(8_100_001, 'studio-ferro', 'outside', true),
    user(8_100_002, 'ines-freelance', 'outside', false),
    user(8_100_003, 'pentest-north', 'outside', true),
  ];
}

const DEPARTMENT_TEAMS = ['Engineering', 'IT', 'Support'] as const;

function teamsOf(company: Company, users: ReadonlyMap<number, SandboxUser>): SandboxTeam[] {
  const inTeam = (choose: (person: Employee, index: number) => boolean): Map<number, 'member' | 'maintainer'> => {
    const people = company.people.filter((person) => users.get(person.number)!.standing.now !== 'none').filter(choose);
    return new Map(people.map((person, index) => [users.get(person.number)!.id, index === 0 ? 'maintainer' : 'member']));
  };
  const team = (id: number, name: string, members: Map<number, 'member' | 'maintainer'>, more: Partial<SandboxTeam> = {}): SandboxTeam => ({
    id,
    slug: name.toLowerCase().replace(/\s+/g, '-'),
    name,
    description: `${name} of the company`,
    privacy: 'closed',
    parentId: null,
    members: new Lagged<ReadonlyMap<number, 'member' | 'maintainer'>>(members),
    isSynchronized: false,
    ...more,
  });
  const departments = DEPARTMENT_TEAMS.map((name, index) =>
    team(
      7_001 + index,
      name,
      inTeam((person) => person.department === name && person.number % 2 === index % 2),
    ),
  );
  return [
    ...departments,
    team(
      7_011,
      'Platform',
      inTeam((person) => person.department === 'Engineering' && person.number % 4 === 1),
      { parentId: 7_001 },
    ),
    team(
      7_012,
      'Platform Admins',
      inTeam((person) => person.department === 'Engineering' && person.number % 8 === 1),
      { parentId: 7_011, privacy: 'secret' },
    ),
    team(
      7_013,
      'Everyone by directory',
      inTeam(() => true),
      { isSynchronized: true },
    ),
  ];
}

function rolesOf({ people }: Company, users: ReadonlyMap<number, SandboxUser>, teams: readonly SandboxTeam[]): SandboxOrgRole[] {
  const ids = people
    .filter((person) => person.department === 'IT' && !person.traits.includes('LEAVER'))
    .map((person) => users.get(person.number)!.id);
  const role = (id: number, name: string, more: Partial<SandboxOrgRole>): SandboxOrgRole => ({
    id,
    name,
    baseRole: null,
    permissions: [],
    source: 'Predefined',
    holders: new Lagged<ReadonlySet<number>>(new Set()),
    teamId: null,
    ...more,
  });
  return [
    role(8_132, 'all_repo_read', { baseRole: 'read', teamId: teams.find((team) => team.name === 'Support')!.id }),
    role(8_136, 'all_repo_admin', { baseRole: 'admin', holders: new Lagged<ReadonlySet<number>>(new Set(ids.slice(0, 2))) }),
    role(9_001, 'Auditors', {
      source: 'Organization',
      permissions: ['read_audit_logs', 'view_org_code_scanning_alerts'],
      holders: new Lagged<ReadonlySet<number>>(new Set(ids.slice(1, 3))),
    }),
    role(9_002, 'App managers', {
      source: 'Organization',
      permissions: ['manage_organization_oauth_application_policy'],
      teamId: teams.find((team) => team.name === 'Platform Admins')!.id,
    }),
  ];
}

function reposOf(people: readonly SandboxUser[]): SandboxRepo[] {
  const names = ['payments', 'website', 'infrastructure', 'mobile-app', 'data-pipeline', 'docs', 'legacy-billing', 'handbook'];
  return names.map((name, index) => ({
    id: 6_001 + index,
    name,
    isPrivate: name !== 'website' && name !== 'docs',
    isArchived: name === 'legacy-billing',
    hasSecretScanning: index % 4 !== 3,
    protection:
      index % 3 === 2 ? undefined : { reviews: index % 2 === 0 ? 2 : 1, forcePush: index === 4, signed: index === 0, admins: index !== 1 },
    keys: index % 3 === 0 ? [deployKey(index, people[index]?.login ?? null)] : [],
  }));
}

function deployKey(index: number, addedBy: string | null): Wire {
  return {
    id: 40_001 + index,
    key: `ssh-ed25519 ${lettersOf(40, 'deploy key', index)}`,
    url: `https://api.github.com/repos/lindenworks/keys/${40_001 + index}`,
    title: index === 0 ? 'build server' : `deploy ${index}`,
    verified: true,
    created_at: '2024-06-01T10:00:00Z',
    read_only: index !== 0,
    added_by: addedBy,
    last_used: index === 0 ? '2026-11-10T10:00:00Z' : null,
    enabled: true,
  };
}

function invitationsOf({ domain }: Company, people: readonly SandboxUser[], at: number): Wire[] {
  const invitation = (id: number, login: string | null, email: string | null, role: string): Wire => ({
    id,
    login,
    email,
    role,
    created_at: new Date(at - 2 * DAY_MS).toISOString(),
    inviterId: people[0]!.id,
    team_count: 1,
    node_id: `I_${id}`,
  });
  return [invitation(33_001, null, `new.hire@${domain}`, 'direct_member'), invitation(33_002, 'ola-nordmann', null, 'admin')];
}

function installationsOf(self: SandboxSelf): Wire[] {
  const app = (id: number, slug: string, permissions: Wire, selection = 'all'): Wire => ({
    id,
    app_id: id - 330_000,
    client_id: `Iv23${lettersOf(16, slug)}`,
    app_slug: slug,
    repository_selection: selection,
    permissions,
    events: ['push'],
  });
  return [
    { ...app(self.installationId, 'castellan', { members: 'write', metadata: 'read' }), app_id: self.appId, client_id: self.clientId },
    app(660_001, 'example-ci', { contents: 'write', metadata: 'read', members: 'read' }),
    app(660_002, 'chat-notify', { metadata: 'read', pull_requests: 'read' }, 'selected'),
    {
      ...app(660_003, 'old-deployer', { contents: 'write', deployments: 'write', metadata: 'read' }),
      suspended_at: '2026-02-01T10:00:00Z',
    },
  ];
}

function fineTokensOf(people: readonly SandboxUser[], at: number): Wire[] {
  return people.slice(3, 9).map((user, index) => ({
    id: 25_381 + index,
    ownerId: user.id,
    repository_selection: index % 2 === 0 ? 'all' : 'subset',
    repositories_url: `https://api.github.com/organizations/5001001/personal-access-tokens/${25_381 + index}/repositories`,
    permissions: {
      organization: index === 0 ? { members: 'read' } : {},
      repository: { contents: index % 3 === 0 ? 'write' : 'read', metadata: 'read' },
      other: {},
    },
    access_granted_at: new Date(at - (40 + index) * DAY_MS).toISOString(),
    token_id: 98_716 + index,
    token_name: ['ci-token', 'laptop', 'release bot', 'metrics', 'backup', 'script'][index] ?? 'token',
    token_expired: false,
    token_expires_at: index % 3 === 2 ? null : new Date(at + 60 * DAY_MS).toISOString(),
    token_last_used_at: index === 4 ? null : new Date(at - index * DAY_MS).toISOString(),
  }));
}

const CREDENTIAL_TYPES = ['personal access token', 'SSH key', 'OAuth app token'] as const;

function credentialsOf(people: readonly SandboxUser[], at: number): Wire[] {
  return people.slice(2, 26).map((user, index): Wire => {
    const type = CREDENTIAL_TYPES[index % 3]!;
    const base = {
      login: user.login,
      credential_id: 880_417 + index,
      credential_type: type,
      credential_authorized_at: new Date(at - 200 * DAY_MS).toISOString(),
      credential_accessed_at: index % 5 === 0 ? null : new Date(at - index * 6 * DAY_MS).toISOString(),
      authorized_credential_id: 55_501_234 + index,
    };
    if (type === 'SSH key') return { ...base, fingerprint: lettersOf(43, 'key', index), authorized_credential_title: 'laptop' };
    const expires = { authorized_credential_expires_at: null };
    return {
      ...base,
      ...expires,
      token_last_eight: lettersOf(8, 'eight', index),
      authorized_credential_note: type === 'OAuth app token' ? 'Editor sync' : 'laptop',
      scopes: index % 2 ? ['repo', 'workflow'] : ['read:org'],
    };
  });
}

const HOOKS: readonly Wire[] = [
  hook(52_001, 'https://chat.example/hooks/abc?token=made-up', '0', true),
  hook(52_002, 'https://build.lindenworks.example/github', '1', false),
];

function hook(id: number, url: string, insecureSsl: string, hasSecret: boolean): Wire {
  return {
    id,
    url: `https://api.github.com/orgs/lindenworks/hooks/${id}`,
    ping_url: `https://api.github.com/orgs/lindenworks/hooks/${id}/pings`,
    type: 'Organization',
    name: 'web',
    active: true,
    events: ['push', 'pull_request'],
    config: { url, insecure_ssl: insecureSsl, content_type: 'json', ...(hasSecret && { secret: '********' }) },
    created_at: '2024-01-10T10:00:00Z',
    updated_at: '2024-01-10T10:00:00Z',
  };
}

// Made from the company's name instead of drawn, so that what was connected yesterday still signs in. It opens nothing but sandboxes.
function selfOf(domain: string): SandboxSelf {
  return {
    clientId: `Iv23${lettersOf(16, 'castellan', domain)}`,
    appId: 330_001,
    installationId: 660_000,
    key: sandboxKey(`github ${domain}`, 'pkcs1'),
    token: `ghp_${lettersOf(36, 'token', domain)}`,
    enterpriseToken: `ghp_${lettersOf(36, 'enterprise token', domain)}`,
    userId: 8_000_001,
  };
}
