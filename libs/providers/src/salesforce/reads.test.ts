import type { InventoryRecord } from '#libs/contracts';
import { FakeClock, sandboxApp, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import { AppFailure, type ListingStreamName } from '../sdk/index.js';
import { salesforce } from './index.js';
import { OPERATIONS } from './operations.js';
import { userIdOfEmployee } from './sandbox-events.js';
import { OWN_USER_ID, roleOf } from './sandbox-seed.js';
import type { SalesforceSandbox } from './sandbox-state.js';

const boxes: SandboxApp[] = [];
afterEach(async () => {
  await Promise.all(boxes.splice(0).map((box) => box.close()));
});

async function open(options: SandboxAppOptions = {}, isDiscovered = true): Promise<SandboxApp> {
  const clock = new FakeClock();
  const box = await sandboxApp(salesforce, { clock, now: clock.now(), ...options });
  boxes.push(box);
  if (isDiscovered) box.app.learn(await salesforce.discover!(box.app));
  return box;
}

async function listed(box: SandboxApp, stream: ListingStreamName): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of salesforce.listings[stream]!.pages(box.app)) records.push(...page.records);
  return records;
}

const failureOf = async (work: Promise<unknown>): Promise<AppFailure> => {
  const failure: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof AppFailure)) throw new Error(`Not a failure of the app: ${String(failure)}`);
  return failure;
};

describe('listing Salesforce', () => {
  it('shows everybody: employees, guests and processes as what they are', async () => {
    const box = await open();
    const accounts = (await listed(box, 'ACCOUNTS')).filter((item) => item.kind === 'account');
    expect(accounts).toHaveLength(box.sandbox.company.people.length + 3);
    for (const person of box.sandbox.company.people) {
      const account = accounts.find(({ externalId }) => externalId === userIdOfEmployee(person.number))!;
      expect(account).toMatchObject({
        type: 'person',
        email: person.email,
        status: person.traits.includes('LEAVER') ? 'DISABLED' : 'ACTIVE',
      });
    }
    expect(accounts.filter(({ type }) => type === 'service').map(({ displayName }) => displayName)).toEqual([
      'Castellan Integration',
      'Automated Process',
    ]);
    expect(accounts.find(({ displayName }) => displayName?.includes('Guest'))).toMatchObject({ type: 'unknown' });
  });

  it('takes user names for names and not for addresses', async () => {
    const accounts = (await listed(await open(), 'ACCOUNTS')).filter((item) => item.kind === 'account');
    const other = accounts.find(({ username }) => username?.endsWith('.crm'))!;
    expect(other.username).toBe(`${other.email}.crm`);
  });

  it('shows a frozen user as suspended, and a locked one as active with a flag', async () => {
    const box = await open();
    const state = box.sandbox.state as SalesforceSandbox;
    const [frozen] = [...state.users.values()].filter(({ number, isActive }) => number > 1_000 && isActive);
    state.users.set(frozen!.id, { ...frozen!, isFrozen: true });
    const accounts = (await listed(box, 'ACCOUNTS')).filter((item) => item.kind === 'account');
    expect(accounts.find(({ externalId }) => externalId === frozen!.id)).toMatchObject({ status: 'SUSPENDED' });
    const locked = [...state.users.values()].find(({ isLocked, isActive }) => isLocked && isActive)!;
    expect(accounts.find(({ externalId }) => externalId === locked.id)).toMatchObject({
      status: 'ACTIVE',
      attributes: { isPasswordLocked: true },
    });
  });

  it('does not call a user active when frozen users are not shown to us', async () => {
    const box = await open();
    box.sandbox.setSwitches({ missingScopes: ['Manage Users'] });
    const accounts = (await listed(box, 'ACCOUNTS')).filter((item) => item.kind === 'account');
    expect(new Set(accounts.map(({ status }) => status))).toEqual(new Set(['UNKNOWN', 'DISABLED']));
  });

  it('says nothing about second factors that Salesforce does not show, and does not guess for single sign-on', async () => {
    const box = await open();
    const accounts = (await listed(box, 'ACCOUNTS')).filter((item) => item.kind === 'account');
    expect(
      accounts.filter(({ attributes, hasSecondFactor }) => attributes?.['usesSingleSignOn'] === true && hasSecondFactor === false),
    ).toEqual([]);
    expect(new Set(accounts.map(({ hasSecondFactor }) => hasSecondFactor))).toEqual(new Set([true, false, null]));
    const blind = await open({}, false);
    blind.sandbox.setSwitches({ missingScopes: ['Manage Multi-Factor Authentication in API'] });
    blind.app.learn(await salesforce.discover!(blind.app));
    expect((await listed(blind, 'ACCOUNTS')).some((item) => 'hasSecondFactor' in item)).toBe(false);
  });

  it('loses no administrator: by profile, by permission set, by group of sets, and not by one that ran out', async () => {
    const box = await open();
    const state = box.sandbox.state as SalesforceSandbox;
    const accounts = (await listed(box, 'ACCOUNTS')).filter((item) => item.kind === 'account');
    const admins = new Set(accounts.filter(({ isAdmin }) => isAdmin === true).map(({ externalId }) => externalId));
    for (const { number, traits } of box.sandbox.company.people)
      if (traits.includes('ADMIN')) expect(admins).toContain(userIdOfEmployee(number));
    for (const { userId, expiresAt, setId } of state.assignments.values()) {
      const isPlain = state.sets.find(({ id }) => id === setId)!.rights.length === 0;
      expect([userId, admins.has(userId)]).toEqual([userId, expiresAt === null && !isPlain]);
    }
    const held = (await listed(box, 'PRIVILEGES')).filter((item) => item.kind === 'privilege');
    expect(held).toContainEqual(expect.objectContaining({ name: 'Release Crew', isAdmin: true, scope: 'permission set group' }));
    expect(held).toContainEqual(expect.objectContaining({ name: 'Modify All Data', isAdmin: true, scope: 'permission set: Data Admin' }));
    expect(held).toContainEqual(expect.objectContaining({ name: 'Standard User', isAdmin: false, scope: 'profile' }));
    expect(held.filter(({ name }) => name === 'Data Admin')).toHaveLength(1);
    const ids = held.map(({ account, externalId }) => `${account} ${externalId}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('asks only for permissions that the org has: one unknown column would refuse the whole query', async () => {
    const box = await open();
    expect((box.app.facts as { rightFields: string[] }).rightFields).not.toContain('PermissionsManageSharing');
    await expect(listed(box, 'PRIVILEGES')).resolves.not.toHaveLength(0);
    box.app.learn({ ...(box.app.facts as object), rightFields: ['PermissionsManageSharing'] });
    expect(await failureOf(listed(box, 'PRIVILEGES'))).toMatchObject({
      kind: 'forbidden',
      message: expect.stringContaining('PermissionsManageSharing'),
    });
  });

  it('shows groups, queues and roles with their members, and roles inside groups as roles', async () => {
    const records = await listed(await open(), 'GROUPS');
    const groups = records.filter((item) => item.kind === 'group');
    expect(new Set(groups.map(({ type }) => type))).toEqual(new Set(['Regular', 'Queue', 'Organization', 'Role']));
    expect(groups.every(({ name }) => name !== '')).toBe(true);
    const members = records.filter((item) => item.kind === 'member');
    const known = new Set(groups.map(({ externalId }) => externalId));
    expect(
      members.filter(({ groupExternalId, group }) => !known.has(groupExternalId) || (group !== undefined && !known.has(group))),
    ).toEqual([]);
    expect(members).toContainEqual(expect.objectContaining({ group: roleOf('Sales') }));
    expect(members.filter(({ groupExternalId }) => groupExternalId === roleOf('Sales')).length).toBeGreaterThan(5);
  });

  it('shows tokens and installed apps, and never the key that revokes a token', async () => {
    const box = await open();
    const grants = await listed(box, 'APP_GRANTS');
    expect(grants).toContainEqual(
      expect.objectContaining({ type: 'OAUTH_CONSENT', appName: 'Backup Sync Pro', level: 'UNKNOWN', scopes: [] }),
    );
    expect(grants).toContainEqual(expect.objectContaining({ type: 'INSTALLATION', appName: 'Backup Sync Pro', account: null }));
    expect(JSON.stringify(grants)).not.toContain('sandbox-delete');
    expect(JSON.stringify(box.exchanges.map(({ query }) => query))).not.toContain('DeleteToken');
  });

  it('refuses to show only our own tokens as if they were all', async () => {
    const box = await open();
    box.sandbox.setSwitches({ missingScopes: ['Customize Application'] });
    expect(await failureOf(listed(box, 'APP_GRANTS'))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['Customize Application'] },
    });
  });

  it('follows pages to the end, also past empty ones', async () => {
    const box = await open();
    const all = (await listed(box, 'ACCOUNTS')).length;
    box.sandbox.setSwitches({ pageSize: 17, emptyPages: true });
    expect(await listed(box, 'ACCOUNTS')).toHaveLength(all);
    expect(box.exchanges.filter(({ operation }) => operation === OPERATIONS.moreRows).length).toBeGreaterThan(10);
  });

  it('fails when a query is forgotten halfway, so that nobody counts as gone', async () => {
    const box = await open();
    box.sandbox.setSwitches({ pageSize: 50, forgetQueries: 1 });
    expect(await failureOf(listed(box, 'ACCOUNTS'))).toMatchObject({ kind: 'conflict', classified: { appCode: 'INVALID_QUERY_LOCATOR' } });
    await expect(listed(box, 'ACCOUNTS')).resolves.not.toHaveLength(0);
  });

  it('reads a hundred thousand users', async () => {
    const box = await open({ bulk: { accounts: 100_000 }, keepExchanges: false });
    let count = 0;
    for await (const { records } of salesforce.listings.ACCOUNTS!.pages(box.app)) count += records.length;
    expect(count).toBe(100_000 + box.sandbox.company.people.length + 3);
  }, 120_000);
});

describe('connecting Salesforce', () => {
  it('knows whom it acts as', async () => {
    const { app } = await open();
    await expect(salesforce.identify(app)).resolves.toMatchObject({ accountExternalId: OWN_USER_ID });
  });

  it('tries every capability that it claims', async () => {
    const { app } = await open();
    for (const probe of salesforce.probes) await expect(probe.run(app)).resolves.toBeUndefined();
    const claimed = Object.entries(salesforce.manifest.capabilities).filter(
      ([, { support }]) => support === 'SUPPORTED' || support === 'PARTIAL',
    );
    expect(salesforce.probes.map(({ capability }) => capability).sort()).toEqual(claimed.map(([name]) => name).sort());
  });

  it.each([
    ['Manage Users', 'SIGN_IN_ACTIVITY'],
    ['Manage Users', 'USER_GOVERNANCE'],
    ['View Event Log Files', 'USER_ACTIVITY'],
    ['View Setup and Configuration', 'ADMIN_ACTIVITY'],
    ['View Setup and Configuration', 'LIST_PRIVILEGES'],
    ['View Setup and Configuration', 'POSTURE'],
    ['Customize Application', 'VIEW_APP_GRANTS'],
    ['Customize Application', 'REVOKE_APP_GRANTS'],
    ['API Enabled', 'LIST_ACCOUNTS'],
  ])('names the missing permission "%s" for %s', async (permission, capability) => {
    const box = await open();
    box.sandbox.setSwitches({ missingScopes: [permission] });
    const probe = salesforce.probes.find((one) => one.capability === capability)!;
    expect(await failureOf(probe.run(box.app))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: [permission], remedy: expect.any(String) },
    });
  });

  it('notes that without Event Monitoring there is little to read', async () => {
    const box = await open();
    box.sandbox.setSwitches({ unlicensed: ['event-monitoring'] });
    const probe = salesforce.probes.find(({ capability }) => capability === 'USER_ACTIVITY')!;
    await expect(probe.run(box.app)).resolves.toMatchObject({ note: expect.stringContaining('Event Monitoring') });
  });

  it('does not work against a version that the org lacks', async () => {
    const box = await open({}, false);
    box.sandbox.setSwitches({ withoutVersion: true });
    expect(await failureOf(salesforce.discover!(box.app))).toMatchObject({ kind: 'misconfigured' });
  });

  it.each([
    ['malformed', 'malformed'],
    ['htmlPage', 'malformed'],
    ['serverError', 'down'],
  ])('%s ends in "%s", naming the operation', async (name, kind) => {
    const box = await open();
    box.sandbox.setSwitches({ [name]: OPERATIONS.query });
    expect(await failureOf(listed(box, 'GROUPS'))).toMatchObject({ kind, operation: `${OPERATIONS.query} (Group)` });
  });

  it('sits out the limit of concurrent calls, and stops at that of the day', async () => {
    const box = await open();
    box.sandbox.setSwitches({ throttleNext: 1 });
    await expect(listed(box, 'GROUPS')).resolves.not.toHaveLength(0);
    box.sandbox.setSwitches({ throttleNext: 100, throttleKind: 'daily' });
    const failure = await failureOf(listed(box, 'GROUPS'));
    expect(failure.kind).toBe('throttled');
    expect(failure.retryAt!.getTime() - box.app.now().getTime()).toBeGreaterThanOrEqual(14 * 60_000);
  });
});
