import { providers, type Provider } from '#libs/providers';

import { ConnectedApp } from './connected-app.js';
import { embedded, type Installation } from './installation.js';

const WHOLE_SUITE_MS = 300_000;

/** How an app says that its credential was withdrawn, where that is neither CREDENTIAL_INVALID nor CREDENTIAL_EXPIRED: the consent to a JWT is. */
const WITHDRAWN_CONSENT = new Set(['docusign', 'salesforce']);

const NO_FAULTS = { throttleNext: 0, emptyPages: false, duplicateRows: false, revoked: false, delayMs: 0 };

/** What went wrong on the way must not show in what is kept; a second connector of the same app, which nothing troubled, says what that is. */
describe('every app of the catalogue in trouble', () => {
  let castellan: Installation;
  const runs = new Map<string, Trials>();

  /** The trials of one app, one after the other: their switches are those of one sandbox. */
  interface Trials {
    readonly credentials: Promise<void>;
    readonly refused: Promise<void>;
    readonly throttled: Promise<void>;
    readonly repeated: Promise<void>;
    readonly revoked: Promise<void>;
  }

  beforeAll(async () => {
    castellan = await embedded({ people: 15, days: 8, environment: { CASTELLAN_SYNC_INTERVAL_FACTOR: '100' } });
    for (const provider of providers) runs.set(provider.manifest.key, trialsOf(provider));
  }, 60_000);
  afterAll(async () => {
    for (const trials of runs.values()) await Promise.allSettled(Object.values(trials));
    await castellan?.close();
  }, WHOLE_SUITE_MS);

  function trialsOf(provider: Provider): Trials {
    let before: Promise<unknown> = Promise.resolve();
    const next = <T>(trial: () => Promise<T>): Promise<T> => {
      const done = before.then(async () => {
        try {
          return await trial();
        } finally {
          castellan.sandboxes[provider.manifest.key]!.setSwitches(NO_FAULTS);
        }
      });
      // A trial that failed is told by its own test; the next ones are made all the same.
      before = done.catch(() => undefined);
      return done;
    };
    const credentials = next(() => nameMissingCredentials(castellan, provider));
    const refused = next(() => refuseDeadCredentials(castellan, provider));
    const untroubled = next(() => untroubledConnector(castellan, provider));
    untroubled.catch(() => undefined);
    return {
      credentials,
      refused,
      throttled: next(async () => throttle(castellan, provider, await untroubled)),
      repeated: next(async () => repeat(castellan, provider, await untroubled)),
      revoked: next(async () => revoke(castellan, provider, await untroubled)),
    };
  }

  const trial = (provider: Provider, title: string, which: keyof Trials): void => {
    it(
      `${provider.manifest.key} ${title}`,
      async () => {
        await runs.get(provider.manifest.key)![which];
      },
      WHOLE_SUITE_MS,
    );
  };

  for (const provider of providers) {
    trial(provider, 'names every credential that was left out', 'credentials');
    trial(provider, 'says that a dead credential is dead, and saves nothing', 'refused');
    trial(provider, 'is read to the end though it throttles in its own dialect', 'throttled');
    trial(provider, 'with empty pages and rows told twice gives the same activities, each once', 'repeated');
    trial(provider, 'whose credential is revoked in mid-sync loses nothing and is DISCONNECTED meanwhile', 'revoked');
  }
});

async function untroubledConnector(castellan: Installation, provider: Provider): Promise<ConnectedApp> {
  const app = await ConnectedApp.connect(castellan, provider, 'untroubled');
  await app.upToDate();
  // An empty log would equal every other empty log.
  expect((await app.activityIds()).length).toBeGreaterThan(20);
  return app;
}

async function nameMissingCredentials(castellan: Installation, provider: Provider): Promise<void> {
  const { manifest } = provider;
  const { settings } = castellan.sandboxes[manifest.key]!.credentials;
  const needed = manifest.setup.fields
    .filter(({ secret, required, when }) => secret && required && (!when || settings[when.field] === when.is))
    .map(({ name }) => `input.secrets.${name}`);
  expect(needed.length).toBeGreaterThan(0);
  const { connectApp } = (await castellan.ask(CONNECT, { input: { app: manifest.key, settings, secrets: {} } })).data;
  expect(connectApp.connector).toBeNull();
  const problems: readonly { path: string[]; code: string; message: string }[] = connectApp.problems;
  expect(problems.map(({ path }) => path.join('.')).sort()).toEqual(needed.sort());
  expect(problems.filter(({ code, message }) => !/^[A-Z_]+$/.test(code) || !/\w+ \w+/.test(message))).toEqual([]);
}

async function refuseDeadCredentials(castellan: Installation, provider: Provider): Promise<void> {
  const sandbox = castellan.sandboxes[provider.manifest.key]!;
  sandbox.setSwitches({ revoked: true });
  const input = { app: provider.manifest.key, ...sandbox.credentials };
  const { connectApp } = (await castellan.ask(CONNECT, { input })).data;
  expect(connectApp.connector).toBeNull();
  expect(connectApp.problems[0]).toMatchObject({
    code: expect.stringMatching(codeOfWithdrawal(provider)),
    remedy: expect.stringMatching(/\w/),
  });
  expect(
    (await castellan.ask('query ($app: ID!) { connectors(app: $app) { id } }', { app: provider.manifest.key })).data.connectors,
  ).toEqual([]);
}

async function throttle(castellan: Installation, provider: Provider, untroubled: ConnectedApp): Promise<void> {
  const app = await ConnectedApp.connect(castellan, provider, 'throttled');
  app.sandbox.setSwitches({ throttleNext: 3 });
  await app.sync('ACCOUNTS', 'ACTIVITIES');
  await app.upToDate();
  // All three refusals were really given.
  expect(app.sandbox.switches().throttleNext).toBe(0);
  await holdsTheSame(app, untroubled);
}

async function repeat(castellan: Installation, provider: Provider, untroubled: ConnectedApp): Promise<void> {
  castellan.sandboxes[provider.manifest.key]!.setSwitches({ duplicateRows: true, emptyPages: true });
  const app = await ConnectedApp.connect(castellan, provider, 'repeated');
  await app.upToDate();
  // And once more from the cursor, where the end of the log is told again.
  await app.sync('ACTIVITIES');
  await holdsTheSame(app, untroubled);
}

async function revoke(castellan: Installation, provider: Provider, untroubled: ConnectedApp): Promise<void> {
  const sandbox = castellan.sandboxes[provider.manifest.key]!;
  const app = await ConnectedApp.connect(castellan, provider, 'revoked');
  // Slow enough to be caught in the middle.
  sandbox.setSwitches({ delayMs: 150 });
  await app.untilStreams((streams) => streams.some(({ status }) => status === 'RUNNING'));
  sandbox.setSwitches({ revoked: true, delayMs: 0 });
  const { connector } = await app.until(
    'query ($id: ID!) { connector(id: $id) { status problem { code remedy } streams { name status } } }',
    {},
    (data) =>
      data.connector.status === 'DISCONNECTED' && data.connector.streams.every((stream: { status: string }) => stream.status !== 'RUNNING'),
  );
  expect(connector.problem).toMatchObject({
    code: expect.stringMatching(codeOfWithdrawal(provider)),
    remedy: expect.stringMatching(/\w/),
  });
  // It was caught before its end, else this would prove nothing.
  expect(connector.streams.filter((stream: { status: string }) => stream.status !== 'UP_TO_DATE')).not.toEqual([]);
  // What was not read is not shown as complete.
  const { accounts } = await app.read('query ($id: String!) { accounts(filter: { connector: { eq: $id } }) { coverage { state } } }');
  expect(accounts.coverage.state).not.toBe('COMPLETE');

  sandbox.setSwitches({ revoked: false });
  const { testConnector } = await app.read('mutation ($id: ID!) { testConnector(id: $id) { isConnected problems { code message } } }');
  expect(testConnector).toEqual({ isConnected: true, problems: [] });
  await app.upToDate();
  expect((await app.read('query ($id: ID!) { connector(id: $id) { status problem { code } } }')).connector).toEqual({
    status: 'CONNECTED',
    problem: null,
  });
  await holdsTheSame(app, untroubled);
}

function codeOfWithdrawal({ manifest }: Provider): RegExp {
  return WITHDRAWN_CONSENT.has(manifest.key) ? /^CONSENT_REQUIRED$/ : /^CREDENTIAL_(INVALID|EXPIRED)$/;
}

/** Nothing lost and nothing doubled: the same activities and the same accounts, each once. */
async function holdsTheSame(app: ConnectedApp, untroubled: ConnectedApp): Promise<void> {
  // Both up to this moment: a log may show events late, and the second one reads it later.
  await untroubled.sync('ACCOUNTS', 'ACTIVITIES');
  await app.sync('ACCOUNTS', 'ACTIVITIES');
  const [ids, expected] = [await app.activityIds(), await untroubled.activityIds()];
  expect(ids.filter((id, place) => ids[place - 1] === id)).toEqual([]);
  expect(ids).toEqual(expected);
  expect(await app.accountIds()).toEqual(await untroubled.accountIds());
}

const CONNECT =
  'mutation ($input: ConnectAppInput!) { connectApp(input: $input) { connector { id } problems { code message path remedy } } }';
