import { Database, encodeCursor, sql, type Sql } from '#libs/platform';

import type { AccountFilter, AccountOrder } from '../domain/filters.js';
import { AccountStore, AppGrantStore, GroupStore, PersonStore, ThirdPartyAppStore } from '../domain/ports.js';
import { anAccount, OKTA } from '../inventory.fixtures.js';
import { Stage } from '../inventory-stage.fixtures.js';
import type { SqlAccountStore } from './account.store.js';
import type { SqlAppGrantStore } from './app-grant.store.js';
import type { SqlGroupStore } from './group.store.js';
import type { SqlPersonStore } from './person.store.js';
import type { SqlThirdPartyAppStore } from './third-party-app.store.js';

const BY_EMAIL: AccountOrder = { field: 'EMAIL', direction: 'ASC' };

describe('a page of a list', () => {
  let stage: Stage;
  let database: Database;
  beforeAll(async () => {
    stage = await Stage.open('SQLite');
    database = stage.get(Database);
  }, 60_000);
  afterAll(() => stage.close());

  async function plan(statement: Sql): Promise<string> {
    const steps = await database.query<{ detail: string }>(sql`explain query plan ${statement}`);
    return steps.map((step) => step.detail).join('\n');
  }

  // A scan reads the table, a temporary B-tree sorts it: either way the page's cost would be the table's.
  async function expectCheap(statement: Sql, index: string): Promise<void> {
    const steps = await plan(statement);
    expect(steps).toContain(index);
    expect(steps).not.toMatch(/\bSCAN\b|TEMP B-TREE/);
  }

  const accounts = (filter: AccountFilter, order = BY_EMAIL, after?: string) =>
    (stage.get(AccountStore) as SqlAccountStore).listStatement('acme', filter, order, { first: 50, after: after ?? null });

  it.each<[string, AccountFilter, AccountOrder, string]>([
    ['accounts', {}, BY_EMAIL, 'account_email'],
    ['accounts, backwards', {}, { field: 'EMAIL', direction: 'DESC' }, 'account_email'],
    ['accounts by name', {}, { field: 'DISPLAY_NAME', direction: 'ASC' }, 'account_name'],
    ['accounts by last sign-in', {}, { field: 'LAST_SIGN_IN_AT', direction: 'DESC' }, 'account_signed_in'],
    ['accounts whose address begins so', { email: { startsWith: 'ada' } }, BY_EMAIL, 'account_email (tenant=? AND email_key>'],
    ['accounts of one address', { email: { eq: 'ada@acme.example' } }, BY_EMAIL, 'account_email (tenant=? AND email_key=?'],
    ['accounts of one status', { status: { in: ['SUSPENDED'] } }, BY_EMAIL, 'account_status'],
    ['administrators', { isAdmin: { eq: true } }, BY_EMAIL, 'account_admin'],
    [
      'suspended accounts whose address begins so',
      { status: { in: ['SUSPENDED'] }, email: { startsWith: 'a' } },
      BY_EMAIL,
      'INDEX account_',
    ],
    ["a connector's accounts", { connector: { eq: OKTA } }, BY_EMAIL, 'account_connector'],
    ["a connector's administrators", { connector: { eq: OKTA }, allOf: [{ isAdmin: { eq: true } }] }, BY_EMAIL, 'INDEX account_'],
    ['accounts of a group', { group: { eq: 'Sales' } }, BY_EMAIL, 'member_account'],
  ])('of %s comes from an index in its order, also after a cursor', async (_, filter, order, index) => {
    await expectCheap(accounts(filter, order), index);
    const key = order.field.endsWith('_AT') ? 5 : 'm';
    const next = accounts(filter, order, encodeCursor(`accounts ${order.field} ${order.direction}`, [key, 'acc_m']));
    await expectCheap(next, index.split(' (')[0]!);
  });

  it('of people, groups, grants and third-party apps comes from an index in its order', async () => {
    const people = stage.get(PersonStore) as SqlPersonStore;
    const groups = stage.get(GroupStore) as SqlGroupStore;
    const grants = stage.get(AppGrantStore) as SqlAppGrantStore;
    const apps = stage.get(ThirdPartyAppStore) as SqlThirdPartyAppStore;
    await expectCheap(people.listStatement('acme', {}, { after: encodeCursor('people', ['m', 'per_m']) }), 'person_email');
    await expectCheap(people.listStatement('acme', { isTerminated: { eq: true } }, {}), 'person_terminated');
    await expectCheap(groups.listStatement('acme', {}, { after: encodeCursor('groups', ['m', 'grp_m']) }), 'group_name');
    await expectCheap(groups.listStatement('acme', { connector: { eq: OKTA } }, {}), 'group_connector_name');
    await expectCheap(grants.listStatement('acme', {}, { after: encodeCursor('appGrants', ['m', 'agr_m']) }), 'grant_app_name');
    await expectCheap(grants.listStatement('acme', { connector: { eq: OKTA } }, {}), 'grant_connector_name');
    await expectCheap(apps.listStatement('acme', {}, { after: encodeCursor('thirdPartyApps', ['m', 'tpa_m']) }), 'third_party_app_name');
  });

  it('is found quickly among twenty thousand accounts, with its number when asked', async () => {
    const acme = stage.tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    for (let page = 0; page < 20; page++) {
      const some = Array.from({ length: 1_000 }, (_, n) => {
        const name = `user${page * 1_000 + n}`;
        return anAccount({ externalId: name, email: `${name}@acme.example`, isAdmin: n === 0, status: n % 100 ? 'ACTIVE' : 'SUSPENDED' });
      });
      await feeder.send(feeder.page(some));
    }
    const answer = await acme.read(`{
      prefix: accounts(filter: { email: { startsWith: "USER1999" } }) { totalCount }
      admins: accounts(filter: { isAdmin: { eq: true }, status: { in: [SUSPENDED] } }, first: 5) { totalCount nodes { email } }
    }`);
    expect([answer.prefix.totalCount, answer.admins.totalCount, answer.admins.nodes.length]).toEqual([11, 20, 5]);
  }, 60_000);

  it('is of tables that can be taken down and made again', async () => {
    const count = database.migrations.length;
    for (let n = 0; n < count; n++) await database.migrateDown();
    await database.migrateUp();
    expect((await database.query(sql`select count(*) as n from account`))[0]).toEqual({ n: 0 });
  });
});
