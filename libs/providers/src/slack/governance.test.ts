import type { ActionKind, InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure, type ActionPlan, type PlanTarget } from '../sdk/index.js';
import { slack } from './index.js';
import { grantKey, grantParts } from './mapping.js';
import type { SandboxUser, SlackState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(slack, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 2 });
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

const state = (): SlackState => made.sandbox.state as SlackState;
const users = (): SandboxUser[] => [...state().users.values()];
const plan = (kind: ActionKind): ActionPlan => slack.actions[kind]!;
const someone = (): SandboxUser =>
  users().find((user) => user.orgRole === null && user.roles.now.size === 0 && user.active.now && user.workspaces.length === 2)!;
const primaryOwner = (): SandboxUser => users().find((user) => user.orgRole === 'primary_owner')!;
const groupNamed = (name: string) => [...state().groups.values()].find((group) => group.name === name)!;

function account(id: string, more: Partial<PlanTarget> = {}): PlanTarget {
  return { accountExternalId: id, groupExternalId: null, grantExternalId: null, ...more };
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
  return plan(kind).refuse?.(await plan(kind).observe(made.app, target), target)?.code;
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

const effects = (): string[] => made.sandbox.ledger().effects.map(({ operation }) => operation);
const lastActions = async (count: number): Promise<unknown[]> => {
  const { entries } = state().log.page(
    { oldestS: 0, latestS: NOW.getTime() / 1_000 + 3_600, action: null, actor: state().self.userId },
    { stored: 0, bulk: 0 },
    count,
    NOW.getTime() + 3_600_000,
  );
  return entries.map(({ action }) => action);
};

describe.each(['SUSPEND_USER', 'DEACTIVATE_USER'] as const)('%s', (kind) => {
  it('deactivates, shows in the account and in Slack’s own log, and is undone', async () => {
    const user = someone();
    const target = account(user.id);
    const { before } = await carryOut(kind, target);
    expect(await refreshed(kind, target)).toMatchObject({ kind: 'account', externalId: user.id, status: 'DISABLED' });
    expect(user.sessions.now).toEqual([]);
    expect(await lastActions(1)).toEqual(['user_deactivated']);
    await undo(kind, target, before);
    expect(await refreshed(kind, target)).toMatchObject({ status: 'ACTIVE', isAdmin: false });
    expect(effects().at(-1)).toBe('PATCH /scim/v2/Users/{id}');
  });

  it('is refused for the primary owner, whom Slack would not touch either', async () => {
    const target = account(primaryOwner().id);
    expect(await refusalOf(kind, target)).toBe('SLACK_PRIMARY_OWNER');
    expect(await failureOf(() => plan(kind).run(made.app, target, null))).toMatchObject({
      kind: expect.stringMatching(/conflict|forbidden/),
    });
  });

  it('of somebody who is gone says so', async () => {
    expect(await failureOf(() => plan(kind).observe(made.app, account('WNOBODY')))).toMatchObject({ kind: 'missing' });
    expect(await refreshed(kind, account('WNOBODY'))).toBeUndefined();
  });

  it('with its answer lost is not sent twice, and is found done', async () => {
    made.sandbox.setSwitches({ loseAnswer: kind === 'SUSPEND_USER' ? 'PATCH' : 'deactivate' });
    const target = account(someone().id);
    expect(await failureOf(() => plan(kind).run(made.app, target, null))).toMatchObject({ kind: 'down' });
    expect(effects()).toHaveLength(1);
    expect(plan(kind).isDone(await plan(kind).observe(made.app, target), target)).toBe(true);
  });

  it('shows only after a while where reads lag', async () => {
    const target = account(someone().id);
    made.sandbox.setSwitches({ readLagMs: 60_000 });
    await plan(kind).run(made.app, target, null);
    expect(plan(kind).isDone(await plan(kind).observe(made.app, target), target)).toBe(false);
  });

  it('counts the owners that would be left, or does not know', async () => {
    const owners = users().filter((user) => user.roles.now.get(state().workspaces[1]!.id) === 'owner');
    expect(await plan(kind).administratorsLeft!(made.app, account(primaryOwner().id))).toBe(owners.length - 1);
    expect(await plan(kind).administratorsLeft!(made.app, account(someone().id))).toBeGreaterThan(owners.length - 1);
    made.sandbox.setSwitches({ missingScopes: ['admin.teams:read'] });
    expect(await plan(kind).administratorsLeft!(made.app, account(someone().id))).toBeNull();
  });
});

describe('suspending without Enterprise', () => {
  it('goes through SCIM, and deactivating in an organization is a matter of the plan', async () => {
    made.sandbox.setSwitches({ unlicensed: ['enterprise'] });
    const target = account(someone().id);
    const { before } = await carryOut('SUSPEND_USER', target);
    await undo('SUSPEND_USER', target, before);
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, target)).toBeGreaterThan(0);
    expect(await failureOf(() => plan('DEACTIVATE_USER').run(made.app, target, null))).toMatchObject({ kind: 'unlicensed' });
    made.sandbox.setSwitches({ unlicensed: ['enterprise', 'scim'] });
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target, null))).toMatchObject({ kind: 'unlicensed' });
  });

  it('names the scope that SCIM lacks', async () => {
    made.sandbox.setSwitches({ missingScopes: ['admin'] });
    const failure = await failureOf(() => plan('SUSPEND_USER').observe(made.app, account(someone().id)));
    expect(failure).toMatchObject({ kind: 'forbidden', classified: { missingScopes: ['admin'] } });
  });
});

describe('reactivating', () => {
  it('lets in again, and is undone', async () => {
    const target = account(users().find((user) => !user.active.now)!.id);
    const { before } = await carryOut('UNSUSPEND_USER', target);
    await undo('UNSUSPEND_USER', target, before);
    expect(await refreshed('UNSUSPEND_USER', target)).toMatchObject({ status: 'DISABLED' });
  });
});

describe('requiring a new sign-in', () => {
  it('leaves no session in any workspace', async () => {
    const user = someone();
    expect(user.sessions.now).toHaveLength(2);
    const { before } = await carryOut('REQUIRE_SIGN_IN_AGAIN', account(user.id));
    expect((before as { sessions: string[] }).sessions).toHaveLength(2);
    expect(await lastActions(1)).toEqual(['user_session_reset_by_admin']);
    expect(plan('REQUIRE_SIGN_IN_AGAIN').revert).toMatchObject({ impossible: expect.stringMatching(/session/) });
  });
});

describe('removing administrator rights', () => {
  const workspaceOwner = (): SandboxUser => users().find((user) => user.orgRole === null && user.roles.now.size === 2)!;

  it('takes roles in all workspaces and system roles, and gives the same back', async () => {
    const user = workspaceOwner();
    const roles = new Map(user.roles.now);
    const target = account(user.id);
    const { before } = await carryOut('REVOKE_ADMIN_PRIVILEGES', target);
    expect(state().assignments.now.filter((row) => row.user_id === user.id)).toEqual([]);
    expect(await refreshed('REVOKE_ADMIN_PRIVILEGES', target)).toMatchObject({ isAdmin: false });
    await undo('REVOKE_ADMIN_PRIVILEGES', target, before);
    expect(user.roles.now).toEqual(roles);
    expect((await plan('REVOKE_ADMIN_PRIVILEGES').refresh(made.app, target)).map(({ kind }) => kind)).toEqual([
      'account',
      'privilege',
      'privilege',
      'privilege',
    ]);
  });

  it('is refused for roles over the whole organization, and for the primary owner', async () => {
    const orgAdmin = users().find((user) => user.orgRole === 'admin')!;
    expect(await refusalOf('REVOKE_ADMIN_PRIVILEGES', account(orgAdmin.id))).toBe('SLACK_ORGANIZATION_ROLE');
    expect(await refusalOf('REVOKE_ADMIN_PRIVILEGES', account(primaryOwner().id))).toBe('SLACK_ORGANIZATION_ROLE');
  });

  it('notices that a role was not given back although Slack answered ok', async () => {
    const user = workspaceOwner();
    const target = account(user.id);
    const { before } = await carryOut('REVOKE_ADMIN_PRIVILEGES', target);
    user.active.set(false, NOW);
    const { revert } = plan('REVOKE_ADMIN_PRIVILEGES');
    if ('impossible' in revert) throw new Error(revert.impossible);
    expect(await failureOf(() => revert.by(made.app, target, before))).toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(/user_is_deactivated/),
    });
  });
});

describe('removing from a user group', () => {
  it('writes the others back, also one who joined meanwhile, and puts the person back', async () => {
    const group = groupNamed('Sales');
    const [member] = group.users.now;
    const newcomer = users().find((user) => !group.users.now.includes(user.id) && user.active.now)!.id;
    const target = account(member!, { groupExternalId: group.id });
    const before = await plan('REMOVE_FROM_GROUP').observe(made.app, target);
    group.users.set([...group.users.now, newcomer], NOW);
    await plan('REMOVE_FROM_GROUP').run(made.app, target, before);
    expect(group.users.now).toContain(newcomer);
    expect(group.users.now).not.toContain(member);
    expect(await plan('REMOVE_FROM_GROUP').refresh(made.app, target)).toMatchObject([{ kind: 'account' }]);
    await undo('REMOVE_FROM_GROUP', target, before);
    expect(await plan('REMOVE_FROM_GROUP').refresh(made.app, target)).toMatchObject([
      { kind: 'account' },
      { kind: 'member', groupExternalId: group.id },
    ]);
  });

  it('is refused where the identity provider keeps the members, and for the last member', async () => {
    const kept = groupNamed('Engineering');
    expect(await refusalOf('REMOVE_FROM_GROUP', account(kept.users.now[0]!, { groupExternalId: kept.id }))).toBe('SLACK_GROUP_KEPT_BY_IDP');
    const small = groupNamed('Data readers');
    expect(await refusalOf('REMOVE_FROM_GROUP', account(small.users.now[0]!, { groupExternalId: small.id }))).toBe(
      'SLACK_LAST_GROUP_MEMBER',
    );
  });

  it('is refused for a group of the identity provider that is no user group', async () => {
    const kept = state().scimGroups[0]!;
    expect(await refusalOf('REMOVE_FROM_GROUP', account(kept.members[0]!, { groupExternalId: kept.id }))).toBe('SLACK_GROUP_KEPT_BY_IDP');
  });

  it('of a group that is gone says so', async () => {
    const target = account(someone().id, { groupExternalId: 'SGONE' });
    expect(await failureOf(() => plan('REMOVE_FROM_GROUP').observe(made.app, target))).toMatchObject({ kind: 'missing' });
  });
});

describe('revoking an app', () => {
  const grantOf = (name: string, where = state().enterprise.id): PlanTarget => ({
    accountExternalId: null,
    groupExternalId: null,
    grantExternalId: grantKey(where, state().apps.find((app) => app.name === name)!.id),
  });

  it('uninstalls it, then restricts it; approving it again is the way back', async () => {
    const target = grantOf('Notes Sync');
    const { before } = await carryOut('REVOKE_APP_GRANT', target);
    expect(effects()).toEqual(['POST /api/admin.apps.uninstall', 'POST /api/admin.apps.restrict']);
    expect(await lastActions(2)).toEqual(['app_restricted', 'org_app_uninstalled']);
    await undo('REVOKE_APP_GRANT', target, before);
  });

  it('restricts an app of a workspace that is approved there but installed by nobody', async () => {
    const labs = state().workspaces[1]!.id;
    state().installs.get(labs)!.clear();
    await carryOut('REVOKE_APP_GRANT', grantOf('Emoji Party', labs));
  });

  it('is refused for the app that we sign in with', async () => {
    expect(await refusalOf('REVOKE_APP_GRANT', grantOf('Castellan'))).toBe('SLACK_OWN_APP');
  });

  it('has ids that lead back to the place and the app', () => {
    expect(grantParts(grantKey('E1', 'A1'))).toEqual({ where: 'E1', appId: 'A1' });
    for (const other of ['A1', '/A1', 'E1/', 'E1/A1/x']) expect(grantParts(other)).toBeUndefined();
  });
});

it('asks for scopes to write only where the manifest has them for writing', () => {
  for (const act of Object.values(slack.actions)) {
    const known = slack.manifest.setup.scopes.map(({ scope }) => scope);
    expect(act.scopes.filter((scope) => !known.includes(scope))).toEqual([]);
  }
});
