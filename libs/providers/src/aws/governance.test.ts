import type { ActionKind, InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ActionPlan, PlanTarget } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { aws } from './index.js';
import { ADMIN_POLICY } from './sandbox-ids.js';
import { arnOf, type AwsState, type SandboxUser } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(aws, { clock, now: NOW, people: 60, days: 2 });
  made.app.learn(await aws.discover!(made.app));
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

const state = (): AwsState => made.sandbox.state as AwsState;
const users = (): SandboxUser[] => [...state().users.values()].map(({ now }) => now);
const userNow = (name: string): SandboxUser => state().users.get(name)!.now;
const plan = (kind: ActionKind): ActionPlan => aws.actions[kind]!;

function change(name: string, more: Partial<SandboxUser>): SandboxUser {
  const now = { ...userNow(name), ...more };
  state().users.set(name, { now, before: now, changedAt: 0 });
  return now;
}

function target(user: SandboxUser, more: Partial<PlanTarget> = {}): PlanTarget {
  return { accountExternalId: arnOf(user), groupExternalId: null, grantExternalId: null, ...more };
}

/** A person with a console password, an active and an inactive key. */
function aDeveloper(): SandboxUser {
  const user = users().find(
    ({ keys, password, attached, groups }) => keys.length === 1 && password && attached.length === 0 && groups.length === 1,
  )!;
  const old = { ...user.keys[0]!, id: `AKIA${'OLD2'.repeat(4)}`, status: 'Inactive' };
  return change(user.name, { keys: [{ ...user.keys[0]!, status: 'Active' }, old] });
}

async function carryOut(kind: ActionKind, of: PlanTarget): Promise<Json> {
  const act = plan(kind);
  const before = await act.observe(made.app, of);
  expect(act.isDone(before, of)).toBe(false);
  expect(act.refuse?.(before, of)).toBeUndefined();
  await act.run(made.app, of, before);
  expect(act.isDone(await act.observe(made.app, of), of)).toBe(true);
  return before;
}

async function undo(kind: ActionKind, of: PlanTarget, before: Json): Promise<void> {
  const { revert, observe } = plan(kind);
  if ('impossible' in revert) throw new Error(revert.impossible);
  // As it is stored in between.
  const stored = JSON.parse(JSON.stringify(before)) as Json;
  expect(revert.isDone(await observe(made.app, of), stored)).toBe(false);
  await revert.by(made.app, of, stored);
  expect(revert.isDone(await observe(made.app, of), stored)).toBe(true);
}

async function refreshed(kind: ActionKind, of: PlanTarget): Promise<InventoryRecord | undefined> {
  return (await plan(kind).refresh(made.app, of))[0];
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

const actions = (): string[] =>
  made.sandbox.ledger().effects.map(({ body }) => String((body as Record<string, string> | undefined)?.['Action']));

describe('suspending a user', () => {
  it('denies everything, switches keys off and removes the password; undo gives back exactly what there was', async () => {
    const user = aDeveloper();
    const before = await carryOut('SUSPEND_USER', target(user));
    expect(userNow(user.name)).toMatchObject({ password: null });
    expect(userNow(user.name).keys.map(({ status }) => status)).toEqual(['Inactive', 'Inactive']);
    expect(await refreshed('SUSPEND_USER', target(user))).toMatchObject({ kind: 'account', status: 'SUSPENDED' });
    // The denial comes first.
    expect(actions().slice(0, 3)).toEqual(['PutUserPolicy', 'UpdateAccessKey', 'DeleteLoginProfile']);
    clock.advance(10_000);
    await undo('SUSPEND_USER', target(user), before);
    const after = userNow(user.name);
    expect(after.inline).toEqual(user.inline);
    expect(after.keys).toEqual(user.keys);
    expect(after.password?.isResetRequired).toBe(true);
    expect(await refreshed('SUSPEND_USER', target(user))).toMatchObject({ status: 'ACTIVE' });
  });

  it('leaves a denial that was there before when it is undone', async () => {
    const denied = ['arn:aws:iam::aws:policy/AWSDenyAll'];
    const user = change(aDeveloper().name, { attached: denied });
    const before = await carryOut('SUSPEND_USER', target(user));
    expect(actions()).not.toContain('PutUserPolicy');
    await undo('SUSPEND_USER', target(user), before);
    expect(userNow(user.name).attached).toEqual(denied);
  });

  it('shows as an event of the trail', async () => {
    const user = aDeveloper();
    await carryOut('SUSPEND_USER', target(user));
    const { events } = state().trail.look(
      { region: 'us-east-1', from: NOW.getTime() - 1, until: NOW.getTime() + 60_000, key: 'EventName', value: 'PutUserPolicy' },
      0,
      10,
    );
    expect(events).toHaveLength(1);
  });

  it('with its answer lost is not sent twice, and is found done by what is there', async () => {
    const user = change('backup-bot', {});
    made.sandbox.setSwitches({ loseAnswer: 'POST /' });
    const before = await plan('SUSPEND_USER')
      .observe(made.app, target(user))
      .catch(() => null);
    expect(before).not.toBeNull();
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target(user), before))).toMatchObject({ kind: 'down' });
    expect(actions().filter((action) => action === 'PutUserPolicy')).toHaveLength(1);
    made.sandbox.setSwitches({ loseAnswer: '' });
    const half = await plan('SUSPEND_USER').observe(made.app, target(user));
    expect(plan('SUSPEND_USER').isDone(half, target(user))).toBe(false);
    await plan('SUSPEND_USER').run(made.app, target(user), half);
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target(user)), target(user))).toBe(true);
  });

  it('waits for a password that is still being made', async () => {
    const user = change(aDeveloper().name, { password: { isResetRequired: false, changedAt: NOW.toISOString() } });
    await carryOut('SUSPEND_USER', target(user));
  });

  it('without the permission names it', async () => {
    made.sandbox.setSwitches({ missingScopes: ['iam:PutUserPolicy'] });
    const user = aDeveloper();
    const before = await plan('SUSPEND_USER').observe(made.app, target(user));
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target(user), before))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['iam:PutUserPolicy'] },
    });
  });

  it('is not offered for root, and says missing for whoever is gone', async () => {
    const root: PlanTarget = { accountExternalId: 'arn:aws:iam::111122223333:root', groupExternalId: null, grantExternalId: null };
    expect(await failureOf(() => plan('SUSPEND_USER').observe(made.app, root))).toMatchObject({
      kind: 'rejected',
      message: expect.stringMatching(/root/),
    });
    const gone = { ...root, accountExternalId: 'arn:aws:iam::111122223333:user/nobody' };
    expect(await failureOf(() => plan('SUSPEND_USER').observe(made.app, gone))).toMatchObject({ kind: 'missing' });
    expect(await refreshed('SUSPEND_USER', gone)).toBeUndefined();
    // Another path is another user.
    const moved = { ...root, accountExternalId: 'arn:aws:iam::111122223333:user/elsewhere/backup-bot' };
    expect(await failureOf(() => plan('SUSPEND_USER').observe(made.app, moved))).toMatchObject({ kind: 'missing' });
  });

  it('shows only after a while where reads lag', async () => {
    const user = aDeveloper();
    const before = await plan('SUSPEND_USER').observe(made.app, target(user));
    made.sandbox.setSwitches({ readLagMs: 60_000 });
    await plan('SUSPEND_USER').run(made.app, target(user), before);
    const early = await plan('SUSPEND_USER').observe(made.app, target(user));
    expect(plan('SUSPEND_USER').isDone(early, target(user))).toBe(false);
    clock.advance(61_000);
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target(user)), target(user))).toBe(true);
  });

  it('counts the administrators that would be left', async () => {
    const admin = users().find(
      ({ attached, groups, password }) => (attached.includes(ADMIN_POLICY) || groups.includes('Admins')) && password,
    )!;
    const all = await plan('SUSPEND_USER').administratorsLeft!(made.app, target(aDeveloper()));
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, target(admin))).toBe(all! - 1);
    made.sandbox.setSwitches({ missingScopes: ['iam:GetCredentialReport'] });
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, target(admin))).toBeNull();
  });
});

describe('unsuspending a user', () => {
  it('gives back what the deny policy remembers, though nothing else does, and can be undone', async () => {
    const user = aDeveloper();
    await carryOut('SUSPEND_USER', target(user));
    clock.advance(10_000);
    const before = await carryOut('UNSUSPEND_USER', target(user));
    expect(userNow(user.name).keys).toEqual(user.keys);
    expect(userNow(user.name).password).not.toBeNull();
    clock.advance(10_000);
    await undo('UNSUSPEND_USER', target(user), before);
    expect(await refreshed('UNSUSPEND_USER', target(user))).toMatchObject({ status: 'SUSPENDED' });
  });
});

describe('signing out', () => {
  it('denies sessions begun before now, and is undone', async () => {
    const user = aDeveloper();
    const before = await carryOut('REQUIRE_SIGN_IN_AGAIN', target(user));
    expect(JSON.parse(userNow(user.name).inline['CastellanSignOut']!)).toMatchObject({
      Statement: [
        { Effect: 'Deny', Condition: { DateLessThan: { 'aws:TokenIssueTime': expect.stringMatching(/^2026-11-20T15:30:0\dZ$/) } } },
      ],
    });
    expect(await refreshed('REQUIRE_SIGN_IN_AGAIN', target(user))).toMatchObject({ status: 'ACTIVE' });
    await undo('REQUIRE_SIGN_IN_AGAIN', target(user), before);
    expect(userNow(user.name).inline).toEqual(user.inline);
  });

  it('has to be done again when the user has signed in since', async () => {
    const user = aDeveloper();
    await carryOut('REQUIRE_SIGN_IN_AGAIN', target(user));
    clock.advance(60_000);
    change(user.name, { passwordLastUsed: '2026-11-20T15:30:40Z' });
    await carryOut('REQUIRE_SIGN_IN_AGAIN', target(user));
  });
});

describe('expiring a password', () => {
  it('asks for a new one, and is undone', async () => {
    const user = aDeveloper();
    const before = await carryOut('EXPIRE_PASSWORD', target(user));
    await undo('EXPIRE_PASSWORD', target(user), before);
  });

  it('is refused for a user without one', async () => {
    const act = plan('EXPIRE_PASSWORD');
    const bot = target(userNow('backup-bot'));
    expect(act.refuse!(await act.observe(made.app, bot), bot)?.code).toBe('AWS_NO_CONSOLE_PASSWORD');
  });
});

describe('taking rights', () => {
  it('takes administrator policies of every kind, keeps the others, and gives all of them back to the letter', async () => {
    const other = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}';
    const user = change(aDeveloper().name, {
      attached: [ADMIN_POLICY, other],
      groups: ['Admins', 'Developers'],
      inline: { power: document, own: '{"Statement":[]}' },
    });
    const before = await carryOut('REVOKE_ADMIN_PRIVILEGES', target(user));
    expect(userNow(user.name)).toMatchObject({ attached: [other], groups: ['Developers'], inline: { own: '{"Statement":[]}' } });
    expect(await refreshed('REVOKE_ADMIN_PRIVILEGES', target(user))).toMatchObject({ isAdmin: false });
    await undo('REVOKE_ADMIN_PRIVILEGES', target(user), before);
    expect(userNow(user.name).inline['power']).toBe(document);
    expect([...userNow(user.name).groups].sort()).toEqual(['Admins', 'Developers']);
  });

  it('takes out of one group, and puts back', async () => {
    const user = aDeveloper();
    const member = target(user, { groupExternalId: `arn:aws:iam::111122223333:group/${user.groups[0]!}` });
    const before = await carryOut('REMOVE_FROM_GROUP', member);
    expect(userNow(user.name).groups).toEqual([]);
    await undo('REMOVE_FROM_GROUP', member, before);
  });

  it('switches an access key off, after which it is no grant, and on again', async () => {
    const user = aDeveloper();
    const grant = target(user, { grantExternalId: user.keys[0]!.id });
    const before = await carryOut('REVOKE_APP_GRANT', grant);
    expect(await plan('REVOKE_APP_GRANT').refresh(made.app, grant)).toEqual([]);
    await undo('REVOKE_APP_GRANT', grant, before);
    expect(await refreshed('REVOKE_APP_GRANT', grant)).toMatchObject({ type: 'ACCESS_KEY', account: arnOf(user), level: 'MEDIUM' });
  });

  it('does not touch trusts of roles and keys of root', async () => {
    const grant: PlanTarget = {
      accountExternalId: null,
      groupExternalId: null,
      grantExternalId: 'arn:aws:iam::111122223333:role/CostTool/trust/999988887777',
    };
    expect(await failureOf(() => plan('REVOKE_APP_GRANT').observe(made.app, grant))).toMatchObject({ kind: 'rejected' });
  });
});
