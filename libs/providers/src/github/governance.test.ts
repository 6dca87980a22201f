import type { ActionKind, InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { appSpec, FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { BEYOND_SPEC } from './beyond-spec.js';
import { github } from './index.js';
import type { GithubState, SandboxTeam, SandboxUser } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const { spec } = appSpec('github.json');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(github, {
    clock: new FakeClock(NOW),
    now: NOW,
    people: 60,
    days: 3,
    spec,
    beyondSpec: [...BEYOND_SPEC, 'GET /app/installations'],
  });
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  const problems = made.problems();
  await made.close();
  expect({ unhandled, unknown, problems }).toEqual({ unhandled: [], unknown: [], problems: [] });
});

const state = (): GithubState => made.sandbox.state as GithubState;
const users = (): SandboxUser[] => [...state().users.values()];
const plan = (kind: ActionKind): ActionPlan => (github.actions as Readonly<Partial<Record<ActionKind, ActionPlan>>>)[kind]!;
const team = (name: string): SandboxTeam => state().teams.find((one) => one.name === name)!;
const effects = (): string[] =>
  made.sandbox
    .ledger()
    .effects.map((effect) => effect.operation)
    .filter((operation) => operation !== 'POST /graphql');

function account(id: number | string, more: Partial<PlanTarget> = {}): PlanTarget {
  return { accountExternalId: String(id), groupExternalId: null, grantExternalId: null, ...more };
}

const grant = (grantExternalId: string): PlanTarget => ({ accountExternalId: null, groupExternalId: null, grantExternalId });

function aMember(): SandboxUser {
  const [id] = [...team('Platform').members.now.keys()].filter((one) => state().users.get(one)!.standing.now === 'member');
  return users().find((user) => user.id === id)!;
}

function anOwner(): SandboxUser {
  return users().find((user) => user.standing.now === 'admin')!;
}

/** As the engine does it: look, refuse or act, look again. */
async function carryOut(kind: ActionKind, target: PlanTarget): Promise<{ before: Json; after: Json }> {
  const act = plan(kind);
  const before = await act.observe(made.app, target);
  expect(act.isDone(before, target)).toBe(false);
  expect(act.refuse?.(before, target)).toBeUndefined();
  await act.run(made.app, target, before);
  const after = await act.observe(made.app, target);
  expect(act.isDone(after, target)).toBe(true);
  return { before, after };
}

async function undo(kind: ActionKind, target: PlanTarget, before: Json): Promise<void> {
  const { revert, observe } = plan(kind);
  if ('impossible' in revert) throw new Error(revert.impossible);
  await revert.by(made.app, target, before);
  expect(revert.isDone(await observe(made.app, target), before)).toBe(true);
}

async function refusalOf(kind: ActionKind, target: PlanTarget, app: AppClient = made.app): Promise<string | undefined> {
  const act = plan(kind);
  return act.refuse?.(await act.observe(app, target), target)?.code;
}

async function refreshed(kind: ActionKind, target: PlanTarget): Promise<InventoryRecord | undefined> {
  return (await plan(kind).refresh(made.app, target))[0];
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

describe('suspending a managed user', () => {
  it('is done by SCIM of the enterprise, shows in the account, and is undone', async () => {
    const target = account(aMember().id);
    const { before } = await carryOut('SUSPEND_USER', target);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject({ kind: 'account', status: 'SUSPENDED' });
    await undo('SUSPEND_USER', target, before);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject({ status: 'ACTIVE' });
    expect(effects()).toEqual(Array(2).fill('PATCH /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}'));
  });

  it('is refused where no enterprise was entered, and for people whom the enterprise does not manage', async () => {
    const app = made.connect({ settings: { enterprise: undefined } });
    expect(await refusalOf('SUSPEND_USER', account(aMember().id), app)).toBe('GITHUB_NO_SUSPENSION');
    const outside = users().find((user) => user.standing.now === 'outside')!;
    expect(await refusalOf('SUSPEND_USER', account(outside.id))).toBe('GITHUB_NOT_A_MANAGED_USER');
  });

  it('is lifted again', async () => {
    const suspended = users().find((user) => !user.isActive.now)!;
    const { before } = await carryOut('UNSUSPEND_USER', account(suspended.id));
    await undo('UNSUSPEND_USER', account(suspended.id), before);
  });

  it('counts the owners that would be left', async () => {
    const owners = users().filter((user) => user.standing.now === 'admin');
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, account(owners[0]!.id))).toBe(owners.length - 1);
    made.sandbox.setSwitches({ missingScopes: ['members:read'] });
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, account(owners[0]!.id))).toBeNull();
  });

  it('shows only after a while where reads lag', async () => {
    const target = account(aMember().id);
    made.sandbox.setSwitches({ readLagMs: 60_000 });
    const act = plan('SUSPEND_USER');
    await act.run(made.app, target, await act.observe(made.app, target));
    expect(act.isDone(await act.observe(made.app, target), target)).toBe(false);
    made.sandbox.setSwitches({ readLagMs: 0 });
    expect(act.isDone(await act.observe(made.app, target), target)).toBe(true);
  });
});

describe('removing from the organization', () => {
  it('takes the membership with its teams, and undoing it invites again with role and teams', async () => {
    const member = aMember();
    const target = account(member.id);
    const { before } = await carryOut('DEACTIVATE_USER', target);
    expect(before).toMatchObject({
      kind: 'member',
      role: 'member',
      teams: expect.arrayContaining([{ slug: 'platform', role: expect.any(String) }]),
    });
    expect(team('Platform').members.now.has(member.id)).toBe(false);
    expect(await refreshed('DEACTIVATE_USER', target)).toBeUndefined();
    const teams = (before as { teams: { slug: string }[] }).teams.filter((one) => one.slug !== 'everyone-by-directory');
    await undo('DEACTIVATE_USER', target, { ...(before as object), teams } as Json);
    expect(member.standing.now).toBe('pending-member');
    expect(team('Platform').members.now.has(member.id)).toBe(true);
  });

  it('withdraws an invitation, and says that it must be made again by hand', async () => {
    const target = account('invitation/33001');
    expect(await refreshed('DEACTIVATE_USER', target)).toMatchObject({ status: 'INVITED' });
    const { before } = await carryOut('DEACTIVATE_USER', target);
    expect(await failureOf(() => undo('DEACTIVATE_USER', target, before))).toMatchObject({ kind: 'conflict' });
  });

  it('removes an outside collaborator', async () => {
    const outside = users().find((user) => user.standing.now === 'outside')!;
    await carryOut('DEACTIVATE_USER', account(outside.id));
    expect(effects()).toEqual(['DELETE /orgs/{org}/outside_collaborators/{username}']);
  });

  it('of somebody who is gone says so', async () => {
    expect(await failureOf(() => plan('DEACTIVATE_USER').observe(made.app, account(123)))).toMatchObject({ kind: 'missing' });
    expect(await failureOf(() => plan('DEACTIVATE_USER').observe(made.app, account('../orgs')))).toMatchObject({ kind: 'missing' });
  });

  it('without the permission names it', async () => {
    made.sandbox.setSwitches({ missingScopes: ['members:write'] });
    const target = account(aMember().id);
    const before = await plan('DEACTIVATE_USER').observe(made.app, target);
    expect(await failureOf(() => plan('DEACTIVATE_USER').run(made.app, target, before))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['members:write'], problem: 'SCOPE_MISSING' },
    });
  });

  it('with its answer lost is not sent twice, and is found done', async () => {
    const target = account(aMember().id);
    const before = await plan('DEACTIVATE_USER').observe(made.app, target);
    made.sandbox.setSwitches({ loseAnswer: 'DELETE /orgs/{org}/memberships' });
    expect(await failureOf(() => plan('DEACTIVATE_USER').run(made.app, target, before))).toMatchObject({ kind: 'down' });
    expect(effects()).toEqual(['DELETE /orgs/{org}/memberships/{username}']);
    expect(plan('DEACTIVATE_USER').isDone(await plan('DEACTIVATE_USER').observe(made.app, target), target)).toBe(true);
  });
});

describe('taking administrator rights', () => {
  it('makes an owner a member, takes direct roles, and gives all back', async () => {
    const owner = anOwner();
    state()
      .roles.find((role) => role.name === 'all_repo_admin')!
      .holders.set(new Set([owner.id]), NOW);
    const target = account(owner.id);
    const { before } = await carryOut('REVOKE_ADMIN_PRIVILEGES', target);
    expect(await refreshed('REVOKE_ADMIN_PRIVILEGES', target)).toEqual({
      kind: 'accountFacts',
      externalId: String(owner.id),
      isAdmin: false,
    });
    await undo('REVOKE_ADMIN_PRIVILEGES', target, before);
    expect(owner.standing.now).toBe('admin');
    expect((await plan('REVOKE_ADMIN_PRIVILEGES').refresh(made.app, target)).map((record) => record.kind)).toEqual([
      'accountFacts',
      'privilege',
    ]);
  });

  it('is refused where a team gives the role', async () => {
    const [id] = [...team('Platform Admins').members.now.keys()].filter((one) => state().users.get(one)!.standing.now === 'member');
    expect(await refusalOf('REVOKE_ADMIN_PRIVILEGES', account(id!))).toBe('GITHUB_ROLE_BY_TEAM');
  });
});

describe('removing from a team', () => {
  it('removes, and puts back with the same role', async () => {
    const member = aMember();
    const target = account(member.id, { groupExternalId: String(team('Platform').id) });
    const { before } = await carryOut('REMOVE_FROM_GROUP', target);
    await undo('REMOVE_FROM_GROUP', target, before);
    expect((await plan('REMOVE_FROM_GROUP').refresh(made.app, target)).map((record) => record.kind)).toContain('member');
  });

  it('is about the direct membership: who is in it by a child team only is not in the team itself', async () => {
    const member = aMember();
    const parent = team('Engineering');
    parent.members.set(new Map([...parent.members.now].filter(([id]) => id !== member.id)), NOW);
    const target = account(member.id, { groupExternalId: String(parent.id) });
    const act = plan('REMOVE_FROM_GROUP');
    expect(act.isDone(await act.observe(made.app, target), target)).toBe(true);
  });

  it('that an identity provider keeps is a conflict, in the words of GitHub', async () => {
    const target = account(aMember().id, { groupExternalId: String(team('Everyone by directory').id) });
    const before = await plan('REMOVE_FROM_GROUP').observe(made.app, target);
    expect(await failureOf(() => plan('REMOVE_FROM_GROUP').run(made.app, target, before))).toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(/synchronized/),
    });
  });
});

describe('revoking', () => {
  it('all SSO authorizations of a person leaves those of others', async () => {
    const login = String(state().credentials.now[0]!['login']);
    const user = users().find((one) => one.login === login)!;
    const others = state().credentials.now.filter((one) => one['login'] !== login).length;
    await carryOut('REQUIRE_SIGN_IN_AGAIN', account(user.id));
    expect(state().credentials.now).toHaveLength(others);
    expect(plan('REQUIRE_SIGN_IN_AGAIN').revert).toMatchObject({ impossible: expect.any(String) });
  });

  it('a fine-grained token, a credential, and an app of the enterprise takes exactly that one', async () => {
    const counts = () => [state().fineTokens.now.length, state().credentials.now.length, state().installations.now.length];
    const before = counts();
    await carryOut('REVOKE_APP_GRANT', grant(`fine-grained-token/${String(state().fineTokens.now[0]!['id'])}`));
    await carryOut('REVOKE_APP_GRANT', grant(`sso-credential/${String(state().credentials.now[0]!['credential_id'])}`));
    await carryOut('REVOKE_APP_GRANT', grant('installation/660001'));
    expect(counts()).toEqual(before.map((count) => count - 1));
  });

  it('is refused for our own app, and for what is removed by hand', async () => {
    expect(await refusalOf('REVOKE_APP_GRANT', grant(`installation/${state().self.installationId}`))).toBe('GITHUB_OWN_INSTALLATION');
    expect(await refusalOf('REVOKE_APP_GRANT', grant('webhook/52001'))).toBe('GITHUB_REMOVED_BY_HAND');
    expect(await refusalOf('REVOKE_APP_GRANT', grant('deploy-key/lindenworks/payments/40001'))).toBe('GITHUB_REMOVED_BY_HAND');
    const app = made.connect({ settings: { enterprise: undefined } });
    expect(await refusalOf('REVOKE_APP_GRANT', grant('installation/660001'), app)).toBe('GITHUB_REMOVED_BY_HAND');
  });

  it('what is gone already is nothing to do', async () => {
    const act = plan('REVOKE_APP_GRANT');
    expect(act.isDone(await act.observe(made.app, grant('fine-grained-token/1')), grant('fine-grained-token/1'))).toBe(true);
  });
});

describe('every action', () => {
  it('names only scopes that the setup explains, and one that writes', () => {
    const known = new Map(github.manifest.setup.scopes.map((need) => [need.scope, need.forWriting]));
    for (const { scopes, kind } of Object.values(github.actions)) {
      expect({ kind, unknown: scopes.filter((scope) => !known.has(scope)) }).toEqual({ kind, unknown: [] });
      expect(scopes.some((scope) => known.get(scope))).toBe(true);
    }
  });

  it('leaves its trace in the log, with who did it', async () => {
    const member = aMember();
    await carryOut('DEACTIVATE_USER', account(member.id));
    const clock = new FakeClock(new Date(NOW.getTime() + 5 * 60_000));
    const app = made.connect();
    const feed = github.feeds['audit']!;
    const later: AppClient = {
      ...app,
      settings: app.settings,
      facts: undefined,
      now: () => clock.now(),
      call: (request) => app.call(request),
      each: (items, work) => app.each(items, work),
    };
    const events = [];
    for await (const page of feed.pages(later, feed.start(later, NOW))) events.push(...page.events);
    expect(events.find((event) => event.eventType === 'org.remove_member' && event.occurredAt === NOW.getTime())).toMatchObject({
      actor: { type: 'service', name: 'castellan[bot]' },
      isAdminActivity: true,
      targets: expect.arrayContaining([{ type: 'User', externalId: String(member.id), name: member.login }]),
    });
  });
});
