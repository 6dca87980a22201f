import { Database, Sql } from '#libs/platform';
import { sqliteDatabase } from '#libs/testing/databases';

import { postureService } from '../posture.module.js';
import { SqlDriftStore } from './drift.store.js';
import { SqlFindingStore } from './finding.store.js';
import { SqlJudgedConnectorStore } from './judged-connector.store.js';
import { SqlScoreStore } from './score.store.js';

/** The plans of all statements that `work` runs. */
async function plansOf(work: (database: Database) => Promise<unknown>): Promise<readonly string[]> {
  const temporary = await sqliteDatabase();
  const database = await Database.open(temporary.config, postureService.migrations);
  const plans: string[] = [];
  const watched = new Proxy(database, {
    get: (target, name) => {
      if (name !== 'query') return Reflect.get(target, name) as unknown;
      return async (statement: Sql) => {
        const rows = await target.query<{ detail: string }>(new Sql(`explain query plan ${statement.text}`, statement.values));
        plans.push(...rows.map(({ detail }) => detail));
        return target.query(statement);
      };
    },
  });
  try {
    await work(watched);
  } finally {
    await database.close();
    await temporary.remove();
  }
  return plans;
}

const query = { filter: { outcome: { in: ['FAIL' as const] }, severity: { in: ['HIGH' as const] } }, controlIds: ['a.b', 'a.c'], now: 1 };

describe('what a page costs does not depend on how much there is', () => {
  it.each<[string, string, (database: Database) => Promise<unknown>]>([
    ['the first page of findings', 'finding_urgency', (database) => new SqlFindingStore(database).list('acme', query, 51, null)],
    [
      'a later page of findings',
      'finding_urgency',
      (database) => new SqlFindingStore(database).list('acme', query, 51, { urgency: 305, id: 'fnd_x' }),
    ],
    ['drift', 'posture_drift_newest', (database) => new SqlDriftStore(database).list('acme', null, 51, 'evt_x')],
    ['drift of one connector', 'posture_drift_connector', (database) => new SqlDriftStore(database).list('acme', 'con_1', 51, 'evt_x')],
    [
      'the history of one connector',
      'score_snapshot',
      (database) => new SqlScoreStore(database).between('acme', 1, 2, { connectorId: 'con_1' }),
    ],
    ['the history of all', 'score_snapshot', (database) => new SqlScoreStore(database).between('acme', 1, 2, {})],
    ['what is to be judged again', 'judged_connector_due', (database) => new SqlJudgedConnectorStore(database).due(1, 'v', 20)],
  ])('%s', async (_, index, work) => {
    const plans = await plansOf(work);
    expect(plans.join('\n')).toContain(index);
    expect(plans.filter((plan) => /^SCAN (?!judged_connector USING INDEX)/.test(plan))).toEqual([]);
  });

  it.each<[string, (database: Database) => Promise<unknown>]>([
    ['findings', (database) => new SqlFindingStore(database).list('acme', query, 51, { urgency: 305, id: 'fnd_x' })],
    ['drift', (database) => new SqlDriftStore(database).list('acme', null, 51, 'evt_x')],
    ['drift of one connector', (database) => new SqlDriftStore(database).list('acme', 'con_1', 51, 'evt_x')],
  ])('%s come in the order of their index, nothing is sorted', async (_, work) => {
    expect((await plansOf(work)).filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([]);
  });
});
