import type { ActionRequested, Message, Principal } from '#libs/contracts';
import { FakeClock } from '#libs/testing';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';

import { aConnector, accountsChanged, anAccount, DOCUSIGN, envelope, failed, OKTA, succeeded } from './governance.builders.js';
import { governanceService } from './governance.module.js';

const MUTATION = `mutation ($input: AccountActionInput!) { suspendUser(input: $input) {
  actions { id kind status reason requestedBy until isRevertible account { id } connector { id } attempts { attempt status } }
  problems { code path message remedy } previews { account { id } effect willChange isRevertible refusals { code } } } }`;
const suspend = (name: string): string => MUTATION.replace('suspendUser', name);

const ada = anAccount('ada', { isAdmin: true });
const bob = anAccount('bob', { personId: 'per_bob' });
const cyd = anAccount('cyd', { isAdmin: true });
const bobInDocusign = anAccount('d-bob', { personId: 'per_bob', email: 'bob@acme.example' }, DOCUSIGN);
const eve = anAdmin({ subject: 'eve@acme.example' });

let clock: FakeClock;
let governance: TestService;

beforeEach(async () => {
  clock = new FakeClock();
  governance = await startTestService(governanceService, { clock, begin: true });
  await hear(
    aConnector(),
    aConnector({ connectorId: DOCUSIGN }),
    accountsChanged([ada, bob, cyd]),
    accountsChanged([bobInDocusign], DOCUSIGN),
  );
  clock.advance(1_000);
});
afterEach(() => governance.close());

async function hear(...messages: readonly Message[]): Promise<void> {
  for (const message of messages) await governance.service.receive(envelope(message));
}

async function act(input: object, name = 'suspendUser', principal: Principal = eve) {
  const { data, errors } = await governance.ask(suspend(name), { input: { reason: 'stolen laptop', ...input } }, principal);
  if (errors) throw new Error(JSON.stringify(errors));
  return data[name];
}

const codes = (payload: { problems: { code: string }[] }): string[] => payload.problems.map(({ code }) => code);

async function sent(): Promise<ActionRequested[]> {
  const requests = (): Message[] =>
    governance.peers.delivered.map(({ envelope: { message } }) => message).filter(({ type }) => type === 'ActionRequested');
  await new Promise((resolve) => setTimeout(resolve, 100));
  return requests() as ActionRequested[];
}

async function read(id: string) {
  const { data } = await governance.ask(
    `query ($id: ID!) { action(id: $id) { status startedAt settledAt isRevertible isCancelRequested wasAlreadySo
    problem { code remedy } revertOf { id } revertedBy { id status } attempts { attempt status problem { code } } } }`,
    { id },
  );
  return data.action;
}

async function events(): Promise<string[]> {
  const { data } = await governance.ask(
    '{ governanceLog(first: 1000) { nodes { what code operation } totalCount } verifyGovernanceLog { isIntact entries firstFault { seq code } } }',
  );
  expect(data.verifyGovernanceLog).toEqual({ isIntact: true, entries: data.governanceLog.totalCount, firstFault: null });
  return data.governanceLog.nodes
    .map(({ what, code }: { what: string; code: string | null }) => (code ? `${what} ${code}` : what))
    .reverse();
}

describe('suspending a user', () => {
  it('is recorded, sent to connectors and logged, and goes its way to the confirmed outcome', async () => {
    const { actions, problems } = await act({ accountIds: [bob.id] });
    expect(problems).toEqual([]);
    expect(actions).toEqual([
      expect.objectContaining({
        kind: 'SUSPEND_USER',
        status: 'QUEUED',
        reason: 'stolen laptop',
        requestedBy: eve.subject,
        account: { id: bob.id },
        connector: { id: OKTA },
        attempts: [{ attempt: 1, status: 'QUEUED' }],
      }),
    ]);
    const { id } = actions[0];
    expect(await sent()).toEqual([
      expect.objectContaining({
        actionId: id,
        attempt: 1,
        kind: 'SUSPEND_USER',
        connectorId: OKTA,
        target: { accountId: bob.id, accountExternalId: 'bob', groupExternalId: null, grantExternalId: null },
        revert: null,
      }),
    ]);
    await hear({ type: 'ActionStarted', actionId: id, attempt: 1, at: 10 });
    expect(await read(id)).toMatchObject({ status: 'RUNNING', isRevertible: false });
    await hear(succeeded(id, 20));
    expect(await read(id)).toMatchObject({ status: 'SUCCEEDED', isRevertible: true, attempts: [{ attempt: 1, status: 'SUCCEEDED' }] });
    expect(await events()).toEqual(['REQUESTED', 'STARTED', 'SUCCEEDED']);
  });

  it('waits for the outcome as long as the caller wishes', async () => {
    const waiting = act({ accountIds: [bob.id], wait: 'PT10S' });
    const [request] = await sent();
    await hear(succeeded(request!.actionId, 20));
    expect((await waiting).actions[0].status).toBe('SUCCEEDED');
    expect((await act({ accountIds: [ada.id], wait: 'PT0.05S' })).actions[0].status).toBe('QUEUED');
  });

  it('of a person goes out to each of their accounts', async () => {
    const { actions } = await act({ personId: 'per_bob' });
    expect(actions.map(({ account }: { account: { id: string } }) => account.id).sort()).toEqual([bob.id, bobInDocusign.id].sort());
  });

  it('refuses the targets that it must not touch, says why, and goes on with the others', async () => {
    const unknown = 'acc_nobody';
    const own = anAccount('castellan');
    await hear(accountsChanged([own], OKTA, 2));
    const payload = await act({ accountIds: [unknown, own.id, bob.id] });
    expect(codes(payload)).toEqual(['ACCOUNT_NOT_FOUND', 'OWN_CREDENTIAL_ACCOUNT']);
    expect(payload.problems.map(({ path }: { path: string[] }) => path)).toEqual([
      ['input', 'accountIds', '0'],
      ['input', 'accountIds', '1'],
    ]);
    expect(payload.actions).toHaveLength(1);
    expect(await events()).toEqual(['REFUSED ACCOUNT_NOT_FOUND', 'REFUSED OWN_CREDENTIAL_ACCOUNT', 'REQUESTED']);
  });

  it("refuses the caller's own account", async () => {
    expect(codes(await act({ accountIds: [bob.id] }, 'suspendUser', anAdmin({ subject: 'Bob@Acme.example' })))).toEqual(['CALLER_ACCOUNT']);
  });

  it('keeps the last administrator, within one request and over several', async () => {
    const first = await act({ accountIds: [ada.id, cyd.id] });
    expect(first.actions).toHaveLength(1);
    expect(codes(first)).toEqual(['LAST_ADMINISTRATOR']);
    expect(codes(await act({ accountIds: [cyd.id] }))).toEqual(['LAST_ADMINISTRATOR']);
    await hear(failed(first.actions[0].id, 20));
    expect((await act({ accountIds: [cyd.id] })).actions).toHaveLength(1);
  });

  it('still counts a suspended administrator as gone when inventory has not told of it yet', async () => {
    const { actions } = await act({ accountIds: [ada.id] });
    await hear(succeeded(actions[0].id, 20));
    expect(codes(await act({ accountIds: [cyd.id] }))).toEqual(['LAST_ADMINISTRATOR']);
    const dan = anAccount('dan', { isAdmin: true });
    await hear(accountsChanged([{ ...ada, status: 'SUSPENDED' }, dan], OKTA, 2));
    expect((await act({ accountIds: [cyd.id] })).actions).toHaveLength(1);
    expect(codes(await act({ accountIds: [dan.id] }))).toEqual(['LAST_ADMINISTRATOR']);
  });

  it('stops at the budget of the hour, and goes on in the next', async () => {
    const many = Array.from({ length: 102 }, (_, n) => anAccount(`user${n}`));
    await hear(accountsChanged(many, OKTA, 2));
    clock.advance(1_000);
    const ids = many.map(({ id }) => id);
    expect((await act({ accountIds: ids.slice(0, 99) })).actions).toHaveLength(99);
    const over = await act({ accountIds: ids.slice(99) });
    expect(over.actions).toHaveLength(1);
    expect(codes(over)).toEqual(['BUDGET_EXHAUSTED', 'BUDGET_EXHAUSTED']);
    clock.advance(3_600_000);
    expect((await act({ accountIds: ids.slice(100) })).actions).toHaveLength(2);
  });

  it('asks for a reason', async () => {
    expect(codes(await act({ accountIds: [bob.id], reason: 'x' }))).toEqual(['REASON_REQUIRED']);
    expect(await events()).toEqual(['REFUSED REASON_REQUIRED']);
  });
});

describe('a dry run', () => {
  it('makes the checks of the act and leaves no trace', async () => {
    const payload = await act({ accountIds: [ada.id, cyd.id, bob.id], dryRun: true, idempotencyKey: 'k' });
    expect(payload.actions).toEqual([]);
    expect(codes(payload)).toEqual(['LAST_ADMINISTRATOR']);
    expect(payload.previews).toEqual([
      expect.objectContaining({ account: { id: ada.id }, willChange: true, isRevertible: true, refusals: [] }),
      expect.objectContaining({ account: { id: cyd.id }, willChange: false, refusals: [{ code: 'LAST_ADMINISTRATOR' }] }),
      expect.objectContaining({ account: { id: bob.id }, willChange: true }),
    ]);
    expect(await events()).toEqual([]);
    expect(await sent()).toEqual([]);
    expect((await governance.ask('{ actions { totalCount } }')).data.actions.totalCount).toBe(0);
    expect((await act({ accountIds: [cyd.id], idempotencyKey: 'k' })).actions).toHaveLength(1);
  });

  it('is what previewAction tells, without a reason', async () => {
    const query = `query ($input: ActionInput!) { previewAction(input: $input) { kind budgetLeft problems { code } items { account { id } title effect refusals { code } whyNotRevertible } } }`;
    const { data } = await governance.ask(query, { input: { kind: 'REQUIRE_SIGN_IN_AGAIN', personId: 'per_bob' } });
    expect(data.previewAction).toMatchObject({ budgetLeft: 100, problems: [] });
    const [docusign, okta] = data.previewAction.items;
    expect(docusign).toMatchObject({ title: null, effect: null, refusals: [{ code: 'ACTION_NOT_OFFERED' }] });
    expect(okta).toMatchObject({ account: { id: bob.id }, refusals: [], whyNotRevertible: expect.stringContaining('signs in again') });
    expect(await events()).toEqual([]);
  });
});

describe('a request with an idempotency key', () => {
  it('acts once, and answers its repetition alike', async () => {
    const input = { accountIds: ['acc_nobody', bob.id], idempotencyKey: 'ticket-7' };
    const [first, again] = [await act(input), await act(input)];
    expect(again).toEqual(first);
    expect(await sent()).toHaveLength(1);
  });

  it('is refused for another request under the same key, and free for another person', async () => {
    await act({ accountIds: [bob.id], idempotencyKey: 'ticket-7' });
    expect(codes(await act({ accountIds: [ada.id], idempotencyKey: 'ticket-7' }))).toEqual(['IDEMPOTENCY_CONFLICT']);
    expect(
      (await act({ accountIds: [ada.id], idempotencyKey: 'ticket-7' }, 'suspendUser', anAdmin({ subject: 'flo' }))).actions,
    ).toHaveLength(1);
  });

  it('is judged anew when nothing came of it before', async () => {
    const input = { accountIds: [bob.id], idempotencyKey: 'ticket-8' };
    await hear(aConnector({ version: 2, status: 'DISABLED' }));
    expect(codes(await act(input))).toEqual(['CONNECTOR_DISABLED']);
    await hear(aConnector({ version: 3 }));
    expect((await act(input)).actions).toHaveLength(1);
  });
});

describe('a protected account', () => {
  const PROTECT =
    'mutation ($id: ID!, $reason: String!) { protectAccount(accountId: $id, reason: $reason) { protectedAccount { account { id } reason protectedBy } problems { code } } }';
  const UNPROTECT = PROTECT.replace('protectAccount(', 'unprotectAccount(');

  it('is left alone until the protection is taken away', async () => {
    const { data } = await governance.ask(PROTECT, { id: bob.id, reason: 'break glass' });
    expect(data.protectAccount).toEqual({
      protectedAccount: { account: { id: bob.id }, reason: 'break glass', protectedBy: 'ada@acme.example' },
      problems: [],
    });
    expect(codes(await act({ accountIds: [bob.id] }))).toEqual(['PROTECTED_ACCOUNT']);
    expect((await governance.ask('{ protectedAccounts { account { id } } }')).data.protectedAccounts).toEqual([
      { account: { id: bob.id } },
    ]);
    expect((await governance.ask(PROTECT, { id: bob.id, reason: 'again' })).data.protectAccount.problems).toEqual([
      { code: 'ALREADY_PROTECTED' },
    ]);
    const gone = await governance.ask(UNPROTECT, { id: bob.id, reason: 'left the company' });
    expect(gone.data.unprotectAccount).toEqual({ protectedAccount: null, problems: [] });
    expect((await act({ accountIds: [bob.id] })).actions).toHaveLength(1);
    expect(await events()).toEqual([
      'ACCOUNT_PROTECTED',
      'REFUSED PROTECTED_ACCOUNT',
      'REFUSED ALREADY_PROTECTED',
      'ACCOUNT_UNPROTECTED',
      'REQUESTED',
    ]);
  });

  it('calls off what was requested of it and has not begun', async () => {
    const { actions } = await act({ accountIds: [bob.id] });
    await governance.ask(PROTECT, { id: bob.id, reason: 'break glass' });
    await sent();
    const messages = governance.peers.delivered.map(({ envelope: { message } }) => message);
    expect(messages).toContainEqual(expect.objectContaining({ type: 'ActionCancelRequested', actionId: actions[0].id, attempt: 1 }));
  });
});
