import type { InventoryRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ListingStreamName } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { http } from './http.js';
import { microsoft365 } from './index.js';
import { identify, probes } from './reads.js';
import type { Microsoft365State } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(microsoft365, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 2 });
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

const state = (): Microsoft365State => made.sandbox.state as Microsoft365State;

async function all(stream: ListingStreamName): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of microsoft365.listings[stream]!.pages(made.app)) records.push(...page.records);
  return records;
}

function only<K extends InventoryRecord['kind']>(records: readonly InventoryRecord[], kind: K): Extract<InventoryRecord, { kind: K }>[] {
  return records.filter((record): record is Extract<InventoryRecord, { kind: K }> => record.kind === kind);
}

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppFailure) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('the accounts of Microsoft 365', () => {
  it('are all there once, with guests and those deleted lately', async () => {
    const accounts = only(await all('ACCOUNTS'), 'account');
    expect(accounts).toHaveLength(state().users.size + state().deletedUsers.length);
    expect(new Set(accounts.map((account) => account.externalId)).size).toBe(accounts.length);
    expect(new Set(accounts.map((account) => account.status))).toEqual(new Set(['ACTIVE', 'DISABLED', 'INVITED', 'DELETED']));
  });

  it('of guests have the real address, not the one in disguise', async () => {
    const guest = only(await all('ACCOUNTS'), 'account').find((account) => account.status === 'INVITED');
    expect(guest).toMatchObject({ email: 'auditor@partner.example', username: expect.stringContaining('#EXT#') });
  });

  it('say who is an administrator, by a role of their own, by a group or by one they may activate', async () => {
    const admins = only(await all('ACCOUNTS'), 'account').filter((account) => account.isAdmin);
    const direct = state().assignments.now.filter((one) => one.principalKind === 'user' && !one.roleDefinitionId.startsWith('88d8'));
    const group = [...state().groups.values()].find((one) => one.wire['isAssignableToRole'])!;
    const expected = [...direct, ...state().eligible].map((one) => one.principalId).concat(group.members.now.map((member) => member.id));
    expect(new Set(admins.map((account) => account.externalId))).toEqual(new Set(expected));
  });

  it('call nobody an administrator, and nobody none, when the roles may not be read', async () => {
    made.sandbox.setSwitches({
      missingScopes: ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', 'Directory.Read.All'],
    });
    const accounts = only(await all('ACCOUNTS'), 'account');
    expect(accounts.length).toBeGreaterThan(0);
    expect(accounts.filter((account) => 'isAdmin' in account)).toEqual([]);
  });

  it('tell second factors and last sign-ins where the tenant is licensed for it', async () => {
    const facts = only(await all('ACCOUNTS'), 'accountFacts');
    expect(facts.some((fact) => fact.hasSecondFactor === false)).toBe(true);
    expect(facts.some((fact) => fact.hasSecondFactor === true)).toBe(true);
    const active = [...state().users.values()].find((user) => user.lastSuccess !== null)!;
    expect(facts.find((fact) => fact.externalId === active.id && 'lastSignInAt' in fact)).toMatchObject({
      lastSignInAt: Date.parse(active.lastSuccess!),
    });
  });

  it('are complete without Entra ID P1, and then say nothing of factors and sign-ins', async () => {
    made.sandbox.setSwitches({ unlicensed: ['p1'] });
    const records = await all('ACCOUNTS');
    expect(only(records, 'account')).toHaveLength(state().users.size + state().deletedUsers.length);
    expect(only(records, 'accountFacts')).toEqual([]);
  });

  it('come over many pages, of which some are empty or repeat a row', async () => {
    await made.close();
    made = await sandboxApp(microsoft365, { clock: new FakeClock(NOW), now: NOW, people: 20, days: 1, bulk: { accounts: 3_000 } });
    made.sandbox.setSwitches({ emptyPages: true, duplicateRows: true });
    const accounts = only(await all('ACCOUNTS'), 'account');
    expect(new Set(accounts.map((account) => account.externalId)).size).toBe(3_000 + state().users.size + state().deletedUsers.length);
  });

  it('are a malformed answer, not an empty list, when Graph sends something else', async () => {
    const roles = {
      'GET /roleManagement/directory/roleDefinitions': { body: { value: [] } },
      'GET /roleManagement/directory/roleAssignments': { body: { value: [] } },
      'GET /roleManagement/directory/roleEligibilityScheduleInstances': { body: { value: [] } },
    };
    for (const body of [{}, { error: 'x' }, null, { value: [{ displayName: 'nobody' }] }]) {
      const app = replayingApp({ ...roles, 'GET /users': { body } }, { http });
      const pages = microsoft365.listings.ACCOUNTS!.pages(app)[Symbol.asyncIterator]();
      expect(await failureOf(() => pages.next())).toMatchObject({ kind: 'malformed', operation: 'GET /users' });
    }
  });
});

describe('the groups of Microsoft 365', () => {
  it('are there with their members, groups in groups too, and devices left out', async () => {
    const records = await all('GROUPS');
    expect(new Set(only(records, 'group').map((group) => group.type))).toEqual(new Set(['Microsoft 365', 'Security', 'Distribution']));
    for (const group of state().groups.values()) {
      const listed = only(records, 'member').filter((member) => member.groupExternalId === group.id);
      const expected = group.members.now.filter((member) => member.kind === 'user' || member.kind === 'group').map((member) => member.id);
      expect(listed.map((member) => member.account ?? member.group).sort()).toEqual(expected.sort());
    }
  });
});

describe('the privileges of Microsoft 365', () => {
  it('are roles held directly, by a group, and those that may be activated; apps are no accounts', async () => {
    const privileges = only(await all('PRIVILEGES'), 'privilege');
    const group = [...state().groups.values()].find((one) => one.wire['isAssignableToRole'])!;
    expect(privileges.filter((one) => one.viaGroup === group.id).map((one) => one.account)).toEqual(group.members.now.map((one) => one.id));
    expect(privileges.find((one) => one.name === 'User Administrator (eligible)')).toMatchObject({
      isAdmin: true,
      account: state().eligible[0]!.principalId,
    });
    expect(privileges.find((one) => one.name === 'Directory Readers')).toMatchObject({ isAdmin: false });
    expect(privileges.filter((one) => state().apps.some((app) => app['id'] === one.account))).toEqual([]);
  });

  it('go without the roles that may be activated where the tenant has no P2', async () => {
    made.sandbox.setSwitches({ unlicensed: ['p2'] });
    const privileges = only(await all('PRIVILEGES'), 'privilege');
    expect(privileges.length).toBeGreaterThan(3);
    expect(privileges.filter((one) => one.name.includes('eligible'))).toEqual([]);
  });

  it('are refused as a whole when the roles may not be read, naming the permission', async () => {
    made.sandbox.setSwitches({
      missingScopes: ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', 'Directory.Read.All'],
    });
    expect(await failureOf(() => all('PRIVILEGES'))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['RoleManagement.Read.Directory'] },
    });
  });
});

describe('the app grants of Microsoft 365', () => {
  it('are one consent for each app and person, and application permissions; Microsoft’s own apps are left out', async () => {
    const grants = only(await all('APP_GRANTS'), 'appGrant');
    expect(new Set(grants.map((grant) => grant.externalId)).size).toBe(grants.length);
    const notes = grants.filter((grant) => grant.appName === 'Meeting Notes');
    expect(notes).toHaveLength(5);
    expect(notes.every((grant) => grant.account !== null && grant.level === 'HIGH' && grant.scopes.includes('EWS.AccessAsUser.All'))).toBe(
      true,
    );
    expect(grants.find((grant) => grant.appName === 'Calendar Helper')).toMatchObject({ account: null, level: 'LOW' });
    expect(grants.find((grant) => grant.appName === 'HR Sync')).toMatchObject({
      account: null,
      level: 'HIGH',
      scopes: ['Mail.Read', 'User.ReadWrite.All'],
      attributes: { isApplicationPermission: true },
    });
    expect(grants.some((grant) => grant.appName === 'Microsoft Office')).toBe(false);
  });
});

describe('testing the connection', () => {
  it('finds every capability that the manifest claims, and changes nothing', async () => {
    const claimed = Object.entries(microsoft365.manifest.capabilities).filter(([, claim]) =>
      ['SUPPORTED', 'PARTIAL'].includes(claim.support),
    );
    expect(probes.map((probe) => probe.capability).sort()).toEqual(claimed.map(([capability]) => capability).sort());
    for (const probe of probes) await probe.run(made.app);
    expect(made.sandbox.ledger().effects).toEqual([]);
  });

  it.each([
    ['LIST_ACCOUNTS', ['User.Read.All', 'Directory.Read.All']],
    ['LIST_GROUPS', ['GroupMember.Read.All', 'Directory.Read.All', 'GroupMember.ReadWrite.All']],
    ['SIGN_IN_ACTIVITY', ['AuditLog.Read.All']],
    ['ADMIN_ACTIVITY', ['AuditLog.Read.All']],
    ['USER_ACTIVITY', ['ActivityFeed.Read']],
    ['VIEW_APP_GRANTS', ['Directory.Read.All']],
    ['USER_GOVERNANCE', ['User.EnableDisableAccount.All', 'User-PasswordProfile.ReadWrite.All']],
    ['REVOKE_APP_GRANTS', ['DelegatedPermissionGrant.ReadWrite.All']],
    ['POSTURE', ['Policy.Read.All']],
  ])('names for %s the missing permission', async (capability, missingScopes) => {
    made.sandbox.setSwitches({ missingScopes });
    const probe = probes.find((one) => one.capability === capability)!;
    expect(await failureOf(async () => probe.run(made.app))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: [missingScopes[0]], problem: 'SCOPE_MISSING' },
    });
  });

  it('tells a missing licence from a missing permission', async () => {
    made.sandbox.setSwitches({ unlicensed: ['p1'] });
    const probe = probes.find((one) => one.capability === 'SIGN_IN_ACTIVITY')!;
    expect(await failureOf(async () => probe.run(made.app))).toMatchObject({
      kind: 'unlicensed',
      message: expect.stringMatching(/premium/),
    });
  });

  it('names no account as our own: an app signs in', async () => {
    expect(await identify(made.app)).toEqual({ accountExternalId: null, name: state().clientId });
  });
});

describe('trouble with Graph', () => {
  it.each([
    [{ serverError: 'GET /groups' }, 'down'],
    [{ malformed: 'GET /groups' }, 'malformed'],
    [{ htmlPage: 'GET /groups' }, 'malformed'],
    [{ revoked: true }, 'auth-revoked'],
  ])('%j is %s', async (switches, kind) => {
    made.sandbox.setSwitches(switches);
    expect(await failureOf(() => all('GROUPS'))).toMatchObject({ kind });
  });

  it('that is a request to slow down is waited out', async () => {
    made.sandbox.setSwitches({ throttleNext: 3 });
    expect((await all('GROUPS')).length).toBeGreaterThan(10);
  });

  it('that is a token that expired early is mended by a new one', async () => {
    await all('GROUPS');
    made.sandbox.setSwitches({ tokenEpoch: 1 });
    expect((await all('GROUPS')).length).toBeGreaterThan(10);
  });
});
