import type { ActionKind, Capability } from '#libs/contracts';

import type { ConnectedApp } from './connected-app.js';
import type { Driver } from './drive-reads.js';

/** How each acting capability is proven. */
export const actionDrivers = {
  USER_GOVERNANCE: governUsers,
  REVOKE_APP_GRANTS: revokeGrants,
} as const satisfies { readonly [C in Capability]?: Driver };

/** An app may refuse one target for reasons of its own; so many are tried. */
const MOST_TARGETS = 6;

/** Codes that say that we, or the sandbox, failed. An app's refusal, named, is an answer; these are none. */
const FAILURES = new Set([
  'INTERNAL',
  'APP_UNAVAILABLE',
  'APP_RESPONSE_UNREADABLE',
  'ACTION_NOT_CONFIRMED',
  'ENDPOINT_UNREACHABLE',
  'CREDENTIAL_INVALID',
  'CREDENTIAL_EXPIRED',
  'CONFIGURATION_INVALID',
  'CONSENT_REQUIRED',
  'SCOPE_MISSING',
  'WRITE_SCOPE_MISSING',
  'RATE_LIMITED',
  'TARGET_NOT_FOUND',
  'CONNECTOR_UNKNOWN',
  'ACCOUNT_NOT_FOUND',
  'ACTION_NOT_OFFERED',
  'ACTION_INPUT_INVALID',
  'BUDGET_EXHAUSTED',
]);

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

interface ShownAction {
  readonly id: string;
  readonly status: string;
  readonly isRevertible: boolean;
  readonly wasAlreadySo: boolean;
  readonly problem: Problem | null;
}

interface ShownAccount {
  readonly id: string;
  readonly externalId: string;
  readonly email: string | null;
  readonly status: string;
  readonly type: string;
  readonly isAdmin: boolean | null;
  readonly groups: readonly { readonly id: string; readonly externalId: string; readonly name: string }[];
}

/** Whom or what to act on: the input of the mutation without reason and the rest. */
type Target = Readonly<Record<string, unknown>>;

async function governUsers(app: ConnectedApp): Promise<void> {
  const accounts = await accountsOf(app);
  const ordinary = ordinaryOf(app, accounts);
  expect(ordinary.length).toBeGreaterThan(3);
  const offered = (['SUSPEND_USER', 'DEACTIVATE_USER', 'REQUIRE_SIGN_IN_AGAIN', 'REMOVE_FROM_GROUP'] as const).filter(
    (kind) => app.provider.actions[kind],
  );
  const [main] = offered;
  // To claim governance is to have something that keeps a person out.
  expect(main).toBeDefined();
  const first = main === 'SUSPEND_USER' || main === 'DEACTIVATE_USER' ? await suspendAndRevert(app, main, ordinary) : undefined;
  const others = first === undefined ? ordinary : ordinary.filter(({ id }) => id !== first.id);

  for (const kind of Object.keys(app.provider.actions) as ActionKind[]) {
    if (kind === main || kind === 'REVOKE_APP_GRANT') continue;
    if (kind === 'UNSUSPEND_USER') await unsuspend(app, others);
    else if (kind === 'REMOVE_FROM_GROUP') await removeFromGroup(app, ordinary);
    else if (kind === 'REVOKE_ADMIN_PRIVILEGES') await revokeAdministrator(app, accounts);
    // The last in the row: those before it go on being needed.
    else if (kind === 'DEACTIVATE_USER') await deactivate(app, [...others].reverse());
    else await attempt(app, kind, accountTargets(ordinary));
  }
}

async function suspendAndRevert(app: ConnectedApp, kind: ActionKind, accounts: readonly ShownAccount[]): Promise<ShownAccount> {
  await rehearse(app, kind, accounts[0]!);
  const taken = await attempt(app, kind, accountTargets(accounts));
  // An app that can keep a person out does so for one of many ordinary people.
  expect(taken).toBeDefined();
  const account = accounts.find(({ id }) => id === (taken!.target['accountIds'] as string[])[0])!;
  const { action } = taken!;
  expect(action).toMatchObject({ status: 'SUCCEEDED', wasAlreadySo: false, isRevertible: true });
  await statusBecomes(app, account.id, (status) => ['SUSPENDED', 'DISABLED', 'DELETED'].includes(status));

  const { revertAction } = await app.read(
    `mutation ($action: ID!) { revertAction(id: $action, reason: "the catalogue test takes it back") { actions { ${ACTION} } problems { code message } } }`,
    { action: action.id },
  );
  expect(revertAction.problems).toEqual([]);
  const reverted = await settled(app, revertAction.actions[0]);
  expect(reverted).toMatchObject({ status: 'SUCCEEDED', problem: null });
  await statusBecomes(app, account.id, (status) => status === account.status);
  await bothAreLogged(app, account.id, action.id, reverted.id);
  return account;
}

/** A dry run says what would happen, and sends nothing to the app. */
async function rehearse(app: ConnectedApp, kind: ActionKind, account: ShownAccount): Promise<void> {
  const before = app.sandbox.ledger().requests;
  const payload = await request(app, kind, { accountIds: [account.id] }, { dryRun: true });
  expect(payload).toMatchObject({ actions: [], problems: [] });
  expect(payload.previews).toEqual([
    { title: expect.stringMatching(/\w/), effect: expect.stringMatching(/\w+ \w+/), willChange: true, refusals: [] },
  ]);
  expect(app.sandbox.ledger().requests).toBe(before);
}

async function bothAreLogged(app: ConnectedApp, accountId: string, actionId: string, revertId: string): Promise<void> {
  const { actions, verifyGovernanceLog } = await app.read(
    `query ($account: String!) {
      actions(filter: { account: { eq: $account } }) { nodes { id status reason requestedBy revertOf { id } } }
      verifyGovernanceLog { isIntact }
    }`,
    { account: accountId },
  );
  expect(actions.nodes).toEqual(
    expect.arrayContaining([
      { id: actionId, status: 'SUCCEEDED', reason: REASON, requestedBy: 'administrator', revertOf: null },
      {
        id: revertId,
        status: 'SUCCEEDED',
        reason: 'the catalogue test takes it back',
        requestedBy: 'administrator',
        revertOf: { id: actionId },
      },
    ]),
  );
  expect(verifyGovernanceLog.isIntact).toBe(true);
}

async function unsuspend(app: ConnectedApp, accounts: readonly ShownAccount[]): Promise<void> {
  const suspended = await attempt(app, 'SUSPEND_USER', accountTargets(accounts));
  expect(suspended).toBeDefined();
  const [accountId] = suspended!.target['accountIds'] as string[];
  const { status } = accounts.find(({ id }) => id === accountId)!;
  await statusBecomes(app, accountId!, (now) => now !== status);
  const back = await attempt(app, 'UNSUSPEND_USER', [suspended!.target]);
  expect(back?.action).toMatchObject({ status: 'SUCCEEDED', wasAlreadySo: false });
  await statusBecomes(app, accountId!, (now) => now === status);
}

async function deactivate(app: ConnectedApp, accounts: readonly ShownAccount[]): Promise<void> {
  const taken = await attempt(app, 'DEACTIVATE_USER', accountTargets(accounts));
  if (!taken) return;
  const [accountId] = taken.target['accountIds'] as string[];
  // An account that is gone for good is gone from the app's listing as well.
  await app.sync('ACCOUNTS');
  await statusBecomes(app, accountId!, (status) => status === 'DISABLED' || status === 'DELETED');
}

async function revokeAdministrator(app: ConnectedApp, accounts: readonly ShownAccount[]): Promise<void> {
  const administrators = accounts.filter(({ isAdmin, status }) => isAdmin === true && status === 'ACTIVE');
  const taken = await attempt(app, 'REVOKE_ADMIN_PRIVILEGES', accountTargets(administrators));
  if (!taken) return;
  // Rights have a listing of their own; what it no longer shows is gone.
  await app.sync('ACCOUNTS', 'PRIVILEGES');
  await app.until(
    'query ($account: ID!) { account(id: $account) { isAdmin } }',
    { account: (taken.target['accountIds'] as string[])[0] },
    ({ account }) => account.isAdmin === false,
  );
}

async function removeFromGroup(app: ConnectedApp, accounts: readonly ShownAccount[]): Promise<void> {
  const targets = accounts.flatMap(({ id, groups }) =>
    groups.map((group) => ({ accountIds: [id], groupId: group.id, groupExternalId: group.externalId })),
  );
  // One of each group: that the app keeps a group's members elsewhere holds for all of them.
  const taken = await attempt(
    app,
    'REMOVE_FROM_GROUP',
    oneOfEach(targets, ({ groupId }) => groupId),
  );
  if (!taken) return;
  await app.sync('GROUPS');
  await app.until(
    'query ($account: ID!) { account(id: $account) { groups { id } } }',
    { account: (taken.target['accountIds'] as string[])[0] },
    ({ account }) => !account.groups.some((group: { id: string }) => group.id === taken.target['groupId']),
  );
}

async function revokeGrants(app: ConnectedApp): Promise<void> {
  const { appGrants } = await app.read(`query ($id: String!) { appGrants(filter: { connector: { eq: $id } }, first: 1000) {
    nodes { id externalId type appName account { id } }
  } }`);
  const grants: readonly { id: string; externalId: string; type: string; account: { id: string } | null }[] = appGrants.nodes;
  const targets = oneOfEach(grants, ({ type, account }) => `${type} ${account === null}`).map((grant) => ({
    grantId: grant.id,
    grantExternalId: grant.externalId,
    connectorId: app.connectorId,
    accountId: grant.account?.id ?? null,
  }));
  const taken = await attempt(app, 'REVOKE_APP_GRANT', targets);
  // To claim it is to be able to revoke at least one kind.
  expect(taken?.action).toMatchObject({ status: 'SUCCEEDED', wasAlreadySo: false });
  await app.sync('APP_GRANTS');
  const after = await app.read('query ($id: String!) { appGrants(filter: { connector: { eq: $id } }, first: 1000) { nodes { id } } }');
  if (!after.appGrants.nodes.some(({ id }: { id: string }) => id === taken!.target['grantId'])) return;
  // What is switched off and not deleted is listed still: asked again, the app finds nothing left to revoke.
  const again = await attempt(app, 'REVOKE_APP_GRANT', [taken!.target]);
  expect(again?.action).toMatchObject({ status: 'SUCCEEDED', wasAlreadySo: true });
}

const ACTION = 'id status isRevertible wasAlreadySo problem { code message remedy }';
const REASON = 'the catalogue test acts';

/** Acts on one target after another until it succeeds; each that does not must be refused by name, with a remedy. */
async function attempt(
  app: ConnectedApp,
  kind: ActionKind,
  targets: readonly Target[],
): Promise<{ readonly target: Target; readonly action: ShownAction } | undefined> {
  expect(targets.length).toBeGreaterThan(0);
  for (const target of targets.slice(0, MOST_TARGETS)) {
    const payload = await request(app, kind, target);
    const [asked] = payload.actions;
    const action = asked && (await settled(app, asked));
    if (action?.status === 'SUCCEEDED') return { target, action };
    const refusals = action ? [action.problem] : payload.problems;
    expect({ kind, refusals }).toEqual({ kind, refusals: [expect.objectContaining(NAMED)] });
    expect({ kind, failures: refusals.filter((problem) => FAILURES.has(problem?.code ?? '')) }).toEqual({ kind, failures: [] });
  }
  return undefined;
}

const NAMED = {
  code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/),
  message: expect.stringMatching(/\w/),
  remedy: expect.stringMatching(/\w/),
};

interface Payload {
  readonly actions: readonly ShownAction[];
  readonly problems: readonly Problem[];
  readonly previews: readonly object[];
}

async function request(app: ConnectedApp, kind: ActionKind, target: Target, more: Target = {}): Promise<Payload> {
  const mutation = kind.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const inputType = 'grantId' in target ? 'AppGrantActionInput' : 'groupId' in target ? 'GroupActionInput' : 'AccountActionInput';
  const ask = async (): Promise<Payload> =>
    (
      await app.read(
        `mutation ($input: ${inputType}!) { payload: ${mutation}(input: $input) {
          actions { ${ACTION} } problems { code message remedy } previews { title effect willChange refusals { code message } }
        } }`,
        { input: { ...target, reason: REASON, wait: 'PT20S', ...more } },
      )
    ).payload;
  // Governance hears of accounts by message, a moment after inventory shows them.
  for (let look = 0; ; look++) {
    const payload = await ask();
    if (look === 20 || !payload.problems.some(({ code }) => code === 'ACCOUNT_NOT_FOUND')) return payload;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function settled(app: ConnectedApp, action: ShownAction): Promise<ShownAction> {
  if (action.status !== 'QUEUED' && action.status !== 'RUNNING') return action;
  const data = await app.until(`query ($action: ID!) { action(id: $action) { ${ACTION} } }`, { action: action.id }, (shown) =>
    ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(shown.action.status),
  );
  return data.action;
}

async function statusBecomes(app: ConnectedApp, accountId: string, isSo: (status: string) => boolean): Promise<void> {
  await app.until('query ($account: ID!) { account(id: $account) { status } }', { account: accountId }, ({ account }) =>
    isSo(account.status),
  );
}

async function accountsOf(app: ConnectedApp): Promise<readonly ShownAccount[]> {
  const { accounts } = await app.read(`query ($id: String!) { accounts(filter: { connector: { eq: $id } }, first: 1000) {
    nodes { id externalId email status type isAdmin groups { id externalId name } }
  } }`);
  return accounts.nodes;
}

/** Active people without rights, who can be acted on without harm to anything else that is tested. */
function ordinaryOf(app: ConnectedApp, accounts: readonly ShownAccount[]): readonly ShownAccount[] {
  const victim = app.sandbox.company.takeover.victim.email;
  return accounts.filter(
    ({ status, type, isAdmin, email }) =>
      status === 'ACTIVE' && ['PERSON', 'UNKNOWN'].includes(type) && isAdmin !== true && email !== victim,
  );
}

function accountTargets(accounts: readonly ShownAccount[]): readonly Target[] {
  return accounts.map(({ id }) => ({ accountIds: [id] }));
}

function oneOfEach<T>(items: readonly T[], kindOf: (item: T) => string): readonly T[] {
  return [...new Map([...items].reverse().map((item) => [kindOf(item), item])).values()].reverse();
}
