import { sql, type Database, type Sql } from '#libs/platform';
import { FakeClock } from '#libs/testing';
import { describeOnEachDatabase } from '#libs/testing/databases';
import { jest } from '@jest/globals';

import type { ActionFilter } from '../domain/action-store.js';
import { migrations } from './migrations/index.js';
import { SqlAccountStore } from './sql-account.store.js';
import { SqlActionStore } from './sql-action.store.js';
import { SqlGovernanceLog } from './sql-governance-log.js';

const page = { first: 50, after: [9_999, 'gov_9'] as const };

/** How SQLite would answer what a store asks. */
async function plansOf(database: Database, ask: () => Promise<unknown>): Promise<string[]> {
  const query = jest.spyOn(database, 'query');
  await ask();
  const asked = query.mock.calls.map(([statement]) => statement as Sql);
  query.mockRestore();
  const plans = await Promise.all(asked.map((statement) => database.query<{ detail: string }>(sql`explain query plan ${statement}`)));
  return plans.flat().map(({ detail }) => detail);
}

describeOnEachDatabase('the lists of governance', migrations, (open) => {
  const filters: [string, ActionFilter | undefined, string][] = [
    ['all actions', undefined, 'action_newest'],
    ['actions of an account', { account: { eq: 'acc_1' } }, 'action_account'],
    ['actions of a connector', { connector: { eq: 'con_1' } }, 'action_connector'],
    ['actions of a time', { requestedAt: { gte: 5, lt: 9 } }, 'action_newest'],
  ];

  it.each(filters)('cost by the page: %s', async (_, filter, index) => {
    const database = await open();
    const store = new SqlActionStore(database, new FakeClock());
    if (database.dialect.name !== 'sqlite') {
      expect(await store.list('acme', filter, page)).toEqual([]);
      return;
    }
    const plans = await plansOf(database, () => store.list('acme', filter, page));
    expect(plans).toEqual([expect.stringMatching(new RegExp(`^SEARCH action USING INDEX ${index} \\(tenant=`))]);
  });

  it('cost by the page: the log, the sweep, the accounts of a person', async () => {
    const database = await open();
    const actions = new SqlActionStore(database, new FakeClock());
    const asks = [
      () => new SqlGovernanceLog(database).list('acme', 50, 900),
      () => new SqlGovernanceLog(database).records('acme', 5, 100),
      () => actions.dueForSweep(5, 100),
      () => actions.attempts('acme', ['gov_1', 'gov_2']),
      () => new SqlAccountStore(database).find('acme', ['acc_1', 'acc_2']),
      () => new SqlAccountStore(database).ofPeople('acme', ['per_1']),
    ];
    for (const ask of asks) {
      if (database.dialect.name !== 'sqlite') expect(await ask()).toEqual([]);
      else expect((await plansOf(database, ask)).filter((plan) => plan.startsWith('SCAN'))).toEqual([]);
    }
  });

  it('go down and up again', async () => {
    const database = await open();
    for (let n = 0; n < migrations.length; n++) await database.migrateDown();
    await database.migrateUp();
    expect(await new SqlActionStore(database, new FakeClock()).count('acme', undefined)).toBe(0);
  });
});
