import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Privileges that accounts hold. */
export class CreatePrivilege1790000002005 implements MigrationInterface {
  readonly name = 'CreatePrivilege1790000002005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'privilege',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('account_id', { length: '64' }),
          column.line('external_id', { isNullable: false }),
          column.line('name', { isNullable: false }),
          column.key('name_key', { length: '255' }),
          column.flag('is_admin'),
          column.line('scope'),
          column.key('via_group_id', { length: '64', isNullable: true }),
          column.key('shown_by', { length: '100' }),
          column.count('shown_in'),
        ],
      }),
    );
    await runner.createIndices('privilege', [
      new TableIndex({ name: 'privilege_account', columnNames: ['tenant', 'account_id', 'is_admin'] }),
      new TableIndex({ name: 'privilege_connector', columnNames: ['tenant', 'connector_id', 'id'] }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('privilege');
  }
}
