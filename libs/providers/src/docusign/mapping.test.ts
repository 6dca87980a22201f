import { readFileSync } from 'node:fs';

import { list } from '../sdk/index.js';
import { People } from './accounts.js';
import { cleanAddress, toActivity } from './activities.js';
import { toDelegationGrant, toWebhookGrant, webhooksOf, delegationsOf } from './grants.js';
import { factsOfProfile, privilegesOfProfile, statusOf, toAccount, toAccountFromProfile, toGroup, toPrivileges } from './mapping.js';
import { OPERATIONS } from './operations.js';
import { accountGroup, accountUser, adminUser, permissionProfile, rowsOf, userProfile, type UserProfile } from './wire.js';
import { replayingApp } from '#libs/testing';

const ACME = { id: 'd1d1d1d1-0000-4000-8000-000000000001', name: 'Acme - Legal', baseUri: 'https://na3.docusign.net' };
const ADA = 'a7a7a7a7-0000-4000-8000-000000000001';

describe('recorded pages become', () => {
  it('accounts', () => {
    const users = rows('admin-users', 'users').map((row) => adminUser(row, OPERATIONS.organizationUsers));
    const accounts = users.map((user) => toAccount(user, [{ accountId: ACME.id, account: ACME.name, status: user.membershipStatus }]));
    expectRecorded('admin-users', accounts);
  });

  it('permission profiles, with what they let their holders administrate', () => {
    expectRecorded(
      'permission-profiles',
      rows('permission-profiles', 'permissionProfiles').map((row) => permissionProfile(row, '')),
    );
  });

  it('privileges, with every administrator flag', () => {
    const profiles = new Map(
      rows('permission-profiles', 'permissionProfiles')
        .map((row) => permissionProfile(row, ''))
        .map((item) => [item.id, item]),
    );
    const users = rows('account-users', 'users').map((row) => accountUser(row, OPERATIONS.users));
    expectRecorded(
      'account-users',
      users.flatMap((user) => toPrivileges(user, ACME, profiles)),
    );
  });

  it('facts about an account, and the account that an action reads back', () => {
    const profile = userProfile(read('dsprofile'), OPERATIONS.profile)!;
    expectRecorded('dsprofile', [factsOfProfile(profile), toAccountFromProfile(profile), ...privilegesOfProfile(profile, 'Acme', [ACME])]);
  });

  it('groups', () => {
    expectRecorded(
      'groups',
      rows('groups', 'groups').map((row) => toGroup(accountGroup(row, OPERATIONS.groups), ACME)),
    );
  });

  it('webhooks as app grants, without the secrets in their addresses', async () => {
    const app = replayingApp({ [OPERATIONS.connect]: { body: read('connect') } });
    const grants = (await webhooksOf(app, ACME)).map((hook) => toWebhookGrant(hook, ACME));
    expectRecorded('connect', grants);
    expect(JSON.stringify(grants)).not.toMatch(/s3cret|key=abc/);
  });

  it('shared access as app grants', async () => {
    const app = replayingApp({ [OPERATIONS.authorizations]: { body: read('authorizations') } });
    const grants = (await delegationsOf(app, ACME, ADA)).map((item) => toDelegationGrant(item, ACME, ADA));
    expectRecorded('authorizations', grants);
  });

  it('activities', () => {
    expectRecorded(
      'monitor',
      rows('monitor', 'resultData').map((row) => toActivity(row, 0)),
    );
  });
});

describe('the status of a user in several accounts', () => {
  it.each([
    ['active', ['closed', 'active'], 'ACTIVE'],
    ['active', ['active', 'disabled'], 'ACTIVE'],
    ['closed', ['active'], 'DELETED'],
    ['active', ['closed', 'closed'], 'DELETED'],
    ['active', ['closed', 'activation_sent'], 'INVITED'],
    ['created', ['activation_required'], 'INVITED'],
    ['active', ['disabled', 'closed'], 'DISABLED'],
    ['active', ['closed', 'archived'], 'UNKNOWN'],
    ['active', ['closed', null], 'UNKNOWN'],
    [null, [], 'UNKNOWN'],
  ] as const)('%s with memberships %j is %s', (user, memberships, status) => {
    expect(statusOf(user, memberships)).toBe(status);
  });

  it('is never told as deleted while another account is still unread', () => {
    const people = new People([ACME, { ...ACME, id: 'b', name: 'B' }]);
    const row = adminUser({ id: ADA, user_status: 'active', membership_status: 'closed', email: 'ada@acme.example' }, '');
    expect(people.see(row, 0)).toBeUndefined();
    expect(people.see({ ...row, membershipStatus: 'active' }, 1)).toMatchObject({ kind: 'account', status: 'ACTIVE' });
    expect([...people.waiting()]).toEqual([]);
  });

  it('is told as deleted once all accounts were read', () => {
    const people = new People([ACME, { ...ACME, id: 'b', name: 'B' }]);
    people.see(adminUser({ id: ADA, user_status: 'active', membership_status: 'closed' }, ''), 0);
    expect([...people.waiting()]).toMatchObject([{ externalId: ADA, status: 'DELETED' }]);
  });
});

describe('what eSignature adds to an account', () => {
  const people = (): People => new People([ACME, { ...ACME, id: 'b', name: 'B' }]);
  const inBoth = (): People => {
    const both = people();
    const row = adminUser({ id: ADA, user_status: 'active', membership_status: 'active' }, '');
    both.see(row, 0);
    both.see(row, 1);
    return both;
  };
  const user = (fields: object): ReturnType<typeof accountUser> => accountUser({ userId: ADA, userStatus: 'Active', ...fields }, '');

  it('is the newest sign-in over all accounts, told once', () => {
    const both = inBoth();
    expect(both.seeAgain(user({ lastLogin: '2026-11-18T06:55:10.1234567Z' }), 0)).toEqual([]);
    const told = both.seeAgain(user({ lastLogin: '2026-01-01T00:00:00Z' }), 1);
    expect(told).toEqual([{ kind: 'accountFacts', externalId: ADA, isAdmin: null, lastSignInAt: Date.UTC(2026, 10, 18, 6, 55, 10, 123) }]);
    expect([...both.untold()]).toEqual([]);
  });

  it('keeps an administrator flag of any account, however it is spelled', () => {
    const both = inBoth();
    both.seeAgain(user({ isAdmin: 'TRUE' }), 0);
    expect(both.seeAgain(user({ isAdmin: 'False' }), 1)).toMatchObject([{ isAdmin: true }]);
  });

  it('does not take "no administrator of the account" for "no administrator": the organization has some too', () => {
    const both = inBoth();
    both.seeAgain(user({ isAdmin: 'False' }), 0);
    expect(both.seeAgain(user({ isAdmin: 'False' }), 1)).toMatchObject([{ isAdmin: null }]);
  });

  it('is told too when the last account does not show the user', () => {
    const both = inBoth();
    both.seeAgain(user({ isAdmin: 'True' }), 0);
    expect([...both.untold()]).toMatchObject([{ externalId: ADA, isAdmin: true }]);
  });

  it('makes an account of a user whom the Admin API did not show, with one status over both accounts too', () => {
    const both = people();
    expect(both.seeAgain(user({ userName: 'Ada Lind', email: 'ada@acme.example', userStatus: 'Closed' }), 0)).toEqual([]);
    expect(both.seeAgain(user({ userName: 'Ada Lind', email: 'ada@acme.example' }), 1)).toMatchObject([
      { kind: 'account', externalId: ADA, status: 'ACTIVE', email: 'ada@acme.example' },
    ]);
    expect([...both.waiting()]).toEqual([]);
    expect([...both.untold()]).toMatchObject([{ kind: 'accountFacts', externalId: ADA, lastSignInAt: null }]);
  });
});

describe('the profile of a user', () => {
  const profile = (fields: Partial<UserProfile>): UserProfile => ({ ...userProfile(read('dsprofile'), '')!, ...fields });
  const membership = profile({}).memberships[0]!;

  it('gives the right over the organization, and administrator flags in accounts that are not read', () => {
    const both = profile({
      isOrganizationAdmin: true,
      memberships: [membership, { ...membership, accountId: 'unread', accountName: 'Other' }],
    });
    expect(privilegesOfProfile(both, 'Acme', [ACME])).toMatchObject([
      { name: 'Organization Administrator', isAdmin: true, scope: 'Acme' },
      { externalId: 'unread/profile', isAdmin: true, scope: 'Other' },
    ]);
    expect(privilegesOfProfile(profile({ isOrganizationAdmin: null }), 'Acme', [ACME])).toEqual([]);
  });

  it('leaves the second factor open where the identity provider asks for it', () => {
    expect(factsOfProfile(profile({ federatedStatus: 'FedAuthRequired', requiresTwoStep: false })).hasSecondFactor).toBeNull();
    expect(factsOfProfile(profile({ federatedStatus: 'RemoveStatus', requiresTwoStep: true })).hasSecondFactor).toBe(true);
  });
});

describe('an event of Monitor', () => {
  const event = (fields: object): ReturnType<typeof toActivity> =>
    toActivity({ eventId: 'e', object: 'User', action: 'LoggedIn', ...fields }, 7);

  it.each([
    ['203.0.113.20:51344', '203.0.113.20'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:203.0.113.20', '203.0.113.20'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', null],
  ])('comes from the address in "%s"', (told, address) => {
    expect(event({ ipAddress: told }).ip).toBe(address);
    expect(cleanAddress(told || null)).toBe(address);
  });

  it('is kept when its name, its time and its id are unknown, and says so', () => {
    const strange = toActivity({ object: 'Hologram', action: '', data: null }, 7);
    expect(strange).toMatchObject({
      eventType: 'Hologram.Unknown',
      category: 'UNMAPPED',
      mapping: 'none',
      isIdDerived: true,
      occurredAt: 7,
    });
    expect(toActivity({ object: 'Hologram', action: '', data: null }, 8).externalId).toBe(strange.externalId);
  });

  it('cuts seven digits of a second to milliseconds', () => {
    expect(event({ timestamp: '2026-06-30T07:08:06.3038365Z' }).occurredAt).toBe(Date.UTC(2026, 5, 30, 7, 8, 6, 303));
  });

  it('that names no outcome has happened, but an alert has neither succeeded nor failed', () => {
    expect(event({ result: '' }).outcome).toBe('SUCCESS');
    expect(event({ object: 'Alert', action: 'SameSenderAndSigner', result: '' }).outcome).toBe('UNKNOWN');
    expect(event({ result: 'Challenged' })).toMatchObject({ outcome: 'UNKNOWN', outcomeWord: 'Challenged' });
  });

  it.each([
    ['InvalidPassword', 'INVALID_CREDENTIALS'],
    ['AccountLocked', 'ACCOUNT_LOCKED_OUT'],
    ['MembershipClosed', 'ACCOUNT_DISABLED'],
    ['TwoStepFailed', 'MFA_FAILED'],
    ['IpAddressNotAllowed', 'IP_NOT_ALLOWED'],
    ['SamlResponseInvalid', 'IDP_ERROR'],
    ['UserNotFound', 'USER_DOES_NOT_EXIST'],
    ['Whatever', 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('that failed with %s is a failure of kind %s', (reason, failure) => {
    expect(event({ action: 'LoginFailed', result: 'Failed', data: { FailureReason: reason } })).toMatchObject({
      category: 'SIGN_IN',
      outcome: 'FAILURE',
      failure,
    });
  });

  it('that is an alert passes on its severity and events, whether they are texts, lists or lists of characters', () => {
    const id = '99990000-0000-4000-8000-0000000000f2';
    for (const EventIds of [[id], id, [...id], JSON.stringify([id])]) {
      expect(event({ object: 'Alert', action: 'New', data: { EventIds, Severity: [...'Medium'] } })).toMatchObject({
        category: 'THREAT',
        severity: 'MEDIUM',
        relatedEvents: [id],
      });
    }
    expect(event({ object: 'Alert', action: 'New', data: {} })).not.toHaveProperty('severity');
  });

  it.each([
    ['Group', 'MembersAdded', '', 'GROUP', 3006, 3],
    ['Group', 'UserRemoved', '', 'GROUP', 3006, 4],
    ['Account', 'UserDeactivatedByPolicy', '', 'USER', 3007, 2],
    ['IdentityProvider', 'CertificateAdded', '', 'ADMIN', 3004, 1],
    ['User', 'SignedInByMagicLink', '', 'SIGN_IN', 3002, 1],
    ['User', 'PasswordResetRequested', '', 'CREDENTIAL', 3007, 9],
    ['Template', 'SharedWithGroup', '', 'SHARING', 6001, 8],
    ['PermissionSet', 'Updated', 'CanSend', 'PRIVILEGE', 3008, 2],
  ])('%s.%s %s is %s by table or rule', (object, action, property, category, classUid, activityId) => {
    expect(event({ object, action, property })).toMatchObject({ category, classUid, activityId });
  });

  it('is administration when it is done to somebody else', () => {
    expect(event({ object: 'User', action: 'PasswordReset', userId: 'a', affectedUserId: 'b' }).isAdminActivity).toBe(true);
    expect(event({ object: 'User', action: 'PasswordChanged', userId: 'a', affectedUserId: 'a' }).isAdminActivity).toBe(false);
  });

  it('keeps the raw event without secrets', () => {
    const { raw } = event({ data: { AccessToken: 'abc123', EnvelopeId: 'e1' } });
    expect(raw).not.toContain('abc123');
    expect(JSON.parse(raw)).toMatchObject({ data: { EnvelopeId: 'e1' } });
  });
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
}

function rows(name: string, listName: string): readonly unknown[] {
  return list(rowsOf(read(name), listName, name))!;
}

/** What we make of a recorded page stands beside it, for people to read. */
function expectRecorded(name: string, records: readonly unknown[]): void {
  expect(JSON.parse(JSON.stringify(records))).toEqual(read(`${name}.expected`));
}
