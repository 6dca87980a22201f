import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { providerOf } from '#libs/providers';
import { startSandbox, type RunningSandbox } from '#libs/providers/clients';
import { request } from 'undici';

/** A process of its own, killed where it hurts, and started again on the same data. Needs the build. */
describe('a process killed at the worst moment', () => {
  let folder: string;
  let okta: RunningSandbox;
  let child: ChildProcess | undefined;
  let url = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'castellan-crash-'));
    okta = await startSandbox(providerOf('okta')!.sandbox, { people: 60, days: 9, bulk: { accounts: 1_500, activities: 6_000 } });
  });
  afterEach(async () => {
    await stop();
    await okta.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (crashAt = ''): Promise<void> => {
    const env = {
      PATH: process.env['PATH'],
      CASTELLAN_DATA_DIR: folder,
      CASTELLAN_PORT: '0',
      CASTELLAN_LOG_LEVEL: 'error',
      CASTELLAN_APP_LIMIT_FACTOR: '100000',
      CASTELLAN_SYNC_INTERVAL_FACTOR: '0.01',
      CASTELLAN_CRASH_AT: crashAt,
      CASTELLAN_APP_HOSTS: Object.entries(okta.hosts).map(([from, to]) => `${from}=${to}`).join(','),
    };
    const started = spawn(process.execPath, ['dist/embedded/src/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    url = await new Promise<string>((resolve, reject) => {
      let text = '';
      started.stdout.on('data', (part: Buffer) => {
        text += part.toString();
        const found = /Graph\s+(http\S+)/.exec(text)?.[1];
        if (found) resolve(found);
      });
      started.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
    });
  };
  const killed = async (): Promise<void> => {
    if (child!.signalCode === null) await new Promise((resolve) => child!.once('exit', resolve));
    expect(child!.signalCode).toBe('SIGKILL');
  };
  const stop = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const end = new Promise((resolve) => child!.once('exit', resolve));
    child.kill('SIGTERM');
    await end;
  };
  const ask = async (query: string, variables: object = {}): Promise<any> => { // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it asked for
    const { token } = JSON.parse(await readFile(join(folder, 'access.json'), 'utf8')) as { token: string };
    const answer = await request(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query, variables }) });
    return ((await answer.body.json()) as { data: unknown }).data;
  };
  const until = async (query: string, isDone: (data: any) => boolean): Promise<any> => { // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
    for (let tries = 0; ; tries++) {
      const data = await ask(query);
      if (isDone(data)) return data;
      if (tries > 300) throw new Error(`not so: ${JSON.stringify(data)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const connect = (): Promise<unknown> =>
    ask('mutation ($input: ConnectAppInput!) { connectApp(input: $input) { connector { id } problems { message } } }', { input: { app: 'okta', ...okta.credentials, backfill: 'P90D' } });
  const ALL = '{ connectors { streams { name status isDone: lastSuccessAt } } accounts(first: 1) { totalCount } activities(first: 1) { totalCount } }';
  const isRead = (data: { connectors: { streams: { isDone: string | null }[] }[] }): boolean => data.connectors[0]!.streams.every((stream) => stream.isDone !== null);

  it.each(['stream:page-stored#4', 'stream:page-read#9', 'stream:page-stored#15'])('at %s loses nothing and doubles nothing', async (point) => {
    await start(point);
    await connect();
    await killed();
    await start();
    const whole = await until(ALL, isRead);

    const other = await mkdtemp(join(tmpdir(), 'castellan-whole-'));
    await stop();
    const [first, again] = [folder, other];
    folder = again;
    await start();
    await connect();
    const reference = await until(ALL, isRead);
    await stop();
    await rm(first, { recursive: true, force: true });
    expect([whole.accounts.totalCount, whole.activities.totalCount]).toEqual([reference.accounts.totalCount, reference.activities.totalCount]);
    expect(whole.activities.totalCount).toBeGreaterThan(6_000);
  }, 120_000);

  it.each(['action:before-intent', 'action:intent', 'action:called'])('at %s suspends exactly once', async (point) => {
    await start();
    await connect();
    await until(ALL, isRead);
    await stop();
    await start(point);
    const someone = okta.company.people.find((one) => one.traits.length === 0 && one.department !== 'IT')!;
    const { accounts } = await ask(`{ accounts(filter: { email: { eq: "${someone.email}" } }) { nodes { id } } }`);
    void ask('mutation ($input: AccountActionInput!) { suspendUser(input: $input) { actions { id } problems { code message } } }', { input: { accountIds: [accounts.nodes[0].id], reason: 'crash test' } }).catch(() => undefined);
    await killed();
    await start();
    const data = await until('{ actions(first: 5) { nodes { status problem { code message } } } }', ({ actions }) => ['SUCCEEDED', 'FAILED'].includes(actions.nodes[0]?.status));
    expect(data.actions.nodes).toEqual([{ status: 'SUCCEEDED', problem: null }]);
    expect(okta.ledger().effects.filter((effect) => effect.operation.includes('lifecycle/suspend'))).toHaveLength(1);
  }, 120_000);
});
