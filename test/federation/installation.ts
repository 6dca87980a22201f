import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SERVICE_NAMES } from '#libs/contracts';
import { makeLogger, readConfig } from '#libs/platform';
import { providers } from '#libs/providers';
import { startSandbox, type RunningSandbox } from '#libs/providers/clients';
import { asRoot } from '#libs/testing/databases';
import { request } from 'undici';

import { startEmbedded } from '../../embedded/src/start-embedded.js';

/** A whole Castellan with sandboxes to connect, as a client sees it: one address and a token. */
export interface Installation {
  readonly url: string;
  readonly token: string;
  readonly sandboxes: Readonly<Record<string, RunningSandbox>>;
  ask(query: string, variables?: Record<string, unknown>, token?: string): Promise<Answer>;
  /** Connects an app to its sandbox and waits until its first reading has ended. */
  connect(
    app: string,
    change?: { readonly settings?: object; readonly secrets?: object; readonly name?: string; readonly backfill?: string },
  ): Promise<string>;
  /** Asks again and again until `isDone`; fails with the last answer. */
  until(query: string, variables: Record<string, unknown>, isDone: (data: any) => boolean, seconds?: number): Promise<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it asked for
  /** In the distributed shape: kills one service, as a crash does. */
  kill?(service: string): Promise<void>;
  close(): Promise<void>;
}

export interface Answer {
  readonly data: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it asked for
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

export interface InstallationOptions {
  readonly people?: number;
  readonly days?: number;
  readonly apps?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** All in this process, on SQLite. */
export async function embedded(options: InstallationOptions = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'castellan-'));
  const sandboxes = await startSandboxes(options);
  const config = readConfig({ ...environmentOf(folder, sandboxes, options), CASTELLAN_PORT: '0' });
  const castellan = await startEmbedded({ config, logger: makeLogger(config) });
  return installation(castellan.url, castellan.access.token, sandboxes, async () => {
    await castellan.close();
    await rm(folder, { recursive: true, force: true });
  });
}

/** Each service a process of its own on MariaDB, HTTP between them. Needs the build (`npm run build`). */
export async function distributed(options: InstallationOptions = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'castellan-'));
  const sandboxes = await startSandboxes(options);
  const prefix = `castellan_test_${randomBytes(4).toString('hex')}`;
  for (const service of SERVICE_NAMES) await asRoot(`create database ${prefix}_${service} character set utf8mb4 collate utf8mb4_nopad_bin`);
  const ports = await freePorts(SERVICE_NAMES.length + 1);
  const environment = {
    ...environmentOf(folder, sandboxes, options),
    CASTELLAN_SHAPE: 'distributed',
    CASTELLAN_DB_NAME: `${prefix}_{service}`,
    CASTELLAN_DB_USER: 'root',
    CASTELLAN_PORT: String(ports[0]),
    ...Object.fromEntries(SERVICE_NAMES.map((service, index) => [`CASTELLAN_${service.toUpperCase()}_PORT`, String(ports[index + 1])])),
  };
  const processes = new Map<string, ChildProcess>();
  const start = (name: string, file: string): void => {
    const child = spawn(process.execPath, [file], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    processes.set(name, child);
  };
  for (const service of SERVICE_NAMES) start(service, `dist/services/${service}/src/main.js`);
  start('gateway', 'dist/gateway/src/main.js');
  const origin = `http://127.0.0.1:${ports[0]}`;
  try {
    await waitFor(async () => (await request(`${origin}/health/ready`)).statusCode === 200 && (await allReachable(ports.slice(1))), 60);
  } catch (error) {
    for (const child of processes.values()) child.kill('SIGKILL');
    throw error;
  }
  const access = JSON.parse(await readFile(join(folder, 'access.json'), 'utf8')) as { token: string };
  const made = installation(`${origin}/graphql`, access.token, sandboxes, async () => {
    await Promise.all([...processes.values()].map((child) => ended(child, 'SIGTERM')));
    for (const service of SERVICE_NAMES) await asRoot(`drop database if exists ${prefix}_${service}`);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    ...made,
    kill: async (service) => {
      await ended(processes.get(service)!, 'SIGKILL');
      processes.delete(service);
    },
  };
}

function environmentOf(
  folder: string,
  sandboxes: Readonly<Record<string, RunningSandbox>>,
  options: InstallationOptions,
): Record<string, string> {
  const hosts = Object.values(sandboxes).flatMap((sandbox) => Object.entries(sandbox.hosts).map(([from, to]) => `${from}=${to}`));
  return {
    CASTELLAN_DATA_DIR: folder,
    CASTELLAN_LOG_LEVEL: 'error',
    CASTELLAN_APP_HOSTS: hosts.join(','),
    CASTELLAN_SYNC_INTERVAL_FACTOR: '0.01',
    CASTELLAN_APP_LIMIT_FACTOR: '1000',
    ...options.environment,
  };
}

async function startSandboxes({ people = 40, days = 12, apps }: InstallationOptions): Promise<Record<string, RunningSandbox>> {
  const wanted = providers.filter((provider) => !apps || apps.includes(provider.manifest.key));
  const started = await Promise.all(
    wanted.map(async (provider) => [provider.manifest.key, await startSandbox(provider.sandbox, { people, days })] as const),
  );
  return Object.fromEntries(started);
}

function installation(
  url: string,
  token: string,
  sandboxes: Record<string, RunningSandbox>,
  closeProcesses: () => Promise<void>,
): Installation {
  const ask = async (query: string, variables: Record<string, unknown> = {}, bearer = token): Promise<Answer> => {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.body.json()) as Answer;
  };
  const until: Installation['until'] = async (query, variables, isDone, seconds = 40) => {
    let last: Answer | undefined;
    await waitFor(async () => {
      last = await ask(query, variables);
      return last.data !== undefined && last.data !== null && isDone(last.data);
    }, seconds).catch(() => {
      throw new Error(`Not so within ${seconds} s; the last answer was ${JSON.stringify(last).slice(0, 3_000)}`);
    });
    return last!.data;
  };
  return {
    url,
    token,
    sandboxes,
    ask,
    until,
    connect: async (app, change = {}) => {
      const { credentials } = sandboxes[app]!;
      const input = {
        app,
        name: change.name ?? null,
        backfill: change.backfill ?? null,
        settings: { ...credentials.settings, ...change.settings },
        secrets: { ...credentials.secrets, ...change.secrets },
      };
      const { data, errors } = await ask(CONNECT, { input });
      const id = data?.connectApp?.connector?.id as string | undefined;
      if (!id) throw new Error(`${app} could not be connected: ${JSON.stringify({ data, errors })}`);
      await until(
        'query ($id: ID!) { connector(id: $id) { status streams { name status itemsRead problem { code message } } } }',
        { id },
        ({ connector }) => connector.streams.every((stream: { status: string }) => !['WAITING', 'RUNNING'].includes(stream.status)),
      );
      return id;
    },
    close: async () => {
      await closeProcesses();
      await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close()));
    },
  };
}

const CONNECT =
  'mutation ($input: ConnectAppInput!) { connectApp(input: $input) { connector { id } problems { code message path remedy } } }';

async function allReachable(ports: readonly number[]): Promise<boolean> {
  const answers = await Promise.all(ports.map((port) => request(`http://127.0.0.1:${port}/health/ready`)));
  return answers.every((answer) => answer.statusCode === 200);
}

async function waitFor(isSo: () => Promise<boolean>, seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1_000;
  for (;;) {
    if (await isSo().catch(() => false)) return;
    if (Date.now() > until) throw new Error(`Not so within ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await end;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
