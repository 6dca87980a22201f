import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Groups of all connectors. */
export class CreateGroup1790000002004 implements MigrationInterface {
  readonly name = 'CreateGroup1790000002004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'account_group',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('app', { length: '64' }),
          column.line('external_id', { isNullable: false }),
          column.line('name', { isNullable: false }),
          column.key('name_key', { length: '255' }),
          column.text('description'),
          column.line('type'),
          column.text('attributes', { isNullable: false }),
          column.key('shown_by', { length: '100' }),
          column.count('shown_in'),
        ],
      }),
    );
    await runner.createIndices('account_group', [
      new TableIndex({ name: 'group_name', columnNames: ['tenant', 'name_key', 'id'] }),
      new TableIndex({ name: 'group_connector', columnNames: ['tenant', 'connector_id', 'id'] }),
      new TableIndex({ name: 'group_connector_name', columnNames: ['tenant', 'connector_id', 'name_key', 'id'] }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('account_group');
  }
}
