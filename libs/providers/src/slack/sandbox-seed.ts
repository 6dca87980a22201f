import type { Company, CompanyEvent, Employee, SeedOptions } from '../sdk/index.js';
import { apiEntry, bulkLog, entriesOf, userEntity, type Scene } from './sandbox-events.js';
import { AuditLog, type LogEntry } from './sandbox-log.js';
import { Lagged, numberOf, slackId } from './sandbox-state.js';
import type {
  AccessRow,
  Approval,
  Guest,
  SandboxApp,
  SandboxUser,
  SandboxUserGroup,
  SandboxWorkspace,
  SlackState,
} from './sandbox-state.js';

const DAY_S = 86_400;
const DAY_MS = 86_400_000;
const FOUNDED_S = Date.parse('2022-03-14T09:00:00Z') / 1_000;

/** Slack as the made-up company uses it: an organization of two workspaces, its people, groups, owners, apps and what they did. */
export function seedState(company: Company, options: SeedOptions): SlackState {
  const nowMs = options.now.getTime();
  const enterprise = { id: slackId('E', company.domain), name: company.name, domain: company.name.toLowerCase() };
  const workspaces = workspacesOf(company);
  const people = company.people.map((person) => userOf(person, company, workspaces, nowMs / 1_000));
  const userOfEmployee = new Map(company.people.map((person, index) => [person.number, people[index]!]));
  const users = new Map([...people, ...extraUsers(company, workspaces, nowMs / 1_000)].map((user) => [user.id, user]));
  const self = selfOf(company.domain);
  giveRoles(company, userOfEmployee, workspaces);
  const scene: Scene = { userOfEmployee, workspaces, enterprise };
  const bulk = options.bulk ?? {};
  const from = nowMs - options.days * DAY_MS;
  const log = new AuditLog(bulk.activities ? bulkLog(scene, company, bulk.accounts ?? 0, bulk.activities, from, nowMs) : undefined);
  const apps = appsOf(self.appId);
  const admin = people.find((_, index) => company.people[index]!.traits.includes('ADMIN')) ?? people[0]!;
  const state: SlackState = {
    company,
    enterprise,
    workspaces,
    seededAt: options.now,
    bulkAccounts: bulk.accounts ?? 0,
    users,
    userOfEmployee,
    groups: groupsOf(company, userOfEmployee, workspaces),
    scimGroups: [
      { id: slackId('S', 'scim', company.domain), displayName: 'SSO contractors', members: people.slice(0, 3).map(({ id }) => id) },
    ],
    assignments: new Lagged(assignmentsOf(company, userOfEmployee, workspaces, enterprise.id)),
    apps,
    approvals: approvalsOf(apps, enterprise.id, workspaces, admin.id, nowMs / 1_000),
    installs: installsOf(apps, enterprise.id, workspaces),
    integrationRows: integrationRowsOf(apps, admin, nowMs / 1_000),
    accessRows: new Map(),
    log,
    self,
    tickedAt: options.now,
  };
  log.addAll([...tellStory(state, new Date(from), options.now), ...departures(state)]);
  return state;
}

/** What people do from one moment to another, and the traces it leaves on their accounts and in the access logs. */
export function tellStory(state: SlackState, from: Date, to: Date): LogEntry[] {
  const entries: LogEntry[] = [];
  for (const event of state.company.events(from, to)) {
    const user = state.userOfEmployee.get(event.who.number);
    if (!user || (!user.active.now && event.at >= state.seededAt)) continue;
    if (event.act === 'SIGN_IN') noteAccess(state, user, event);
    entries.push(...entriesOf(state, event));
  }
  return entries;
}

function noteAccess(state: SlackState, user: SandboxUser, { at, place, device }: CompanyEvent): void {
  const atS = Math.floor(at.getTime() / 1_000);
  user.lastActiveAtS = Math.max(user.lastActiveAtS, atS);
  const key = `${user.id} ${place.ip} ${device.userAgent}`;
  const known = state.accessRows.get(key);
  if (known) {
    known.date_last = atS;
    known.count += 1;
    return;
  }
  const row: AccessRow = {
    user_id: user.id,
    username: user.username,
    date_first: atS,
    date_last: atS,
    count: 1,
    ip: place.ip,
    user_agent: device.userAgent,
    isp: place.organization,
    country: place.country,
    region: place.region,
  };
  state.accessRows.set(key, row);
}

// How the accounts of those who left came to be as they are.
function departures(state: SlackState): LogEntry[] {
  const left = [...state.userOfEmployee.values()].filter((user) => !user.active.now);
  return left.map((user, index) => {
    const at = new Date(state.seededAt.getTime() - 4 * DAY_MS + index * 60_000);
    return apiEntry(state, at, { action: 'user_deactivated', entity: userEntity(state, user) });
  });
}

function workspacesOf({ name, domain }: Company): SandboxWorkspace[] {
  const slug = name.toLowerCase();
  return [
    { id: slackId('T', domain, 'main'), name, domain: slug, discoverable: 'invite_only' },
    { id: slackId('T', domain, 'labs'), name: `${name} Labs`, domain: `${slug}-labs`, discoverable: 'open' },
  ];
}

/** The sandbox's own owner and token. They open nothing but sandboxes. */
function selfOf(domain: string): SlackState['self'] {
  const token = `xoxp-${numberOf('a', domain)}-${numberOf('b', domain)}-sandbox`;
  return { appId: slackId('A', 'castellan', domain), userId: slackId('W', 'castellan', domain), token };
}

function userOf(person: Employee, { domain, people }: Company, workspaces: readonly SandboxWorkspace[], nowS: number): SandboxUser {
  const { email, firstName, lastName, department, traits } = person;
  const id = slackId('W', domain, email);
  // Of those who left, the second account was forgotten and is still active: a believable gap.
  const leavers = people.filter((one) => one.traits.includes('LEAVER'));
  const isGone = traits.includes('LEAVER') && leavers.indexOf(person) !== 1;
  const own = department === 'Engineering' || department === 'IT' ? workspaces : workspaces.slice(0, 1);
  const hasSso = !traits.includes('NO_SECOND_FACTOR') && person.number % 9 !== 0;
  return aUser(id, email.split('@')[0]!, `${firstName} ${lastName}`, {
    email,
    has2fa: !traits.includes('NO_SECOND_FACTOR'),
    hasSso,
    createdAtS: traits.includes('NEW') ? Math.floor(nowS) - 6 * DAY_S : FOUNDED_S + (numberOf('hired', id) % 900) * DAY_S,
    // Whoever signs in during the story has it moved on; for the dormant this stays.
    lastActiveAtS: traits.includes('DORMANT') ? Math.floor(nowS) - (100 + (person.number % 60)) * DAY_S : 0,
    active: new Lagged(!isGone),
    workspaces: own.map((one) => one.id),
    sessions: new Lagged(
      isGone
        ? []
        : own.map((one, index) => ({ id: numberOf('session', id, index), workspace: one.id, ip: person.office.ip, os: person.device.os })),
    ),
    sessionSetting:
      department === 'Finance'
        ? { duration: person.number % 5 === 0 ? 2_592_000 : 43_200, desktop_app_browser_quit: person.number % 2 === 0 }
        : null,
  });
}

function aUser(id: string, username: string, name: string, more: Partial<SandboxUser>): SandboxUser {
  return {
    id,
    username,
    name,
    email: null,
    isBot: false,
    guest: null,
    expiresAtS: 0,
    has2fa: true,
    hasSso: false,
    createdAtS: FOUNDED_S,
    lastActiveAtS: 0,
    active: new Lagged(true),
    orgRole: null,
    workspaces: [],
    roles: new Lagged(new Map()),
    sessions: new Lagged([]),
    sessionSetting: null,
    ...more,
  };
}

function extraUsers(company: Company, workspaces: readonly SandboxWorkspace[], now: number): SandboxUser[] {
  const nowS = Math.floor(now);
  const main = [workspaces[0]!.id];
  const all = workspaces.map(({ id }) => id);
  const guest = (name: string, kind: Guest, expiresAtS: number): SandboxUser =>
    aUser(slackId('W', 'guest', name), name, name.replace('.', ' '), {
      email: `${name}@partner.example`,
      guest: kind,
      expiresAtS,
      has2fa: false,
      lastActiveAtS: nowS - 2 * DAY_S,
      workspaces: main,
    });
  const roles = new Map(all.map((id) => [id, 'owner' as const]));
  return [
    aUser(selfOf(company.domain).userId, 'castellan', 'Castellan Connector', {
      email: `castellan@${company.domain}`,
      hasSso: true,
      lastActiveAtS: nowS,
      orgRole: 'owner',
      workspaces: all,
      roles: new Lagged(roles),
    }),
    guest('mara.vogel', 'multi-channel', nowS + 40 * DAY_S),
    guest('ilya.petrov', 'single-channel', 0),
    guest('tess.okafor', 'multi-channel', nowS - 3 * DAY_S),
    aUser(slackId('W', 'bot', company.domain), 'standup', 'Standup', { isBot: true, workspaces: main }),
  ];
}

// The maps are made before anybody reads them, so they are set in place.
function giveRoles(company: Company, users: ReadonlyMap<number, SandboxUser>, workspaces: readonly SandboxWorkspace[]): void {
  const [main, labs] = workspaces.map(({ id }) => id) as [string, string];
  const [first, second, third, fourth] = leadersOf(company, users);
  const set = (user: SandboxUser | undefined, ...roles: [string, 'owner' | 'admin'][]): void =>
    user?.roles.set(new Map(roles), new Date(0));
  Object.assign(first ?? {}, { orgRole: 'primary_owner' });
  Object.assign(second ?? {}, { orgRole: 'admin' });
  set(first, [main, 'owner'], [labs, 'owner']);
  set(third, [main, 'owner'], [labs, 'admin']);
  set(fourth, [main, 'admin']);
}

/** Four who run Slack: administrators first, then others of IT. */
function leadersOf({ people }: Company, users: ReadonlyMap<number, SandboxUser>): SandboxUser[] {
  const isAdmin = (person: Employee): boolean => person.traits.includes('ADMIN');
  const others = people.filter((person) => person.department === 'IT' && !isAdmin(person) && !person.traits.includes('LEAVER'));
  return [...people.filter(isAdmin), ...others].slice(0, 4).map((person) => users.get(person.number)!);
}

function assignmentsOf(
  company: Company,
  users: ReadonlyMap<number, SandboxUser>,
  workspaces: readonly SandboxWorkspace[],
  enterprise: string,
) {
  const people = company.people.filter((person) => person.department === 'People').map((person) => users.get(person.number)!);
  const rows = [
    ...leadersOf(company, users)
      .slice(2)
      .map((user) => ({ role_id: 'Rl0A', entity_id: enterprise, user_id: user.id })),
    ...people.slice(0, 1).map((user) => ({ role_id: 'Rl04', entity_id: workspaces[0]!.id, user_id: user.id })),
  ];
  return rows.map((row) => ({ ...row, date_create: FOUNDED_S + DAY_S }));
}

function groupsOf(
  company: Company,
  users: ReadonlyMap<number, SandboxUser>,
  workspaces: readonly SandboxWorkspace[],
): Map<string, SandboxUserGroup> {
  const [main, labs] = workspaces as [SandboxWorkspace, SandboxWorkspace];
  const ids = (wanted: (person: Employee) => boolean): string[] =>
    company.people.filter(wanted).map((person) => users.get(person.number)!.id);
  const group = (name: string, workspace: SandboxWorkspace, members: readonly string[], isFromIdp = false): SandboxUserGroup => ({
    id: slackId('S', workspace.id, name),
    workspace: workspace.id,
    name,
    handle: name.toLowerCase().replaceAll(' ', '-'),
    isFromIdp,
    createdAtS: FOUNDED_S,
    users: new Lagged(members),
  });
  const groups = [
    group(
      'Engineering',
      main,
      ids((person) => person.department === 'Engineering'),
      true,
    ),
    group(
      'Finance',
      main,
      ids((person) => person.department === 'Finance'),
    ),
    group(
      'Sales',
      main,
      ids((person) => person.department === 'Sales'),
    ),
    group(
      'On-call',
      labs,
      ids((person) => person.department === 'IT'),
    ),
    group('Data readers', main, ids((person) => person.traits.includes('TRAVELLER')).slice(0, 1)),
  ];
  return new Map(groups.map((one) => [one.id, one]));
}

function appsOf(selfAppId: string): SandboxApp[] {
  const app = (name: string, isInDirectory: boolean, isInternal: boolean, ...scopes: string[]): SandboxApp => ({
    id: slackId('A', name),
    name,
    isInDirectory,
    isInternal,
    scopes,
  });
  return [
    { ...app('Castellan', false, true, 'users:read', 'admin.users:read', 'auditlogs:read'), id: selfAppId },
    app('Calendar Sync', true, false, 'users:read', 'chat:write'),
    app('Notes Sync', false, false, 'channels:history', 'files:read', 'users:read.email'),
    app('Standup', false, true, 'commands', 'chat:write'),
    app('Emoji Party', true, false, 'emoji:read'),
    app('Old Exporter', false, false, 'channels:history', 'groups:history', 'search:read'),
  ];
}

const SENSITIVE = /^admin|:history$|^files:read$|^search/;

/** Whether Slack itself calls a scope sensitive. */
export function isSensitive(scope: string): boolean {
  return SENSITIVE.test(scope);
}

function approvalsOf(apps: readonly SandboxApp[], enterprise: string, workspaces: readonly SandboxWorkspace[], by: string, now: number) {
  const nowS = Math.floor(now);
  const row = (index: number, daysAgo: number, state: Approval['state'] = 'approved'): Approval => ({
    appId: apps[index]!.id,
    state,
    updatedAtS: nowS - daysAgo * DAY_S,
    by,
  });
  const [main, labs] = workspaces as [SandboxWorkspace, SandboxWorkspace];
  return new Map<string, Lagged<readonly Approval[]>>([
    [enterprise, new Lagged([row(0, 40), row(1, 200), row(2, 500)])],
    [main.id, new Lagged([row(3, 90), row(5, 30, 'restricted')])],
    [labs.id, new Lagged([row(4, 60), row(5, 700)])],
  ]);
}

function installsOf(apps: readonly SandboxApp[], enterprise: string, workspaces: readonly SandboxWorkspace[]): Map<string, Set<string>> {
  const [main, labs] = workspaces as [SandboxWorkspace, SandboxWorkspace];
  const ids = (...indexes: number[]): Set<string> => new Set(indexes.map((index) => apps[index]!.id));
  return new Map([
    [enterprise, ids(0, 1, 2)],
    [main.id, ids(3)],
    [labs.id, ids(4, 5)],
  ]);
}

// Newest first, dates as text, as Slack has them.
function integrationRowsOf(apps: readonly SandboxApp[], by: SandboxUser, now: number): Readonly<Record<string, unknown>>[] {
  const row = (app: SandboxApp, change_type: string, daysAgo: number, scopes = app.scopes) => ({
    user_id: by.id,
    user_name: by.username,
    date: String(Math.floor(now) - daysAgo * DAY_S),
    change_type,
    app_type: app.name,
    app_id: app.id,
    scope: scopes.join(','),
  });
  const [castellan, calendar, notes, standup, emoji, exporter] = apps as [
    SandboxApp,
    SandboxApp,
    SandboxApp,
    SandboxApp,
    SandboxApp,
    SandboxApp,
  ];
  return [
    row(exporter, 'removed', 2, []),
    row(notes, 'expanded', 5),
    row(castellan, 'added', 40),
    row(emoji, 'disabled', 50, []),
    row(emoji, 'added', 60),
    row(standup, 'added', 90),
    row(calendar, 'added', 200),
    row(notes, 'added', 500, ['channels:history']),
    row(exporter, 'added', 700),
  ];
}
