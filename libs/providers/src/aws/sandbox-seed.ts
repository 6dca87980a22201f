import { Chance, type Company, type Employee, type SeedOptions } from '../sdk/index.js';

import { ACCOUNT_ID, ADMIN_POLICY, awsId, awsTime } from './sandbox-ids.js';
import type { AwsState, SandboxGroup, SandboxKey, SandboxPolicy, SandboxRole, SandboxUser } from './sandbox-state.js';
import { entryOfEvent, SandboxTrail, type TrailEntry } from './sandbox-trail.js';

const DAY_MS = 86_400_000;
const OWN_USER = 'castellan';
const OWN_SECRET = 'sandbox-secret-that-opens-nothing-else-01';

/** An AWS account as the made-up company uses it: its people, groups, keys, policies and what they did. */
export function seedState(company: Company, options: SeedOptions): AwsState {
  const at = options.now.getTime();
  const activities = options.bulk?.activities ?? 0;
  const from = at - options.days * DAY_MS;
  const users = [...company.people.map((person) => userOf(person, at)), ...machines(at)];
  const accessKeyId = users.at(-1)!.keys[0]!.id;
  const roleArn = `arn:aws:iam::${ACCOUNT_ID}:role/SaasSecurityReader`;
  const state: AwsState = {
    company,
    seededAt: options.now,
    users: new Map(users.map((user) => [user.name, { now: user, before: user, changedAt: 0 }])),
    groups: new Map(groups().map((group) => [group.name, group])),
    policies: policies(),
    roles: roles(at),
    bulkAccounts: options.bulk?.accounts ?? 0,
    trail: new SandboxTrail(activities > 0 ? { count: activities, from, until: at } : undefined),
    own: { accessKeyId, secret: OWN_SECRET, userName: OWN_USER, roleArn, externalId: 'sandbox-external-id-7f3c' },
    credentials: new Map([[accessKeyId, { secret: OWN_SECRET, arn: `arn:aws:iam::${ACCOUNT_ID}:user/svc/${OWN_USER}` }]]),
    report: undefined,
    tickedAt: options.now,
    writes: 0,
  };
  state.trail.add(...tellStory(state, new Date(from), options.now));
  return state;
}

/** What people do from one moment to another, and the traces it leaves on their accounts. */
export function tellStory(state: AwsState, from: Date, to: Date): TrailEntry[] {
  const names = new Map(state.company.people.map((person) => [person.number, nameOf(person)]));
  const entries: TrailEntry[] = [];
  for (const event of state.company.events(from, to)) {
    const entry = entryOfEvent(event, (number) => names.get(number));
    if (!entry) continue;
    entries.push(entry);
    const held = state.users.get(nameOf(event.who));
    if (event.act === 'SIGN_IN' && held && held.now.password !== null) {
      const now = { ...held.now, passwordLastUsed: awsTime(event.at) };
      state.users.set(now.name, { now, before: now, changedAt: 0 });
    }
  }
  return entries;
}

function nameOf({ email }: Employee): string {
  return email.split('@', 1)[0] ?? email;
}

function userOf(person: Employee, at: number): SandboxUser {
  const name = nameOf(person);
  const chance = new Chance('aws user', person.number);
  const isGone = person.traits.includes('LEAVER');
  const isAdmin = person.traits.includes('ADMIN');
  const isTechnical = person.department === 'Engineering' || person.department === 'IT';
  const created = at - (200 + (person.number % 500)) * DAY_MS;
  const keys =
    isTechnical && chance.happens(0.5) ? [keyOf(name, 1, at - chance.between(5, 300) * DAY_MS, isGone ? 'Inactive' : 'Active', at)] : [];
  return {
    name,
    id: awsId('AIDA', name),
    path: '/',
    createdAt: awsTime(created),
    email: person.email,
    groups: [...(isAdmin && person.number % 2 === 0 ? ['Admins'] : []), ...(isTechnical ? ['Developers'] : ['Viewers'])],
    attached: isAdmin && person.number % 2 === 1 ? [ADMIN_POLICY] : [],
    inline:
      isTechnical && person.number % 9 === 0 ? { 'old-exports': JSON.stringify(allow('s3:GetObject', 'arn:aws:s3:::acme-exports/*')) } : {},
    keys,
    password: isGone ? null : { isResetRequired: false, changedAt: awsTime(created + 30 * DAY_MS) },
    passwordLastUsed: isGone || person.traits.includes('NEW') ? null : awsTime(at - (person.traits.includes('DORMANT') ? 120 : 1) * DAY_MS),
    hasMfa: !isGone && !person.traits.includes('NO_SECOND_FACTOR'),
  };
}

function keyOf(user: string, number: number, createdAt: number, status: string, at: number): SandboxKey {
  return {
    id: awsId('AKIA', `${user} ${number}`).slice(0, 20),
    status,
    createdAt: awsTime(createdAt),
    lastUsedAt: number % 2 === 1 ? awsTime(Math.max(createdAt, at - 2 * DAY_MS)) : null,
  };
}

// The last of them is ourselves.
function machines(at: number): SandboxUser[] {
  const machine = (name: string, change: Partial<SandboxUser>): SandboxUser => ({
    name,
    id: awsId('AIDA', name),
    path: '/svc/',
    createdAt: awsTime(at - 400 * DAY_MS),
    email: null,
    groups: [],
    attached: [],
    inline: {},
    keys: [keyOf(name, 1, at - 400 * DAY_MS, 'Active', at)],
    password: null,
    passwordLastUsed: null,
    hasMfa: false,
    ...change,
  });
  const everything = JSON.stringify(allow('*', '*'));
  return [
    machine('backup-bot', {
      keys: [keyOf('backup-bot', 1, at - 400 * DAY_MS, 'Active', at), keyOf('backup-bot', 2, at - 30 * DAY_MS, 'Active', at)],
    }),
    machine('deploy-bot', { inline: { 'deploy-all': everything } }),
    machine('legacy-ops', { attached: [`arn:aws:iam::${ACCOUNT_ID}:policy/LegacyOps`] }),
    machine(OWN_USER, { attached: ['arn:aws:iam::aws:policy/SecurityAudit'] }),
  ];
}

function allow(Action: string, Resource: string): unknown {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource } };
}

function groups(): SandboxGroup[] {
  return [
    { name: 'Admins', id: awsId('AGPA', 'Admins'), attached: [ADMIN_POLICY], inline: {} },
    {
      name: 'Developers',
      id: awsId('AGPA', 'Developers'),
      attached: ['arn:aws:iam::aws:policy/PowerUserAccess'],
      inline: { 'own-keys': JSON.stringify(allow('iam:*AccessKey*', 'arn:aws:iam::*:user/${aws:username}')) },
    },
    { name: 'Viewers', id: awsId('AGPA', 'Viewers'), attached: ['arn:aws:iam::aws:policy/job-function/ViewOnlyAccess'], inline: {} },
  ];
}

function policies(): SandboxPolicy[] {
  const arn = (name: string): string => `arn:aws:iam::${ACCOUNT_ID}:policy/${name}`;
  return [
    { name: 'LegacyOps', arn: arn('LegacyOps'), document: allow('*', '*') },
    {
      name: 'ReadReports',
      arn: arn('ReadReports'),
      document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['*'] }] },
    },
  ];
}

function roles(at: number): SandboxRole[] {
  const trust = (Principal: unknown, Condition?: unknown): unknown => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...(Condition !== undefined && { Condition }) }],
  });
  return [
    {
      name: 'SaasSecurityReader',
      trust: trust({ AWS: `arn:aws:iam::${ACCOUNT_ID}:user/svc/${OWN_USER}` }),
      attached: ['arn:aws:iam::aws:policy/SecurityAudit'],
      lastUsedAt: null,
    },
    {
      name: 'CostTool',
      trust: trust({ AWS: 'arn:aws:iam::999988887777:root' }, { StringEquals: { 'sts:ExternalId': 'cost-1' } }),
      attached: ['arn:aws:iam::aws:policy/job-function/Billing'],
      lastUsedAt: awsTime(at - DAY_MS),
    },
    {
      name: 'OldPartner',
      trust: trust({ AWS: ['444455556666', `arn:aws:iam::${ACCOUNT_ID}:root`] }),
      attached: [ADMIN_POLICY],
      lastUsedAt: null,
    },
    { name: 'Lambda', trust: trust({ Service: 'lambda.amazonaws.com' }), attached: [], lastUsedAt: awsTime(at) },
  ];
}
