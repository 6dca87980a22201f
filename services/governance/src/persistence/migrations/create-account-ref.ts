import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the projection of accounts, heard from inventory. */
export class CreateAccountRef1790000005001 implements MigrationInterface {
  readonly name = 'CreateAccountRef1790000005001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'account_ref',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('app', { length: '64' }),
          column.line('external_id', { isNullable: false }),
          column.key('person_id', { length: '64', isNullable: true }),
          column.line('username'),
          column.line('email'),
          column.line('display_name'),
          column.key('status', { length: '16' }),
          column.flag('is_admin'),
          column.key('type', { length: '16' }),
          column.count('version'),
          column.count('heard_at'),
          column.time('acted_at'),
        ],
      }),
    );
    await runner.createIndex('account_ref', new TableIndex({ name: 'account_ref_person', columnNames: ['tenant', 'person_id'] }));
    await runner.createIndex(
      'account_ref',
      new TableIndex({ name: 'account_ref_admin', columnNames: ['tenant', 'connector_id', 'is_admin', 'status'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('account_ref');
  }
}
