import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ActivityRecord } from '#libs/contracts';

import { record } from '../sdk/index.js';
import { plainIp, toAccessActivity, toActivity, toIntegrationActivity } from './activity.js';
import { EVENTS } from './events.js';
import { levelOf, toAccount, toApprovedGrant, toFlagPrivileges, toGroup, toInstalledGrant, toMembers } from './mapping.js';
import { sampleEvent } from './samples.js';
import { readApp, readIntegrationLog, readMember, readOrgUser, readUserGroup } from './wire.js';

const NOW = Date.parse('2026-02-02T00:00:00Z');

function fixture(name: string): unknown[] {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as unknown[];
}

const rows = (page: unknown[]) => page.map((row) => record(row)!);

/** How each recorded page becomes our records. */
const MAPPED: Readonly<Record<string, (page: unknown[]) => unknown>> = {
  'org-users': (page) =>
    rows(page)
      .map((row) => readOrgUser(row, 'test'))
      .flatMap((user) => [toAccount(user, NOW), ...toFlagPrivileges(user, 'E0EXAMPLE1')]),
  members: (page) =>
    rows(page)
      .map((row) => readMember(row, 'test'))
      .flatMap((user) => [toAccount(user, NOW), ...toFlagPrivileges(user, 'T0EXAMPLE1')]),
  usergroups: (page) =>
    rows(page)
      .map((row) => readUserGroup(row, 'test'))
      .flatMap((group) => [toGroup(group), ...toMembers(group.id, group.users ?? [])]),
  'approved-apps': (page) => rows(page).map((row) => toApprovedGrant(readApp(row, 'test'), 'E0EXAMPLE1')),
  'integration-logs': (page) =>
    rows(page).flatMap((row) => [toInstalledGrant(readIntegrationLog(row, 'test'), 'T0EXAMPLE1'), toIntegrationActivity(row, NOW)]),
  'access-logs': (page) => page.map((row) => toAccessActivity(row, NOW)),
  'audit-log': (page) => page.map((row) => toActivity(row, NOW)),
};

describe('a recorded page of Slack', () => {
  it.each(Object.keys(MAPPED))('%s becomes what we expect of it', (name) => {
    // As the records travel: what is undefined is not told.
    expect(JSON.parse(JSON.stringify(MAPPED[name]!(fixture(name))))).toEqual(fixture(`${name}.expected`));
  });
});

describe('a person of Slack', () => {
  const [dana, , guest] = rows(fixture('org-users'));

  it('is an administrator by any flag or workspace, is none, or is not told to be either', () => {
    const plain = readOrgUser({ ...dana, is_admin: false, is_owner: false }, 'test');
    expect(toAccount(readOrgUser(dana!, 'test'), NOW).isAdmin).toBe(true);
    expect(toAccount(plain, NOW, () => true).isAdmin).toBe(true);
    expect(toAccount(plain, NOW, () => false).isAdmin).toBe(false);
    expect('isAdmin' in toAccount(plain, NOW, () => undefined)).toBe(false);
    expect(toAccount(readOrgUser({ id: 'W1' }, 'test'), NOW).isAdmin).toBeNull();
    expect(toAccount(readMember({ id: 'U1', enterprise_user: { is_owner: true } }, 'test'), NOW).isAdmin).toBe(true);
  });

  it('who is a guest is disabled from the end of the invitation on', () => {
    const user = readOrgUser(guest!, 'test');
    expect(toAccount(user, user.expiresAtS! * 1_000 - 1).status).toBe('ACTIVE');
    expect(toAccount(user, user.expiresAtS! * 1_000).status).toBe('DISABLED');
  });

  it('without an id cannot be read', () => {
    expect(() => readOrgUser({ ...dana, id: undefined }, 'GET /api/admin.users.list')).toThrow(/admin\.users\.list/);
  });
});

describe('what an app may do', () => {
  it.each([
    [[{ name: 'emoji:read', isSensitive: true }], 'HIGH'],
    [[{ name: 'admin.users:read', isSensitive: null }], 'HIGH'],
    [[{ name: 'groups:history', isSensitive: false }], 'HIGH'],
    [[{ name: 'chat:write', isSensitive: null }], 'MEDIUM'],
    [[{ name: 'users:read.email', isSensitive: null }], 'MEDIUM'],
    [[{ name: 'emoji:read', isSensitive: null }], 'LOW'],
    [[], 'UNKNOWN'],
  ])('by the scopes %j is %s', (scopes, level) => {
    expect(levelOf(scopes)).toBe(level);
  });
});

describe('an entry of the audit log', () => {
  it('keeps its raw text without secrets', () => {
    const [raw] = fixture('audit-log')
      .map((row) => toActivity(row, NOW))
      .filter(({ eventType }) => eventType === 'pref.two_factor_auth_changed')
      .map((activity) => activity.raw);
    expect(raw).toContain('pref.two_factor_auth_changed');
    expect(raw).not.toContain('xoxb-not-to-be-kept');
  });

  it('without a time gets that of its receipt, without an id one made from it', () => {
    const bare = toActivity({ action: 'user_login' }, NOW);
    expect(bare).toMatchObject({ occurredAt: NOW, isIdDerived: true, actor: { externalId: null, type: 'unknown' } });
    expect(toActivity({ action: 'user_login' }, NOW + 1).externalId).toBe(bare.externalId);
    expect(toActivity(null, NOW).eventType).toBe('unknown');
  });

  it.each([
    ['203.0.113.7:443', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[2001:DB8::1]:80', '2001:db8::1'],
    ['300.1.1.1', null],
    ['slack.com', null],
  ])('has for the address %s the ip %s', (value, ip) => {
    expect(plainIp(value)).toBe(ip);
  });

  it('has one row of the table for each name', () => {
    const names = EVENTS.flatMap(({ events }) => events);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

const SAMPLES = fileURLToPath(new URL('../../../../../shared/samples/', import.meta.url));
const areThere = existsSync(SAMPLES);
const lines = (folder: string): Record<string, unknown>[] =>
  readFileSync(`${SAMPLES}${folder}/slack.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

(areThere ? describe : describe.skip)(areThere ? "other people's events" : 'skipped: ../shared/samples not found', () => {
  const FIELDS: Readonly<Record<string, (activity: ActivityRecord) => unknown>> = {
    id: ({ externalId }) => externalId,
    time: ({ occurredAt }) => new Date(occurredAt).toISOString(),
    actorEmail: ({ actor }) => actor.email,
    actorId: ({ actor }) => actor.externalId,
    actorName: ({ actor }) => actor.name,
    ip: ({ ip }) => ip,
    action: ({ eventType }) => eventType,
    userAgent: ({ userAgent }) => userAgent,
    outcome: ({ outcome }) => outcome.toLowerCase(),
  };

  it('are mapped as their own rules expect', () => {
    const disagreements: string[] = [];
    let asserted = 0;
    for (const line of lines('activities')) {
      const raw = line['rawText'] === undefined ? (line['api'] ?? line['raw']) : JSON.parse(String(line['rawText']));
      const activity = sampleEvent(raw);
      for (const [field, expected] of Object.entries(line['expected'] as Record<string, unknown>)) {
        if (!FIELDS[field]) continue;
        asserted++;
        const got = activity && FIELDS[field](activity);
        if (got !== expected) disagreements.push(`${String(line['group'])} ${field}: ${String(got)} instead of ${String(expected)}`);
      }
    }
    expect(asserted).toBeGreaterThan(50);
    expect(disagreements).toEqual([]);
  });

  it('are accepted raw, with a time, an actor and a type', () => {
    for (const { raw } of lines('rawonly')) {
      const activity = sampleEvent(raw)!;
      expect(activity.occurredAt).toBeGreaterThan(Date.parse('2018-01-01'));
      expect(activity.actor.externalId).not.toBeNull();
      expect(activity.eventType).not.toBe('unknown');
    }
  });
});

it('is no event of Slack', () => {
  for (const other of [null, 'text', {}, { eventType: 'user.session.start' }]) expect(sampleEvent(other)).toBeUndefined();
  expect(sampleEvent(fixture('integration-logs')[0])?.eventType).toBe('integration_added');
  expect(sampleEvent(fixture('access-logs')[0])?.eventType).toBe('access_log_login');
});
