import type { ActionRequested, Message, MessageType } from '#libs/contracts';
import { DAY_MS } from '#libs/kernel';
import { FakeClock } from '#libs/testing';
import { sqliteDatabase } from '#libs/testing/databases';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';

import { aConnector, accountsChanged, anAccount, envelope, failed, succeeded } from './governance.builders.js';
import { governanceService } from './governance.module.js';
import { SweepActions } from './usecases/sweep-actions.js';

const bob = anAccount('bob');
const eve = anAdmin({ subject: 'eve@acme.example' });

let clock: FakeClock;
let governance: TestService;

beforeEach(async () => {
  clock = new FakeClock();
  governance = await startTestService(governanceService, { clock });
  await hear(aConnector(), accountsChanged([bob]));
  clock.advance(1_000);
});
afterEach(() => governance.close());

async function hear(...messages: readonly Message[]): Promise<void> {
  for (const message of messages) await governance.service.receive(envelope(message));
}

/** The messages waiting in the outbox: nothing delivers them here. */
async function outbox<T extends Message>(type: MessageType): Promise<T[]> {
  const { Outbox } = await import('#libs/platform');
  const waiting = await governance.service.app.get(Outbox).waiting(1_000);
  return waiting.map(({ message }) => message).filter((message) => message.type === type) as T[];
}

async function suspend(input: object = {}): Promise<string> {
  const { data } = await governance.ask(
    'mutation ($input: AccountActionInput!) { suspendUser(input: $input) { actions { id } problems { message } } }',
    { input: { accountIds: [bob.id], reason: 'stolen laptop', ...input } },
    eve,
  );
  expect(data.suspendUser.problems).toEqual([]);
  return data.suspendUser.actions[0].id;
}

async function step(name: 'cancelAction' | 'retryAction' | 'revertAction', id: string) {
  const reason = name === 'revertAction' ? ', reason: "laptop found"' : '';
  const { data, errors } = await governance.ask(
    `mutation { ${name}(id: "${id}"${reason}) { actions { id status revertOf { id } } problems { code message } } }`,
    {},
    eve,
  );
  expect(errors).toBeUndefined();
  return data[name] as {
    actions: { id: string; status: string; revertOf: { id: string } | null }[];
    problems: { code: string; message: string }[];
  };
}

async function read(id: string) {
  const { data } = await governance.ask(
    'query ($id: ID!) { action(id: $id) { status isRevertible requestedBy reason revertedBy { id status } problem { code } attempts { attempt status requestedBy } } }',
    { id },
  );
  return data.action;
}

const sweep = () => governance.service.app.get(SweepActions).run();

describe('taking an action back', () => {
  it('asks connectors to go to the state found before, once', async () => {
    const id = await suspend();
    await hear(succeeded(id, 20));
    const { actions, problems } = await step('revertAction', id);
    expect(problems).toEqual([]);
    expect(actions).toEqual([{ id: expect.any(String), status: 'QUEUED', revertOf: { id } }]);
    const requests = await outbox<ActionRequested>('ActionRequested');
    expect(requests.at(-1)).toMatchObject({
      actionId: actions[0]!.id,
      kind: 'SUSPEND_USER',
      revert: { actionId: id, before: { status: 'ACTIVE' } },
    });
    expect((await step('revertAction', id)).problems).toMatchObject([{ code: 'ACTION_ALREADY_REVERTED' }]);
    await hear(succeeded(actions[0]!.id, 30));
    expect(await read(id)).toMatchObject({ isRevertible: false, revertedBy: { id: actions[0]!.id, status: 'SUCCEEDED' } });
    expect((await step('revertAction', actions[0]!.id)).problems).toMatchObject([{ code: 'ACTION_NOT_REVERTIBLE' }]);
  });

  it('can be asked for again when it failed', async () => {
    const id = await suspend();
    await hear(succeeded(id, 20));
    const first = await step('revertAction', id);
    await hear(failed(first.actions[0]!.id, 30));
    expect((await step('revertAction', id)).actions).toHaveLength(1);
    // The first revert must not be tried again beside the second.
    expect((await step('retryAction', first.actions[0]!.id)).problems).toMatchObject([{ code: 'ACTION_ALREADY_REVERTED' }]);
  });

  it('is refused before it succeeded, when it changed nothing, and for what does not exist', async () => {
    const id = await suspend();
    expect((await step('revertAction', id)).problems).toMatchObject([{ code: 'ACTION_NOT_REVERTIBLE' }]);
    await hear(succeeded(id, 20, { alreadySo: true }));
    expect((await step('revertAction', id)).problems).toMatchObject([{ code: 'ACTION_NOT_REVERTIBLE' }]);
    expect((await step('revertAction', 'gov_nothing')).problems).toMatchObject([{ code: 'ACTION_NOT_FOUND' }]);
  });
});

describe('trying an action again', () => {
  it('is a new attempt of the same action; what is heard of the old one changes nothing', async () => {
    const id = await suspend();
    await hear(failed(id, 20));
    expect(await read(id)).toMatchObject({ status: 'FAILED', problem: { code: 'APP_UNAVAILABLE' } });
    expect((await step('retryAction', id)).actions).toMatchObject([{ id, status: 'QUEUED' }]);
    expect((await outbox<ActionRequested>('ActionRequested')).map(({ attempt }) => attempt)).toEqual([1, 2]);
    await hear(succeeded(id, 30, { attempt: 1 }));
    expect(await read(id)).toMatchObject({ status: 'QUEUED', problem: null });
    await hear(succeeded(id, 40, { attempt: 2 }));
    expect(await read(id)).toMatchObject({
      status: 'SUCCEEDED',
      attempts: [
        { attempt: 1, status: 'FAILED' },
        { attempt: 2, status: 'SUCCEEDED' },
      ],
    });
  });

  it('is refused where the failure would come again, and while nothing has failed', async () => {
    const id = await suspend();
    expect((await step('retryAction', id)).problems).toMatchObject([{ code: 'ACTION_NOT_RETRYABLE' }]);
    await hear(failed(id, 20, { mayRetry: false }));
    expect((await step('retryAction', id)).problems).toMatchObject([{ code: 'ACTION_NOT_RETRYABLE' }]);
  });

  it('is judged anew', async () => {
    const id = await suspend();
    await hear(failed(id, 20), aConnector({ version: 2, status: 'DISABLED' }));
    expect((await step('retryAction', id)).problems).toMatchObject([{ code: 'CONNECTOR_DISABLED' }]);
  });
});

describe('cancelling an action', () => {
  it('is done once connectors says that it had not begun, and gives the budget back', async () => {
    const id = await suspend();
    const cancelling = step('cancelAction', id);
    const pollEnd = Date.now() + 2_000;
    while ((await outbox('ActionCancelRequested')).length === 0 && Date.now() < pollEnd)
      await new Promise((resolve) => setTimeout(resolve, 10));
    await hear(failed(id, 20, { code: 'ACTION_CANCELLED', mayRetry: false }));
    expect(await cancelling).toMatchObject({ actions: [{ id, status: 'CANCELLED' }], problems: [] });
    const { data } = await governance.ask(`{ previewAction(input: { kind: SUSPEND_USER, accountIds: ["${bob.id}"] }) { budgetLeft } }`);
    expect(data.previewAction.budgetLeft).toBe(100);
    await hear(succeeded(id, 30));
    expect((await read(id)).status).toBe('CANCELLED');
  });

  it('says so when connectors has not answered, and does not claim what it does not know', async () => {
    const id = await suspend();
    expect(await step('cancelAction', id)).toMatchObject({ actions: [{ status: 'QUEUED' }], problems: [{ code: 'CANCEL_PENDING' }] });
    await hear(succeeded(id, 20));
    expect((await read(id)).status).toBe('SUCCEEDED');
  });

  it('is refused once it has begun', async () => {
    const id = await suspend();
    await hear({ type: 'ActionStarted', actionId: id, attempt: 1, at: 10 });
    expect(await step('cancelAction', id)).toMatchObject({
      actions: [{ status: 'RUNNING' }],
      problems: [{ code: 'ACTION_NOT_CANCELLABLE' }],
    });
  });
});

describe('a time limit', () => {
  const inADay = (): string => new Date(clock.now().getTime() + DAY_MS).toISOString();

  it('takes the action back when it is over, once, however often the sweep looks', async () => {
    const id = await suspend({ until: inADay() });
    await hear(succeeded(id, 20));
    await sweep();
    expect((await read(id)).revertedBy).toBeNull();
    clock.advance(DAY_MS);
    await Promise.all([sweep(), sweep(), sweep()]);
    await sweep();
    const { revertedBy } = await read(id);
    expect(await read(revertedBy.id)).toMatchObject({
      requestedBy: 'castellan:end-of-lease',
      reason: expect.stringContaining('stolen laptop'),
    });
    expect((await outbox<ActionRequested>('ActionRequested')).filter(({ revert }) => revert)).toHaveLength(1);
  });

  it('takes nothing back that it did not change, nor what a person took back before', async () => {
    const unchanged = await suspend({ until: inADay() });
    await hear(succeeded(unchanged, 20, { alreadySo: true }));
    const reverted = await suspend({ until: inADay() });
    await hear(succeeded(reverted, 20));
    const byHand = (await step('revertAction', reverted)).actions[0]!.id;
    await hear(succeeded(byHand, 30));
    clock.advance(DAY_MS);
    await sweep();
    const reverts = (await outbox<ActionRequested>('ActionRequested')).filter(({ revert }) => revert);
    expect(reverts.map(({ actionId }) => actionId)).toEqual([byHand]);
  });

  it('is kept when the connector is disabled at that moment, and when the app does not answer', async () => {
    const id = await suspend({ until: inADay() });
    await hear(succeeded(id, 20), aConnector({ version: 2, status: 'DISABLED' }));
    clock.advance(DAY_MS);
    expect(await sweep()).toMatchObject([{ actionId: id, cause: { code: 'CONNECTOR_DISABLED' } }]);
    await hear(aConnector({ version: 3 }));
    clock.advance(10 * 60_000);
    await sweep();
    const { revertedBy } = await read(id);
    await hear(failed(revertedBy.id, 30));
    expect((await step('revertAction', id)).problems).toMatchObject([{ code: 'ACTION_ALREADY_REVERTED' }]);
    clock.advance(60_000);
    await sweep();
    expect(await read(revertedBy.id)).toMatchObject({
      status: 'QUEUED',
      attempts: [{ status: 'FAILED' }, { attempt: 2, status: 'QUEUED', requestedBy: 'castellan:end-of-lease' }],
    });
  });
});

describe('a service that was stopped', () => {
  it('takes back, at its next start, what was over meanwhile', async () => {
    const temporary = await sqliteDatabase();
    const first = await startTestService(governanceService, { clock, database: temporary.config });
    for (const message of [aConnector(), accountsChanged([bob])]) await first.service.receive(envelope(message));
    clock.advance(1_000);
    const until = new Date(clock.now().getTime() + DAY_MS).toISOString();
    const { data } = await first.ask(
      `mutation { suspendUser(input: { accountIds: ["${bob.id}"], reason: "stolen laptop", until: "${until}" }) { actions { id } } }`,
      {},
      eve,
    );
    const [{ id }] = data.suspendUser.actions;
    await first.service.receive(envelope(succeeded(id, 20)));
    await first.close();
    clock.advance(2 * DAY_MS);
    const second = await startTestService(governanceService, { clock, database: temporary.config });
    await second.service.app.get(SweepActions).run();
    await second.service.app.get(SweepActions).run();
    const reverts = await second.ask('{ actions(filter: { isRevert: true }) { nodes { status revertOf { id } } } }');
    expect(reverts.data.actions.nodes).toEqual([{ status: 'QUEUED', revertOf: { id } }]);
    await second.close();
    await temporary.remove();
  });
});

describe('a request that got no answer', () => {
  it('is sent again, as the same attempt', async () => {
    const id = await suspend();
    await sweep();
    expect(await outbox('ActionRequested')).toHaveLength(1);
    clock.advance(60_000);
    await sweep();
    expect((await outbox<ActionRequested>('ActionRequested')).map(({ actionId, attempt }) => [actionId, attempt])).toEqual([
      [id, 1],
      [id, 1],
    ]);
    await hear(succeeded(id, 20));
    clock.advance(3_600_000);
    await sweep();
    expect(await outbox('ActionRequested')).toHaveLength(2);
  });
});

describe('a message heard twice', () => {
  it('changes nothing, also under another id', async () => {
    const id = await suspend();
    const once = envelope(succeeded(id, 20));
    await governance.service.receive(once);
    await governance.service.receive(once);
    await hear(succeeded(id, 99), failed(id, 99), { type: 'ActionStarted', actionId: id, attempt: 1, at: 99 });
    expect(await read(id)).toMatchObject({ status: 'SUCCEEDED' });
    const { data } = await governance.ask('{ governanceLog { nodes { what } } }');
    expect(data.governanceLog.nodes.map(({ what }: { what: string }) => what)).toEqual(['SUCCEEDED', 'REQUESTED']);
  });

  it('of accounts is ignored when it is older than what is known', async () => {
    await hear(accountsChanged([{ ...bob, status: 'SUSPENDED' }], 'con_okta', 5), accountsChanged([bob], 'con_okta', 4));
    clock.advance(1);
    const { data } = await governance.ask(
      `{ previewAction(input: { kind: SUSPEND_USER, accountIds: ["${bob.id}"] }) { items { refusals { code } } } }`,
    );
    expect(data.previewAction.items).toEqual([{ refusals: [{ code: 'ALREADY_SO' }] }]);
  });
});
