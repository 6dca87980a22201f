import { embedded, type Installation } from './installation.js';

/** What goes wrong with an app ends in a named problem with a remedy, and the connector goes on with what it can do. */
describe('an app that makes trouble', () => {
  let castellan: Installation;
  beforeAll(async () => {
    castellan = await embedded({ people: 20, days: 9, apps: ['okta', 'docusign'] });
  }, 60_000);
  afterAll(() => castellan?.close(), 30_000);
  afterEach(() => {
    for (const sandbox of Object.values(castellan.sandboxes)) {
      sandbox.setSwitches({
        throttleNext: 0,
        throttleEvery: 0,
        hang: '',
        malformed: '',
        serverError: '',
        htmlPage: '',
        missingScopes: [],
        unlicensed: [],
        revoked: false,
        delayMs: 0,
      });
    }
  });

  const CONNECT =
    'mutation ($input: ConnectAppInput!) { connectApp(input: $input) { connector { id status } capabilities { capability isAvailable problem { code message remedy missingScopes } } problems { code message remedy path } } }';
  const connect = async (app: string, secrets: object = {}, settings: object = {}) => {
    const { credentials } = castellan.sandboxes[app]!;
    const name = `${app} ${Math.random().toString(36).slice(2)}`;
    const input = { app, name, settings: { ...credentials.settings, ...settings }, secrets: { ...credentials.secrets, ...secrets } };
    return (await castellan.ask(CONNECT, { input })).data.connectApp;
  };
  const streamsOf = (
    id: string,
    isDone: (streams: Record<string, { status: string; problem: { code: string; remedy: string } | null }>) => boolean,
  ) =>
    castellan.until(
      'query ($id: ID!) { connector(id: $id) { status streams { name status problem { code message remedy } } coverage { state reasons { code } } } }',
      { id },
      ({ connector }) => isDone(Object.fromEntries(connector.streams.map((stream: { name: string }) => [stream.name, stream]))),
    );

  it('says CREDENTIAL_INVALID for wrong credentials, and saves nothing', async () => {
    castellan.sandboxes['okta']!.setSwitches({ revoked: true });
    const answer = await connect('okta');
    expect(answer.connector).toBeNull();
    expect(answer.problems[0]).toMatchObject({ code: 'CREDENTIAL_INVALID', remedy: expect.stringMatching(/\w/) });
    expect((await castellan.ask('{ connectors { id } }')).data.connectors).toEqual([]);
  });

  it('names every wrong field of the form at once', async () => {
    const answer = await connect('docusign', { rsaPrivateKey: '' }, { integrationKey: 'nonsense', surprise: 'x' });
    expect(answer.problems.map((problem: { path: string[] }) => problem.path.join('.')).sort()).toEqual([
      'input.secrets.rsaPrivateKey',
      'input.settings.integrationKey',
      'input.settings.surprise',
    ]);
  });

  it('goes on with the rest when a scope is missing, and names the scope', async () => {
    castellan.sandboxes['okta']!.setSwitches({ missingScopes: ['okta.logs.read'] });
    const answer = await connect('okta');
    expect(answer.problems).toEqual([]);
    const signIns = answer.capabilities.find((one: { capability: string }) => one.capability === 'SIGN_IN_ACTIVITY');
    expect(signIns).toMatchObject({ isAvailable: false, problem: { code: 'SCOPE_MISSING', missingScopes: ['okta.logs.read'] } });
    const { connector } = await streamsOf(
      answer.connector.id,
      (streams) => streams['ACCOUNTS']?.status === 'UP_TO_DATE' && streams['ACTIVITIES']?.status === 'NOT_AVAILABLE',
    );
    expect(connector.status).not.toBe('DISCONNECTED');
    expect(connector.coverage.reasons.map((reason: { code: string }) => reason.code)).toContain('MISSING_SCOPE');
  });

  it('goes on with inventory and posture when Monitor is not licensed', async () => {
    castellan.sandboxes['docusign']!.setSwitches({ unlicensed: ['monitor'] });
    const answer = await connect('docusign');
    const { connector } = await streamsOf(
      answer.connector.id,
      (streams) =>
        streams['ACCOUNTS']?.status === 'UP_TO_DATE' &&
        streams['SETTINGS']?.status === 'UP_TO_DATE' &&
        streams['ACTIVITIES']?.status === 'NOT_AVAILABLE',
    );
    expect(connector.coverage.reasons.map((reason: { code: string }) => reason.code)).toContain('NOT_LICENSED');
  });

  it('gets through throttling in the dialect of each app', async () => {
    for (const app of ['okta', 'docusign']) {
      castellan.sandboxes[app]!.setSwitches({ throttleEvery: 0 });
      const answer = await connect(app);
      castellan.sandboxes[app]!.setSwitches({ throttleNext: 2 });
      await streamsOf(answer.connector.id, (streams) => Object.values(streams).every((stream) => stream.status === 'UP_TO_DATE'));
    }
  }, 90_000);

  it.each([
    ['malformed', 'APP_RESPONSE_UNREADABLE'],
    ['htmlPage', 'APP_RESPONSE_UNREADABLE'],
  ])(
    'answers %s pages by %s, reads the rest, and recovers',
    async (fault, code) => {
      const sandbox = castellan.sandboxes['okta']!;
      sandbox.setSwitches({ [fault]: 'GET /api/v1/groups/{groupId}/users' });
      const answer = await connect('okta');
      const id = answer.connector.id as string;
      const { connector } = await streamsOf(
        id,
        (streams) => streams['GROUPS']?.problem !== null && streams['ACCOUNTS']?.status === 'UP_TO_DATE',
      );
      const groups = connector.streams.find((stream: { name: string }) => stream.name === 'GROUPS');
      expect(groups.problem).toMatchObject({ code, remedy: expect.stringMatching(/\w/) });
      sandbox.setSwitches({ [fault]: '' });
      await castellan.ask('mutation ($id: ID!) { syncConnector(id: $id, streams: [GROUPS]) { problems { code } } }', { id });
      await streamsOf(id, (streams) => streams['GROUPS']?.status === 'UP_TO_DATE' && streams['GROUPS']?.problem === null);
    },
    60_000,
  );

  it('keeps the credential and the cursors of a disabled connector, and forgets the credential of a removed one', async () => {
    const id = (await connect('okta')).connector.id as string;
    await streamsOf(id, (streams) => Object.values(streams).every((stream) => stream.status === 'UP_TO_DATE'));
    const state = 'mutation ($id: ID!) { payload: %(id: $id) { connector { status } problems { code } } }';
    expect((await castellan.ask(state.replace('%', 'disableConnector'), { id })).data.payload.connector.status).toBe('DISABLED');
    await castellan.ask(state.replace('%', 'enableConnector'), { id });
    await streamsOf(id, (streams) => Object.values(streams).every((stream) => stream.status === 'UP_TO_DATE'));
    const removed = await castellan.ask(
      'mutation ($id: ID!) { removeConnector(id: $id, deleteData: true) { removedId problems { code } } }',
      { id },
    );
    expect(removed.data.removeConnector).toEqual({ removedId: id, problems: [] });
    await castellan.until(
      'query ($filter: AccountFilter) { accounts(filter: $filter) { totalCount } }',
      { filter: { connector: { eq: id } } },
      ({ accounts }) => accounts.totalCount === 0,
    );
  }, 60_000);
});
