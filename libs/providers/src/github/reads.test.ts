import type { AccountRecord, AppGrantRecord, InventoryRecord } from '#libs/contracts';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { Listing } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { github } from './index.js';
import { listings, probes } from './reads.js';
import { sandboxCredentials } from './sandbox.js';
import type { GithubState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(github, { clock: new FakeClock(NOW), now: NOW, people: 130, days: 2 });
});
afterEach(async () => {
  expect(made.sandbox.ledger().unhandled).toEqual([]);
  await made.close();
});

const state = (): GithubState => made.sandbox.state as GithubState;

async function listed(listing: Listing<InventoryRecord>, app = made.app): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of listing.pages(app)) records.push(...page.records);
  return records;
}

async function accounts(app = made.app): Promise<AccountRecord[]> {
  return (await listed(listings.ACCOUNTS, app)).filter((record): record is AccountRecord => record.kind === 'account');
}

describe('the accounts', () => {
  it('are all members over several pages, outside collaborators and invitations, each once', async () => {
    const found = await accounts();
    const ids = found.map((account) => account.externalId);
    expect(new Set(ids).size).toBe(ids.length);
    const expected = [...state().users.values()].filter((user) => user.standing.now !== 'none').length + state().invitations.now.length;
    expect(found).toHaveLength(expected);
    expect(found.length).toBeGreaterThan(130);
  });

  it('have role, second factor, address and status as GitHub knows them', async () => {
    const found = await accounts();
    const byId = new Map(found.map((account) => [account.externalId, account]));
    for (const user of state().users.values()) {
      const account = byId.get(String(user.id));
      if (user.standing.now === 'none') expect(account).toBeUndefined();
      else expect(account).toMatchObject({ status: user.isActive.now ? 'ACTIVE' : 'SUSPENDED' });
      if (account && user.isActive.now && user.standing.now !== 'none') {
        expect(account).toMatchObject({ isAdmin: user.standing.now === 'admin', hasSecondFactor: user.hasTwoFactor });
        expect(account.email).toBe(
          user.standing.now === 'outside' ? null : (user.verifiedEmail ?? `${user.login}@${state().company.domain}`),
        );
      }
    }
    expect(found.some((account) => account.status === 'SUSPENDED')).toBe(true);
    expect(found.filter((account) => account.status === 'INVITED').map((account) => account.externalId)).toEqual([
      'invitation/33001',
      'invitation/33002',
    ]);
  });

  it('are listed without the enterprise’s SCIM where none was entered', async () => {
    const app = made.connect({ settings: { enterprise: undefined } });
    expect((await accounts(app)).filter((account) => account.status === 'SUSPENDED')).toEqual([]);
  });

  it('are listed by a personal access token just the same', async () => {
    const app = made.connect(sandboxCredentials(state(), 'token'));
    expect(await accounts(app)).toEqual(await accounts());
    expect(await github.identify(app)).toEqual({ accountExternalId: String(state().self.userId), name: 'castellan-connector' });
    expect(await app.signIn()).toMatchObject({
      grantedScopes: expect.arrayContaining(['admin:org']),
      credentialExpiresAt: new Date('2027-02-01T11:00:00Z'),
    });
  });

  it('of people whose second factor is hidden from us say so', async () => {
    made.sandbox.setSwitches({ notOwner: true });
    const found = await accounts();
    expect(found.filter((account) => account.status === 'ACTIVE' && account.hasSecondFactor === null).length).toBeGreaterThan(100);
  });

  it('cannot be complete when who is suspended could not be read', async () => {
    made.sandbox.setSwitches({ serverError: '/scim/v2/' });
    await expect(accounts()).rejects.toMatchObject({ kind: 'down' });
  });
});

describe('teams, privileges and grants', () => {
  it('have teams with their nesting and direct members', async () => {
    const records = await listed(listings.GROUPS);
    expect(records.filter((record) => record.kind === 'group')).toHaveLength(state().teams.length);
    expect(records).toContainEqual({ kind: 'member', groupExternalId: '7001', group: '7011' });
    const engineering = records.filter(
      (record) => record.kind === 'member' && record.groupExternalId === '7001' && record.account !== undefined,
    );
    expect(engineering).toHaveLength(state().teams[0]!.members.now.size);
  });

  it('have owners, organization roles directly and by a team, and maintainers', async () => {
    const privileges = (await listed(listings.PRIVILEGES)).filter((record) => record.kind === 'privilege');
    const owners = [...state().users.values()].filter((user) => user.standing.now === 'admin');
    expect(
      privileges
        .filter((one) => one.name === 'Organization owner')
        .map((one) => one.account)
        .sort(),
    ).toEqual(owners.map((user) => String(user.id)).sort());
    expect(privileges).toContainEqual(expect.objectContaining({ name: 'all_repo_admin', isAdmin: true, viaGroup: null }));
    expect(privileges).toContainEqual(expect.objectContaining({ name: 'App managers', isAdmin: true, viaGroup: '7012' }));
    expect(privileges).toContainEqual(expect.objectContaining({ name: 'Team maintainer', isAdmin: false, scope: 'Platform' }));
  });

  it('have no organization roles on smaller plans, which is no failure', async () => {
    made.sandbox.setSwitches({ unlicensed: ['enterprise-cloud'] });
    const names = (await listed(listings.PRIVILEGES)).filter((record) => record.kind === 'privilege').map((record) => record.name);
    expect(new Set(names)).toEqual(new Set(['Organization owner', 'Team maintainer']));
  });

  it('have apps, webhooks, tokens and keys of every kind, with their owners', async () => {
    const grants = (await listed(listings.APP_GRANTS)) as AppGrantRecord[];
    const kinds = new Map<string, AppGrantRecord>(grants.map((grant) => [grant.externalId.split('/')[0]!, grant]));
    expect([...kinds.keys()].sort()).toEqual(['deploy-key', 'fine-grained-token', 'installation', 'sso-credential', 'webhook']);
    for (const kind of ['fine-grained-token', 'sso-credential', 'deploy-key']) expect(kinds.get(kind)!.account).toMatch(/^\d+$/);
    expect(new Set(grants.map((grant) => grant.externalId)).size).toBe(grants.length);
  });

  it('read every part that is allowed, and end as failed when one is not: what was not seen is not gone', async () => {
    made.sandbox.setSwitches({ missingScopes: ['organization_hooks:read'] });
    const seen: string[] = [];
    const run = async () => {
      for await (const page of listings.APP_GRANTS.pages(made.app))
        seen.push(...page.records.map((record) => record.externalId.split('/')[0]!));
    };
    await expect(run()).rejects.toMatchObject({ kind: 'forbidden', classified: { missingScopes: ['organization_hooks:read'] } });
    expect(new Set(seen)).toEqual(new Set(['installation', 'sso-credential', 'fine-grained-token', 'deploy-key']));
  });

  it('have no SSO credentials without SAML, and no fine-grained tokens for a token', async () => {
    made.sandbox.setSwitches({ unlicensed: ['saml'] });
    const app = made.connect(sandboxCredentials(state(), 'token'));
    const kinds = new Set(((await listed(listings.APP_GRANTS, app)) as AppGrantRecord[]).map((grant) => grant.externalId.split('/')[0]));
    expect(kinds).toEqual(new Set(['installation', 'webhook', 'deploy-key']));
  });
});

describe('a test of the connection', () => {
  const run = async (capability: string): Promise<unknown> => {
    try {
      return (await probes.find((probe) => probe.capability === capability)!.run(made.app)) ?? 'works';
    } catch (error) {
      if (error instanceof AppFailure) return error.classified;
      throw error;
    }
  };

  it('finds all capabilities working, and changes nothing', async () => {
    for (const probe of probes) expect({ [probe.capability]: await run(probe.capability) }).toEqual({ [probe.capability]: 'works' });
    expect(made.sandbox.ledger().effects.filter((effect) => effect.operation !== 'POST /graphql')).toEqual([]);
  });

  it.each([
    ['LIST_ACCOUNTS', 'members:read'],
    ['LIST_PRIVILEGES', 'organization_custom_org_roles:read'],
    ['ADMIN_ACTIVITY', 'organization_administration:read'],
    ['VIEW_APP_GRANTS', 'organization_personal_access_tokens:read'],
    ['REVOKE_APP_GRANTS', 'organization_personal_access_tokens:write'],
    ['USER_GOVERNANCE', 'members:write'],
    ['POSTURE', 'organization_administration:read'],
  ])('of %s without %s names it', async (capability, scope) => {
    made.sandbox.setSwitches({ missingScopes: [scope] });
    expect(await run(capability)).toMatchObject({ kind: 'forbidden', problem: 'SCOPE_MISSING', missingScopes: [scope] });
  });

  it('tells that the plan lacks the audit log', async () => {
    made.sandbox.setSwitches({ unlicensed: ['enterprise-cloud'] });
    expect(await run('ADMIN_ACTIVITY')).toMatchObject({ kind: 'unlicensed' });
    expect(await run('LIST_PRIVILEGES')).toMatchObject({ note: expect.stringMatching(/Enterprise Cloud/) });
  });

  it('discovers the number and plan of the organization', async () => {
    expect(await github.discover!(made.app)).toEqual({ organizationId: '5001001', login: 'lindenworks', plan: 'enterprise' });
  });
});
