import type { Company, Employee, SeedOptions } from '../sdk/index.js';
import { apiEntry, bulkLog, entriesOf, userTarget } from './sandbox-events.js';
import { SandboxLog, type LogEntry } from './sandbox-log.js';
import type {
  OktaState,
  SandboxApp,
  SandboxGrant,
  SandboxGroup,
  SandboxRole,
  SandboxToken,
  SandboxUser,
  UserStanding,
} from './sandbox-state.js';
import { Lagged, numberOf, oktaId, selfOf } from './sandbox-state.js';

const DAY_MS = 86_400_000;
const FOUNDED = '2023-01-16T08:00:00.000Z';
const ORG_HOST = 'acme.okta.com';

/** Okta as the made-up company uses it: its people, groups, administrators, apps and what they did. */
export function seedState(company: Company, options: SeedOptions): OktaState {
  const at = options.now.getTime();
  const self = selfOf(company.domain);
  const people = company.people.map((person) => userOf(person, company, at));
  const userOfEmployee = new Map(company.people.map((person, index) => [person.number, people[index]!]));
  const all = [...people, ...extraUsers(company, self.userId, at)];
  const groups = groupsOf(company, userOfEmployee, all);
  const apps = appsOf(self.appId);
  giveRoles(company, userOfEmployee, all);
  const activities = options.bulk?.activities ?? 0;
  const bulkAccounts = options.bulk?.accounts ?? 0;
  const from = at - options.days * DAY_MS;
  const log = new SandboxLog(activities > 0 ? bulkLog({ apps, company }, bulkAccounts, activities, from, at) : undefined);
  const story = tellStory({ userOfEmployee, apps, groups: byId(groups) }, company, new Date(from), options.now);
  log.addAll([...story, ...departures(company, userOfEmployee)]);
  const grants = grantsOf(apps, people, at);
  return {
    company,
    orgHost: ORG_HOST,
    seededAt: options.now,
    bulkAccounts,
    isVolume: activities > 0 || bulkAccounts > 0,
    users: byId(all),
    userOfEmployee,
    groups: byId(groups),
    apps,
    grants,
    refreshTokens: refreshTokensOf(grants),
    apiTokens: new Lagged<readonly SandboxToken[]>(apiTokensOf(company, all, self.userId, at)),
    log,
    self,
    issued: new Map(),
    usedAssertions: new Set(),
    nonce: oktaId('', 'nonce', company.domain),
    tickedAt: options.now,
  };
}

/** What people do from one moment to another, and the traces it leaves on their accounts. */
export function tellStory(
  state: Pick<OktaState, 'userOfEmployee' | 'apps' | 'groups'>,
  company: Company,
  from: Date,
  to: Date,
): LogEntry[] {
  const entries: LogEntry[] = [];
  for (const event of company.events(from, to)) {
    const user = state.userOfEmployee.get(event.who.number);
    if (!user) continue;
    if (event.act === 'SIGN_IN') user.lastLogin = event.at.toISOString();
    if (event.act === 'PASSWORD_CHANGED') user.passwordChanged = event.at.toISOString();
    entries.push(...entriesOf(state, event));
  }
  return entries;
}

// How the accounts of those who left came to be as they are.
function departures({ people }: Company, users: ReadonlyMap<number, SandboxUser>): LogEntry[] {
  const admin = people.find((person) => person.traits.includes('ADMIN'));
  const actor = admin && users.get(admin.number);
  const leavers = people.filter((person) => person.traits.includes('LEAVER')).map((person) => users.get(person.number)!);
  return leavers.flatMap((user, number) => {
    const { status, statusChanged } = user.standing.now;
    if (!actor || !statusChanged || status === 'ACTIVE') return [];
    const [eventType, displayMessage] =
      status === 'SUSPENDED' ? ['user.lifecycle.suspend', 'Suspend Okta user'] : ['user.lifecycle.deactivate', 'Deactivate Okta user'];
    return [
      apiEntry({
        at: new Date(statusChanged),
        eventType: eventType!,
        displayMessage: displayMessage!,
        targets: [userTarget(user)],
        actor: { ...userTarget(actor) },
        number,
      }),
    ];
  });
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

function userOf(person: Employee, company: Company, at: number): SandboxUser {
  const { email, firstName, lastName, department, title, traits } = person;
  const id = oktaId('00u', company.domain, email);
  const hiredAt = traits.includes('NEW')
    ? at - (5 + (person.number % 8)) * DAY_MS
    : Date.parse(FOUNDED) + (numberOf('hired', id) % 900) * DAY_MS;
  const created = new Date(hiredAt).toISOString();
  // Of those who left, the third account was forgotten and is still active: a believable gap.
  const leaver = company.people.filter((one) => one.traits.includes('LEAVER')).indexOf(person);
  const status = (['DEPROVISIONED', 'SUSPENDED'] as const)[leaver] ?? 'ACTIVE';
  const changed = status === 'ACTIVE' ? created : new Date(at - 4 * DAY_MS).toISOString();
  return {
    id,
    profile: { login: email, email, firstName, lastName, displayName: null, secondEmail: null, mobilePhone: null, department, title },
    created,
    activated: created,
    standing: standing(status, changed),
    // Whoever signs in during the story has it moved on; for the dormant this stays.
    lastLogin: traits.includes('DORMANT') ? new Date(at - (100 + (person.number % 60)) * DAY_MS).toISOString() : null,
    passwordChanged: created,
    passwordKeeper: department === 'Engineering' && person.number % 9 === 0 ? 'ACTIVE_DIRECTORY' : 'OKTA',
    factors: factorsOf(id, traits.includes('NO_SECOND_FACTOR'), department === 'IT' || department === 'Engineering'),
    roles: new Lagged<readonly SandboxRole[]>([]),
  };
}

function standing(status: string, at: string): Lagged<UserStanding> {
  return new Lagged<UserStanding>({ status, statusChanged: at, lastUpdated: at });
}

function factorsOf(id: string, isWeak: boolean, isTechnical: boolean): SandboxUser['factors'] {
  const factor = (factorType: string, provider: string, status = 'ACTIVE') => ({
    id: oktaId('opf', id, factorType),
    factorType,
    provider,
    status,
  });
  if (isWeak) return [factor('email', 'OKTA'), factor('push', 'OKTA', 'PENDING_ACTIVATION')];
  return isTechnical ? [factor('push', 'OKTA'), factor('webauthn', 'FIDO')] : [factor('push', 'OKTA'), factor('question', 'OKTA')];
}

/** Accounts beside the company's people: one for each status that people seldom have, and the machines' accounts. */
function extraUsers({ domain }: Company, selfId: string, at: number): SandboxUser[] {
  const extra = (login: string, firstName: string, lastName: string, status: string, more: Partial<SandboxUser> = {}): SandboxUser => {
    const created = new Date(at - 200 * DAY_MS).toISOString();
    const isNew = status === 'STAGED' || status === 'PROVISIONED';
    return {
      id: oktaId('00u', domain, login),
      profile: { login, email: login, firstName, lastName, displayName: null, secondEmail: null, mobilePhone: null },
      created,
      activated: status === 'STAGED' ? null : created,
      standing: standing(status, created),
      lastLogin: isNew ? null : new Date(at - 20 * DAY_MS).toISOString(),
      passwordChanged: isNew ? null : created,
      passwordKeeper: 'OKTA',
      factors: [],
      roles: new Lagged<readonly SandboxRole[]>([]),
      ...more,
    };
  };
  return [
    extra(`castellan@${domain}`, 'Castellan', 'Connector', 'ACTIVE', { id: selfId }),
    extra(`hr-sync@${domain}`, 'HR', 'Sync', 'ACTIVE'),
    extra('jo.bremer@partner.example', 'Jo', 'Bremer', 'LOCKED_OUT'),
    extra('kim.osei@partner.example', 'Kim', 'Osei', 'PASSWORD_EXPIRED'),
    extra('rae.tanaka@partner.example', 'Rae', 'Tanaka', 'RECOVERY'),
    extra('max.duval@partner.example', 'Max', 'Duval', 'STAGED'),
    extra('ines.moreau@partner.example', 'Ines', 'Moreau', 'PROVISIONED'),
  ];
}

const ROLE_GROUP = 'Service desk';

function groupsOf(company: Company, users: ReadonlyMap<number, SandboxUser>, all: readonly SandboxUser[]): SandboxGroup[] {
  const { domain } = company;
  const group = (name: string, members: readonly SandboxUser[], more: Partial<SandboxGroup> = {}): SandboxGroup => ({
    id: oktaId('00g', domain, name),
    type: 'OKTA_GROUP',
    name,
    description: `${name} of ${company.name}`,
    created: FOUNDED,
    members: new Lagged<ReadonlySet<string>>(
      new Set(members.filter((user) => user.standing.now.status !== 'DEPROVISIONED').map((user) => user.id)),
    ),
    roles: [],
    ...more,
  });
  const those = (accepts: (person: Employee) => boolean): SandboxUser[] =>
    company.people.filter(accepts).map((person) => users.get(person.number)!);
  const departments = [...new Set(company.people.map((person) => person.department))];
  const desk: SandboxRole = {
    id: oktaId('gra', domain, ROLE_GROUP),
    type: 'HELP_DESK_ADMIN',
    label: 'Help Desk Administrator',
    created: FOUNDED,
  };
  return [
    group('Everyone', [], { type: 'BUILT_IN', description: 'All users in your organization' }),
    ...departments.map((name) =>
      group(
        name,
        those((person) => person.department === name),
      ),
    ),
    group(
      'VPN users',
      those((person) => person.number % 3 === 0),
    ),
    group(
      'Contract managers',
      those((person) => person.department === 'Legal'),
    ),
    group(
      'Contractors',
      all.filter((user) => user.profile['login']?.endsWith('@partner.example')),
    ),
    group(
      'Data readers',
      those((person) => person.number % 11 === 0),
    ),
    group(
      'On-call',
      those((person) => person.department === 'Engineering' && person.number % 4 === 0),
    ),
    group(ROLE_GROUP, those((person) => person.department === 'Support').slice(0, 2), { roles: [desk] }),
    group(
      'Domain Users',
      those((person) => person.department === 'Engineering' && person.number % 9 === 0),
      { type: 'APP_GROUP', description: 'From Active Directory' },
    ),
  ];
}

const LABELS: Readonly<Record<string, string>> = {
  SUPER_ADMIN: 'Super Administrator',
  ORG_ADMIN: 'Organization Administrator',
  APP_ADMIN: 'Application Administrator',
  USER_ADMIN: 'Group Administrator',
  HELP_DESK_ADMIN: 'Help Desk Administrator',
  READ_ONLY_ADMIN: 'Read-only Administrator',
  REPORT_ADMIN: 'Report Administrator',
  GROUP_MEMBERSHIP_ADMIN: 'Group Membership Administrator',
  API_ACCESS_MANAGEMENT_ADMIN: 'API Access Management Administrator',
};

/** A new assignment of one of Okta's own roles. */
export function standardRole(userId: string, type: string, at: string, more: Partial<SandboxRole> = {}): SandboxRole {
  return { id: oktaId('ra1', userId, type, at), type, label: LABELS[type] ?? type, created: at, ...more };
}

function giveRoles({ people, domain }: Company, users: ReadonlyMap<number, SandboxUser>, all: readonly SandboxUser[]): void {
  const give = (user: SandboxUser | undefined, ...types: readonly string[]): void => {
    if (user)
      user.roles.set(
        types.map((type) => standardRole(user.id, type, FOUNDED)),
        new Date(0),
      );
  };
  const admins = people.filter((person) => person.traits.includes('ADMIN')).map((person) => users.get(person.number)!);
  give(admins[0], 'SUPER_ADMIN');
  give(admins[1], 'SUPER_ADMIN', 'READ_ONLY_ADMIN');
  give(admins[2], 'ORG_ADMIN', 'APP_ADMIN');
  const limited = admins[3];
  if (limited) {
    const custom: SandboxRole = {
      id: oktaId('irb', domain),
      type: 'CUSTOM',
      label: 'Access reviewers',
      created: FOUNDED,
      role: oktaId('cr0', domain),
      resourceSet: oktaId('iam', domain),
    };
    const roles = [standardRole(limited.id, 'USER_ADMIN', FOUNDED, { groupTargets: [oktaId('00g', domain, 'Contractors')] }), custom];
    limited.roles.set(roles, new Date(0));
  }
  for (const login of [`castellan@${domain}`, `hr-sync@${domain}`])
    give(
      all.find((user) => user.profile['login'] === login),
      'SUPER_ADMIN',
    );
}

function appsOf(selfAppId: string): SandboxApp[] {
  const saml = [
    'Slack',
    'GitHub',
    'Jira',
    'Google Workspace',
    'AWS Console',
    'Zoom',
    'Salesforce',
    'Docusign',
    'Zendesk',
    'NetSuite',
    'Expensify',
    'Box',
    'ServiceNow',
    'Workday',
    'NetDocuments',
  ];
  const app = (name: string, label: string, signOnMode: string, more: Partial<SandboxApp> = {}): SandboxApp => ({
    id: oktaId('0oa', name, label),
    name,
    label,
    signOnMode,
    created: FOUNDED,
    ...more,
  });
  const service = { applicationType: 'service', grantTypes: ['client_credentials'] } as const;
  return [
    app('saasure', 'Okta Admin Console', 'SAML_2_0'),
    app('okta_enduser', 'Okta Dashboard', 'SAML_2_0'),
    ...saml.map((label) => app(label.toLowerCase().replaceAll(' ', '_'), label, 'SAML_2_0')),
    app('oidc_client', 'Castellan', 'OPENID_CONNECT', { id: selfAppId, oauth: service }),
    app('oidc_client', 'HR Sync', 'OPENID_CONNECT', { oauth: service }),
    app('oidc_client', 'Meeting Notes', 'OPENID_CONNECT', {
      oauth: { applicationType: 'web', grantTypes: ['authorization_code', 'refresh_token'] },
    }),
  ];
}

function grantsOf(apps: readonly SandboxApp[], people: readonly SandboxUser[], at: number): SandboxGrant[] {
  const grants: SandboxGrant[] = [];
  const grant = (label: string, scopes: readonly string[], daysAgo: number, userId?: string): void => {
    const clientId = apps.find((app) => app.label === label)!.id;
    const created = new Date(at - daysAgo * DAY_MS).toISOString();
    for (const scopeId of scopes) {
      grants.push({
        id: oktaId('oag', clientId, scopeId, userId ?? ''),
        clientId,
        scopeId,
        source: userId ? 'END_USER' : 'ADMIN',
        ...(userId && { userId }),
        created,
      });
    }
  };
  grant('Castellan', ['okta.users.read', 'okta.users.manage', 'okta.logs.read'], 40);
  grant('HR Sync', ['okta.users.manage', 'okta.groups.manage'], 300);
  for (const user of people.filter((_, index) => index % 12 === 5))
    grant('Meeting Notes', ['openid', 'profile', 'email', 'offline_access'], 60, user.id);
  return grants;
}

function refreshTokensOf(grants: readonly SandboxGrant[]): OktaState['refreshTokens'] {
  return grants
    .filter((grant) => grant.userId !== undefined && grant.scopeId === 'offline_access')
    .map(({ userId, clientId, created }) => ({ id: oktaId('oar', userId!, clientId), userId: userId!, clientId, created }));
}

function apiTokensOf({ people, domain }: Company, all: readonly SandboxUser[], selfId: string, at: number): SandboxToken[] {
  const admin = people.filter((person) => person.traits.includes('ADMIN')).at(-1);
  const owner = (login: string | undefined): string => all.find((user) => user.profile['login'] === login)?.id ?? selfId;
  const token = (name: string, userId: string, usedDaysAgo: number, include: readonly string[]): SandboxToken => ({
    id: oktaId('00T', domain, name),
    name,
    userId,
    created: new Date(at - 250 * DAY_MS).toISOString(),
    lastUsed: new Date(at - usedDaysAgo * DAY_MS).toISOString(),
    connection: include.length > 0 ? 'ZONE' : 'ANYWHERE',
    include,
  });
  return [
    token('hr-sync', owner(`hr-sync@${domain}`), 0, []),
    token('reporting', owner(admin?.email), 11, [oktaId('nzo', 'offices')]),
    token('castellan', selfId, 0, [oktaId('nzo', 'offices')]),
  ];
}
