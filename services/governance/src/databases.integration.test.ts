import type { Message } from '#libs/contracts';
import { Database, sql } from '#libs/platform';
import { FakeClock } from '#libs/testing';
import { mariadbDatabase, mariadbIsThere, sqliteDatabase, type TemporaryDatabase } from '#libs/testing/databases';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';

import { aConnector, accountsChanged, anAccount, envelope, OKTA, succeeded } from './governance.builders.js';
import { governanceService } from './governance.module.js';

const SUSPEND = `mutation ($input: AccountActionInput!) { suspendUser(input: $input) { actions { id } problems { code } } }`;
const VERIFY =
  '{ verifyGovernanceLog { isIntact entries firstFault { seq code } } governanceLog(first: 1000) { totalCount nodes { seq what code } } }';
const eve = anAdmin({ subject: 'eve@acme.example' });

/** The guarantees that rest on the database's own locks and keys: proven on each kind of database. */
function guarantees(make: () => Promise<TemporaryDatabase>): void {
  let temporary: TemporaryDatabase;
  let clock: FakeClock;
  let governance: TestService;

  beforeEach(async () => {
    temporary = await make();
    clock = new FakeClock();
    governance = await startTestService(governanceService, { clock, database: temporary.config });
    await hear(aConnector());
  });
  afterEach(async () => {
    await governance.close();
    await temporary.remove();
  });

  const hear = async (...messages: readonly Message[]): Promise<void> => {
    for (const message of messages) await governance.service.receive(envelope(message));
  };
  const suspend = async (input: object) => {
    const { data, errors } = await governance.ask(SUSPEND, { input: { reason: 'stolen laptop', ...input } }, eve);
    if (errors) throw new Error(JSON.stringify(errors));
    return data.suspendUser as { actions: { id: string }[]; problems: { code: string }[] };
  };
  const atOnce = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => work(n)));
  const verify = async () => (await governance.ask(VERIFY)).data;

  it('make one action of ten equal requests at once, twenty times over', async () => {
    for (let round = 0; round < 20; round++) {
      const account = anAccount(`user${round}`);
      await hear(accountsChanged([account], OKTA, round + 1));
      const answers = await atOnce(10, () => suspend({ accountIds: [account.id], idempotencyKey: `round-${round}` }));
      expect(new Set(answers.map(({ actions }) => actions.map(({ id }) => id).join())).size).toBe(1);
      expect(answers[0]!.actions).toHaveLength(1);
    }
    const { data } = await governance.ask('{ actions { totalCount } }');
    expect(data.actions.totalCount).toBe(20);
  });

  it('leave one administrator when all are to be suspended at once', async () => {
    const admins = Array.from({ length: 6 }, (_, n) => anAccount(`admin${n}`, { isAdmin: true }));
    await hear(accountsChanged(admins));
    const answers = await atOnce(12, (n) => suspend({ accountIds: [admins[n % 6]!.id], idempotencyKey: `k${n % 6}` }));
    const acted = new Set(answers.flatMap(({ actions }) => actions.map(({ id }) => id)));
    expect(acted.size).toBe(5);
    expect(answers.flatMap(({ problems }) => problems.map(({ code }) => code))).toContain('LAST_ADMINISTRATOR');
  });

  it("give out no more than the hour's budget", async () => {
    const users = Array.from({ length: 120 }, (_, n) => anAccount(`user${n}`));
    await hear(accountsChanged(users));
    const answers = await atOnce(12, (n) => suspend({ accountIds: users.slice(n * 10, n * 10 + 10).map(({ id }) => id) }));
    expect(answers.flatMap(({ actions }) => actions)).toHaveLength(100);
    expect(answers.flatMap(({ problems }) => problems).filter(({ code }) => code === 'BUDGET_EXHAUSTED')).toHaveLength(20);
  });

  it('take an action back once when it is asked for from all sides', async () => {
    const bob = anAccount('bob');
    await hear(accountsChanged([bob]));
    const [action] = (await suspend({ accountIds: [bob.id] })).actions;
    await hear(succeeded(action!.id, 20));
    const answers = await atOnce(8, () =>
      governance.ask(
        `mutation { revertAction(id: "${action!.id}", reason: "laptop found") { actions { id } problems { code } } }`,
        {},
        eve,
      ),
    );
    expect(answers.flatMap(({ data }) => data.revertAction.actions)).toHaveLength(1);
    expect(answers.flatMap(({ data }) => data.revertAction.problems)).toHaveLength(7);
  });

  it('keep the log one unbroken chain under concurrent writers, and name the entry that somebody changed', async () => {
    const users = Array.from({ length: 20 }, (_, n) => anAccount(`user${n}`));
    await hear(accountsChanged(users));
    await atOnce(20, (n) => suspend({ accountIds: [users[n]!.id, 'acc_nobody'] }));
    const before = await verify();
    expect(before.verifyGovernanceLog).toEqual({ isIntact: true, entries: 40, firstFault: null });
    expect(before.governanceLog.nodes.map(({ seq }: { seq: number }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => 40 - n));
    const database = governance.service.app.get(Database);
    await database.execute(sql`update governance_log set body = replace(body, 'stolen', 'broken') where tenant = 'acme' and seq = 17`);
    expect((await verify()).verifyGovernanceLog).toEqual({ isIntact: false, entries: 16, firstFault: { seq: 17, code: 'BODY' } });
    await database.execute(sql`delete from governance_log where tenant = 'acme' and seq > 10`);
    expect((await verify()).verifyGovernanceLog.firstFault).toEqual({ seq: 11, code: 'TRUNCATED' });
  });

  it('list with filters, nested and null-safe, page by page without a gap or a repeat', async () => {
    const users = Array.from({ length: 25 }, (_, n) => anAccount(`user${n}`));
    await hear(accountsChanged(users));
    for (const [n, user] of users.entries()) {
      const [action] = (await suspend({ accountIds: [user.id], reason: n % 2 ? 'Stolen LAPTOP' : '100%_sure' })).actions;
      if (n < 5) await hear(succeeded(action!.id, 20));
      if (n % 3 === 0) clock.advance(1);
    }
    const list = async (filter: object, first = 7): Promise<string[]> => {
      const ids: string[] = [];
      for (let after: string | null = null; ;) {
        const { data } = await governance.ask(
          'query ($filter: ActionFilter, $first: Int, $after: String) { actions(filter: $filter, first: $first, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }',
          { filter, first, after },
        );
        ids.push(...data.actions.nodes.map(({ id }: { id: string }) => id));
        if (!data.actions.pageInfo.hasNextPage) {
          expect(ids).toHaveLength(data.actions.totalCount);
          return ids;
        }
        after = data.actions.pageInfo.endCursor;
      }
    };
    const all = await list({});
    expect(new Set(all).size).toBe(25);
    expect([...all].sort().reverse()).toEqual(all);
    expect(await list({ reason: { contains: 'laptop' } })).toHaveLength(12);
    expect(await list({ reason: { startsWith: '100%_' } })).toHaveLength(13);
    expect(await list({ reason: { contains: '%' }, status: { in: ['SUCCEEDED'] } })).toHaveLength(3);
    expect(await list({ settledAt: { isSet: false } })).toHaveLength(20);
    expect(await list({ problemCode: { ne: 'X' } })).toHaveLength(0);
    expect(
      await list({
        anyOf: [
          { account: { eq: users[0]!.id } },
          { allOf: [{ account: { in: [users[1]!.id] } }, { not: { status: { in: ['QUEUED'] } } }] },
        ],
      }),
    ).toHaveLength(2);
    expect(await list({ kind: { notIn: ['SUSPEND_USER'] } })).toHaveLength(0);
    expect(await list({ requestedAt: { within: 'PT1H' }, isRevert: false })).toHaveLength(25);
  });
}

describe('the guarantees of governance on SQLite', () => guarantees(sqliteDatabase));
(mariadbIsThere ? describe : describe.skip)('the guarantees of governance on MariaDB', () => guarantees(() => mariadbDatabase()));
