import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { providerOf } from '#libs/providers';
import { startSandbox, type RunningSandbox } from '#libs/providers/clients';
import { request } from 'undici';

/** Castellan as a process of its own on a folder of its own, to be killed where it hurts and started again on the same data. Needs the build. */
class Victim {
  private child: ChildProcess | undefined;
  private url = '';

  private constructor(
    private readonly folder: string,
    private readonly okta: RunningSandbox,
  ) {}

  static async on(okta: RunningSandbox): Promise<Victim> {
    return new Victim(await mkdtemp(join(tmpdir(), 'castellan-crash-')), okta);
  }

  async start(crashAt = ''): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      CASTELLAN_DATA_DIR: this.folder,
      CASTELLAN_PORT: '0',
      CASTELLAN_LOG_LEVEL: 'error',
      CASTELLAN_APP_LIMIT_FACTOR: '100000',
      CASTELLAN_SYNC_INTERVAL_FACTOR: '0.01',
      CASTELLAN_CRASH_AT: crashAt,
      CASTELLAN_APP_HOSTS: Object.entries(this.okta.hosts)
        .map(([from, to]) => `${from}=${to}`)
        .join(','),
    };
    const child = spawn(process.execPath, ['dist/embedded/src/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.child = child;
    this.url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (part: Buffer) => {
        text += part.toString();
        const found = /Graph\s+(http\S+)/.exec(text)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
    });
  }

  async killed(): Promise<void> {
    if (this.child!.signalCode === null) await new Promise((resolve) => this.child!.once('exit', resolve));
    expect(this.child!.signalCode).toBe('SIGKILL');
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const end = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await end;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads what it asked for
  async ask(query: string, variables: object = {}): Promise<any> {
    const { token } = JSON.parse(await readFile(join(this.folder, 'access.json'), 'utf8')) as { token: string };
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await request(this.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return ((await answer.body.json()) as { data: unknown }).data;
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  async until(query: string, isDone: (data: any) => boolean): Promise<any> {
    for (let tries = 0; ; tries++) {
      const data = await this.ask(query);
      if (isDone(data)) return data;
      if (tries > 400) throw new Error(`not so: ${JSON.stringify(data)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  connect(): Promise<unknown> {
    const input = { app: 'okta', ...this.okta.credentials, backfill: 'P90D' };
    return this.ask('mutation ($input: ConnectAppInput!) { connectApp(input: $input) { connector { id } problems { message } } }', {
      input,
    });
  }

  whole(): Promise<{ accounts: { totalCount: number }; activities: { totalCount: number } }> {
    return this.until(
      '{ connectors { streams { name lastSuccessAt } } accounts(first: 1) { totalCount } activities(first: 1) { totalCount } }',
      ({ connectors }) => connectors?.[0]?.streams.every((stream: { lastSuccessAt: string | null }) => stream.lastSuccessAt !== null),
    );
  }
}

describe('a process killed at the worst moment', () => {
  let okta: RunningSandbox;
  let victims: Victim[];
  const victim = async (): Promise<Victim> => {
    const made = await Victim.on(okta);
    victims.push(made);
    return made;
  };

  beforeEach(async () => {
    victims = [];
    okta = await startSandbox(providerOf('okta')!.sandbox, { people: 40, days: 9, bulk: { accounts: 1_500, activities: 6_000 } });
  });
  afterEach(async () => {
    await Promise.all(victims.map((one) => one.remove()));
    await okta.close();
  });

  it('between reading a page and storing its cursor loses nothing and doubles nothing', async () => {
    const survive = async (point: string | undefined) => {
      const castellan = await victim();
      await castellan.start(point);
      await castellan.connect();
      if (point !== undefined) {
        await castellan.killed();
        await castellan.start();
      }
      const { accounts, activities } = await castellan.whole();
      await castellan.stop();
      return [accounts.totalCount, activities.totalCount];
    };
    const [unharmed, ...survivors] = await Promise.all(
      [undefined, 'stream:page-stored#4', 'stream:page-read#9', 'stream:page-stored#15'].map(survive),
    );
    expect(survivors).toEqual([unharmed, unharmed, unharmed]);
    expect(unharmed![1]).toBeGreaterThan(6_000);
  }, 240_000);

  it('between intending, sending and recording an action suspends exactly once', async () => {
    const someone = okta.company.people.filter((one) => one.traits.length === 0 && one.department !== 'IT');
    const survive = async (point: string, index: number) => {
      const castellan = await victim();
      await castellan.start();
      await castellan.connect();
      await castellan.whole();
      await castellan.stop();
      await castellan.start(point);
      const { accounts } = await castellan.ask(`{ accounts(filter: { email: { eq: "${someone[index]!.email}" } }) { nodes { id } } }`);
      const suspend = 'mutation ($input: AccountActionInput!) { suspendUser(input: $input) { actions { id } problems { code message } } }';
      castellan.ask(suspend, { input: { accountIds: [accounts.nodes[0].id], reason: 'crash test' } }).catch(() => undefined);
      await castellan.killed();
      await castellan.start();
      const isSettled = ({ actions }: { actions: { nodes: { status: string }[] } }) =>
        ['SUCCEEDED', 'FAILED'].includes(actions.nodes[0]?.status ?? '');
      return (await castellan.until('{ actions(first: 5) { nodes { status problem { code message } } } }', isSettled)).actions.nodes;
    };
    const points = ['action:before-intent', 'action:intent', 'action:called'];
    const outcomes = await Promise.all(points.map(survive));
    expect(outcomes).toEqual(points.map(() => [{ status: 'SUCCEEDED', problem: null }]));
    const suspensions = okta.ledger().effects.filter((effect) => effect.operation.includes('lifecycle/suspend'));
    expect(suspensions).toHaveLength(points.length);
  }, 240_000);
});
