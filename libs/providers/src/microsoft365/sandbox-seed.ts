import type { Company, Employee, SeedOptions, WireRecord } from '../sdk/index.js';
import type { Member, Microsoft365State, SandboxAssignment, SandboxGroup, SandboxUser, Standing } from './sandbox-state.js';
import { guidOf, numberOf, Replicated, SandboxLog, TENANT_ID } from './sandbox-state.js';
import { auditRow, tracesOf } from './sandbox-story.js';

const DAY_MS = 86_400_000;
const FOUNDED = Date.parse('2023-01-16T08:00:00Z');
const MICROSOFT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';
const CONTENT = ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General', 'DLP.All'];

/** Microsoft 365 as the made-up company uses it: its people, groups, administrators, apps and what they did. */
export function seedState(company: Company, options: SeedOptions): Microsoft365State {
  const now = options.now.getTime();
  const people = company.people.map((person) => userOf(person, company, now));
  const userOfEmployee = new Map(company.people.map((person, index) => [person.number, people[index]!]));
  const guest = guestOf(company, now);
  const emergency = emergencyOf(company);
  const groups = groupsOf(company, userOfEmployee, guest);
  const apps = appsOf(company);
  const clientId = guidOf('client', company.domain);
  const state: Microsoft365State = {
    company,
    clientId,
    clientSecret: `sandbox~${guidOf('secret', company.domain)}`,
    servicePrincipalId: apps.find((app) => app['appId'] === clientId)!['id'] as string,
    seededAt: options.now,
    bulkAccounts: options.bulk?.accounts ?? 0,
    bulkSignIns: { from: now - options.days * DAY_MS, until: now, count: options.bulk?.activities ?? 0 },
    users: new Map([...people, guest, emergency].map((user) => [user.id, user])),
    userOfEmployee,
    deletedUsers: [deletedUser(company, now)],
    removed: new Map(),
    groups: new Map(groups.map((group) => [group.id, group])),
    roles: ROLES,
    assignments: new Replicated<readonly SandboxAssignment[]>(assignmentsOf(company, userOfEmployee, groups, apps)),
    eligible: eligibleOf(company, userOfEmployee),
    apps,
    grants: new Replicated<readonly WireRecord[]>(grantsOf(apps, people)),
    appRoles: new Replicated<readonly WireRecord[]>(appRolesOf(apps)),
    signIns: new SandboxLog(),
    audits: new SandboxLog(),
    records: new Map(CONTENT.map((contentType) => [contentType, new SandboxLog()])),
    subscriptions: new Map([['Audit.Exchange', { status: 'enabled' }]]),
    issued: new Map(),
    usedAssertions: new Set(),
    tickedAt: options.now,
  };
  tellStory(state, new Date(now - options.days * DAY_MS), options.now);
  const admin = adminsOf(company, userOfEmployee)[0]!;
  for (const leaver of leaversOf(company).slice(0, 2))
    state.audits.add(
      auditRow({
        at: new Date(now - 4 * DAY_MS),
        activity: 'Disable account',
        category: 'UserManagement',
        by: admin,
        target: userOfEmployee.get(leaver.number)!,
      }),
    );
  return state;
}

/** What people do from one moment to another, and the traces it leaves on their accounts. */
export function tellStory(state: Microsoft365State, from: Date, to: Date): void {
  for (const event of state.company.events(from, to)) {
    const user = state.userOfEmployee.get(event.who.number);
    if (user && (event.act === 'SIGN_IN' || event.act === 'SIGN_IN_FAILED')) user.lastAttempt = event.at.toISOString();
    if (user && event.act === 'SIGN_IN') user.lastSuccess = event.at.toISOString();
    const { signIns, audits, records } = tracesOf(state, event);
    state.signIns.add(...signIns);
    state.audits.add(...audits);
    for (const [contentType, row] of records) state.records.get(contentType)?.add(row);
  }
}

function leaversOf({ people }: Company): Employee[] {
  return people.filter((person) => person.traits.includes('LEAVER'));
}

function adminsOf({ people }: Company, users: ReadonlyMap<number, SandboxUser>): SandboxUser[] {
  return people.filter((person) => person.traits.includes('ADMIN')).map((person) => users.get(person.number)!);
}

function userOf(person: Employee, company: Company, now: number): SandboxUser {
  const { email, firstName, lastName, department, title, traits } = person;
  const id = guidOf('user', company.domain, email);
  const hiredAt = traits.includes('NEW') ? now - (5 + (person.number % 8)) * DAY_MS : FOUNDED + (numberOf('hired', id) % 900) * DAY_MS;
  const created = new Date(hiredAt).toISOString();
  // Of those who left, the third account was forgotten and is still enabled: a believable gap.
  const isOut = leaversOf(company).slice(0, 2).includes(person);
  const lastSeen = traits.includes('DORMANT') ? new Date(now - (100 + (person.number % 60)) * DAY_MS).toISOString() : null;
  const isSynchronized = department === 'Engineering' && person.number % 9 === 0;
  return {
    id,
    profile: {
      userPrincipalName: email,
      mail: email,
      displayName: `${firstName} ${lastName}`,
      userType: 'Member',
      createdDateTime: created,
      department,
      jobTitle: title,
      ...(isSynchronized && { onPremisesSyncEnabled: true }),
    },
    standing: standing(created, !isOut),
    methods: traits.includes('NO_SECOND_FACTOR') ? [] : ['microsoftAuthenticatorPush', 'mobilePhone'].slice(0, 1 + (person.number % 2)),
    lastSuccess: lastSeen,
    lastAttempt: lastSeen,
  };
}

function standing(at: string, accountEnabled: boolean): Replicated<Standing> {
  return new Replicated<Standing>({
    accountEnabled,
    signInSessionsValidFromDateTime: at,
    lastPasswordChangeDateTime: at,
    mustChangePassword: false,
  });
}

// A guest who never answered the invitation, with an address in disguise as the user name.
function guestOf({ domain }: Company, now: number): SandboxUser {
  const created = new Date(now - 20 * DAY_MS).toISOString();
  return {
    id: guidOf('guest', domain),
    profile: {
      userPrincipalName: `auditor_partner.example#EXT#@${domain.split('.')[0]}.onmicrosoft.com`,
      mail: 'auditor@partner.example',
      displayName: 'External Auditor',
      userType: 'Guest',
      createdDateTime: created,
      externalUserState: 'PendingAcceptance',
    },
    standing: standing(created, true),
    methods: [],
    lastSuccess: null,
    lastAttempt: null,
  };
}

/** The account for the day when nobody else gets in; exempt from the policies of conditional access. */
export const EMERGENCY = guidOf('break-glass');

function emergencyOf({ domain }: Company): SandboxUser {
  const created = new Date(FOUNDED).toISOString();
  const upn = `emergency@${domain.split('.')[0]}.onmicrosoft.com`;
  return {
    id: EMERGENCY,
    profile: { userPrincipalName: upn, mail: null, displayName: 'Emergency access', userType: 'Member', createdDateTime: created },
    standing: standing(created, true),
    methods: ['fido2SecurityKey'],
    lastSuccess: null,
    lastAttempt: null,
  };
}

function deletedUser({ domain }: Company, now: number): WireRecord {
  return {
    id: guidOf('deleted', domain),
    userPrincipalName: `${guidOf('deleted', domain).replaceAll('-', '')}former@${domain}`,
    mail: `former@${domain}`,
    displayName: 'Former Employee',
    accountEnabled: true,
    userType: 'Member',
    createdDateTime: new Date(FOUNDED).toISOString(),
    deletedDateTime: new Date(now - 9 * DAY_MS).toISOString(),
  };
}

function groupsOf(company: Company, users: ReadonlyMap<number, SandboxUser>, guest: SandboxUser): SandboxGroup[] {
  const members = (wanted: (person: Employee) => boolean): Member[] =>
    company.people.filter(wanted).map((person) => ({ kind: 'user', id: users.get(person.number)!.id }));
  const group = (name: string, fields: WireRecord, list: readonly Member[]): SandboxGroup => {
    const id = guidOf('group', company.domain, name);
    const mail = fields['mailEnabled'] ? `${name.toLowerCase().replace(/\W+/g, '-')}@${company.domain}` : null;
    const base = {
      description: null,
      groupTypes: [],
      securityEnabled: true,
      mailEnabled: false,
      visibility: 'Private',
      isAssignableToRole: null,
      membershipRule: null,
      onPremisesSyncEnabled: null,
      createdDateTime: new Date(FOUNDED).toISOString(),
      mail,
    };
    return { id, wire: { id, displayName: name, ...base, ...fields }, members: new Replicated(list) };
  };
  const finance = group(
    'Finance',
    { groupTypes: ['Unified'], mailEnabled: true, securityEnabled: false },
    members((one) => one.department === 'Finance'),
  );
  return [
    finance,
    group('Engineering', {}, [...members((one) => one.department === 'Engineering'), { kind: 'device', id: guidOf('device', 1) }]),
    group(
      'All Employees',
      { groupTypes: ['DynamicMembership'], membershipRule: '(user.userType -eq "Member")' },
      members(() => true),
    ),
    group(
      'Domain Users',
      { onPremisesSyncEnabled: true },
      members((one) => one.department === 'Sales'),
    ),
    group(
      'Announcements',
      { mailEnabled: true, securityEnabled: false },
      members((one) => one.department === 'People'),
    ),
    group('Helpdesk operators', { isAssignableToRole: true }, members((one) => one.department === 'Support').slice(0, 2)),
    group('Project Falcon', {}, [
      { kind: 'group', id: finance.id },
      { kind: 'user', id: guest.id },
      ...members((one) => one.department === 'Legal'),
    ]),
  ];
}

const GLOBAL = '62e90394-69f5-4237-9190-012177145e10';
const HELPDESK = '729827e3-9c14-49f7-bb1b-9608f156bbb8';
const USERS = 'fe930be7-5e62-47db-91af-98c3a49a38b1';
const READERS = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';

const ROLES: readonly WireRecord[] = [
  roleOf(GLOBAL, 'Global Administrator', ['microsoft.directory/users/allProperties/allTasks']),
  roleOf(HELPDESK, 'Helpdesk Administrator', ['microsoft.directory/users/password/update']),
  roleOf(USERS, 'User Administrator', ['microsoft.directory/users/basic/update']),
  roleOf(READERS, 'Directory Readers', ['microsoft.directory/users/standard/read', 'microsoft.directory/groups/standard/read']),
];

function roleOf(id: string, displayName: string, allowedResourceActions: readonly string[]): WireRecord {
  return {
    id,
    templateId: id,
    displayName,
    isBuiltIn: true,
    isEnabled: true,
    description: displayName,
    rolePermissions: [{ allowedResourceActions, condition: null }],
  };
}

function assignment(principalId: string, principalKind: SandboxAssignment['principalKind'], roleDefinitionId: string): SandboxAssignment {
  return { id: guidOf('assignment', principalId, roleDefinitionId), principalId, principalKind, roleDefinitionId, directoryScopeId: '/' };
}

function assignmentsOf(
  company: Company,
  users: ReadonlyMap<number, SandboxUser>,
  groups: readonly SandboxGroup[],
  apps: readonly WireRecord[],
): SandboxAssignment[] {
  const admins = adminsOf(company, users);
  const sales = company.people.find((person) => person.department === 'Sales' && !person.traits.includes('ADMIN'));
  return [
    ...admins.slice(0, 3).map((user) => assignment(user.id, 'user', GLOBAL)),
    assignment(EMERGENCY, 'user', GLOBAL),
    ...admins.slice(2).map((user) => assignment(user.id, 'user', USERS)),
    assignment(groups.find((group) => group.wire['isAssignableToRole'] === true)!.id, 'group', HELPDESK),
    assignment(String(apps.find((app) => app['displayName'] === 'HR Sync')!['id']), 'servicePrincipal', USERS),
    ...(sales ? [assignment(users.get(sales.number)!.id, 'user', READERS)] : []),
  ];
}

function eligibleOf(company: Company, users: ReadonlyMap<number, SandboxUser>): SandboxAssignment[] {
  const person = company.people.find((one) => one.department === 'IT' && !one.traits.includes('ADMIN')) ?? company.people.at(-1)!;
  const one = assignment(users.get(person.number)!.id, 'user', USERS);
  return [{ ...one, id: guidOf('eligible', one.id) }];
}

const GRAPH_ROLES: Readonly<Record<string, string>> = {
  'User.ReadWrite.All': guidOf('role', 1),
  'Mail.Read': guidOf('role', 2),
  'Directory.Read.All': guidOf('role', 3),
};

function appsOf({ domain }: Company): WireRecord[] {
  const app = (displayName: string, appId: string, owner: string, more: WireRecord = {}): WireRecord => ({
    id: guidOf('sp', domain, appId),
    appId,
    displayName,
    accountEnabled: true,
    appOwnerOrganizationId: owner,
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    appRoles: [],
    ...more,
  });
  const roles = Object.entries(GRAPH_ROLES).map(([value, id]) => ({
    id,
    value,
    displayName: value,
    description: value,
    isEnabled: true,
    allowedMemberTypes: ['Application'],
  }));
  return [
    app('Microsoft Graph', '00000003-0000-0000-c000-000000000000', MICROSOFT, { appRoles: roles }),
    app('Office 365 Exchange Online', '00000002-0000-0ff1-ce00-000000000000', MICROSOFT),
    app('Microsoft Office', guidOf('first-party'), MICROSOFT),
    app('Castellan', guidOf('client', domain), TENANT_ID),
    app('HR Sync', guidOf('hr-sync'), TENANT_ID),
    app('Meeting Notes', guidOf('meeting-notes'), guidOf('vendor', 1)),
    app('Calendar Helper', guidOf('calendar-helper'), guidOf('vendor', 2), {
      verifiedPublisher: { displayName: 'Helper Inc', verifiedPublisherId: '42', addedDateTime: null },
    }),
  ];
}

function idOf(apps: readonly WireRecord[], name: string): string {
  return String(apps.find((app) => app['displayName'] === name)!['id']);
}

function grantsOf(apps: readonly WireRecord[], people: readonly SandboxUser[]): WireRecord[] {
  const grant = (client: string, resource: string, scope: string, principalId: string | null): WireRecord => ({
    id: guidOf('grant', client, resource, principalId ?? 'all'),
    clientId: idOf(apps, client),
    consentType: principalId === null ? 'AllPrincipals' : 'Principal',
    principalId,
    resourceId: idOf(apps, resource),
    // Graph begins the list with a blank.
    scope: ` ${scope}`,
  });
  return [
    grant('Calendar Helper', 'Microsoft Graph', 'openid profile User.Read', null),
    grant('Microsoft Office', 'Microsoft Graph', 'User.Read Files.ReadWrite.All', null),
    ...people
      .slice(3, 8)
      .flatMap((user) => [
        grant('Meeting Notes', 'Microsoft Graph', 'openid offline_access Mail.Read Calendars.Read', user.id),
        grant('Meeting Notes', 'Office 365 Exchange Online', 'EWS.AccessAsUser.All', user.id),
      ]),
  ];
}

function appRolesOf(apps: readonly WireRecord[]): WireRecord[] {
  const held = (client: string, value: string): WireRecord => ({
    id: guidOf('app-role', client, value),
    appRoleId: GRAPH_ROLES[value],
    principalId: idOf(apps, client),
    principalDisplayName: client,
    principalType: 'ServicePrincipal',
    resourceId: idOf(apps, 'Microsoft Graph'),
    resourceDisplayName: 'Microsoft Graph',
    createdDateTime: new Date(FOUNDED).toISOString(),
  });
  return [held('HR Sync', 'User.ReadWrite.All'), held('HR Sync', 'Mail.Read'), held('Castellan', 'Directory.Read.All')];
}
