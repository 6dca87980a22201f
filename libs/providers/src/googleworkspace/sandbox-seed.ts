import type { Company, Employee, SeedOptions } from '../sdk/index.js';
import { clientIdOf } from './sandbox-events.js';
import { SandboxLog } from './sandbox-log.js';
import { policiesOf } from './sandbox-settings.js';
import type {
  SandboxAppPassword,
  SandboxAssignment,
  SandboxGroup,
  SandboxMember,
  SandboxRole,
  SandboxToken,
  SandboxUser,
  WorkspaceState,
} from './sandbox-state.js';
import { idOfEmployee, numberOf } from './sandbox-ids.js';
import { Directory } from './sandbox-state.js';

const DAY_MS = 86_400_000;
const CUSTOMER = 'C0linden1';
/** The administrator that the service account acts as. */
export const CONNECTOR_ID = '100000000000000000007';

/** The Workspace of a made-up company. */
export function seed(company: Company, options: SeedOptions): WorkspaceState {
  const now = options.now.getTime();
  const signIns = lastSignIns(company, now);
  // Of those who left, every second one is deleted already.
  const leavers = company.people.filter(({ traits }) => traits.includes('LEAVER'));
  const deleted = new Set(leavers.filter((_leaver, index) => index % 2 === 1).map(({ number }) => number));
  const people = company.people.map((employee) => userOf(employee, signIns, deleted.has(employee.number), now));
  const users = [connector(company, now), ...people];
  const groups = groupsOf(company);
  return {
    company,
    customerId: CUSTOMER,
    users: new Directory(users, options.bulk?.accounts ?? 0, company.domain),
    groups: new Map(groups.map((group) => [group.id, group])),
    roles: ROLES,
    assignments: new Map(assignmentsOf(company).map((one) => [one.id, one])),
    tokens: tokensOf(company),
    appPasswords: appPasswordsOf(company, now),
    policies: policiesOf(),
    log: new SandboxLog(company, { customerId: CUSTOMER, now, days: options.days, bulk: options.bulk?.activities ?? 0 }),
    sessions: new Map(),
    pending: [],
    serial: 1,
  };
}

function lastSignIns(company: Company, now: number): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const event of company.events(new Date(now - 3 * DAY_MS), new Date(now))) {
    if (event.act === 'SIGN_IN') times.set(event.who.number, event.at.getTime());
  }
  return times;
}

function userOf(employee: Employee, signIns: ReadonlyMap<number, number>, isDeleted: boolean, now: number): SandboxUser {
  const { traits, number } = employee;
  const isLeaver = traits.includes('LEAVER');
  const isNew = traits.includes('NEW') && number % 2 === 0;
  const isDormant = traits.includes('DORMANT');
  const hasFactor = !traits.includes('NO_SECOND_FACTOR') && !isNew;
  return {
    id: idOfEmployee(employee),
    email: employee.email,
    givenName: employee.firstName,
    familyName: employee.lastName,
    orgUnitPath: `/${employee.department}`,
    createdAt: now - (traits.includes('NEW') ? 6 : 400 + (number % 900)) * DAY_MS,
    lastLoginAt: isNew ? 0 : isDormant ? now - 130 * DAY_MS : isLeaver ? now - 8 * DAY_MS : (signIns.get(number) ?? now - 4 * DAY_MS),
    isEnrolled: hasFactor,
    isEnforced: hasFactor && number % 3 !== 0,
    hasAgreed: !isNew,
    ...(isDeleted && { deletedAt: now - 5 * DAY_MS }),
    isSuperAdmin: traits.includes('ADMIN'),
    suspended: isLeaver,
    archived: isDormant && number % 3 === 0,
    mustChangePassword: isNew,
  };
}

function connector({ domain }: Company, now: number): SandboxUser {
  return {
    id: CONNECTOR_ID,
    email: `castellan-admin@${domain}`,
    givenName: 'Castellan',
    familyName: 'Connector',
    orgUnitPath: '/IT',
    createdAt: now - 90 * DAY_MS,
    lastLoginAt: now - 2 * DAY_MS,
    isEnrolled: true,
    isEnforced: true,
    hasAgreed: true,
    isSuperAdmin: true,
    suspended: false,
    archived: false,
    mustChangePassword: false,
  };
}

function groupsOf(company: Company): SandboxGroup[] {
  const { domain } = company;
  const staff = company.people.filter(({ traits }) => !traits.includes('LEAVER'));
  const departments = [...new Set(company.people.map(({ department }) => department))].map((name): SandboxGroup => {
    const own = staff.filter(({ department }) => department === name);
    const members = own.map((person, index) => member(person, index === 0 ? 'OWNER' : 'MEMBER'));
    return { id: `01${name.toLowerCase()}`, email: `${name.toLowerCase()}@${domain}`, name, description: `Everybody of ${name}`, members };
  });
  const nested = (name: string): SandboxMember => ({
    id: `01${name.toLowerCase()}`,
    email: `${name.toLowerCase()}@${domain}`,
    role: 'MEMBER',
    type: 'GROUP',
  });
  return [
    ...departments,
    group(
      domain,
      'helpdesk',
      'Help desk',
      staff
        .filter(({ department, traits }) => department === 'Support' && !traits.includes('ADMIN'))
        .slice(0, 3)
        .map((one) => member(one, 'MEMBER')),
    ),
    group(domain, 'back-office', 'Back office', [nested('Finance'), nested('Legal')]),
    group(domain, 'all-staff', 'All staff', [{ id: CUSTOMER, role: 'MEMBER', type: 'CUSTOMER' }]),
    group(domain, 'partners', 'Partners', [
      ...staff.slice(0, 2).map((one) => member(one, 'MANAGER')),
      { email: 'partner@contoso.example', role: 'MEMBER', type: 'USER' },
      { id: '117000000000000000009', email: 'consultant@gmail.com', role: 'MEMBER', type: 'USER' },
    ]),
  ];
}

function group(domain: string, key: string, name: string, members: SandboxMember[]): SandboxGroup {
  return { id: `01${key.replace('-', '')}`, email: `${key}@${domain}`, name, description: '', members };
}

function member(employee: Employee, role: string): SandboxMember {
  return { id: idOfEmployee(employee), email: employee.email, role, type: 'USER' };
}

const ROLES: readonly SandboxRole[] = [
  {
    id: '9000000001',
    name: '_SEED_ADMIN_ROLE',
    description: 'Google Workspace Administrator Seed Role',
    isSystem: true,
    isSuperAdmin: true,
  },
  { id: '9000000002', name: '_GROUPS_ADMIN_ROLE', description: 'Groups Administrator', isSystem: true, isSuperAdmin: false },
  {
    id: '9000000003',
    name: '_USER_MANAGEMENT_ADMIN_ROLE',
    description: 'User Management Administrator',
    isSystem: true,
    isSuperAdmin: false,
  },
  { id: '9000000004', name: '_HELP_DESK_ADMIN_ROLE', description: 'Help Desk Administrator', isSystem: true, isSuperAdmin: false },
  { id: '9000000005', name: 'Compliance reader', description: 'Reads reports and alerts', isSystem: false, isSuperAdmin: false },
];

/** The service account that holds a role of its own, as some integrations do. */
const SERVICE_ACCOUNT_HOLDER = '108000000000000000099';

function assignmentsOf(company: Company): SandboxAssignment[] {
  const admins = company.people.filter(({ traits }) => traits.includes('ADMIN'));
  const legal = company.people.find(({ department, traits }) => department === 'Legal' && traits.length === 0);
  const sales = company.people.find(({ department, traits }) => department === 'Sales' && traits.length === 0);
  const to = (roleId: string, assignedTo: string): Omit<SandboxAssignment, 'id'> => ({
    roleId,
    assignedTo,
    assigneeType: 'user',
    scopeType: 'CUSTOMER',
  });
  const made: Omit<SandboxAssignment, 'id'>[] = [
    to('9000000001', CONNECTOR_ID),
    ...admins.map((admin) => to('9000000001', idOfEmployee(admin))),
    ...admins.slice(0, 1).map((admin) => to('9000000003', idOfEmployee(admin))),
    ...(legal ? [to('9000000005', idOfEmployee(legal))] : []),
    ...(sales ? [{ ...to('9000000003', idOfEmployee(sales)), scopeType: 'ORG_UNIT', orgUnitId: '03ph8a2zsales' }] : []),
    { roleId: '9000000004', assignedTo: '01helpdesk', assigneeType: 'group', scopeType: 'CUSTOMER' },
    to('9000000002', SERVICE_ACCOUNT_HOLDER),
  ];
  return made.map((one, index) => ({ ...one, id: String(8_100_000_001 + index) }));
}

const GOOGLE = 'https://www.googleapis.com/auth/';
const APPS: readonly (readonly [string, readonly string[], boolean])[] = [
  ['Zoom', ['openid', 'email', `${GOOGLE}calendar.events`], false],
  ['Slack', ['openid', 'email', 'profile', `${GOOGLE}drive.file`], false],
  ['Grammarly', [`${GOOGLE}userinfo.email`, `${GOOGLE}documents`], false],
  ['Report Builder', [`${GOOGLE}drive.readonly`, 'openid'], false],
  ['Quick PDF Merge', [`${GOOGLE}drive`, `${GOOGLE}gmail.readonly`], true],
];

function tokensOf(company: Company): Map<string, Map<string, SandboxToken>> {
  const tokens = new Map<string, Map<string, SandboxToken>>();
  const give = (employee: Employee, name: string, scopes: readonly string[], anonymous: boolean): void => {
    const own = tokens.get(idOfEmployee(employee)) ?? new Map<string, SandboxToken>();
    own.set(clientIdOf(name), { clientId: clientIdOf(name), displayText: name, scopes, anonymous, nativeApp: name === 'Zoom' });
    tokens.set(idOfEmployee(employee), own);
  };
  for (const employee of company.people) {
    for (const [name, scopes, isUnknown] of APPS) {
      if (numberOf('lets in', name, employee.email) % (isUnknown ? 30 : 4) === 0) give(employee, name, scopes, isUnknown);
    }
  }
  give(company.takeover.victim, 'backup-sync', [`${GOOGLE}drive`, 'openid'], true);
  return tokens;
}

function appPasswordsOf(company: Company, now: number): Map<string, SandboxAppPassword[]> {
  const holders = company.people.filter(({ traits, number }) => !traits.includes('NO_SECOND_FACTOR') && number % 11 === 3);
  return new Map(
    holders.map((employee, index) => [
      idOfEmployee(employee),
      [{ codeId: index + 1, name: 'Mail on my phone', createdAt: now - 200 * DAY_MS, lastUsedAt: index % 2 === 0 ? now - 3 * DAY_MS : 0 }],
    ]),
  );
}
