import type { ActionKind } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure, type ActionPlan, type PlanTarget } from '../sdk/index.js';
import { salesforce } from './index.js';
import { OPERATIONS } from './operations.js';
import { userIdOfEmployee } from './sandbox-events.js';
import { PROFILES, SETS } from './sandbox-seed.js';
import type { SalesforceSandbox, SandboxUser } from './sandbox-state.js';

describe('acting in Salesforce', () => {
  let box: SandboxApp;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock();
    box = await sandboxApp(salesforce, { clock, now: clock.now() });
    box.app.learn(await salesforce.discover!(box.app));
  });
  afterEach(async () => {
    expect(box.sandbox.ledger().unhandled).toEqual([]);
    await box.close();
  });

  const state = (): SalesforceSandbox => box.sandbox.state as SalesforceSandbox;
  const user = (id: string): SandboxUser => state().users.get(id)!;
  const victim = (): string => userIdOfEmployee(box.sandbox.company.takeover.victim.number);
  const sessionsOf = (id: string): number => [...state().sessions.values()].filter(({ userId }) => userId === id).length;
  const tokensOf = (id: string): number => [...state().tokens.values()].filter(({ userId }) => userId === id).length;
  const leaver = (): string => [...state().users.values()].find(({ isActive }) => !isActive)!.id;
  const administrators = (): SandboxUser[] => [...state().users.values()].filter(({ profileId }) => profileId === PROFILES[0]!.id);
  const auditOf = async (action: string): Promise<number> => {
    const feed = salesforce.feeds['setup-audit']!;
    let found = 0;
    for await (const { events } of feed.pages(box.app, feed.start(box.app, new Date(clock.now().getTime() - 1_000)))) {
      found += events.filter(
        (event) => event.eventType === action && event.isAdminActivity && event.occurredAt === clock.now().getTime(),
      ).length;
    }
    return found;
  };

  describe('SUSPEND_USER', () => {
    const plan = salesforce.actions.SUSPEND_USER!;

    it('freezes, ends the sessions and revokes the tokens; the revert unfreezes, and only that', async () => {
      const id = victim();
      state().sessions.set('0Ak000000000XXX', { id: '0Ak000000000XXX', userId: id, createdAt: 0, ip: '203.0.113.9' });
      expect(tokensOf(id)).toBeGreaterThan(0);
      const before = await done(box, plan, { accountExternalId: id });
      expect([user(id).isFrozen, sessionsOf(id), tokensOf(id)]).toEqual([true, 0, 0]);
      expect(await plan.refresh(box.app, target({ accountExternalId: id }))).toMatchObject([
        { kind: 'account', externalId: id, status: 'SUSPENDED' },
      ]);
      expect(await auditOf('frozeuser')).toBe(1);
      await undone(box, plan, { accountExternalId: id }, before);
      expect([user(id).isFrozen, sessionsOf(id), tokensOf(id)]).toEqual([false, 0, 0]);
    });

    it('is not done while a session or token lives, though the user is frozen', async () => {
      const id = victim();
      state().users.set(id, { ...user(id), isFrozen: true });
      const before = await plan.observe(box.app, target({ accountExternalId: id }));
      expect(plan.isDone(before, target({}))).toBe(false);
      await plan.run(box.app, target({ accountExternalId: id }), before);
      const undo = plan.revert as Extract<ActionPlan['revert'], { by: unknown }>;
      await undo.by(box.app, target({ accountExternalId: id }), before);
      expect(user(id).isFrozen).toBe(true);
    });

    it('keeps no key of a token in the undo state', async () => {
      const before = await plan.observe(box.app, target({ accountExternalId: victim() }));
      expect(JSON.stringify(before)).not.toContain('sandbox-delete');
    });

    it('freezes first, so that what is lost on the way cannot be used to come back', async () => {
      const id = victim();
      const before = await plan.observe(box.app, target({ accountExternalId: id }));
      box.sandbox.setSwitches({ serverError: OPERATIONS.revoke });
      await expect(plan.run(box.app, target({ accountExternalId: id }), before)).rejects.toMatchObject({ kind: 'down' });
      expect(user(id).isFrozen).toBe(true);
      box.sandbox.setSwitches({ serverError: '' });
      await plan.run(box.app, target({ accountExternalId: id }), before);
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toBe(true);
    });

    it('shows only after the lag that reads have behind writes', async () => {
      const id = victim();
      box.sandbox.setSwitches({ readLagMs: 1_500 });
      const before = await plan.observe(box.app, target({ accountExternalId: id }));
      await plan.run(box.app, target({ accountExternalId: id }), before);
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toBe(false);
      clock.advance(salesforce.manifest.readLagMs);
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toBe(true);
    });

    it('is refused for a deactivated user', async () => {
      expect(plan.refuse!(await plan.observe(box.app, target({ accountExternalId: leaver() })), target({}))).toMatchObject({
        code: 'SALESFORCE_USER_INACTIVE',
      });
    });

    it('does not call a user suspended whose tokens it may not see', async () => {
      box.sandbox.setSwitches({ missingScopes: ['Customize Application'] });
      await expect(plan.observe(box.app, target({ accountExternalId: victim() }))).rejects.toMatchObject({
        kind: 'forbidden',
        classified: { missingScopes: ['Customize Application'] },
      });
    });

    it('fails as missing for a user who is gone, and never puts what is no id into a query', async () => {
      await expect(plan.observe(box.app, target({ accountExternalId: '005000000000ZZZ' }))).rejects.toMatchObject({ kind: 'missing' });
      const calls = box.exchanges.length;
      await expect(plan.observe(box.app, target({ accountExternalId: "x' OR Id != '" }))).rejects.toMatchObject({ kind: 'rejected' });
      expect(box.exchanges).toHaveLength(calls);
    });
  });

  it('UNSUSPEND_USER lets a frozen user in again, and can be taken back', async () => {
    const plan = salesforce.actions.UNSUSPEND_USER!;
    const id = victim();
    state().users.set(id, { ...user(id), isFrozen: true });
    const before = await done(box, plan, { accountExternalId: id });
    expect(user(id).isFrozen).toBe(false);
    await undone(box, plan, { accountExternalId: id }, before);
    expect(user(id).isFrozen).toBe(true);
  });

  it('REQUIRE_SIGN_IN_AGAIN ends all sessions of the user, and leaves tokens alone', async () => {
    const plan = salesforce.actions.REQUIRE_SIGN_IN_AGAIN!;
    const id = [...state().sessions.values()].find(({ userId }) => tokensOf(userId) > 0)!.userId;
    const tokens = tokensOf(id);
    await done(box, plan, { accountExternalId: id });
    expect([sessionsOf(id), tokensOf(id)]).toEqual([0, tokens]);
    expect('impossible' in plan.revert).toBe(true);
  });

  it('EXPIRE_PASSWORD resets the password, is verified, and never lets the new one out', async () => {
    const plan = salesforce.actions.EXPIRE_PASSWORD!;
    const before = await done(box, plan, { accountExternalId: victim() });
    expect(user(victim()).isPasswordExpired).toBe(true);
    expect(JSON.stringify([before, await plan.observe(box.app, target({ accountExternalId: victim() }))])).not.toContain('made-up');
    expect(plan.refuse!(await plan.observe(box.app, target({ accountExternalId: leaver() })), target({}))).toMatchObject({
      code: 'SALESFORCE_USER_INACTIVE',
    });
  });

  describe('DEACTIVATE_USER', () => {
    const plan = salesforce.actions.DEACTIVATE_USER!;

    it('deactivates and activates again', async () => {
      const before = await done(box, plan, { accountExternalId: victim() });
      expect(user(victim()).isActive).toBe(false);
      await undone(box, plan, { accountExternalId: victim() }, before);
      expect(user(victim()).isActive).toBe(true);
    });

    it('passes on why Salesforce refuses, such as a default owner of leads', async () => {
      box.sandbox.setSwitches({ leadOwner: victim() });
      const before = await plan.observe(box.app, target({ accountExternalId: victim() }));
      await expect(plan.run(box.app, target({ accountExternalId: victim() }), before)).rejects.toMatchObject({
        kind: 'conflict',
        message: expect.stringContaining('default lead owner'),
      });
    });

    it('counts the administrators that would be left, without frozen ones', async () => {
      const [first, ...others] = administrators();
      const left = async (): Promise<number | null> => plan.administratorsLeft!(box.app, target({ accountExternalId: first!.id }));
      const all = (await left())!;
      expect(all).toBeGreaterThanOrEqual(others.length);
      others.forEach((one) => state().users.set(one.id, { ...one, isFrozen: true }));
      expect(await left()).toBe(all - others.length);
    });
  });

  describe('REVOKE_ADMIN_PRIVILEGES', () => {
    const plan = salesforce.actions.REVOKE_ADMIN_PRIVILEGES!;

    it('changes an administrator profile to an ordinary one of the same licence, and back', async () => {
      const { id } = administrators()[0]!;
      const before = await done(box, plan, { accountExternalId: id });
      expect(user(id).profileId).toBe(PROFILES[1]!.id);
      const records = await plan.refresh(box.app, target({ accountExternalId: id }));
      expect(records).toContainEqual(expect.objectContaining({ kind: 'account', isAdmin: false }));
      expect(records.filter((item) => item.kind === 'privilege' && item.isAdmin === true)).toEqual([]);
      await undone(box, plan, { accountExternalId: id }, before);
      expect(user(id).profileId).toBe(PROFILES[0]!.id);
    });

    it.each([
      ['a permission set', SETS[0]!],
      ['a group of permission sets', SETS[3]!],
    ])('takes %s away and gives it back', async (_what, set) => {
      const { userId } = [...state().assignments.values()].find(({ setId, expiresAt }) => setId === set.id && expiresAt === null)!;
      const holds = (): boolean => [...state().assignments.values()].some((one) => one.userId === userId && one.setId === set.id);
      const before = await done(box, plan, { accountExternalId: userId });
      expect(holds()).toBe(false);
      await undone(box, plan, { accountExternalId: userId }, before);
      expect(holds()).toBe(true);
    });

    it('leaves permission sets alone that make nobody an administrator', async () => {
      const { userId } = [...state().assignments.values()].find(({ setId }) => setId === SETS[2]!.id)!;
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: userId })), target({}))).toBe(true);
    });
  });

  describe('REMOVE_FROM_GROUP', () => {
    const plan = salesforce.actions.REMOVE_FROM_GROUP!;

    it('takes one user out of a group and puts the user back', async () => {
      const { groupId, memberId } = [...state().members.values()][0]!;
      const where = { accountExternalId: memberId, groupExternalId: groupId };
      const isMember = (): boolean => [...state().members.values()].some((one) => one.groupId === groupId && one.memberId === memberId);
      const before = await done(box, plan, where);
      expect(isMember()).toBe(false);
      await undone(box, plan, where, before);
      expect(isMember()).toBe(true);
    });

    it('is refused for a role, which a user has and is no member of', async () => {
      const { id, roleId } = [...state().users.values()].find((one) => one.roleId !== null)!;
      const where = target({ accountExternalId: id, groupExternalId: roleId });
      expect(plan.refuse!(await plan.observe(box.app, where), where)).toMatchObject({ code: 'SALESFORCE_ROLE' });
    });
  });

  describe('REVOKE_APP_GRANT', () => {
    const plan = salesforce.actions.REVOKE_APP_GRANT!;

    it('revokes one token of one user', async () => {
      const [token] = state().tokens.values();
      await done(box, plan, { grantExternalId: token!.id });
      expect(state().tokens.has(token!.id)).toBe(false);
      expect(await plan.refresh(box.app, target({ grantExternalId: token!.id }))).toEqual([]);
    });

    it('is refused for an installed app: there is no API to block one', async () => {
      const where = target({ grantExternalId: '0H4000000000001' });
      expect(plan.refuse!(await plan.observe(box.app, where), where)).toMatchObject({ code: 'SALESFORCE_APP_INSTALLED' });
    });
  });

  it('acts once although the answer was lost: reading back shows that it is done', async () => {
    const plan = salesforce.actions.DEACTIVATE_USER!;
    const where = target({ accountExternalId: victim() });
    const before = await plan.observe(box.app, where);
    box.sandbox.setSwitches({ loseAnswer: OPERATIONS.update });
    await expect(plan.run(box.app, where, before)).rejects.toBeInstanceOf(AppFailure);
    box.sandbox.setSwitches({ loseAnswer: '' });
    expect(plan.isDone(await plan.observe(box.app, where), where)).toBe(true);
    expect(box.sandbox.ledger().effects.filter(({ operation }) => operation === OPERATIONS.update)).toHaveLength(1);
  });

  it('is refused by Salesforce without the permission to manage users, which is named', async () => {
    const plan = salesforce.actions.DEACTIVATE_USER!;
    const where = target({ accountExternalId: victim() });
    const before = await plan.observe(box.app, where);
    box.sandbox.setSwitches({ missingScopes: ['Manage Users'] });
    await expect(plan.run(box.app, where, before)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('can take every action back, or says why not', () => {
    for (const [kind, plan] of Object.entries(salesforce.actions) as [ActionKind, ActionPlan][]) {
      expect(plan.kind).toBe(kind);
      expect('by' in plan.revert || plan.revert.impossible).toBeTruthy();
    }
  });
});

function target(fields: Partial<PlanTarget>): PlanTarget {
  return { accountExternalId: null, groupExternalId: null, grantExternalId: null, ...fields };
}

/** As the engine does it: look, make sure that it is not so yet, act, look again. */
async function done(box: SandboxApp, plan: ActionPlan, fields: Partial<PlanTarget>): Promise<Json> {
  const where = target(fields);
  const before = await plan.observe(box.app, where);
  expect(plan.refuse?.(before, where)).toBeUndefined();
  expect(plan.isDone(before, where)).toBe(false);
  await plan.run(box.app, where, before);
  expect(plan.isDone(await plan.observe(box.app, where), where)).toBe(true);
  return before;
}

/** The undo state goes through JSON, as it is stored in between. */
async function undone(box: SandboxApp, plan: ActionPlan, fields: Partial<PlanTarget>, before: Json): Promise<void> {
  if (!('by' in plan.revert)) throw new Error('This action cannot be taken back.');
  const stored = JSON.parse(JSON.stringify(before)) as Json;
  expect(plan.revert.isDone(await plan.observe(box.app, target(fields)), stored)).toBe(false);
  await plan.revert.by(box.app, target(fields), stored);
  expect(plan.revert.isDone(await plan.observe(box.app, target(fields)), stored)).toBe(true);
}
