import type { ActionKind, InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { appSpec, FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ActionPlan, PlanTarget } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { consentKey } from './mapping.js';
import { okta } from './index.js';
import { sandboxCredentials } from './sandbox.js';
import type { OktaState, SandboxUser } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const { spec } = appSpec('okta.json');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(okta, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 3, spec, beyondSpec: ['POST /oauth2/v1/token'] });
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  // The pattern for durations in Okta's description lost its look-ahead and fits nothing.
  const problems = made.problems().filter((problem) => !problem.includes('tokenWindow'));
  await made.close();
  expect({ unhandled, unknown, problems }).toEqual({ unhandled: [], unknown: [], problems: [] });
});

const state = (): OktaState => made.sandbox.state as OktaState;
const users = (): SandboxUser[] => [...state().users.values()];
const plan = (kind: ActionKind): ActionPlan => okta.actions[kind]!;
const groupNamed = (name: string) => [...state().groups.values()].find((group) => group.name === name)!;

function account(id: string, more: Partial<PlanTarget> = {}): PlanTarget {
  return { accountExternalId: id, groupExternalId: null, grantExternalId: null, ...more };
}

function anActiveUser(): SandboxUser {
  return users().find(
    (user) =>
      user.standing.now.status === 'ACTIVE' && user.roles.now.length === 0 && user.passwordKeeper === 'OKTA' && user.lastLogin !== null,
  )!;
}

function withStatus(status: string): SandboxUser {
  return users().find((user) => user.standing.now.status === status)!;
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

async function refusalOf(kind: ActionKind, target: PlanTarget): Promise<string | undefined> {
  const act = plan(kind);
  return act.refuse?.(await act.observe(made.app, target), target)?.code;
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

function effects(): string[] {
  return made.sandbox.ledger().effects.map((effect) => effect.operation);
}

describe('suspending a user', () => {
  it('suspends, shows in the account, and is undone', async () => {
    const target = account(anActiveUser().id);
    const { before } = await carryOut('SUSPEND_USER', target);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject({ kind: 'account', status: 'SUSPENDED' });
    await undo('SUSPEND_USER', target, before);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject({ status: 'ACTIVE' });
    expect(effects()).toEqual(['POST /api/v1/users/{id}/lifecycle/suspend', 'POST /api/v1/users/{id}/lifecycle/unsuspend']);
  });

  it.each(['LOCKED_OUT', 'STAGED', 'DEPROVISIONED'])('is refused for a user who is %s', async (status) => {
    expect(await refusalOf('SUSPEND_USER', account(withStatus(status).id))).toBe('OKTA_USER_NOT_ACTIVE');
  });

  it('of somebody who is gone says so', async () => {
    expect(await failureOf(() => plan('SUSPEND_USER').observe(made.app, account('00uNobody')))).toMatchObject({ kind: 'missing' });
    expect(await refreshed('SUSPEND_USER', account('00uNobody'))).toBeUndefined();
  });

  it('that Okta refuses after all, for somebody else was faster, shows the cause', async () => {
    const target = account(anActiveUser().id);
    const before = await plan('SUSPEND_USER').observe(made.app, target);
    await plan('SUSPEND_USER').run(made.app, target, before);
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target, before))).toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(/SUSPENDED/),
    });
  });

  it('without the scope names it', async () => {
    made.sandbox.setSwitches({ missingScopes: ['okta.users.manage'] });
    const target = account(anActiveUser().id);
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target, null))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['okta.users.manage'] },
    });
  });

  it('with its answer lost is not sent twice, and is found done', async () => {
    made.sandbox.setSwitches({ loseAnswer: 'lifecycle/suspend' });
    const target = account(anActiveUser().id);
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target, null))).toMatchObject({ kind: 'down' });
    expect(effects()).toEqual(['POST /api/v1/users/{id}/lifecycle/suspend']);
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target), target)).toBe(true);
  });

  it('shows only after a while where reads lag', async () => {
    const target = account(anActiveUser().id);
    made.sandbox.setSwitches({ readLagMs: 60_000 });
    await plan('SUSPEND_USER').run(made.app, target, null);
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target), target)).toBe(false);
    made.sandbox.setSwitches({ readLagMs: 0 });
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target), target)).toBe(true);
  });

  it('counts the super administrators that would be left', async () => {
    const supers = users().filter((user) => user.roles.now.some((role) => role.type === 'SUPER_ADMIN'));
    expect(supers.length).toBeGreaterThan(1);
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, account(supers[0]!.id))).toBe(supers.length - 1);
    for (const user of supers.slice(1)) user.standing.set({ ...user.standing.now, status: 'SUSPENDED' }, NOW);
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, account(supers[0]!.id))).toBe(0);
  });

  it('does not know how many would be left when the roles may not be read', async () => {
    made.sandbox.setSwitches({ missingScopes: ['okta.roles.read', 'okta.roles.manage'] });
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, account(anActiveUser().id))).toBeNull();
  });
});

describe('unsuspending a user', () => {
  it('lets in again, and is undone', async () => {
    const suspended = anActiveUser();
    suspended.standing.set({ ...suspended.standing.now, status: 'SUSPENDED' }, NOW);
    const target = account(suspended.id);
    const { before } = await carryOut('UNSUSPEND_USER', target);
    await undo('UNSUSPEND_USER', target, before);
  });

  it('is refused for a user who was deactivated', async () => {
    expect(await refusalOf('UNSUSPEND_USER', account(withStatus('DEPROVISIONED').id))).toBe('OKTA_USER_NOT_SUSPENDED');
  });
});

describe('requiring a new sign-in', () => {
  it('ends the sessions, and the log proves it', async () => {
    const user = anActiveUser();
    await carryOut('REQUIRE_SIGN_IN_AGAIN', account(user.id));
    expect(made.sandbox.ledger().effects).toMatchObject([
      { operation: 'DELETE /api/v1/users/{userId}/sessions', query: { oauthTokens: 'true', forgetDevices: 'true' } },
    ]);
  });

  it('is to be done again once the user has signed in again', async () => {
    const user = anActiveUser();
    const target = account(user.id);
    await carryOut('REQUIRE_SIGN_IN_AGAIN', target);
    user.lastLogin = new Date(NOW.getTime() + 60_000).toISOString();
    const act = plan('REQUIRE_SIGN_IN_AGAIN');
    expect(act.isDone(await act.observe(made.app, target), target)).toBe(false);
  });

  it('cannot be undone, and says why', () => {
    expect(plan('REQUIRE_SIGN_IN_AGAIN').revert).toMatchObject({ impossible: expect.stringMatching(/session/) });
  });
});

describe('expiring a password', () => {
  it('is seen in the status of the user', async () => {
    const target = account(anActiveUser().id);
    await carryOut('EXPIRE_PASSWORD', target);
    expect(await refreshed('EXPIRE_PASSWORD', target)).toMatchObject({ status: 'ACTIVE', attributes: { oktaStatus: 'PASSWORD_EXPIRED' } });
  });

  it('is refused where another directory keeps the password, and for those who cannot sign in', async () => {
    const elsewhere = users().find((user) => user.passwordKeeper === 'ACTIVE_DIRECTORY' && user.standing.now.status === 'ACTIVE')!;
    expect(await refusalOf('EXPIRE_PASSWORD', account(elsewhere.id))).toBe('OKTA_PASSWORD_KEPT_ELSEWHERE');
    expect(await refusalOf('EXPIRE_PASSWORD', account(withStatus('STAGED').id))).toBe('OKTA_USER_NOT_ACTIVE');
  });
});

describe('deactivating a user', () => {
  it('is final for app assignments, and the account can be activated again', async () => {
    const target = account(anActiveUser().id);
    const { before } = await carryOut('DEACTIVATE_USER', target);
    expect(await refreshed('DEACTIVATE_USER', target)).toMatchObject({ status: 'DISABLED' });
    await undo('DEACTIVATE_USER', target, before);
    expect(plan('DEACTIVATE_USER').revert).toMatchObject({ note: expect.stringMatching(/not restored/) });
  });
});

describe('removing administrator roles', () => {
  const anAdmin = (...types: string[]): SandboxUser =>
    users().find((user) => types.every((type) => user.roles.now.some((role) => role.type === type)))!;

  it('takes all direct roles and gives them back', async () => {
    const admin = anAdmin('SUPER_ADMIN');
    const target = account(admin.id);
    const { before } = await carryOut('REVOKE_ADMIN_PRIVILEGES', target);
    expect(await refreshed('REVOKE_ADMIN_PRIVILEGES', target)).toMatchObject({ isAdmin: false });
    await undo('REVOKE_ADMIN_PRIVILEGES', target, before);
    expect(admin.roles.now.map((role) => role.type)).toEqual(['SUPER_ADMIN']);
    expect((await plan('REVOKE_ADMIN_PRIVILEGES').refresh(made.app, target)).map((record) => record.kind)).toEqual([
      'account',
      'privilege',
    ]);
  });

  it('gives a custom role back with its resources, and never gives a limited role back without its limits', async () => {
    const admin = anActiveUser();
    const custom = { id: 'irb1', type: 'CUSTOM', label: 'Access reviewers', created: NOW.toISOString(), role: 'cr01', resourceSet: 'iam1' };
    const limited = { id: 'ra11', type: 'USER_ADMIN', label: 'Group Administrator', created: NOW.toISOString(), groupTargets: ['00g1'] };
    admin.roles.set([custom, limited], NOW);
    const target = account(admin.id);
    const { before } = await carryOut('REVOKE_ADMIN_PRIVILEGES', target);
    expect(await failureOf(() => undo('REVOKE_ADMIN_PRIVILEGES', target, before))).toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(/Group Administrator/),
    });
    expect(admin.roles.now).toMatchObject([{ type: 'CUSTOM', role: 'cr01', resourceSet: 'iam1' }]);
  });

  it('is refused where a group gives the role, naming the group', async () => {
    const desk = [...state().groups.values()].find((group) => group.roles.length > 0)!;
    const [member] = desk.members.now;
    const act = plan('REVOKE_ADMIN_PRIVILEGES');
    const refusal = act.refuse!(await act.observe(made.app, account(member!)), account(member!));
    expect(refusal).toMatchObject({ code: 'OKTA_ADMIN_BY_GROUP', remedy: expect.stringContaining(desk.id) });
  });
});

describe('removing from a group', () => {
  it('removes, and puts back', async () => {
    const group = groupNamed('VPN users');
    const [member] = group.members.now;
    const target = account(member!, { groupExternalId: group.id });
    const { before } = await carryOut('REMOVE_FROM_GROUP', target);
    expect(await plan('REMOVE_FROM_GROUP').refresh(made.app, target)).toMatchObject([{ kind: 'account' }]);
    await undo('REMOVE_FROM_GROUP', target, before);
    expect((await plan('REMOVE_FROM_GROUP').refresh(made.app, target)).map((record) => record.kind)).toEqual(['account', 'member']);
  });

  it.each(['Domain Users', 'Everyone'])('is refused for %s, whose members are kept elsewhere', async (name) => {
    expect(await refusalOf('REMOVE_FROM_GROUP', account(anActiveUser().id, { groupExternalId: groupNamed(name).id }))).toBe(
      'OKTA_GROUP_KEPT_ELSEWHERE',
    );
  });

  it('counts as taking an administrator away only where the group makes super administrators', async () => {
    const supers = users().filter((user) => user.roles.now.some((role) => role.type === 'SUPER_ADMIN'));
    const target = account(supers[0]!.id, { groupExternalId: groupNamed('VPN users').id });
    expect(await plan('REMOVE_FROM_GROUP').administratorsLeft!(made.app, target)).toBe(supers.length);
  });
});

describe('revoking a grant', () => {
  const grant = (grantExternalId: string): PlanTarget => ({ accountExternalId: null, groupExternalId: null, grantExternalId });

  it('of a user withdraws all scopes of that app and its refresh tokens, and nothing of other users', async () => {
    const consent = state().grants.find((one) => one.userId !== undefined)!;
    const others = state().grants.filter((one) => one.userId !== consent.userId).length;
    await carryOut('REVOKE_APP_GRANT', grant(consentKey(consent.userId!, consent.clientId)));
    expect(state().grants.filter((one) => one.userId === consent.userId)).toEqual([]);
    expect(state().refreshTokens.filter((token) => token.userId === consent.userId)).toEqual([]);
    expect(state().grants).toHaveLength(others);
  });

  it('of an API token revokes it', async () => {
    const token = state().apiTokens.now.find((one) => one.name === 'reporting')!;
    await carryOut('REVOKE_APP_GRANT', grant(token.id));
    expect(state().apiTokens.now.map((one) => one.name)).not.toContain('reporting');
    expect(plan('REVOKE_APP_GRANT').revert).toMatchObject({ impossible: expect.any(String) });
  });

  it('is refused for a token that may be our own', async () => {
    const app = made.connect(sandboxCredentials(state(), 'api-token'));
    const own = state().apiTokens.now.find((one) => one.userId === state().self.userId)!;
    const act = plan('REVOKE_APP_GRANT');
    expect(act.refuse!(await act.observe(app, grant(own.id)), grant(own.id))).toMatchObject({ code: 'OKTA_OWN_API_TOKEN' });
    expect(act.refuse!(await act.observe(made.app, grant(own.id)), grant(own.id))).toBeUndefined();
  });

  it('is refused for what an administrator granted to an app', async () => {
    expect(await refusalOf('REVOKE_APP_GRANT', grant(`admin-consent/${state().apps[0]!.id}`))).toBe('OKTA_ADMIN_CONSENT');
  });

  it('that is gone already is nothing to do', async () => {
    const act = plan('REVOKE_APP_GRANT');
    expect(act.isDone(await act.observe(made.app, grant('00Tgone')), grant('00Tgone'))).toBe(true);
  });
});

describe('every action', () => {
  it('names only scopes that the setup explains, and one that writes', () => {
    const known = new Map(okta.manifest.setup.scopes.map((need) => [need.scope, need.forWriting]));
    for (const { scopes, kind } of Object.values(okta.actions)) {
      expect({ kind, unknown: scopes.filter((scope) => !known.has(scope)) }).toEqual({ kind, unknown: [] });
      expect(scopes.some((scope) => known.get(scope))).toBe(true);
    }
  });

  it('leaves its trace in the log, with who did it', async () => {
    const user = anActiveUser();
    await carryOut('SUSPEND_USER', account(user.id));
    const feed = okta.feeds['main']!;
    const events = [];
    for await (const page of feed.pages(made.app, feed.start(made.app, NOW))) events.push(...page.events);
    expect(events.find((event) => event.eventType === 'user.lifecycle.suspend')).toMatchObject({
      actor: { type: 'service', externalId: state().self.appId },
      targets: [{ externalId: user.id }],
    });
  });
});
