import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ActivityRecord } from '#libs/contracts';

import { toAudit } from './activity-audit.js';
import { plainIp } from './activity-parts.js';
import { toRecord } from './activity-record.js';
import { signInVerdict, toSignIn } from './activity-sign-in.js';
import { signatureHeader } from './auth.js';
import { consentKey, grantParts, lastSignInOf, levelOf, toAccount, toConsent, toRegistration } from './mapping.js';
import { isAdminRole } from './roles.js';
import { sampleEvent } from './samples.js';
import { readUser, valuesOf } from './wire.js';

const RECEIVED_AT = Date.parse('2026-11-20T15:30:00Z');

function fixture(name: string): string {
  return readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)), 'utf8');
}

/** What is kept, without the raw event, which repeats the fixture. */
function shown({ raw, ...event }: ActivityRecord): unknown {
  expect(JSON.parse(raw)).toBeInstanceOf(Object);
  return JSON.parse(JSON.stringify(event)) as unknown;
}

describe('a recorded page', () => {
  it('of users becomes accounts', () => {
    const accounts = valuesOf(JSON.parse(fixture('users.json')), 'GET /users', readUser).map((user) => toAccount(user));
    expect(JSON.parse(JSON.stringify(accounts))).toEqual(JSON.parse(fixture('users.expected.json')));
  });

  it.each([
    ['sign-ins', toSignIn],
    ['directory-audits', toAudit],
    ['records', toRecord],
  ] as const)('of %s becomes activities', (name, map) => {
    const events = JSON.parse(fixture(`${name}.json`)) as unknown[];
    expect(events.map((event) => shown(map(event, RECEIVED_AT)))).toEqual(JSON.parse(fixture(`${name}.expected.json`)));
  });
});

describe('an event of Microsoft 365', () => {
  const record = (fields: object): ActivityRecord =>
    toRecord({ Id: '1', CreationTime: '2026-11-19T06:00:00', UserId: 'ada@acme.example', ...fields }, RECEIVED_AT);

  it('that failed says so by its operation, whatever its status says', () => {
    const failed = record({ Operation: 'UserLoginFailed', ResultStatus: 'Success', LogonError: 'InvalidUserNameOrPassword' });
    expect(failed).toMatchObject({ outcome: 'FAILURE', failure: 'INVALID_CREDENTIALS' });
  });

  it('that only asked for a second factor is neither success nor failure', () => {
    expect(signInVerdict(50076)).toMatchObject({ outcome: 'UNKNOWN', word: 'Interrupted', failure: null, activity: { activityId: 6 } });
    expect(signInVerdict(500121)).toMatchObject({ outcome: 'FAILURE', failure: 'MFA_FAILED' });
    expect(signInVerdict(999999)).toMatchObject({ outcome: 'FAILURE', failure: 'UNKNOWN' });
    expect(signInVerdict(null)).toMatchObject({ outcome: 'UNKNOWN', word: null });
  });

  it('about a mail rule is sharing only where it sends mail away', () => {
    expect(record({ Operation: 'New-InboxRule', Parameters: [{ Name: 'RedirectTo', Value: 'x@y.example' }] }).category).toBe('SHARING');
    expect(record({ Operation: 'New-InboxRule', Parameters: [{ Name: 'MoveToFolder', Value: 'Archive' }] }).category).toBe('DATA');
    expect(record({ Operation: 'Set-Mailbox', Parameters: [{ Name: 'AuditEnabled', Value: 'True' }] }).category).toBe('ADMIN');
    expect(record({ Operation: 'Set-Mailbox', Parameters: [{ Name: 'ForwardingSmtpAddress', Value: 'smtp:x@y.example' }] }).category).toBe(
      'SHARING',
    );
  });

  it('keeps its name with the full stop, and is known without', () => {
    expect(record({ Operation: 'Add member to role.', ResultStatus: 'Success' })).toMatchObject({
      eventType: 'Add member to role.',
      category: 'PRIVILEGE',
      mapping: 'exact',
    });
  });

  it('of a name that nobody knows yet is kept', () => {
    expect(record({ Operation: 'Zzyzx' })).toMatchObject({ eventType: 'Zzyzx', category: 'UNMAPPED', mapping: 'none' });
  });

  it('about a risk of Entra ID is a threat with its level', () => {
    expect(record({ Operation: 'Anything', RecordType: 294, RiskLevel: 'high', Location: { CountryOrRegion: 'NG' } })).toMatchObject({
      category: 'THREAT',
      severity: 'HIGH',
      place: { country: 'NG' },
    });
  });

  it('without an id has one made of itself, the same each time', () => {
    const once = toSignIn({ createdDateTime: '2026-11-19T06:00:00Z' }, 1);
    expect(once).toMatchObject({ isIdDerived: true });
    expect(toSignIn({ createdDateTime: '2026-11-19T06:00:00Z' }, 2).externalId).toBe(once.externalId);
  });

  it('of any form at all does not stop the feed', () => {
    for (const wire of [null, 7, 'text', [], {}, { status: 'x', location: 3, Parameters: 'no', targetResources: [null], initiatedBy: [] }])
      for (const map of [toSignIn, toAudit, toRecord]) expect(map(wire, RECEIVED_AT).occurredAt).toBe(RECEIVED_AT);
    expect(sampleEvent('no event')).toBeUndefined();
  });

  it('keeps no secret in its raw text', () => {
    const { raw } = record({
      Operation: 'Set-Thing',
      Parameters: [{ Name: 'x', Value: 'Bearer abcdefghijklmnop' }],
      ClientSecret: 'hunter2hunter2',
    });
    expect(raw).not.toMatch(/hunter2|abcdefghijklmnop/);
  });

  it('by a guest names no address in disguise', () => {
    expect(record({ Operation: 'FileAccessed', UserId: 'guest_partner.example#EXT#@acme.onmicrosoft.com' }).actor).toMatchObject({
      email: null,
      type: 'person',
    });
  });

  it.each([
    ['NT AUTHORITY\\SYSTEM (w3wp)', 'system'],
    ['app@sharepoint', 'service'],
    ['anonymous', 'anonymous'],
    ['Not Available', 'unknown'],
  ])('by %s is by %s', (UserId, type) => {
    expect(record({ Operation: 'FileAccessed', UserId }).actor.type).toBe(type);
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:DB8::7]:443', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['mail.acme.example', null],
    ['300.1.1.1', null],
    ['', null],
    [null, null],
  ])('%s is read as %s', (stated, address) => {
    expect(plainIp(stated)).toBe(address);
  });
});

describe('an account of Microsoft 365', () => {
  it('last signed in when that succeeded, not when somebody tried', () => {
    expect(
      lastSignInOf({
        signInActivity: { lastSignInDateTime: '2026-11-20T00:00:00Z', lastSuccessfulSignInDateTime: '2026-11-01T00:00:00Z' },
      }),
    ).toBe(Date.parse('2026-11-01T00:00:00Z'));
    expect(
      lastSignInOf({
        signInActivity: { lastSignInDateTime: '2022-01-01T00:00:00Z', lastNonInteractiveSignInDateTime: '2022-03-01T00:00:00Z' },
      }),
    ).toBe(Date.parse('2022-03-01T00:00:00Z'));
    expect(lastSignInOf({})).toBeNull();
  });

  it('is not called free of admin rights because a report does not count it', () => {
    expect(toRegistration({ isAdmin: false, isMfaRegistered: true }, 'a')).toMatchObject({ isAdmin: null });
    expect(toRegistration({ isAdmin: true }, 'a')).toMatchObject({ isAdmin: true, hasSecondFactor: null });
  });
});

describe('a role', () => {
  it('makes an administrator when it lets its holder change something, and is unsure when Graph does not say', () => {
    const role = (actions: readonly string[] | undefined) => ({ id: 'r', templateId: null, name: 'Role', actions });
    expect(isAdminRole(role(['microsoft.directory/users/standard/read']))).toBe(false);
    expect(isAdminRole(role(['microsoft.directory/users/password/update']))).toBe(true);
    expect(isAdminRole(role(undefined))).toBeNull();
    expect(isAdminRole({ ...role(undefined), templateId: '62e90394-69f5-4237-9190-012177145e10' })).toBe(true);
  });
});

describe('a grant', () => {
  it('is known again by its key', () => {
    expect(grantParts(consentKey('client', 'person'))).toEqual({ kind: 'consent', clientId: 'client', principalId: 'person' });
    expect(grantParts(consentKey('client', null))).toEqual({ kind: 'consent', clientId: 'client', principalId: null });
    expect(grantParts('consent/a/b/c')).toBeUndefined();
    expect(toConsent([], undefined)).toBeUndefined();
  });

  it.each([
    [['openid', 'profile', 'User.Read'], 'LOW'],
    [['User.Read', 'Group.Read.All'], 'MEDIUM'],
    [['User.Read', 'Mail.Read'], 'HIGH'],
    [['Files.ReadWrite.All'], 'HIGH'],
    [['RoleManagement.ReadWrite.Directory'], 'HIGH'],
    [['access_acme_api'], 'UNKNOWN'],
  ])('of %j is %s', (scopes, level) => {
    expect(levelOf(scopes)).toBe(level);
  });
});

describe('a certificate', () => {
  it('is named in the assertion by the SHA-256 of its bytes', () => {
    const thumbprint = '51F7C702E60BB7B4BC227667C4887A58056C198DA6D55EA819F662BB32438A95';
    expect(signatureHeader(fixture('certificate.pem'))).toMatchObject({
      alg: 'PS256',
      'x5t#S256': Buffer.from(thumbprint, 'hex').toString('base64url'),
    });
  });
});
