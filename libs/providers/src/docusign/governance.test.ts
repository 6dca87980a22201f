import type { ActionKind } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { appSpec, FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure, type ActionPlan, type PlanTarget } from '../sdk/index.js';
import { docusign } from './index.js';
import { OPERATIONS } from './operations.js';
import { idOfEmployee, OWN_USER_ID } from './sandbox-people.js';
import type { SandboxUser } from './sandbox-records.js';
import type { DocusignSandbox } from './sandbox-state.js';

const HEADQUARTERS = 'd0d0d0d0-0000-4000-8000-000000000001';

// Every request of an action and its answer is held against Docusign's description, where that lies beside the repository.
const { spec } = appSpec('docusign-admin.json', 'docusign-esignature.json', 'docusign-monitor-v1stream.json', 'docusign-monitor-v2.json');
const BEYOND_SPEC = (['token', 'userinfo', 'authorizations', 'authorize', 'deauthorize', 'changeConnect'] as const).map(
  (name) => OPERATIONS[name],
);

describe('acting in Docusign', () => {
  let box: SandboxApp;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock();
    box = await sandboxApp(docusign, { clock, now: clock.now(), spec, beyondSpec: BEYOND_SPEC });
    box.app.learn(await docusign.discover!(box.app));
  });
  afterEach(async () => {
    expect(box.problems()).toEqual([]);
    expect(box.sandbox.ledger().unhandled).toEqual([]);
    await box.close();
  });

  const state = (): DocusignSandbox => box.sandbox.state as DocusignSandbox;
  const user = (id: string): SandboxUser => state().people.get(id)!;
  const words = (id: string): (string | undefined)[] => user(id).memberships.map((membership) => membership?.status);
  const someone = (fits: (user: SandboxUser) => boolean): SandboxUser => {
    for (let index = 0; index < state().people.size; index++) if (fits(state().people.at(index)!)) return state().people.at(index)!;
    throw new Error('The company has no such person.');
  };
  const plain = (one: SandboxUser): boolean => !one.isOrganizationAdmin && one.status === 'active' && !administrates(one);
  const inBoth = (): SandboxUser => someone((one) => plain(one) && one.memberships.every((membership) => membership?.status === 'active'));
  const administrates = (one: SandboxUser): boolean =>
    one.memberships.some((membership, index) => membership?.profileId === state().accounts[index]!.profiles[0]!.id);

  describe('SUSPEND_USER', () => {
    const plan = docusign.actions.SUSPEND_USER!;

    it('closes every membership, is verified, and the revert opens exactly those', async () => {
      const { id } = inBoth();
      const before = await done(box, plan, { accountExternalId: id });
      expect(words(id)).toEqual(['closed', 'closed']);
      expect(await plan.refresh(box.app, target({ accountExternalId: id }))).toMatchObject([
        { kind: 'account', externalId: id, status: 'DELETED' },
        { kind: 'accountFacts', isAdmin: null },
      ]);
      await undone(box, plan, { accountExternalId: id }, before);
      expect(words(id)).toEqual(['active', 'active']);
    });

    it('leaves a membership alone that was closed long ago, and so does the revert', async () => {
      const { id } = someone((one) => one.memberships[0]?.status === 'closed' && one.memberships[1]?.status === 'active');
      const before = await done(box, plan, { accountExternalId: id });
      expect(words(id)).toEqual(['closed', 'closed']);
      await undone(box, plan, { accountExternalId: id }, before);
      expect(words(id)).toEqual(['closed', 'active']);
    });

    it('closes an invitation too: whoever reads the mail could still accept it', async () => {
      const { id } = someone((one) => one.status === 'created');
      const before = await done(box, plan, { accountExternalId: id });
      expect(words(id).filter((word) => word !== undefined && word !== 'closed')).toEqual([]);
      await undone(box, plan, { accountExternalId: id }, before);
      expect(words(id)).toContain('activation_sent');
    });

    it('sends a mail to whom it cannot activate: users outside claimed domains must click', async () => {
      const { id } = someone(({ email }) => email.startsWith('robin.field'));
      const before = await done(box, plan, { accountExternalId: id });
      await undone(box, plan, { accountExternalId: id }, before);
      expect(words(id)).toEqual(['activation_sent', undefined]);
    });

    it('writes into the log of Docusign, as everything does', async () => {
      const { id } = inBoth();
      await done(box, plan, { accountExternalId: id });
      const feed = docusign.feeds['main']!;
      const events = [];
      for await (const page of feed.pages(box.app, feed.start(box.app, new Date(clock.now().getTime() - 1_000))))
        events.push(...page.events);
      expect(events).toContainEqual(
        expect.objectContaining({
          eventType: 'Account.UserRemoved',
          isAdminActivity: true,
          targets: expect.arrayContaining([{ type: 'User', externalId: id, name: null }]),
        }),
      );
    });

    it('does not believe a 200 whose items failed', async () => {
      box.sandbox.setSwitches({ itemErrors: OPERATIONS.closeMemberships });
      const { id } = inBoth();
      const before = await plan.observe(box.app, target({ accountExternalId: id }));
      await expect(plan.run(box.app, target({ accountExternalId: id }), before)).rejects.toMatchObject({
        message: expect.stringContaining('could not be closed'),
      });
      expect(words(id)).toEqual(['active', 'closed']);
    });

    it('acts once although the answer was lost: reading back shows that it is done', async () => {
      const { id } = inBoth();
      const before = await plan.observe(box.app, target({ accountExternalId: id }));
      box.sandbox.setSwitches({ loseAnswer: OPERATIONS.closeMemberships });
      await expect(plan.run(box.app, target({ accountExternalId: id }), before)).rejects.toBeInstanceOf(AppFailure);
      box.sandbox.setSwitches({ loseAnswer: '' });
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: id })), target({ accountExternalId: id }))).toBe(true);
      expect(box.sandbox.ledger().effects.filter(({ operation }) => operation === OPERATIONS.closeMemberships)).toHaveLength(1);
    });

    it('shows only after the lag that reads have behind writes', async () => {
      const { id } = inBoth();
      box.sandbox.setSwitches({ readLagMs: 4_000 });
      const before = await plan.observe(box.app, target({ accountExternalId: id }));
      await plan.run(box.app, target({ accountExternalId: id }), before);
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toBe(false);
      clock.advance(docusign.manifest.readLagMs);
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toBe(true);
    });

    it('closes only memberships of chosen accounts when accounts were chosen', async () => {
      const { id } = inBoth();
      const client = box.connect({ settings: { accountIds: [HEADQUARTERS] } });
      client.learn(await docusign.discover!(client));
      await plan.run(client, target({ accountExternalId: id }), await plan.observe(client, target({ accountExternalId: id })));
      expect(words(id)).toEqual(['closed', 'active']);
    });

    it('fails as missing for a user who is gone', async () => {
      await expect(plan.observe(box.app, target({ accountExternalId: '00000000-0000-4000-8000-000000000000' }))).rejects.toMatchObject({
        kind: 'missing',
      });
    });
  });

  describe('UNSUSPEND_USER', () => {
    const plan = docusign.actions.UNSUSPEND_USER!;
    const suspend = docusign.actions.SUSPEND_USER!;

    it('opens what was closed last, not what was closed long ago', async () => {
      const { id } = someone((one) => one.memberships[0]?.status === 'closed' && one.memberships[1]?.status === 'active');
      await done(box, suspend, { accountExternalId: id });
      clock.advance(5 * 86_400_000);
      const before = await done(box, plan, { accountExternalId: id });
      expect(words(id)).toEqual(['closed', 'active']);
      await undone(box, plan, { accountExternalId: id }, before);
      expect(words(id)).toEqual(['closed', 'closed']);
    });

    it('finishes what was cut short: one opened, one still closed', async () => {
      const { id } = inBoth();
      await done(box, suspend, { accountExternalId: id });
      const membership = user(id).memberships[0]!;
      state().people.change({ ...user(id), memberships: [{ ...membership, status: 'active' }, user(id).memberships[1]] });
      await done(box, plan, { accountExternalId: id });
      expect(words(id)).toEqual(['active', 'active']);
    });

    it('has nothing to do for a user who can work', async () => {
      const { id } = inBoth();
      expect(plan.isDone(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toBe(true);
    });

    it('falls back to the mail when activation is refused', async () => {
      const { id } = inBoth();
      await done(box, suspend, { accountExternalId: id });
      box.sandbox.setSwitches({ refuseActivation: true });
      await done(box, plan, { accountExternalId: id });
      expect(words(id)).toEqual(['activation_sent', 'activation_sent']);
    });
  });

  describe('EXPIRE_PASSWORD', () => {
    const plan = docusign.actions.EXPIRE_PASSWORD!;

    it('forces a change at the next sign-in, is verified, and can be taken back', async () => {
      const id = idOfEmployee(box.sandbox.company.takeover.victim);
      const before = await done(box, plan, { accountExternalId: id });
      expect(user(id).mustChangePassword).toBe(true);
      await undone(box, plan, { accountExternalId: id }, before);
      expect(user(id).mustChangePassword).toBe(false);
    });

    it('is refused for users of single sign-on, with the reason', async () => {
      const { id } = someone((one) => plain(one) && one.federatedStatus === 'FedAuthRequired');
      expect(plan.refuse!(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toMatchObject({
        code: 'DOCUSIGN_SINGLE_SIGN_ON_ONLY',
        remedy: expect.stringContaining('identity provider'),
      });
    });

    it('is refused for a user without an open membership', async () => {
      const { id } = someone((one) => one.status === 'closed' && one.federatedStatus !== 'FedAuthRequired');
      expect(plan.refuse!(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toMatchObject({
        code: 'DOCUSIGN_NO_OPEN_MEMBERSHIP',
      });
    });
  });

  describe('REVOKE_ADMIN_PRIVILEGES', () => {
    const plan = docusign.actions.REVOKE_ADMIN_PRIVILEGES!;

    it('gives the Sender profile of each account, and the revert gives back the profiles that were held', async () => {
      const { id, memberships } = someone((one) => administrates(one) && !one.isOrganizationAdmin);
      const held = memberships.map((membership) => membership?.profileId);
      const before = await done(box, plan, { accountExternalId: id });
      const now = user(id).memberships.map(
        (membership, index) => state().accounts[index]!.profiles.find((profile) => profile.id === membership?.profileId)?.name,
      );
      expect(now).toEqual(['DocuSign Sender', 'DocuSign Sender']);
      const records = await plan.refresh(box.app, target({ accountExternalId: id }));
      expect(records).toContainEqual(expect.objectContaining({ kind: 'accountFacts', isAdmin: null }));
      expect(records.filter((item) => item.kind === 'privilege').every(({ isAdmin }) => isAdmin !== true)).toBe(true);
      await undone(box, plan, { accountExternalId: id }, before);
      expect(user(id).memberships.map((membership) => membership?.profileId)).toEqual(held);
    });

    it('is refused for organization administrators: there is no API for that role', async () => {
      const { id } = someone((one) => one.isOrganizationAdmin && one.id !== OWN_USER_ID);
      expect(plan.refuse!(await plan.observe(box.app, target({ accountExternalId: id })), target({}))).toMatchObject({
        code: 'DOCUSIGN_ORGANIZATION_ADMINISTRATOR',
      });
    });

    it('counts the administrators that would be left, and finds the last one', async () => {
      const admins = [...Array(state().people.size).keys()].map((index) => state().people.at(index)!).filter(administrates);
      const [last, ...others] = admins;
      expect(await plan.administratorsLeft!(box.app, target({ accountExternalId: last!.id }))).toBeGreaterThan(0);
      for (const other of others) {
        state().people.change({
          ...other,
          memberships: other.memberships.map((item, index) => item && { ...item, profileId: state().accounts[index]!.profiles[1]!.id }),
        });
      }
      expect(await plan.administratorsLeft!(box.app, target({ accountExternalId: last!.id }))).toBe(0);
      expect(await plan.administratorsLeft!(box.app, target({ accountExternalId: others[0]!.id }))).toBe(1);
    });
  });

  describe('REMOVE_FROM_GROUP', () => {
    const plan = docusign.actions.REMOVE_FROM_GROUP!;
    const legal = `${HEADQUARTERS}/900012`;

    it('takes one user out of one group of one account, and puts the user back', async () => {
      const { id } = someone(
        (one) => plain(one) && (one.memberships[0]?.groupIds.includes(900_012) ?? false) && one.memberships[0]?.status === 'active',
      );
      const where = { accountExternalId: id, groupExternalId: legal };
      const before = await done(box, plan, where);
      expect(user(id).memberships[0]!.groupIds).not.toContain(900_012);
      await undone(box, plan, where, before);
      expect(user(id).memberships[0]!.groupIds).toContain(900_012);
    });

    it('is refused for the group of everybody', async () => {
      const { id } = inBoth();
      const where = target({ accountExternalId: id, groupExternalId: `${HEADQUARTERS}/900002` });
      expect(plan.refuse!(await plan.observe(box.app, where), where)).toMatchObject({ code: 'DOCUSIGN_EVERYONE_GROUP' });
    });

    it('does not believe a 200 whose item failed', async () => {
      box.sandbox.setSwitches({ itemErrors: 'groups/{groupId}/users' });
      const where = target({ accountExternalId: inBoth().id, groupExternalId: legal });
      await expect(plan.run(box.app, where, null)).rejects.toMatchObject({ message: expect.stringContaining('could not be changed') });
    });

    it.each(['900012', `${HEADQUARTERS}/1/2`, 'x/900012'])('does not act on a group that is called %s', async (groupExternalId) => {
      await expect(plan.observe(box.app, target({ accountExternalId: inBoth().id, groupExternalId }))).rejects.toBeInstanceOf(AppFailure);
    });
  });

  describe('REVOKE_APP_GRANT', () => {
    const plan = docusign.actions.REVOKE_APP_GRANT!;

    it('switches a webhook off and on again', async () => {
      const where = { grantExternalId: `${HEADQUARTERS}/connect/5100002` };
      const before = await done(box, plan, where);
      expect(state().accounts[0]!.webhooks[1]).toMatchObject({ allowEnvelopePublish: 'false' });
      expect(await plan.refresh(box.app, target(where))).toMatchObject([
        { kind: 'appGrant', attributes: { isEnabled: false }, scopes: [] },
      ]);
      await undone(box, plan, where, before);
      expect(state().accounts[0]!.webhooks[1]).toMatchObject({ allowEnvelopePublish: 'true' });
    });

    it('ends shared access, and gives it again under the same name though Docusign gives it a new number', async () => {
      const [shared] = state().accounts[0]!.authorizations;
      const where = { grantExternalId: `${HEADQUARTERS}/delegation/${shared!.principalId}/${shared!.agentId}/${shared!.permission}` };
      const before = await done(box, plan, where);
      expect(state().accounts[0]!.authorizations).not.toContainEqual(shared);
      expect(await plan.refresh(box.app, target(where))).toEqual([]);
      await undone(box, plan, where, before);
      const again = state().accounts[0]!.authorizations.find(({ agentId }) => agentId === shared!.agentId);
      expect(again).toMatchObject({ permission: shared!.permission, startDate: shared!.startDate });
      expect(again!.id).not.toBe(shared!.id);
    });

    it('does not believe a 200 that ended nothing', async () => {
      const [shared] = state().accounts[0]!.authorizations;
      box.sandbox.setSwitches({ itemErrors: OPERATIONS.deauthorize });
      const where = target({
        grantExternalId: `${HEADQUARTERS}/delegation/${shared!.principalId}/${shared!.agentId}/${shared!.permission}`,
      });
      await expect(plan.run(box.app, where, await plan.observe(box.app, where))).rejects.toMatchObject({ kind: 'rejected' });
    });

    it('refuses what has no API, such as a consent', async () => {
      await expect(plan.observe(box.app, target({ grantExternalId: 'consent/1' }))).rejects.toMatchObject({ kind: 'rejected' });
    });
  });

  it('can take every action back, or says why not', () => {
    for (const [kind, plan] of Object.entries(docusign.actions) as [ActionKind, ActionPlan][]) {
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
