import { readFileSync } from 'node:fs';

import { toActivity } from './activity.js';
import {
  adminConsentApp,
  consentKey,
  consentParts,
  hasSecondFactor,
  levelOf,
  toAccount,
  toConsents,
  toGroup,
  toPrivilege,
  toTokenGrant,
} from './mapping.js';
import { readApiToken, readGrant, readGroup, readRole, readUser } from './wire.js';

const RECEIVED_AT = Date.parse('2026-02-02T00:00:00Z');
const MEETING_NOTES = { id: '0oa1example', name: 'oidc_client', label: 'Meeting Notes', status: 'ACTIVE', clientId: '0oa1example' };

function fixture(name: string): unknown[] {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as unknown[];
}

/** How each recorded page becomes our records. */
const MAPPED: Readonly<Record<string, (page: unknown[]) => unknown>> = {
  users: (page) => page.map((row) => toAccount(readUser(row, 'test'))),
  groups: (page) => page.map((row) => toGroup(readGroup(row, 'test'))),
  roles: (page) => page.map((row) => toPrivilege('00u1exampleA', readRole(row, 'test'))),
  'api-tokens': (page) => page.map((row) => toTokenGrant(readApiToken(row, 'test'))),
  grants: (page) =>
    toConsents(
      MEETING_NOTES,
      page.map((row) => readGrant(row, 'test')),
    ),
  'system-log': (page) => page.map((row) => toActivity(row, RECEIVED_AT)),
};

describe('a recorded page of Okta', () => {
  it.each(Object.keys(MAPPED))('%s becomes what we expect of it', (name) => {
    // As the records travel: what is undefined is not told.
    const records: unknown = JSON.parse(JSON.stringify(MAPPED[name]!(fixture(name))));
    expect(records).toEqual(fixture(`${name}.expected`));
  });
});

describe('a user of Okta', () => {
  const [dana] = fixture('users');

  it('is an administrator, is none, or is not told to be either', () => {
    const user = readUser(dana, 'test');
    expect(toAccount(user, true).isAdmin).toBe(true);
    expect(toAccount(user, false).isAdmin).toBe(false);
    expect('isAdmin' in toAccount(user)).toBe(false);
  });

  it('without an id, a status or a profile cannot be read', () => {
    for (const name of ['id', 'status', 'profile']) {
      expect(() => readUser({ ...(dana as object), [name]: undefined }, 'GET /api/v1/users')).toThrow(/GET \/api\/v1\/users/);
    }
  });
});

describe('a second factor', () => {
  it.each([
    [[{ factorType: 'push', status: 'ACTIVE' }], true],
    [
      [
        { factorType: 'webauthn', status: 'ACTIVE' },
        { factorType: 'question', status: 'ACTIVE' },
      ],
      true,
    ],
    [
      [
        { factorType: 'question', status: 'ACTIVE' },
        { factorType: 'email', status: 'ACTIVE' },
      ],
      false,
    ],
    [[{ factorType: 'push', status: 'PENDING_ACTIVATION' }], false],
    [[], false],
  ])('%j is one: %s', (factors, expected) => {
    expect(hasSecondFactor(factors)).toBe(expected);
  });
});

describe('a consent', () => {
  it('has a key that leads back to its user and client', () => {
    expect(consentParts(consentKey('00u1', '0oa1'))).toEqual({ userId: '00u1', clientId: '0oa1' });
    for (const other of ['00T1exampleA', 'admin-consent/0oa1', 'user-consent/00u1', 'user-consent/a/b/c'])
      expect(consentParts(other)).toBeUndefined();
    expect(adminConsentApp('admin-consent/0oa1')).toBe('0oa1');
  });

  it.each([
    [['openid', 'profile'], 'LOW'],
    [['openid', 'okta.logs.read'], 'MEDIUM'],
    [['openid', 'calendar.write'], 'UNKNOWN'],
    [['calendar.write', 'okta.users.manage'], 'HIGH'],
    [[], 'UNKNOWN'],
  ])('of %j is %s', (scopes, level) => {
    expect(levelOf(scopes)).toBe(level);
  });
});
