import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows of the table, then rows that share the first column of the index, the first two, and so on. */
const EXPECTED: readonly (readonly [table: string, index: string, stat: string])[] = [
  ['activity', 'sqlite_autoindex_activity_1', '1000000 500000 1'],
  ['activity', 'activity_actor', '1000000 500000 500 1'],
  ['activity', 'activity_ip', '1000000 500000 500 1'],
  ['activity', 'activity_type', '1000000 500000 20000 1'],
  ['activity', 'activity_connector', '1000000 500000 200000 1'],
  ['sign_in_failure', 'sqlite_autoindex_sign_in_failure_1', '50000 25000 1'],
  ['sign_in_failure', 'sign_in_failure_actor', '50000 25000 20 2 1'],
  ['sign_in_failure', 'sign_in_failure_network', '50000 25000 20 2 1'],
  ['sign_in_failure', 'sign_in_failure_connector', '50000 25000 10000 1'],
];

/**
 * Tells SQLite how the log is made up. Left to guess, it takes an organization for as rare as an account, and reads everybody's activities of a week to
 * find one account's. MySQL counts by itself.
 */
export class ExpectStatistics1790000001013 implements MigrationInterface {
  readonly name = 'ExpectStatistics1790000001013';

  async up(runner: QueryRunner): Promise<void> {
    if (runner.dataSource.options.type === 'mysql') return;
    await runner.query('analyze activity'); // makes the table of statistics
    await this.forget(runner);
    for (const row of EXPECTED) await runner.query('insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)', [...row]);
    await runner.query('analyze sqlite_schema'); // has this connection read it
  }

  async down(runner: QueryRunner): Promise<void> {
    if (runner.dataSource.options.type !== 'mysql') await this.forget(runner);
  }

  private async forget(runner: QueryRunner): Promise<void> {
    await runner.query("delete from sqlite_stat1 where tbl in ('activity', 'sign_in_failure')");
  }
}
