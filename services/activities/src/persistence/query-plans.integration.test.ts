import { Database, Sql, sql } from '#libs/platform';
import { startTestService, type TestService } from '#libs/testing/services';

import { aFailure, aPage, aRecord, at } from '../activities.builders.js';
import { activitiesService } from '../activities.module.js';
import type { ActivityFilter } from '../domain/activity-filter.js';
import { ActivityStore, type Owner } from '../domain/activity-store.js';
import { AlertStore } from '../domain/alert-store.js';
import { answerNeeds } from './need-answers.js';

describe('the cost of a page', () => {
  let service: TestService;
  let database: Database;
  beforeAll(async () => {
    service = await startTestService(activitiesService);
    database = service.service.app.get(Database);
    await service.service.sink!.store(
      aPage([...Array.from({ length: 50 }, (_, n) => aRecord({ occurredAt: at(1 + (n % 20)) })), aFailure()], null),
    );
  });
  afterAll(() => service.close());

  /** The plans of all statements that `work` sends, as SQLite would run them. */
  const plansOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const statements: Sql[] = [];
    const query = database.query.bind(database);
    database.query = async (statement) => {
      statements.push(statement);
      return query(statement);
    };
    await work().finally(() => (database.query = query));
    const plans = await Promise.all(
      statements.map((statement) => database.query<{ detail: string }>(new Sql(`explain query plan ${statement.text}`, statement.values))),
    );
    expect(plans.length).toBeGreaterThan(0);
    return plans.flat().map(({ detail }) => detail);
  };
  // A page of a union is walked again in memory: that is no table.
  const costly = (plans: readonly string[]): string[] =>
    plans.filter((step) => /^SCAN (?!page|\(subquery|CONSTANT)|USE TEMP B-TREE FOR (ORDER|LAST)/.test(step));

  it.each([
    ['everything', {}, 'sqlite_autoindex_activity_1'],
    ['a stretch of time', { occurredAt: { gte: at(3), lt: at(9) } }, 'sqlite_autoindex_activity_1'],
    ['an account', { account: { eq: 'acc_x' } }, 'activity_actor'],
    ['some accounts', { account: { in: ['acc_x', 'acc_y'] } }, 'activity_actor'],
    ['an account and a time', { account: { eq: 'acc_x' }, occurredAt: { gte: at(3) } }, 'activity_actor'],
    ['an account between two times', { account: { eq: 'acc_x' }, occurredAt: { gte: at(3), lt: at(9) } }, 'activity_actor'],
    [
      'an event name between two times',
      { eventType: { eq: 'user.session.start' }, occurredAt: { gte: at(3), lt: at(9) } },
      'activity_type',
    ],
    ['an address', { ip: { eq: '203.0.113.9' } }, 'activity_ip'],
    ['an event name', { eventType: { eq: 'user.session.start' } }, 'activity_type'],
    ['a connector', { connector: { eq: 'con_okta' } }, 'activity_connector'],
    ['some connectors', { connector: { in: ['con_okta', 'con_box'] } }, 'activity_connector'],
  ] satisfies [string, ActivityFilter, string][])('of activities by %s does not grow with the log', async (_, filter, index) => {
    const plans = await plansOf(() =>
      service.service.app.get(ActivityStore, { strict: false }).list('acme', filter, 'OCCURRED_AT_DESC', { first: 50 }),
    );
    expect(costly(plans)).toEqual([]);
    expect(plans.join('\n')).toContain(index);
  });

  it.each([
    [{ kind: 'connector', id: 'con_okta' }, 'activity_connector'],
    [{ kind: 'accounts', id: 'per_x', accountIds: ['acc_x', 'acc_y'] }, 'activity_actor'],
    [{ kind: 'alert', id: 'alr_x' }, 'sqlite_autoindex_alert_activity_1'],
  ] satisfies [Owner, string][])('of the activities of %j does not grow with the log', async (owner, index) => {
    const plans = await plansOf(() =>
      service.service.app.get(ActivityStore, { strict: false }).listFor('acme', [owner, owner], {}, { first: 50 }),
    );
    expect(costly(plans)).toEqual([]);
    expect(plans.join('\n')).toContain(index);
  });

  it('of alerts does not grow with their number', async () => {
    const alerts = service.service.app.get(AlertStore, { strict: false });
    const all = await plansOf(() => alerts.list('acme', {}, { first: 50 }));
    const some = await plansOf(() => alerts.listForAccounts('acme', [['acc_x'], ['acc_y', 'acc_z']], { first: 50 }));
    expect([costly(all), costly(some)]).toEqual([[], []]);
    expect(all.join()).toContain('alert_opened');
    expect(some.join()).toContain('alert_account_account');
  });

  it('of what detections look back at does not grow with the log', async () => {
    const window = { from: at(1), to: at(2) };
    const plans = await plansOf(() =>
      answerNeeds(
        database,
        'acme',
        [
          { kind: 'history', of: 'all', accountKeys: ['acc_x'], ...window },
          { kind: 'failuresFrom', networkKey: 'x', ...window },
          { kind: 'failures', accountKeys: ['acc_x'], ...window },
          { kind: 'failureCounts', accountKeys: ['acc_x'], ...window, slice: 600_000 },
        ],
        async () => new Map(),
      ),
    );
    expect(costly(plans)).toEqual([]);
    for (const index of ['activity_actor', 'sign_in_failure_network', 'sign_in_failure_actor']) expect(plans.join()).toContain(index);
  });

  it('is read by its tenant first', async () => {
    const indexes = await database.query<{ name: string; tbl_name: string }>(
      sql`select name, tbl_name from sqlite_master where type = 'index' and tbl_name in ('activity', 'alert', 'alert_account', 'alert_activity', 'profile', 'sign_in_failure', 'account_ref')`,
    );
    for (const { name } of indexes) {
      const [first] = await database.query<{ name: string }>(new Sql(`select name from pragma_index_info('${name}') where seqno = 0`, []));
      expect([name, first?.name]).toEqual([name, 'tenant']);
    }
  });
});
