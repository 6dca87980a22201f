import type { Company, Employee, SeedOptions } from '../sdk/index.js';

import { bulkSignIns, toldChanges, toldSignIns, userIdOfEmployee } from './sandbox-events.js';
import { namedId, numberedId } from './sandbox-ids.js';
import { TimedLog } from './sandbox-log.js';
import type {
  SalesforceSandbox,
  SandboxAssignment,
  SandboxGroup,
  SandboxProfile,
  SandboxSet,
  SandboxToken,
  SandboxUser,
} from './sandbox-state.js';

const DAY_MS = 86_400_000;

export const MY_DOMAIN = 'lindenworks.my.salesforce.com';
export const CLIENT_ID = '3MVG9sandboxConsumerKey.castellan';
export const OWN_USERNAME = 'castellan@lindenworks.integration';
export const OWN_USER_ID = numberedId('005', 1);

const FULL = { id: numberedId('100', 1), name: 'Salesforce' };
const INTEGRATION = { id: numberedId('100', 2), name: 'Salesforce Integration' };
const GUEST = { id: numberedId('100', 3), name: 'Guest User License' };

const EVERY_RIGHT = [
  'ModifyAllData',
  'ManageUsers',
  'CustomizeApplication',
  'AuthorApex',
  'AssignPermissionSets',
  'ManageProfilesPermissionsets',
  'ManageInternalUsers',
  'ViewAllData',
  'ResetPasswords',
  'ViewSetup',
  'ApiEnabled',
];

export const PROFILES: readonly SandboxProfile[] = [
  profile(1, 'System Administrator', FULL, EVERY_RIGHT),
  profile(2, 'Standard User', FULL, ['ApiEnabled']),
  profile(3, 'Sales Representative', FULL, ['ApiEnabled', 'PasswordNeverExpires']),
  profile(4, 'Minimum Access - API Only Integrations', INTEGRATION, ['ApiEnabled']),
  profile(5, 'Help Center Profile', GUEST, []),
];

export const SETS: readonly SandboxSet[] = [
  permissionSet(1, 'Data_Admin', 'Data Admin', ['ModifyAllData', 'ViewAllData']),
  permissionSet(2, 'User_Managers', 'User Managers', ['ManageUsers', 'ResetPasswords']),
  permissionSet(3, 'Report_Exporters', 'Report Exporters', []),
  permissionSet(4, 'Release_Crew', 'Release Crew', ['AuthorApex', 'CustomizeApplication'], numberedId('0PG', 1)),
  permissionSet(5, 'Integration', 'Integration', [
    'ManageUsers',
    'CustomizeApplication',
    'ViewSetup',
    'ApiEnabled',
    'AssignPermissionSets',
  ]),
];

const DEPARTMENTS = ['Engineering', 'Sales', 'Legal', 'Finance', 'People', 'IT', 'Support'] as const;
const CHIEF = numberedId('00E', 1);
const ROLES = [
  { id: CHIEF, name: 'CEO', parentId: null },
  ...DEPARTMENTS.map((name, index) => ({ id: numberedId('00E', index + 2), name, parentId: CHIEF })),
];

/** The role of a department. */
export function roleOf(department: Employee['department']): string {
  return ROLES.find(({ name }) => name === department)!.id;
}

const GROUPS: readonly SandboxGroup[] = [
  { id: numberedId('00G', 1), name: 'Finance Share', developerName: 'Finance_Share', type: 'Regular', relatedId: null },
  { id: numberedId('00G', 2), name: 'Deal Desk', developerName: 'Deal_Desk', type: 'Regular', relatedId: null },
  { id: numberedId('00G', 3), name: 'Support Queue', developerName: 'Support_Queue', type: 'Queue', relatedId: null },
  { id: numberedId('00G', 4), name: null, developerName: 'AllInternalUsers', type: 'Organization', relatedId: null },
  ...ROLES.map(({ id }, index): SandboxGroup => ({
    id: numberedId('00G', 10 + index),
    name: null,
    developerName: `Role${index}`,
    type: 'Role',
    relatedId: id,
  })),
];

/** The org of a made-up company. */
export function seed(company: Company, options: SeedOptions): SalesforceSandbox {
  const now = options.now.getTime();
  const users = new Map([...special(now), ...company.people.map((person) => employee(person, now))].map((user) => [user.id, user]));
  const active = company.people.filter((person) => users.get(userIdOfEmployee(person.number))!.isActive);
  const { activities = 0, accounts = 0 } = options.bulk ?? {};
  return {
    company,
    organization: { id: numberedId('00D', 1), name: company.name, createdAt: now - 900 * DAY_MS },
    users,
    bulkUsers: accounts,
    profiles: PROFILES,
    sets: SETS,
    assignments: byId(assignments(active, now)),
    roles: ROLES,
    groups: GROUPS,
    members: byId(members(active)),
    sessions: byId(sessions(active, now)),
    tokens: byId(tokens(company, active, now)),
    signIns: new TimedLog([
      (from, until) => toldSignIns(company, from, until),
      (from, until) => bulkSignIns(company, activities, options.days, now, from, until),
    ]),
    audit: new TimedLog([(from, until) => toldChanges(company, from, until)]),
    fileRows: [],
    fileDays: new Map(),
    days: options.days,
    startedAt: now,
    deleted: new Set(),
    access: new Set(),
    locators: new Map(),
    pending: [],
    calls: 0,
    forgotten: 0,
    serial: 0,
  };
}

function profile(number: number, name: string, license: SandboxProfile['license'], rights: readonly string[]): SandboxProfile {
  return { id: numberedId('00e', number), name, license, setId: numberedId('0PS', 100 + number), rights };
}

function permissionSet(number: number, name: string, label: string, rights: readonly string[], groupId: string | null = null): SandboxSet {
  return { id: numberedId('0PS', number), name, label, groupId, rights };
}

const ORDINARY = {
  isActive: true,
  roleId: null,
  passwordChangedAt: null,
  federationId: null,
  hasFactor: false,
  isFrozen: false,
  isLocked: false,
  isPasswordExpired: false,
} as const;

function special(now: number): SandboxUser[] {
  const made = { ...ORDINARY, createdAt: now - 800 * DAY_MS, lastLoginAt: now - 60_000 };
  return [
    {
      ...made,
      id: OWN_USER_ID,
      number: 1,
      username: OWN_USERNAME,
      email: 'it@lindenworks.example',
      name: 'Castellan Integration',
      type: 'Standard',
      profileId: PROFILES[3]!.id,
    },
    {
      ...made,
      id: numberedId('005', 2),
      number: 2,
      username: 'autoproc@00d000000000001',
      email: 'autoproc@example.com',
      name: 'Automated Process',
      type: 'AutomatedProcess',
      profileId: '',
      lastLoginAt: null,
    },
    {
      ...made,
      id: numberedId('005', 3),
      number: 3,
      username: 'help@lindenworks.guest',
      email: 'it@lindenworks.example',
      name: 'Help Center Site Guest User',
      type: 'Guest',
      profileId: PROFILES[4]!.id,
      lastLoginAt: null,
    },
  ];
}

function employee(person: Employee, now: number): SandboxUser {
  const { number, traits, department } = person;
  const isAdmin = traits.includes('ADMIN');
  const isDormant = traits.includes('DORMANT');
  const isSales = department === 'Sales';
  return {
    ...ORDINARY,
    id: userIdOfEmployee(number),
    number: 1_000 + number,
    // A user name is unique in all of Salesforce: some have an ending after the address.
    username: number % 4 === 0 ? `${person.email}.crm` : person.email,
    email: person.email,
    name: `${person.firstName} ${person.lastName}`,
    isActive: !traits.includes('LEAVER'),
    type: 'Standard',
    profileId: PROFILES[isAdmin ? 0 : isSales ? 2 : 1]!.id,
    roleId: roleOf(department),
    lastLoginAt: traits.includes('NEW') ? null : now - (isDormant ? 120 : 1) * DAY_MS,
    passwordChangedAt: now - 60 * DAY_MS,
    createdAt: now - (traits.includes('NEW') ? 1 : 400) * DAY_MS,
    federationId: number % 3 === 0 ? person.email : null,
    hasFactor: !traits.includes('NO_SECOND_FACTOR') && number % 3 !== 0,
    isLocked: number % 40 === 7,
  };
}

function assignments(active: readonly Employee[], now: number): SandboxAssignment[] {
  const quiet = active.filter(({ traits }) => traits.length === 0);
  const from = (department: Employee['department']): string =>
    userIdOfEmployee((quiet.find((person) => person.department === department) ?? quiet[0]!).number);
  const held: readonly (readonly [string, SandboxSet, number | null])[] = [
    [from('IT'), SETS[0]!, null],
    [from('People'), SETS[1]!, null],
    [from('Engineering'), SETS[3]!, null],
    [from('Sales'), SETS[2]!, null],
    // Was lent for a week: it is still listed, and gives nothing any more.
    [from('Finance'), SETS[0]!, now - 30 * DAY_MS],
    [OWN_USER_ID, SETS[4]!, null],
  ];
  return held.map(([userId, set, expiresAt], index) => ({
    id: numberedId('0Pa', index + 1),
    userId,
    setId: set.id,
    groupId: set.groupId,
    expiresAt,
  }));
}

function members(active: readonly Employee[]): { id: string; groupId: string; memberId: string }[] {
  const inside = (department: Employee['department'], group: number): [string, string][] =>
    active.filter((person) => person.department === department).map(({ number }) => [GROUPS[group]!.id, userIdOfEmployee(number)]);
  const pairs: [string, string][] = [
    ...inside('Finance', 0),
    ...inside('Legal', 1),
    ...inside('Support', 2),
    // A role and a group as members.
    [GROUPS[1]!.id, GROUPS.find(({ relatedId }) => relatedId === roleOf('Sales'))!.id],
    [GROUPS[1]!.id, GROUPS[0]!.id],
  ];
  return pairs.map(([groupId, memberId], index) => ({ id: numberedId('011', index + 1), groupId, memberId }));
}

function sessions(active: readonly Employee[], now: number): { id: string; userId: string; createdAt: number; ip: string }[] {
  const awake = active.filter(({ traits }) => !traits.includes('DORMANT') && !traits.includes('NEW'));
  return awake.flatMap((person) =>
    (person.number % 5 === 0 ? [1, 2] : [1]).map((part) => ({
      id: namedId('0Ak', `${person.number} ${part}`),
      userId: userIdOfEmployee(person.number),
      createdAt: now - part * 3_600_000,
      ip: person.office.ip,
    })),
  );
}

function tokens(company: Company, active: readonly Employee[], now: number): SandboxToken[] {
  const make = (userId: string, app: string, madeDays: number, usedDays: number | null): SandboxToken => ({
    id: namedId('0CQ', `${userId} ${app}`),
    userId,
    app,
    menuItemId: app === 'Old Importer' ? null : namedId('0DS', app),
    createdAt: now - madeDays * DAY_MS,
    lastUsedAt: usedDays === null ? null : now - usedDays * DAY_MS,
    useCount: usedDays === null ? 0 : 40,
    deleteToken: `sandbox-delete-${namedId('5Ae', `${userId} ${app}`)}`,
  });
  return [
    ...active.filter(({ number }) => number % 3 === 1).map(({ number }) => make(userIdOfEmployee(number), 'Salesforce for iOS', 200, 1)),
    ...active.filter(({ number }) => number % 10 === 2).map(({ number }) => make(userIdOfEmployee(number), 'Data Loader', 300, 20)),
    ...active.filter(({ number }) => number % 50 === 3).map(({ number }) => make(userIdOfEmployee(number), 'Old Importer', 700, 400)),
    make(userIdOfEmployee(company.takeover.victim.number), 'Backup Sync Pro', 2, 1),
  ];
}

function byId<T extends { readonly id: string }>(things: readonly T[]): Map<string, T> {
  return new Map(things.map((thing) => [thing.id, thing]));
}
