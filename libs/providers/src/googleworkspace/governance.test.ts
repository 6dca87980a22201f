import type { ActionKind, InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ActionPlan, PlanTarget } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { googleWorkspace } from './index.js';
import type { SandboxUser, WorkspaceState } from './sandbox-state.js';
import { SCOPE } from './scopes.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(googleWorkspace, { clock, now: NOW, people: 80, days: 3 });
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

const state = (): WorkspaceState => made.sandbox.state as WorkspaceState;
const plan = (kind: ActionKind): ActionPlan => googleWorkspace.actions[kind]!;
const effects = (): string[] => made.sandbox.ledger().effects.map(({ operation }) => operation);

function person(fits: (user: SandboxUser) => boolean): SandboxUser {
  return state().users.people.find((user) => user.deletedAt === undefined && fits(user))!;
}

const anOrdinary = (): SandboxUser => person((user) => !user.suspended && !user.isSuperAdmin && user.lastLoginAt > 0 && !user.archived);

function account(id: string, more: Partial<PlanTarget> = {}): PlanTarget {
  return { accountExternalId: id, groupExternalId: null, grantExternalId: null, ...more };
}

/** As the engine does it: look, refuse or act, look again. */
async function carryOut(kind: ActionKind, target: PlanTarget): Promise<Json> {
  const act = plan(kind);
  const before = await act.observe(made.app, target);
  expect(act.isDone(before, target)).toBe(false);
  expect(act.refuse?.(before, target)).toBeUndefined();
  await act.run(made.app, target, before);
  expect(act.isDone(await act.observe(made.app, target), target)).toBe(true);
  return before;
}

async function undo(kind: ActionKind, target: PlanTarget, before: Json): Promise<void> {
  const { revert, observe } = plan(kind);
  if ('impossible' in revert) throw new Error(revert.impossible);
  await revert.by(made.app, target, before);
  expect(revert.isDone(await observe(made.app, target), before)).toBe(true);
}

async function refreshed(kind: ActionKind, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  return plan(kind).refresh(made.app, target);
}

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  const failure = await act().catch((error: unknown) => error);
  if (failure instanceof AppFailure) return failure;
  throw new Error(`It did not fail as an app does: ${String(failure)}`);
}

describe('suspending a user', () => {
  it('suspends, shows in the account and in the admin log, and is undone', async () => {
    const target = account(anOrdinary().id);
    const before = await carryOut('SUSPEND_USER', target);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject([{ kind: 'account', status: 'SUSPENDED' }]);
    await undo('SUSPEND_USER', target, before);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject([{ status: 'ACTIVE' }]);
    const { admin } = googleWorkspace.feeds;
    const types: string[] = [];
    for await (const page of admin!.pages(made.app, admin!.start(made.app, new Date(NOW.getTime() - 60_000))))
      types.push(...page.events.map((one) => one.eventType));
    expect(types).toEqual(expect.arrayContaining(['admin.SUSPEND_USER', 'admin.UNSUSPEND_USER']));
  });

  it('of a user who is gone says so', async () => {
    expect(await failureOf(() => plan('SUSPEND_USER').observe(made.app, account('199999999999999999999')))).toMatchObject({
      kind: 'missing',
    });
    expect(await refreshed('SUSPEND_USER', account('199999999999999999999'))).toEqual([]);
  });

  it('without the scope names it', async () => {
    made.sandbox.setSwitches({ missingScopes: [SCOPE.manageUsers] });
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, account(anOrdinary().id), null))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: [SCOPE.manageUsers] },
    });
  });

  it('of a super administrator is refused to a lesser one', async () => {
    made.sandbox.setSwitches({ isPlainAdmin: true });
    const target = account(person((user) => user.isSuperAdmin).id);
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target, null))).toMatchObject({
      kind: 'forbidden',
      classified: { problem: 'NOT_ADMINISTRATOR' },
    });
  });

  it('with its answer lost is not sent twice, and is found done', async () => {
    made.sandbox.setSwitches({ loseAnswer: 'PATCH' });
    const target = account(anOrdinary().id);
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target, null))).toMatchObject({ kind: 'down' });
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target), target)).toBe(true);
    expect(effects()).toHaveLength(1);
  });

  it('knows how many super administrators would be left', async () => {
    const admins = state().users.people.filter(({ isSuperAdmin, suspended }) => isSuperAdmin && !suspended);
    const act = plan('SUSPEND_USER');
    expect(await act.administratorsLeft!(made.app, account(admins[0]!.id))).toBe(admins.length - 1);
    for (const admin of admins.slice(1)) admin.suspended = true;
    expect(await act.administratorsLeft!(made.app, account(admins[0]!.id))).toBe(0);
  });
});

describe('unsuspending a user', () => {
  it('lets in, and is undone', async () => {
    const target = account(person((user) => user.suspended).id);
    const before = await carryOut('UNSUSPEND_USER', target);
    await undo('UNSUSPEND_USER', target, before);
  });

  it('whom Google itself suspended is refused', async () => {
    const user = person((one) => one.suspended);
    user.suspensionReason = 'ABUSE';
    const act = plan('UNSUSPEND_USER');
    const observed = await act.observe(made.app, account(user.id));
    expect(act.refuse!(observed, account(user.id))).toMatchObject({ code: 'GOOGLE_SUSPENDED_BY_GOOGLE' });
    expect(await failureOf(() => act.run(made.app, account(user.id), observed))).toMatchObject({ kind: 'conflict' });
  });
});

describe('requiring a new password', () => {
  it('is seen in the account, and is undone', async () => {
    const target = account(anOrdinary().id);
    const before = await carryOut('EXPIRE_PASSWORD', target);
    await undo('EXPIRE_PASSWORD', target, before);
  });
});

describe('signing out', () => {
  it('is proved by the admin log, after the last sign-in', async () => {
    await carryOut('REQUIRE_SIGN_IN_AGAIN', account(anOrdinary().id));
    expect(effects()).toEqual(['POST /admin/directory/v1/users/{userKey}/signOut']);
  });

  it('of one user does not prove that of another', async () => {
    const [one, other] = state().users.people.filter((user) => !user.suspended && !user.isSuperAdmin && user.deletedAt === undefined);
    await carryOut('REQUIRE_SIGN_IN_AGAIN', account(one!.id));
    const act = plan('REQUIRE_SIGN_IN_AGAIN');
    expect(act.isDone(await act.observe(made.app, account(other!.id)), account(other!.id))).toBe(false);
  });

  it('is not taken for done while the log does not show it yet', async () => {
    made.sandbox.setSwitches({ readLagMs: 30_000 });
    const target = account(anOrdinary().id);
    const act = plan('REQUIRE_SIGN_IN_AGAIN');
    await act.run(made.app, target, null);
    expect(act.isDone(await act.observe(made.app, target), target)).toBe(false);
    clock.advance(31_000);
    expect(act.isDone(await act.observe(made.app, target), target)).toBe(true);
  });
});

describe('taking administrator roles away', () => {
  it('takes the super administrator and every other role, and gives all back', async () => {
    const admin = person(
      (user) => user.isSuperAdmin && [...state().assignments.values()].filter((one) => one.assignedTo === user.id).length > 1,
    );
    const target = account(admin.id);
    const before = await carryOut('REVOKE_ADMIN_PRIVILEGES', target);
    expect(await refreshed('REVOKE_ADMIN_PRIVILEGES', target)).toMatchObject([{ kind: 'account', isAdmin: false }]);
    await undo('REVOKE_ADMIN_PRIVILEGES', target, before);
    const names = (await refreshed('REVOKE_ADMIN_PRIVILEGES', target)).flatMap((one) => (one.kind === 'privilege' ? [one.name] : []));
    expect(names.sort()).toEqual(['_SEED_ADMIN_ROLE', '_USER_MANAGEMENT_ADMIN_ROLE']);
  });

  it('gives a role for one unit back for that unit only', async () => {
    const assignment = [...state().assignments.values()].find(({ orgUnitId }) => orgUnitId !== undefined)!;
    const target = account(assignment.assignedTo);
    const before = await carryOut('REVOKE_ADMIN_PRIVILEGES', target);
    await undo('REVOKE_ADMIN_PRIVILEGES', target, before);
    const held = [...state().assignments.values()].filter(({ assignedTo }) => assignedTo === assignment.assignedTo);
    expect(held).toMatchObject([{ roleId: assignment.roleId, scopeType: 'ORG_UNIT', orgUnitId: assignment.orgUnitId }]);
  });

  it('that a group gives is refused, naming the group', async () => {
    const member = state().groups.get('01helpdesk')!.members[0]!;
    const act = plan('REVOKE_ADMIN_PRIVILEGES');
    const observed = await act.observe(made.app, account(member.id!));
    expect(act.refuse!(observed, account(member.id!))).toMatchObject({
      code: 'GOOGLE_ADMIN_BY_GROUP',
      message: expect.stringContaining('01helpdesk'),
    });
  });
});

describe('removing from a group', () => {
  it('removes, shows in the membership, and puts back in the same role', async () => {
    const group = [...state().groups.values()].find(({ members }) => members[0]?.role === 'OWNER')!;
    const target = account(group.members[0]!.id!, { groupExternalId: group.id });
    const before = await carryOut('REMOVE_FROM_GROUP', target);
    expect((await refreshed('REMOVE_FROM_GROUP', target)).map(({ kind }) => kind)).toEqual(['account']);
    await undo('REMOVE_FROM_GROUP', target, before);
    expect(await refreshed('REMOVE_FROM_GROUP', target)).toContainEqual({
      kind: 'member',
      groupExternalId: group.id,
      account: target.accountExternalId,
    });
    expect(await plan('REMOVE_FROM_GROUP').administratorsLeft!(made.app, target)).toBeGreaterThan(0);
  });
});

describe('revoking a grant', () => {
  it('takes back what an app was let do', async () => {
    const [userId, own] = [...state().tokens].find(([, tokens]) => tokens.size > 1)!;
    const clientId = [...own.keys()][0]!;
    await carryOut('REVOKE_APP_GRANT', account(userId, { grantExternalId: `token/${userId}/${clientId}` }));
    expect(state().tokens.get(userId)!.has(clientId)).toBe(false);
    expect(state().tokens.get(userId)!.size).toBeGreaterThan(0);
  });

  it('takes back an app password', async () => {
    const [userId, own] = [...state().appPasswords][0]!;
    await carryOut('REVOKE_APP_GRANT', account(userId, { grantExternalId: `asp/${userId}/${own[0]!.codeId}` }));
  });

  it('of another kind of key is refused before anything is sent', async () => {
    expect(await failureOf(() => plan('REVOKE_APP_GRANT').observe(made.app, account('1', { grantExternalId: 'x' })))).toMatchObject({
      kind: 'rejected',
    });
  });
});
