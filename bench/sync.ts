import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

// How fast, and in how much memory, a first sync of a large organization ends: `npm run bench:sync`.
// The sandbox and Castellan are processes of their own; memory is read from the kernel's account of Castellan's.

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '100000' },
    activities: { type: 'string', default: '1000000' },
    app: { type: 'string', default: 'okta' },
    'node-arguments': { type: 'string', default: '--max-old-space-size=420' },
  },
});
const PORT = 4790;
// As `npm start` has it; for a profile of what takes the time: --node-arguments=--cpu-prof
const NODE_ARGUMENTS = values['node-arguments'].split(' ').filter(Boolean);
const folder = await mkdtemp(join(tmpdir(), 'castellan-bench-'));
const children: ChildProcess[] = [];

interface Stream {
  readonly name: string;
  readonly status: string;
  readonly itemsRead: number;
  readonly problem: { readonly message: string } | null;
}

// Also when it is stopped from outside: its children must not live on.
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

try {
  const sandbox = await startSandbox();
  await startCastellan(sandbox.appHosts);
  const rows = await sync(sandbox.credentials);
  print(rows, await peakMegabytes());
} finally {
  for (const child of children) await ended(child);
  await rm(folder, { recursive: true, force: true });
}

async function startSandbox(): Promise<{ appHosts: string; credentials: { settings: object; secrets: object } }> {
  const args = ['dist/bench/sync-sandbox.js', values.app, values.accounts, values.activities];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (text: Buffer) => resolve(text.toString())));
  return JSON.parse(line) as { appHosts: string; credentials: { settings: object; secrets: object } };
}

async function startCastellan(appHosts: string): Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    CASTELLAN_DATA_DIR: folder,
    CASTELLAN_PORT: String(PORT),
    CASTELLAN_LOG_LEVEL: 'error',
    CASTELLAN_APP_HOSTS: appHosts,
    CASTELLAN_BACKFILL_DAYS: '90',
    CASTELLAN_APP_LIMIT_FACTOR: '100000',
  };
  children.push(spawn(process.execPath, [...NODE_ARGUMENTS, 'dist/embedded/src/main.js'], { env, stdio: ['ignore', 'ignore', 'inherit'] }));
  for (let tries = 0; ; tries++) {
    try {
      await ask('{ connectors { id } }');
      return;
    } catch (error) {
      if (tries > 200) throw error;
    }
    await pause(100);
  }
}

async function ask<T>(query: string, variables: object = {}): Promise<T> {
  const { token } = JSON.parse(await readFile(join(folder, 'access.json'), 'utf8')) as { token: string };
  const answer = await fetch(`http://127.0.0.1:${PORT}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data: T; errors?: { message: string }[] };
  if (errors) throw new Error(errors.map((error) => error.message).join('; '));
  return data;
}

interface Row {
  readonly stream: string;
  readonly items: number;
  readonly seconds: number;
  readonly status: string;
}

async function sync(credentials: { settings: object; secrets: object }): Promise<readonly Row[]> {
  const input = { app: values.app, ...credentials, backfill: 'P90D' };
  const began = Date.now();
  const made = await ask<{ connectApp: { problems: { message: string }[] } }>(
    'mutation ($input: ConnectAppInput!) { connectApp(input: $input) { problems { message } } }',
    { input },
  );
  if (made.connectApp.problems.length > 0) throw new Error(made.connectApp.problems.map((problem) => problem.message).join('; '));
  const beganAt = new Map<string, number>();
  const rows = new Map<string, Row>();
  for (;;) {
    const { connectors } = await ask<{ connectors: { streams: Stream[] }[] }>(
      '{ connectors { streams { name status itemsRead problem { message } } } }',
    );
    for (const stream of connectors[0]!.streams) {
      if (stream.status === 'RUNNING' && !beganAt.has(stream.name)) beganAt.set(stream.name, Date.now());
      if (stream.status === 'WAITING' || stream.status === 'RUNNING' || rows.has(stream.name)) continue;
      const seconds = (Date.now() - (beganAt.get(stream.name) ?? began)) / 1_000;
      rows.set(stream.name, { stream: stream.name, items: stream.itemsRead, seconds, status: stream.problem?.message ?? stream.status });
      process.stderr.write(`${stream.name} ${stream.itemsRead} in ${seconds.toFixed(1)} s, ${await peakMegabytes()} MB at most so far\n`);
    }
    if (rows.size === connectors[0]!.streams.length) return [...rows.values()];
    await pause(500);
  }
}

async function peakMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${children[1]!.pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}

function print(rows: readonly Row[], peak: number): void {
  process.stdout.write(`first sync of ${values.app}: ${values.accounts} accounts, ${values.activities} activities\n`);
  for (const row of rows) {
    const rate = Math.round(row.items / Math.max(row.seconds, 0.001));
    process.stdout.write(
      `${row.stream.padEnd(12)} ${String(row.items).padStart(9)} records ${row.seconds.toFixed(1).padStart(7)} s ${String(rate).padStart(7)}/s  ${row.status}\n`,
    );
  }
  process.stdout.write(`peak memory of the one process: ${peak} MB\n`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await end;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
