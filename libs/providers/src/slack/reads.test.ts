import type { AccountRecord, AppGrantRecord, GroupRecord, InventoryRecord, MemberRecord, PrivilegeRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure } from '../sdk/index.js';
import { http } from './http.js';
import { slack } from './index.js';
import type { SlackState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(slack, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 3 });
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

const state = (): SlackState => made.sandbox.state as SlackState;
const inWorkspaceOnly = (): void => void made.sandbox.setSwitches({ unlicensed: ['enterprise'] });

async function all(name: keyof typeof slack.listings): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of slack.listings[name]!.pages(made.app)) records.push(...page.records);
  return records;
}

function only<K extends InventoryRecord['kind']>(records: readonly InventoryRecord[], kind: K) {
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

describe('accounts of an organization', () => {
  it('are all people, deactivated ones and guests too, but no bots', async () => {
    const accounts: AccountRecord[] = only(await all('ACCOUNTS'), 'account');
    const people = [...state().users.values()].filter((user) => !user.isBot);
    expect(accounts.map(({ externalId }) => externalId).sort()).toEqual(people.map(({ id }) => id).sort());
    expect(new Set(accounts.map(({ status }) => status))).toEqual(new Set(['ACTIVE', 'DISABLED']));
    const expired = people.find((user) => user.guest && user.expiresAtS > 0 && user.expiresAtS * 1_000 < NOW.getTime())!;
    expect(accounts.find(({ externalId }) => externalId === expired.id)).toMatchObject({ status: 'DISABLED' });
  });

  it('show as administrators also those who own only a workspace', async () => {
    const accounts = only(await all('ACCOUNTS'), 'account');
    const admins = [...state().users.values()].filter((user) => user.orgRole !== null || user.roles.now.size > 0).map(({ id }) => id);
    const onlyInWorkspace = [...state().users.values()].find((user) => user.orgRole === null && user.roles.now.size > 0)!;
    expect(
      accounts
        .filter(({ isAdmin }) => isAdmin === true)
        .map(({ externalId }) => externalId)
        .sort(),
    ).toEqual(admins.sort());
    expect(admins).toContain(onlyInWorkspace.id);
    expect(accounts.filter(({ isAdmin }) => isAdmin === undefined)).toEqual([]);
  });

  it('call nobody "no administrator" when the workspaces may not be read', async () => {
    made.sandbox.setSwitches({ missingScopes: ['admin.teams:read'] });
    const accounts = only(await all('ACCOUNTS'), 'account');
    expect(accounts.filter(({ isAdmin }) => isAdmin === false)).toEqual([]);
    expect(accounts.filter(({ isAdmin }) => isAdmin === true).length).toBeGreaterThan(0);
  });

  it('leave the second factor of those with single sign-on unknown', async () => {
    const accounts = only(await all('ACCOUNTS'), 'account');
    const bare = [...state().users.values()].find((user) => !user.has2fa && !user.hasSso)!;
    expect(accounts.find(({ externalId }) => externalId === bare.id)).toMatchObject({ hasSecondFactor: false });
    expect(accounts.some(({ hasSecondFactor }) => hasSecondFactor === true)).toBe(true);
  });

  it('come whole when Slack forgets the cursor in the middle, and when pages repeat rows', async () => {
    const before = only(await all('ACCOUNTS'), 'account').map(({ externalId }) => externalId);
    made.sandbox.setSwitches({ duplicateRows: true });
    const repeated = only(await all('ACCOUNTS'), 'account').map(({ externalId }) => externalId);
    expect([...new Set(repeated)].sort()).toEqual(before.sort());
    const row = { id: 'W1', is_active: true, is_bot: false };
    const forgotten = { kind: 'rejected', appCode: 'invalid_cursor' } as const;
    const app = replayingApp(
      {
        'GET /api/admin.teams.list': { body: { ok: true, teams: [] } },
        'GET /api/admin.users.list': [
          { body: { ok: true, users: [row], response_metadata: { next_cursor: 'c1' } }, when: 'is_active=true' },
          { fails: forgotten, when: 'cursor=c1' },
          { body: { ok: true, users: [row], response_metadata: { next_cursor: 'c2' } }, when: 'is_active=true' },
          { body: { ok: true, users: [], response_metadata: { next_cursor: 'c3' } }, when: 'cursor=c2' },
          { body: { ok: true, users: [{ ...row, id: 'W2' }], response_metadata: { next_cursor: '' } }, when: 'cursor=c3' },
          { body: { ok: true, users: [] }, when: 'is_active=false' },
        ],
      },
      { http, facts: { mode: 'organization', id: 'E1', name: 'Acme' } },
    );
    const ids: string[] = [];
    for await (const page of slack.listings.ACCOUNTS!.pages(app))
      ids.push(...only(page.records, 'account').map(({ externalId }) => externalId));
    expect(ids).toEqual(['W1', 'W1', 'W2']);
  });
});

describe('accounts of a workspace', () => {
  it('come from users.list, without what only an organization tells', async () => {
    inWorkspaceOnly();
    const accounts = only(await all('ACCOUNTS'), 'account');
    expect(accounts).toHaveLength([...state().users.values()].filter((user) => !user.isBot).length);
    expect(accounts.some(({ isAdmin }) => isAdmin === true)).toBe(true);
    expect('lastSignInAt' in accounts[0]!).toBe(false);
    expect(made.sandbox.ledger().operations['GET /api/admin.users.list']).toBeUndefined();
  });
});

describe('groups', () => {
  it('are the user groups of all workspaces with their members, and those of the identity provider', async () => {
    const records = await all('GROUPS');
    const groups: GroupRecord[] = only(records, 'group');
    expect(groups.map(({ externalId }) => externalId).sort()).toEqual([...state().groups.keys(), state().scimGroups[0]!.id].sort());
    const engineering = [...state().groups.values()].find(({ name }) => name === 'Engineering')!;
    expect(groups.find(({ externalId }) => externalId === engineering.id)).toMatchObject({ name: 'Engineering', type: 'idp_group' });
    const members: MemberRecord[] = only(records, 'member').filter(({ groupExternalId }) => groupExternalId === engineering.id);
    expect(members.map(({ account }) => account).sort()).toEqual([...engineering.users.now].sort());
  });

  it('end with a named problem when SCIM lacks its scope, and quietly when the plan has no SCIM', async () => {
    made.sandbox.setSwitches({ missingScopes: ['admin'] });
    expect(await failureOf(() => all('GROUPS'))).toMatchObject({ kind: 'forbidden', classified: { missingScopes: ['admin'] } });
    made.sandbox.setSwitches({ missingScopes: [], unlicensed: ['scim'] });
    expect(only(await all('GROUPS'), 'group')).toHaveLength(state().groups.size);
  });
});

describe('privileges', () => {
  it('are roles of the organization, of workspaces, and system roles', async () => {
    const privileges: PrivilegeRecord[] = only(await all('PRIVILEGES'), 'privilege');
    const main = state().workspaces[0]!.id;
    expect(new Set(privileges.map(({ name }) => name))).toEqual(
      new Set([
        'Primary owner',
        'Owner',
        'Administrator',
        'Workspace owner',
        'Workspace administrator',
        'Multi-channel guest',
        'Single-channel guest',
        'System role Rl0A',
        'System role Rl04',
      ]),
    );
    expect(privileges.find(({ name }) => name === 'Workspace administrator')).toMatchObject({ isAdmin: true, scope: main });
    expect(privileges.find(({ name }) => name === 'System role Rl04')).toMatchObject({ isAdmin: null, scope: main });
    const keys = privileges.map(({ account, externalId }) => `${account} ${externalId}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('app grants', () => {
  it('are the apps approved for the organization and each workspace, with their scopes', async () => {
    const grants: AppGrantRecord[] = only(await all('APP_GRANTS'), 'appGrant');
    const { id } = state().enterprise;
    expect(grants.map(({ appName }) => appName).sort()).toEqual([
      'Calendar Sync',
      'Castellan',
      'Emoji Party',
      'Notes Sync',
      'Old Exporter',
      'Standup',
    ]);
    expect(grants.find(({ appName }) => appName === 'Notes Sync')).toMatchObject({
      externalId: expect.stringMatching(new RegExp(`^${id}/A`)),
      level: 'HIGH',
      account: null,
      scopes: expect.arrayContaining(['channels:history']),
    });
    expect(grants.find(({ appName }) => appName === 'Emoji Party')).toMatchObject({ level: 'LOW' });
  });

  it('of a workspace are what its integration log leaves installed, with the scopes of the newest row that has any', async () => {
    inWorkspaceOnly();
    const grants = only(await all('APP_GRANTS'), 'appGrant');
    expect(grants.map(({ appName }) => appName).sort()).toEqual(['Calendar Sync', 'Castellan', 'Notes Sync', 'Standup']);
    expect(grants.find(({ appName }) => appName === 'Notes Sync')!.scopes).toEqual(['channels:history', 'files:read', 'users:read.email']);
  });
});

describe('what discovery and probes find', () => {
  it('is an organization, with the person who installed the app', async () => {
    expect(await slack.discover!(made.app)).toMatchObject({ mode: 'organization', id: state().enterprise.id });
    expect(await slack.identify(made.app)).toEqual({ accountExternalId: state().self.userId, name: 'castellan' });
    for (const probe of slack.probes) await probe.run(made.app);
  });

  it('is a workspace, where the rest is named as a matter of the plan', async () => {
    inWorkspaceOnly();
    expect(await slack.discover!(made.app)).toMatchObject({ mode: 'workspace', id: state().workspaces[0]!.id });
    const failed: Record<string, string> = {};
    const noted: string[] = [];
    for (const { capability, run } of slack.probes) {
      const note = await run(made.app).catch((failure: unknown) => void (failed[capability] = (failure as AppFailure).kind));
      if (note) noted.push(capability);
    }
    expect(failed).toEqual({ USER_ACTIVITY: 'unlicensed', REVOKE_APP_GRANTS: 'unlicensed' });
    expect(noted).toEqual(['SIGN_IN_ACTIVITY', 'ADMIN_ACTIVITY']);
  });

  it('names the scope that is missing, capability by capability', async () => {
    const lacking: Record<string, readonly string[] | undefined> = {};
    made.sandbox.setSwitches({ missingScopes: ['auditlogs:read', 'admin.apps:read', 'usergroups:read'] });
    for (const { capability, run } of slack.probes)
      await run(made.app).catch((failure: unknown) => void (lacking[capability] = (failure as AppFailure).classified.missingScopes));
    expect(lacking).toEqual({
      LIST_GROUPS: ['usergroups:read'],
      SIGN_IN_ACTIVITY: ['auditlogs:read'],
      USER_ACTIVITY: ['auditlogs:read'],
      ADMIN_ACTIVITY: ['auditlogs:read'],
      VIEW_APP_GRANTS: ['admin.apps:read'],
      REVOKE_APP_GRANTS: ['admin.apps:read'],
    });
  });
});

describe('volume', () => {
  it('is made from numbers: people and entries cost nothing until they are read', async () => {
    const large = await sandboxApp(slack, {
      clock: new FakeClock(NOW),
      now: NOW,
      people: 20,
      days: 1,
      bulk: { accounts: 1_000, activities: 2_500 },
      keepExchanges: false,
    });
    const ids = new Set<string>();
    for await (const page of slack.listings.ACCOUNTS!.pages(large.app))
      for (const { externalId } of only(page.records, 'account')) ids.add(externalId);
    expect(ids.size).toBeGreaterThan(1_000);
    const events = new Set<string>();
    const feed = slack.feeds['audit-logs']!;
    for await (const page of feed.pages(large.app, feed.start(large.app, new Date(NOW.getTime() - 86_400_000))))
      for (const { externalId } of page.events) events.add(externalId);
    expect([...events].filter((id) => id.startsWith('00000000-'))).toHaveLength(2_500);
    await large.close();
  });
});
