import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { exitOnError, makeLogger, onShutdown, readConfigOfProcess, writeWhole, type Config } from '#libs/platform';
import { providers } from '#libs/providers';

import { startDemoApps, type DemoApps } from './demo/demo-apps.js';
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
  const demo = await startDemoApps({ now: await storyTime(config), people: PEOPLE, days: DAYS });
  const appHosts = { ...config.appHosts, ...Object.assign({}, ...demo.apps.map((app) => app.hosts)) };
  const logger = makeLogger(config);
  const castellan = await startEmbedded({ config: { ...config, appHosts }, logger });
  onShutdown(logger, async () => {
    await castellan.close();
    demo.stop();
  });

  const graph = new GraphClient(castellan.url, castellan.access.token);
  // Who is external, and whose accounts belong to one person, is judged by the company's own domain.
  await graph.ask('mutation ($domains: [String!]!) { setManagedDomains(domains: $domains) { problems { message } } }', {
    domains: [demo.domain],
  });
  await connectAll(graph, demo, say);
  await showProgress(graph, process.stdout);
  say(`\nAll of it was read within ${Math.round((Date.now() - beganAt) / 1_000)} s of the start.\n`);
  say(await report(graph, castellan, config, demo));
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

async function connectAll(graph: GraphClient, { apps }: DemoApps, say: (text: string) => void): Promise<void> {
  const { connectors } = await graph.ask<{ connectors: { id: string; app: { id: string } }[] }>('{ connectors { id app { id } } }');
  const known = new Map(connectors.map((connector) => [connector.app.id, connector.id]));
  if (known.size > 0) say(`Found again what was read before: ${connectors.length} connected apps.`);
  for (const { key: app, credentials } of apps) {
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
