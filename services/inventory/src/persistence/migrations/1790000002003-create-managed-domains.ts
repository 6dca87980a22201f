import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** One row per tenant: its domains, and how far the accounts were gone through since they changed. */
export class CreateManagedDomains1790000002003 implements MigrationInterface {
  readonly name = 'CreateManagedDomains1790000002003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'managed_domains',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.text('domains', { isNullable: false }),
          column.line('changed_by'),
          column.time('changed_at'),
          column.key('rejoin_after', { length: '64', isNullable: true }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('managed_domains');
  }
}
