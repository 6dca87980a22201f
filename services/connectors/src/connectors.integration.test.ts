import type { ActionRequested, ActionSettled, BulkRecord, Envelope } from '#libs/contracts';
import { providerOf } from '#libs/providers';
import { startSandbox, type RunningSandbox } from '#libs/providers/clients';
import { describeEachConfig } from '#libs/testing/databases';
import { MemorySink } from '#libs/testing/memory-sink';
import { anAdmin, RecordingPeers, startTestService, type TestService } from '#libs/testing/services';

import { connectorsService } from './connectors.module.js';

describeEachConfig('the connectors service', (makeDatabase) => {
  let okta: RunningSandbox;
  let connectors: TestService;
  let sinks: { inventory: MemorySink; activities: MemorySink; posture: MemorySink };
  let peers: RecordingPeers;

  beforeEach(async () => {
    okta = await startSandbox(providerOf('okta')!.sandbox, { people: 15, days: 9 });
    sinks = { inventory: new MemorySink(), activities: new MemorySink(), posture: new MemorySink() };
    peers = new RecordingPeers(sinks);
    const hosts = Object.entries(okta.hosts).map(([from, to]) => `${from}=${to}`);
    connectors = await startTestService(connectorsService, {
      database: await makeDatabase(),
      peers,
      begin: true,
      environment: { CASTELLAN_APP_HOSTS: hosts.join(','), CASTELLAN_APP_LIMIT_FACTOR: '1000', CASTELLAN_SYNC_INTERVAL_FACTOR: '0.001' },
    });
  });
  afterEach(async () => {
    await connectors.close();
    await okta.close();
  });

  const CONNECT =
    'mutation ($input: ConnectAppInput!) { connectApp(input: $input) { connector { id name status actsAs } capabilities { capability isAvailable } problems { code path message } } }';
  const connect = async (name?: string) =>
    (await connectors.ask(CONNECT, { input: { app: 'okta', name, ...okta.credentials } })).data.connectApp;
  const eventually = async <T>(look: () => Promise<T> | T, isSo: (seen: T) => boolean): Promise<T> => {
    for (let tries = 0; ; tries++) {
      const seen = await look();
      if (isSo(seen)) return seen;
      if (tries > 150) throw new Error(`not so: ${JSON.stringify(seen).slice(0, 2_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const readAll = (id: string) =>
    eventually(
      async () =>
        (
          await connectors.ask(
            'query ($id: ID!) { connector(id: $id) { status streams { name status itemsRead lastSuccessAt problem { code message } } } }',
            { id },
          )
        ).data.connector,
      (connector) => connector.streams.every((stream: { lastSuccessAt: string | null }) => stream.lastSuccessAt !== null),
    );
  const kindsOf = (records: readonly BulkRecord[]): string[] => [...new Set(records.map((record) => record.kind))].sort();

  it('connects, reads every stream and hands the pages to the services that own them', async () => {
    const { connector, problems, capabilities } = await connect();
    expect([problems, connector.status]).toEqual([[], 'CONNECTING']);
    expect(capabilities.every((one: { isAvailable: boolean }) => one.isAvailable)).toBe(true);
    const read = await readAll(connector.id);
    expect(read.status).toBe('CONNECTED');
    expect(kindsOf(sinks.inventory.records)).toEqual(expect.arrayContaining(['account', 'group', 'member', 'privilege']));
    expect(kindsOf(sinks.activities.records)).toEqual(['activity']);
    expect(kindsOf(sinks.posture.records)).toEqual(['evidence']);
  });

  it('reads accounts first, and ends a listing only when the app has shown all of it', async () => {
    const { connector } = await connect();
    await readAll(connector.id);
    const [first] = sinks.inventory.pages;
    expect(first!.key.stream).toBe('ACCOUNTS');
    const ofAccounts = sinks.inventory.pages.filter((page) => page.key.stream === 'ACCOUNTS');
    const firstRun = ofAccounts.filter((page) => page.listing!.syncId === ofAccounts[0]!.listing!.syncId);
    expect(firstRun.map((page) => page.listing!.isLast)).toEqual([...firstRun.slice(1).map(() => false), true]);
  });

  it('tells the other services how it is doing, each time with a higher version', async () => {
    const { connector } = await connect();
    await readAll(connector.id);
    const heard = await eventually(
      () =>
        peers.delivered
          .filter(({ to, envelope }) => to === 'inventory' && envelope.message.type === 'ConnectorChanged')
          .map(({ envelope }) => envelope.message as { status: string; version: number }),
      (messages) => messages.at(-1)?.status === 'CONNECTED',
    );
    expect(heard[0]!.status).toBe('CONNECTING');
    expect(heard.map((message) => message.version)).toEqual([...heard.map((message) => message.version)].sort((a, b) => a - b));
  });

  it('never shows a secret, and refuses a name that is taken and fields in the wrong place', async () => {
    const { connector } = await connect('Acme Okta');
    const shown = JSON.stringify((await connectors.ask('{ connectors { settings name app { setup { fields { name } } } } }')).data);
    for (const secret of Object.values(okta.credentials.secrets)) expect(shown).not.toContain(secret);
    expect((await connect('ACME okta')).problems[0].code).toBe('CONNECTOR_NAME_TAKEN');
    const misplaced = await connectors.ask(CONNECT, {
      input: { app: 'okta', name: 'other', settings: { ...okta.credentials.settings, ...okta.credentials.secrets }, secrets: {} },
    });
    expect(misplaced.data.connectApp.problems[0]).toMatchObject({
      code: 'SETUP_FIELD_INVALID',
      message: expect.stringContaining('belongs in secrets'),
    });
    expect(connector.name).toBe('Acme Okta');
  });

  it("keeps tenants apart: another one's administrator sees and touches nothing", async () => {
    const { connector } = await connect();
    const stranger = anAdmin({ tenant: 'apex' });
    const asked = await connectors.ask(
      'query ($id: ID!) { connectors { id } connector(id: $id) { id } apps { connectors { id } } }',
      { id: connector.id },
      stranger,
    );
    expect(asked.data).toEqual({
      connectors: [],
      connector: null,
      apps: expect.not.arrayContaining([{ connectors: [expect.anything()] }]),
    });
    for (const mutation of ['disableConnector', 'enableConnector', 'removeConnector', 'syncConnector', 'testConnector']) {
      const answer = await connectors.ask(
        `mutation ($id: ID!) { payload: ${mutation}(id: $id) { problems { code } } }`,
        { id: connector.id },
        stranger,
      );
      expect(answer.data.payload.problems).toEqual([{ code: 'CONNECTOR_UNKNOWN' }]);
    }
  });

  it('asks for the secrets again when the settings move, and refuses a caller without the scope', async () => {
    const { connector } = await connect();
    const moved = await connectors.ask(
      'mutation ($id: ID!, $input: UpdateConnectorInput!) { updateConnector(id: $id, input: $input) { problems { code } } }',
      {
        id: connector.id,
        input: { settings: { ...okta.credentials.settings, orgHost: 'evil.okta.com' } },
      },
    );
    expect(moved.data.updateConnector.problems).toEqual([{ code: 'SECRETS_NEEDED_AGAIN' }]);
    const reader = await connectors.ask(
      'mutation ($id: ID!) { disableConnector(id: $id) { problems { code } } }',
      { id: connector.id },
      anAdmin({ scopes: ['connectors:read'] }),
    );
    expect(reader.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('acts once on a request however often it comes, tells the outcome and what it read back', async () => {
    const { connector } = await connect();
    await readAll(connector.id);
    const someone = sinks.inventory.records.find(
      (record) => record.kind === 'account' && record.status === 'ACTIVE' && !record.isAdmin && record.externalId.includes('u'),
    )!;
    const externalId = (someone as { externalId: string }).externalId;
    const message: ActionRequested = {
      type: 'ActionRequested',
      actionId: 'gov_1',
      attempt: 1,
      kind: 'SUSPEND_USER',
      connectorId: connector.id,
      target: { accountId: 'acc_1', accountExternalId: externalId },
      revert: null,
      requestedBy: 'ada',
      reason: 'test',
    };
    const envelope = (id: string): Envelope => ({ id, tenant: 'acme', subject: 'gov_1', sentAt: 1, message });
    await connectors.service.receive(envelope('evt_1'));
    await connectors.service.receive(envelope('evt_1'));
    await connectors.service.receive(envelope('evt_2'));
    const settled = await eventually(
      () =>
        peers.delivered.map(({ envelope: { message: one } }) => one).filter((one): one is ActionSettled => one.type === 'ActionSettled'),
      (messages) => messages.length > 0,
    );
    expect(settled).toEqual([
      expect.objectContaining({ actionId: 'gov_1', result: expect.objectContaining({ is: 'succeeded', alreadySo: false }) }),
    ]);
    expect(okta.ledger().effects.filter((effect) => effect.operation.includes('lifecycle/suspend'))).toHaveLength(1);
    expect(sinks.inventory.touched).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'account', externalId, status: 'SUSPENDED' })]),
    );
  });
});
