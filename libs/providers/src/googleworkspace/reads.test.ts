import type { InventoryRecord } from '#libs/contracts';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure, type ListingStreamName } from '../sdk/index.js';
import { googleWorkspace } from './index.js';
import { idOfEmployee } from './sandbox-ids.js';
import type { WorkspaceState } from './sandbox-state.js';
import { SCOPE } from './scopes.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(googleWorkspace, { clock: new FakeClock(NOW), now: NOW, people: 200, days: 3 });
  made.app.learn(await googleWorkspace.discover!(made.app));
});
afterEach(() => made.close());

const state = (): WorkspaceState => made.sandbox.state as WorkspaceState;

async function listed(name: ListingStreamName): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of googleWorkspace.listings[name]!.pages(made.app)) records.push(...page.records);
  return records;
}

function ofKind<K extends InventoryRecord['kind']>(records: readonly InventoryRecord[], kind: K): Extract<InventoryRecord, { kind: K }>[] {
  return records.filter((one): one is Extract<InventoryRecord, { kind: K }> => one.kind === kind);
}

describe('accounts', () => {
  it('are all there once, the deleted of the last days too', async () => {
    const accounts = ofKind(await listed('ACCOUNTS'), 'account');
    expect(accounts).toHaveLength(state().users.people.length);
    expect(new Set(accounts.map(({ externalId }) => externalId)).size).toBe(accounts.length);
  });

  it('have the state that the story gives them', async () => {
    const accounts = new Map(ofKind(await listed('ACCOUNTS'), 'account').map((one) => [one.externalId, one]));
    for (const person of made.sandbox.company.people) {
      const account = accounts.get(idOfEmployee(person))!;
      if (person.traits.includes('LEAVER')) expect(['DELETED', 'SUSPENDED']).toContain(account.status);
      if (person.traits.includes('ADMIN')) expect(account.isAdmin).toBe(true);
      if (person.traits.includes('NO_SECOND_FACTOR')) expect(account.hasSecondFactor).toBe(false);
      if (person.traits.includes('NEW') && person.number % 2 === 0)
        expect(account).toMatchObject({ status: 'INVITED', lastSignInAt: null });
    }
    expect(new Set([...accounts.values()].map(({ status }) => status))).toEqual(
      new Set(['ACTIVE', 'SUSPENDED', 'DELETED', 'DISABLED', 'INVITED']),
    );
  });

  it('show who is an administrator by a group alone', async () => {
    const accounts = new Map(ofKind(await listed('ACCOUNTS'), 'account').map((one) => [one.externalId, one]));
    const members = state().groups.get('01helpdesk')!.members;
    expect(members.length).toBeGreaterThan(0);
    for (const { id } of members) expect(accounts.get(id!)!.isAdmin).toBe(true);
  });

  it('are listed without the scope for roles too', async () => {
    made.sandbox.setSwitches({ missingScopes: [SCOPE.roles] });
    expect(ofKind(await listed('ACCOUNTS'), 'account').length).toBe(state().users.people.length);
  });

  it.each([{ emptyPages: true }, { duplicateRows: true }])('are the same with %j', async (fault) => {
    const before = new Set(ofKind(await listed('ACCOUNTS'), 'account').map(({ externalId }) => externalId));
    made.sandbox.setSwitches(fault);
    expect(new Set(ofKind(await listed('ACCOUNTS'), 'account').map(({ externalId }) => externalId))).toEqual(before);
  });

  it.each(['malformed', 'htmlPage'] as const)('are never taken for none when the answer is a %s', async (fault) => {
    made.sandbox.setSwitches({ [fault]: 'GET /admin/directory/v1/users' });
    await expect(listed('ACCOUNTS')).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('by the ten thousand are listed page by page', async () => {
    const large = await sandboxApp(googleWorkspace, {
      clock: new FakeClock(NOW),
      now: NOW,
      people: 10,
      days: 1,
      bulk: { accounts: 10_000 },
      keepExchanges: false,
    });
    let count = 0;
    for await (const page of googleWorkspace.listings.ACCOUNTS!.pages(large.app)) count += page.records.length;
    await large.close();
    expect(count).toBeGreaterThan(10_000);
  });
});

describe('groups', () => {
  it('have people and groups as members', async () => {
    const members = ofKind(await listed('GROUPS'), 'member');
    expect(members).toContainEqual({ kind: 'member', groupExternalId: '01backoffice', group: '01finance' });
    expect(members.filter(({ account }) => account !== undefined).length).toBeGreaterThan(100);
  });

  it('count who is from outside, and say when everybody is in, without making accounts of them', async () => {
    const records = await listed('GROUPS');
    const groups = new Map(ofKind(records, 'group').map((one) => [one.externalId, one]));
    expect(groups.get('01partners')!.attributes).toMatchObject({ outsideMembers: 2 });
    expect(groups.get('01allstaff')!.attributes).toMatchObject({ includesEveryone: true, outsideMembers: 0 });
    expect(ofKind(records, 'member').filter(({ groupExternalId }) => groupExternalId === '01partners')).toHaveLength(2);
  });
});

describe('privileges', () => {
  it('are roles held directly, for one unit, by a group, and by a service account', async () => {
    const privileges = ofKind(await listed('PRIVILEGES'), 'privilege');
    expect(privileges.filter(({ name }) => name === '_SEED_ADMIN_ROLE').length).toBe(
      state().users.people.filter((one) => one.isSuperAdmin).length,
    );
    expect(privileges.some(({ scope }) => scope === 'orgUnits/03ph8a2zsales')).toBe(true);
    expect(privileges.filter(({ viaGroup }) => viaGroup === '01helpdesk').length).toBe(state().groups.get('01helpdesk')!.members.length);
    expect(privileges).toContainEqual(
      expect.objectContaining({ account: '108000000000000000099', name: '_GROUPS_ADMIN_ROLE', isAdmin: true }),
    );
  });
});

describe('app grants', () => {
  it('are the apps that people let in and their app passwords, with how far each goes', async () => {
    const grants = ofKind(await listed('APP_GRANTS'), 'appGrant');
    const stolen = grants.find(({ appName }) => appName === 'backup-sync')!;
    expect(stolen).toMatchObject({
      type: 'OAUTH_CONSENT',
      level: 'HIGH',
      account: idOfEmployee(made.sandbox.company.takeover.victim),
      attributes: { isUnverified: true },
    });
    const passwords = grants.filter(({ type }) => type === 'API_TOKEN');
    expect(passwords.length).toBeGreaterThan(1);
    expect(passwords.some(({ lastUsedAt }) => lastUsedAt === null)).toBe(true);
    expect(new Set(grants.map(({ externalId }) => externalId)).size).toBe(grants.length);
  });
});

describe('the connection', () => {
  it('acts as the administrator whose account is protected', async () => {
    expect(await googleWorkspace.identify(made.app)).toEqual({
      accountExternalId: state().users.people[0]!.id,
      name: state().users.people[0]!.email,
    });
  });

  it('knows the own domains and the top unit', async () => {
    expect(made.app.facts).toEqual({
      customerId: 'C0linden1',
      domains: ['lindenworks.example', 'mail.lindenworks.example'],
      rootOrgUnit: 'orgUnits/03ph8a2z0root01',
    });
  });

  it('has a probe for every capability that it claims, and each works and changes nothing', async () => {
    const claimed = Object.entries(googleWorkspace.manifest.capabilities).filter(
      ([, { support }]) => support === 'SUPPORTED' || support === 'PARTIAL',
    );
    expect(new Set(googleWorkspace.probes.map(({ capability }) => capability))).toEqual(new Set(claimed.map(([name]) => name)));
    for (const probe of googleWorkspace.probes) await probe.run(made.app);
    expect(made.sandbox.ledger().effects).toEqual([]);
  });

  it.each(
    googleWorkspace.manifest.setup.scopes.filter(
      ({ scope }) => scope === SCOPE.audit || scope === SCOPE.policies || scope === SCOPE.manageMembers,
    ),
  )('names $scope when it is missing', async ({ scope, capabilities }) => {
    made.sandbox.setSwitches({ missingScopes: [scope] });
    const probe = googleWorkspace.probes.find(({ capability }) => capability === capabilities[0])!;
    const failure = await Promise.resolve(probe.run(made.app)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppFailure);
    expect((failure as AppFailure).classified.missingScopes).toEqual([scope]);
  });
});
