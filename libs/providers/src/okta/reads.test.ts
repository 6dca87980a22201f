import type {
  AccountFactsRecord,
  AccountRecord,
  AppGrantRecord,
  GroupRecord,
  InventoryRecord,
  MemberRecord,
  PrivilegeRecord,
} from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ListingStreamName } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { http } from './http.js';
import { okta } from './index.js';
import { identify, listings, probes, theirTurn } from './reads.js';
import { sandboxCredentials } from './sandbox.js';
import type { OktaState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(okta, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 2 });
});
afterEach(() => made.close());

async function all(stream: ListingStreamName): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of okta.listings[stream]!.pages(made.app)) records.push(...page.records);
  return records;
}

function only<K extends InventoryRecord['kind']>(records: readonly InventoryRecord[], kind: K): Extract<InventoryRecord, { kind: K }>[] {
  return records.filter((record): record is Extract<InventoryRecord, { kind: K }> => record.kind === kind);
}

function state(): OktaState {
  return made.sandbox.state as OktaState;
}

function userWith(login: string): string {
  return [...state().users.values()].find((user) => user.profile['login'] === login)!.id;
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

describe('the accounts of Okta', () => {
  it('are all there, each once, those who were deactivated too', async () => {
    const accounts = only(await all('ACCOUNTS'), 'account');
    expect(new Set(accounts.map((account) => account.externalId))).toEqual(new Set(state().users.keys()));
    expect(accounts).toHaveLength(state().users.size);
    const statuses = new Set(accounts.map((account: AccountRecord) => account.attributes?.['oktaStatus']));
    expect([...statuses].sort()).toEqual([
      'ACTIVE',
      'DEPROVISIONED',
      'LOCKED_OUT',
      'PASSWORD_EXPIRED',
      'PROVISIONED',
      'RECOVERY',
      'STAGED',
    ]);
  });

  it('say who is an administrator, by a role of their own or by a group', async () => {
    const admins = only(await all('ACCOUNTS'), 'account').filter((account) => account.isAdmin);
    const direct = [...state().users.values()].filter((user) => user.roles.now.length > 0).map((user) => user.id);
    const byGroup = [...state().groups.values()].filter((group) => group.roles.length > 0).flatMap((group) => [...group.members.now]);
    expect(byGroup.length).toBeGreaterThan(0);
    expect(new Set(admins.map((account) => account.externalId))).toEqual(new Set([...direct, ...byGroup]));
  });

  it('call nobody an administrator, and nobody none, when the roles may not be read', async () => {
    made.sandbox.setSwitches({ missingScopes: ['okta.roles.read', 'okta.roles.manage'] });
    const accounts = only(await all('ACCOUNTS'), 'account');
    expect(accounts.length).toBeGreaterThan(0);
    expect(accounts.filter((account) => 'isAdmin' in account)).toEqual([]);
  });

  it('still name the administrators that are known when the groups may not be read, and leave the others open', async () => {
    made.sandbox.setSwitches({ missingScopes: ['okta.groups.read', 'okta.groups.manage'] });
    const marks = new Map(only(await all('ACCOUNTS'), 'account').map((account) => [account.externalId, account.isAdmin]));
    const direct = [...state().users.values()].filter((user) => user.roles.now.length > 0).map((user) => user.id);
    expect(direct.map((id) => marks.get(id))).toEqual(direct.map(() => true));
    expect([...marks.values()].filter((mark) => mark === false)).toEqual([]);
  });

  it('tell of second factors by and by, and not of those that were not read', async () => {
    const records = await all('ACCOUNTS');
    const facts: AccountFactsRecord[] = only(records, 'accountFacts');
    const careless = made.sandbox.company.people.find(
      (person) => person.traits.includes('NO_SECOND_FACTOR') && !person.traits.includes('ADMIN') && !person.traits.includes('LEAVER'),
    )!;
    expect(facts.find((fact) => fact.externalId === userWith(careless.email))).toMatchObject({ hasSecondFactor: false });
    expect(facts.some((fact) => fact.hasSecondFactor)).toBe(true);
    expect(only(records, 'account').filter((account) => 'hasSecondFactor' in account)).toEqual([]);
  });

  it('are read a few hundred factors at a time, and everybody’s turn comes', () => {
    const ids = Array.from({ length: 1_300 }, (_, index) => `00u${index}`);
    const runs = Array.from({ length: 13 }, (_, run) =>
      theirTurn(ids, new Date(NOW.getTime() + run * listings.ACCOUNTS.everySeconds * 1_000)),
    );
    expect(runs.every((run) => run.length === 500)).toBe(true);
    expect(new Set(runs.flat()).size).toBe(ids.length);
    expect(theirTurn(ids.slice(0, 400), NOW)).toHaveLength(400);
  });

  it('come light, without credentials', async () => {
    await all('ACCOUNTS');
    const lists = made.exchanges.filter((exchange) => exchange.operation === 'GET /api/v1/users');
    expect(lists.length).toBeGreaterThan(1);
    expect(JSON.stringify(lists.map((exchange) => exchange.answer))).not.toContain('credentials');
  });

  it('are a malformed answer, not an empty list, when Okta sends something else', async () => {
    const answers = { 'GET /api/v1/iam/assignees/users': { body: { value: [] } }, 'GET /api/v1/groups': { body: [] } };
    for (const body of [{}, { errorCode: 'x' }, null, [{ id: '00u1' }]]) {
      const app = replayingApp({ ...answers, 'GET /api/v1/users': { body } }, { http });
      const pages = okta.listings.ACCOUNTS!.pages(app)[Symbol.asyncIterator]();
      expect(await failureOf(() => pages.next())).toMatchObject({ kind: 'malformed', operation: 'GET /api/v1/users' });
    }
  });
});

describe('paging in Okta', () => {
  it('follows the link that is called next among several, over pages of any length', async () => {
    const dana = { id: '00u1', status: 'ACTIVE', profile: { login: 'dana@example.com' } };
    const app = replayingApp(
      {
        'GET /api/v1/iam/assignees/users': [
          { body: { value: [{ id: '00u1' }], _links: { next: { href: 'https://acme.okta.com/api/v1/iam/assignees/users?after=00u1' } } } },
          { body: { value: [{ id: '00u2' }], _links: {} }, when: 'after=00u1' },
        ],
        'GET /api/v1/groups': { body: [] },
        'GET /api/v1/users': [
          {
            body: [dana],
            headers: {
              link: [
                '<https://acme.okta.com/api/v1/users?limit=200>; rel="self"',
                '<https://acme.okta.com/api/v1/users?after=c1&limit=200>; rel="next"',
              ],
            },
          },
          {
            body: [],
            headers: {
              link: '<https://acme.okta.com/api/v1/users>; rel="self", <https://acme.okta.com/api/v1/users?after=c2>; rel="next"',
            },
            when: 'after=c1',
          },
          { body: [{ ...dana, id: '00u2' }], when: 'after=c2' },
          { body: [], when: 'DEPROVISIONED' },
        ],
        'GET /api/v1/users/{userId}/factors': [],
      },
      { http },
    );
    const accounts: AccountRecord[] = [];
    for await (const page of okta.listings.ACCOUNTS!.pages(app)) accounts.push(...only(page.records, 'account'));
    expect(accounts.map(({ externalId, isAdmin }) => [externalId, isAdmin])).toEqual([
      ['00u1', true],
      ['00u2', true],
    ]);
  });
});

describe('the groups of Okta', () => {
  it('are there with all their members', async () => {
    const records = await all('GROUPS');
    const groups: GroupRecord[] = only(records, 'group');
    const members: MemberRecord[] = only(records, 'member');
    expect(new Set(groups.map((group) => group.type))).toEqual(new Set(['BUILT_IN', 'OKTA_GROUP', 'APP_GROUP']));
    for (const group of state().groups.values()) {
      const listed = members.filter((member) => member.groupExternalId === group.id).map((member) => member.account);
      const expected =
        group.type === 'BUILT_IN'
          ? [...state().users.values()].filter((user) => user.standing.now.status !== 'DEPROVISIONED').map((user) => user.id)
          : [...group.members.now];
      expect(listed.sort()).toEqual(expected.sort());
    }
  });

  it('that vanish while they are read have no members, and the rest is read', async () => {
    const group = (id: string) => ({ id, type: 'OKTA_GROUP', profile: { name: id } });
    const app = replayingApp(
      {
        'GET /api/v1/groups': { body: [group('00g1'), group('00g2')] },
        'GET /api/v1/groups/{groupId}/users': [
          { status: 404, body: { errorCode: 'E0000007' }, when: '00g1' },
          { body: [{ id: '00u1', status: 'ACTIVE', profile: {} }], when: '00g2' },
        ],
      },
      { http },
    );
    const records: InventoryRecord[] = [];
    for await (const page of okta.listings.GROUPS!.pages(app)) records.push(...page.records);
    expect(only(records, 'member')).toEqual([{ kind: 'member', groupExternalId: '00g2', account: '00u1' }]);
  });
});

describe('the privileges of Okta', () => {
  it('are each administrator’s roles, with the group that gives them', async () => {
    const records = await all('PRIVILEGES');
    const privileges: PrivilegeRecord[] = only(records, 'privilege');
    const desk = [...state().groups.values()].find((group) => group.roles.length > 0)!;
    const byGroup = privileges.filter((privilege) => privilege.viaGroup === desk.id);
    expect(byGroup.map((privilege) => privilege.account).sort()).toEqual([...desk.members.now].sort());
    expect(privileges.filter((privilege) => privilege.viaGroup === null)).toHaveLength(
      [...state().users.values()].reduce((sum, user) => sum + user.roles.now.length, 0),
    );
    expect(privileges.every((privilege) => privilege.isAdmin)).toBe(true);
  });

  it('tell whether each administrator has a second factor, at every run', async () => {
    const records = await all('PRIVILEGES');
    const accounts = new Set(only(records, 'privilege').map((privilege) => privilege.account));
    const facts = only(records, 'accountFacts');
    expect(new Set(facts.map((fact) => fact.externalId))).toEqual(accounts);
    expect(facts.every((fact) => typeof fact.hasSecondFactor === 'boolean')).toBe(true);
  });

  it('say nothing of an administrator that would outlive the roles', async () => {
    const facts = only(await all('PRIVILEGES'), 'accountFacts');
    expect(facts.filter((fact) => 'isAdmin' in fact)).toEqual([]);
  });

  it('are refused as a whole when the roles may not be read, naming the scope', async () => {
    made.sandbox.setSwitches({ missingScopes: ['okta.roles.read', 'okta.roles.manage'] });
    expect(await failureOf(() => all('PRIVILEGES'))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['okta.roles.read'] },
    });
  });
});

describe('the app grants of Okta', () => {
  it('are tokens, what administrators granted to apps, and what people consented to', async () => {
    const grants: AppGrantRecord[] = only(await all('APP_GRANTS'), 'appGrant');
    expect(new Set(grants.map((grant) => grant.externalId)).size).toBe(grants.length);
    expect(
      grants
        .filter((grant) => grant.type === 'API_TOKEN')
        .map((grant) => grant.appName)
        .sort(),
    ).toEqual(['castellan', 'hr-sync', 'reporting']);
    expect(grants.find((grant) => grant.appName === 'HR Sync')).toMatchObject({
      account: null,
      level: 'HIGH',
      scopes: ['okta.groups.manage', 'okta.users.manage'],
    });
    const consents = grants.filter((grant) => grant.appName === 'Meeting Notes');
    expect(consents.length).toBeGreaterThan(1);
    expect(consents.every((grant) => grant.account !== null && grant.scopes.length === 4)).toBe(true);
  });

  it('of an organization that shows us only our own app are said to be few', async () => {
    made.sandbox.setSwitches({ readOnlyRole: true });
    const probe = probes.find((one) => one.capability === 'VIEW_APP_GRANTS')!;
    expect(await probe.run(made.app)).toMatchObject({ note: expect.stringMatching(/Super Administrator/) });
  });
});

describe('testing the connection', () => {
  it('finds every capability that the manifest claims', async () => {
    const claimed = Object.entries(okta.manifest.capabilities).filter(
      ([, claim]) => claim.support === 'SUPPORTED' || claim.support === 'PARTIAL',
    );
    expect(probes.map((probe) => probe.capability).sort()).toEqual(claimed.map(([capability]) => capability).sort());
    for (const probe of probes) await probe.run(made.app);
    expect(made.sandbox.ledger().effects).toEqual([]);
  });

  it.each([
    ['LIST_ACCOUNTS', 'okta.users.read', ['okta.users.read', 'okta.users.manage']],
    ['LIST_GROUPS', 'okta.groups.read', ['okta.groups.read', 'okta.groups.manage']],
    ['LIST_PRIVILEGES', 'okta.roles.read', ['okta.roles.read', 'okta.roles.manage']],
    ['SIGN_IN_ACTIVITY', 'okta.logs.read', ['okta.logs.read']],
    ['VIEW_APP_GRANTS', 'okta.apiTokens.read', ['okta.apiTokens.read', 'okta.apiTokens.manage']],
    ['POSTURE', 'okta.policies.read', ['okta.policies.read']],
    ['USER_GOVERNANCE', 'okta.users.manage', ['okta.users.manage']],
    ['REVOKE_APP_GRANTS', 'okta.apiTokens.manage', ['okta.apiTokens.manage']],
  ])('names for %s the missing scope %s', async (capability, scope, missingScopes) => {
    made.sandbox.setSwitches({ missingScopes });
    const probe = probes.find((one) => one.capability === capability)!;
    expect(await failureOf(async () => probe.run(made.app))).toMatchObject({ kind: 'forbidden', classified: { missingScopes: [scope] } });
  });

  it('tells a role that cannot act from a missing scope', async () => {
    made.sandbox.setSwitches({ readOnlyRole: true });
    const probe = probes.find((one) => one.capability === 'USER_GOVERNANCE')!;
    expect(await failureOf(async () => probe.run(made.app))).toMatchObject({ classified: { problem: 'NOT_ADMINISTRATOR' } });
  });
});

describe('our own identity', () => {
  it('is the maker of the API token', async () => {
    const app = made.connect(sandboxCredentials(state(), 'api-token'));
    expect(await identify(app)).toEqual({ accountExternalId: state().self.userId, name: `castellan@${made.sandbox.company.domain}` });
  });

  it('of a service app is no account', async () => {
    expect(await identify(made.app)).toEqual({ accountExternalId: null, name: state().self.appId });
  });
});

describe('trouble with Okta', () => {
  it.each([
    [{ serverError: 'GET /api/v1/groups' }, 'down'],
    [{ malformed: 'GET /api/v1/groups' }, 'malformed'],
    [{ htmlPage: 'GET /api/v1/groups' }, 'malformed'],
    [{ revoked: true }, 'auth-revoked'],
    [{ withoutRole: true }, 'forbidden'],
  ])('%j is %s', async (switches, kind) => {
    made.sandbox.setSwitches(switches);
    expect(await failureOf(() => all('GROUPS'))).toMatchObject({ kind });
  });

  it('that never answers is down after the time limit', async () => {
    made.sandbox.setSwitches({ hang: 'GET /api/v1/groups' });
    const app = made.connect({ client: { limits: { timeoutMs: 100, tries: 1 } } });
    const pages = okta.listings.GROUPS!.pages(app)[Symbol.asyncIterator]();
    expect(await failureOf(() => pages.next())).toMatchObject({ kind: 'down' });
  });

  it('that is throttling is waited out, and nothing is missed', async () => {
    made.sandbox.setSwitches({ throttleNext: 3 });
    expect(only(await all('GROUPS'), 'group')).toHaveLength(state().groups.size);
    expect(made.sandbox.ledger().operations['GET /api/v1/groups']?.statuses['429']).toBeGreaterThan(0);
  });
});
