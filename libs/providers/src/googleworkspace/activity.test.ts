import type { ActivityRecord } from '#libs/contracts';

import { plainIp, toActivities } from './activity.js';
import expected from './fixtures/activities.expected.json' with { type: 'json' };
import recorded from './fixtures/activities.json' with { type: 'json' };
import { accountStatus, levelOf, toAccount } from './mapping.js';
import { readUser, rowsOf } from './wire.js';

const RECEIVED = Date.parse('2026-01-16T00:00:00Z');
const mapped = (): ActivityRecord[] => recorded.flatMap((activity) => toActivities(activity, RECEIVED));

function event(application: string, name: string, parameters: readonly object[] = [], more: object = {}): ActivityRecord {
  const id = { time: '2026-01-15T07:00:00Z', uniqueQualifier: '1', applicationName: application };
  return toActivities({ id, actor: { email: 'a@b.example', profileId: '1' }, events: [{ name, parameters }], ...more }, RECEIVED)[0]!;
}

describe('recorded activities', () => {
  it('become the records that we expect of them', () => {
    expect(mapped().map(({ raw: _raw, ...record }) => record)).toEqual(expected);
  });

  it('keep the event as it came, each its own part of the activity', () => {
    for (const record of mapped()) expect(JSON.parse(record.raw)).toMatchObject({ events: [{ name: record.eventType.split('.')[1] }] });
  });
});

describe('an event', () => {
  it('of two logs has one name and one id', () => {
    const [login, accounts] = ['login', 'user_accounts'].map((application) => event(application, 'password_edit'));
    expect(accounts).toMatchObject({ externalId: login!.externalId, eventType: 'login.password_edit', category: 'CREDENTIAL' });
  });

  it('of one activity has an id of its own beside the others, though their qualifier is the same', () => {
    const ids = mapped().map(({ externalId }) => externalId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('without time or qualifier has an id made of what it says', () => {
    const [one] = toActivities({ id: { applicationName: 'admin' }, events: [{ name: 'X' }] }, RECEIVED);
    expect(one).toMatchObject({ isIdDerived: true, occurredAt: RECEIVED, actor: { type: 'unknown', externalId: null } });
  });

  it.each([
    ['Challenge passed.', 'SUCCESS'],
    ['passed', 'SUCCESS'],
    ['incorrect_answer_entered', 'FAILURE'],
  ])('of a challenge that says "%s" is a %s', (status, outcome) => {
    expect(event('login', 'login_verification', [{ name: 'login_challenge_status', value: status }])).toMatchObject({
      outcome,
      activityId: 6,
    });
  });

  it.each([
    ['login', 'login_failure', 'login_failure_type', 'login_failure_account_disabled', 'ACCOUNT_DISABLED'],
    ['login', 'login_failure', 'login_failure_type', 'login_failure_invalid_second_factor', 'MFA_FAILED'],
    ['login', 'login_failure', 'x', 'y', 'UNKNOWN'],
    ['saml', 'login_failure', 'failure_type', 'failure_app_not_enabled_for_user', 'NOT_ASSIGNED'],
    ['saml', 'login_failure', 'failure_type', 'failure_request_denied', 'BLOCKED_BY_POLICY'],
    ['context_aware_access', 'ACCESS_DENY_EVENT', 'x', 'y', 'BLOCKED_BY_POLICY'],
  ])('%s.%s with %s %s failed for %s %s', (application, name, parameter, value, failure) => {
    expect(event(application, name, [{ name: parameter, value }])).toMatchObject({ category: 'SIGN_IN', outcome: 'FAILURE', failure });
  });

  it('that Google finds suspicious is as grave as Google says, an ordinary one is not graded', () => {
    expect(event('login', 'suspicious_login')).toMatchObject({ category: 'THREAT', severity: 'MEDIUM' });
    expect(event('login', 'gov_attack_warning').severity).toBe('HIGH');
    expect(event('login', 'login_success', [{ name: 'is_suspicious', boolValue: true }]).severity).toBe('MEDIUM');
    expect(event('login', 'login_success', [{ name: 'is_suspicious', boolValue: false }]).severity).toBeUndefined();
  });

  it('of a machine exchanging a token is no interactive sign-in', () => {
    const typed = (value: string) => event('login', 'login_success', [{ name: 'login_type', value }]).isInteractive;
    expect([typed('google_password'), typed('exchange'), typed('unknown')]).toEqual([true, false, null]);
  });

  it('that is new to us is kept, and judged by its words', () => {
    expect(event('admin', 'DELETE_SOMETHING_NEW')).toMatchObject({ eventType: 'admin.DELETE_SOMETHING_NEW', isAdminActivity: true });
  });
});

describe('an address', () => {
  it.each([
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:5000', '192.0.2.1'],
    ['not-an-address', null],
  ])('%s is read as %s', (text, ip) => expect(plainIp(text)).toBe(ip));
});

describe('a user', () => {
  const BASE = {
    id: '1',
    primaryEmail: 'a@b.example',
    suspended: false,
    archived: false,
    agreedToTerms: true,
    isAdmin: false,
    isDelegatedAdmin: false,
  };
  const user = (more: object) => readUser({ ...BASE, ...more }, 'test');

  it.each([
    [{}, 'ACTIVE'],
    [{ suspended: true, archived: true }, 'SUSPENDED'],
    [{ archived: true }, 'DISABLED'],
    [{ deletionTime: '2026-01-01T00:00:00Z', suspended: true }, 'DELETED'],
    [{ agreedToTerms: false, lastLoginTime: '1970-01-01T00:00:00.000Z' }, 'INVITED'],
    [{ agreedToTerms: false, lastLoginTime: '2026-01-01T00:00:00Z' }, 'ACTIVE'],
    [{ suspended: undefined }, 'UNKNOWN'],
  ])('with %j is %s', (more, status) => expect(accountStatus(user(more))).toBe(status));

  it('who never signed in has no time of 1970', () => {
    expect(toAccount(user({ lastLoginTime: '1970-01-01T00:00:00.000Z' }))).toMatchObject({
      lastSignInAt: null,
      attributes: { hasNeverSignedIn: true },
    });
  });

  it('is an administrator by either flag or a role, and unknown where a flag is not told', () => {
    expect(toAccount(user({ isDelegatedAdmin: true })).isAdmin).toBe(true);
    expect(toAccount(user({}), true).isAdmin).toBe(true);
    expect(toAccount(user({}), false).isAdmin).toBe(false);
    expect(toAccount(user({ isDelegatedAdmin: undefined })).isAdmin).toBeNull();
  });

  it('without an id is no user', () => expect(() => readUser({ primaryEmail: 'a@b.example' }, 'test')).toThrow(/id of a user/));
});

describe('what an app may do', () => {
  it.each([
    [['openid', 'email'], 'LOW'],
    [['https://www.googleapis.com/auth/calendar.readonly'], 'MEDIUM'],
    [['https://www.googleapis.com/auth/drive.readonly', 'openid'], 'HIGH'],
    [['https://mail.google.com/'], 'HIGH'],
    [['https://www.googleapis.com/auth/brand.new', 'openid'], 'UNKNOWN'],
    [[], 'UNKNOWN'],
  ])('with %j is %s', (scopes, level) => expect(levelOf(scopes)).toBe(level));
});

describe('an empty page', () => {
  it('is told from another answer by its kind', () => {
    const read = (body: unknown) => rowsOf(body, 'users', 'admin#directory#users', 'test', (row) => row);
    expect(read({ kind: 'admin#directory#users' })).toEqual([]);
    expect(() => read({ kind: 'admin#directory#groups' })).toThrow(/users/);
    expect(() => read({ users: 'none' })).toThrow(/users/);
  });
});
