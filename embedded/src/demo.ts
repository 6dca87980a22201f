import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { exitOnError, makeLogger, onShutdown, readConfigOfProcess, writeWhole, type Config } from '#libs/platform';
import { makeCompany, providers } from '#libs/providers';
import { startSandbox, type RunningSandbox } from '#libs/providers/clients';

import { GraphClient } from './demo/graph-client.js';
import { showProgress } from './demo/show-progress.js';
import { report } from './demo/report.js';
import { startEmbedded } from './start-embedded.js';

const PEOPLE = 200;
const DAYS = 30;
const CONNECT =
  'mutation ($input: ConnectAppInput!) { payload: connectApp(input: $input) { connector { id } problems { message remedy } } }';
const ROTATE = 'mutation ($id: ID!, $secrets: JSON!) { payload: rotateCredentials(id: $id, secrets: $secrets) { problems { message } } }';

// The whole product on a made-up company: sandboxes of all apps, connected, with people at work. `npm run demo`.
await exitOnError(async () => {
  // Intervals are short, so that what is done in a sandbox shows within seconds.
  const config = readConfigOfProcess({
    CASTELLAN_LOG_LEVEL: 'warn',
    CASTELLAN_LOG_PRETTY: 'true',
    CASTELLAN_SYNC_INTERVAL_FACTOR: '0.2',
    CASTELLAN_APP_LIMIT_FACTOR: '1000',
    CASTELLAN_BACKFILL_DAYS: String(DAYS),
  });
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`Castellan demo: a company of ${PEOPLE} people, ${DAYS} days of their work, ${providers.length} apps.`);
  const beganAt = Date.now();
  const sandboxes = await startSandboxes(await storyTime(config));
  const appHosts = { ...config.appHosts, ...Object.assign({}, ...[...sandboxes.values()].map((sandbox) => sandbox.hosts)) };
  const logger = makeLogger(config);
  const castellan = await startEmbedded({ config: { ...config, appHosts }, logger });
  onShutdown(logger, async () => {
    await castellan.close();
    await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.close()));
  });

  const graph = new GraphClient(castellan.url, castellan.access.token);
  await manageDomain(graph, sandboxes);
  await connectAll(graph, sandboxes, say);
  await showProgress(graph, process.stdout);
  say(`\nAll of it was read within ${Math.round((Date.now() - beganAt) / 1_000)} s of the start.\n`);
  say(await report(graph, castellan, config, sandboxes));
});

/** The moment the story ends at: kept, so that a later start tells the same story and finds its data again. */
async function storyTime(config: Config): Promise<Date> {
  const path = join(config.dataDir, 'demo.json');
  try {
    return new Date((JSON.parse(await readFile(path, 'utf8')) as { now: string }).now);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const now = new Date();
    await writeWhole(path, JSON.stringify({ now: now.toISOString() }), 0o600);
    return now;
  }
}

async function startSandboxes(now: Date): Promise<Map<string, RunningSandbox>> {
  const company = makeCompany({ people: PEOPLE, days: DAYS, now });
  const started = await Promise.all(
    providers.map(
      async (provider) => [provider.manifest.key, await startSandbox(provider.sandbox, { company, now, days: DAYS, live: true })] as const,
    ),
  );
  return new Map(started);
}

/** The company's own domain: who is external, and whose accounts belong to one person, is judged by it. */
async function manageDomain(graph: GraphClient, sandboxes: ReadonlyMap<string, RunningSandbox>): Promise<void> {
  const domains = [...new Set([...sandboxes.values()].map((sandbox) => sandbox.company.domain))];
  await graph.ask('mutation ($domains: [String!]!) { setManagedDomains(domains: $domains) { problems { message } } }', { domains });
}

async function connectAll(graph: GraphClient, sandboxes: ReadonlyMap<string, RunningSandbox>, say: (text: string) => void): Promise<void> {
  const { connectors } = await graph.ask<{ connectors: { id: string; app: { id: string } }[] }>('{ connectors { id app { id } } }');
  const known = new Map(connectors.map((connector) => [connector.app.id, connector.id]));
  if (known.size > 0) say(`Found again what was read before: ${connectors.length} connected apps.`);
  for (const [app, { credentials }] of sandboxes) {
    const id = known.get(app);
    // A sandbox makes its credentials anew at each start.
    const { payload } =
      id === undefined
        ? await graph.ask<Payload>(CONNECT, { input: { app, settings: credentials.settings, secrets: credentials.secrets } })
        : await graph.ask<Payload>(ROTATE, { id, secrets: credentials.secrets });
    for (const problem of payload.problems) say(`${app} could not be connected: ${problem.message}`);
  }
}

interface Payload {
  readonly payload: { readonly problems: readonly { readonly message: string }[] };
}
