import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who is in which group. */
export class CreateGroupMember1790000002009 implements MigrationInterface {
  readonly name = 'CreateGroupMember1790000002009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'group_member',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('group_id', { length: '64' }),
          column.key('account_id', { length: '64', isNullable: true }),
          column.key('member_group_id', { length: '64', isNullable: true }),
          column.key('shown_by', { length: '100' }),
          column.count('shown_in'),
        ],
      }),
    );
    await runner.createIndices('group_member', [
      new TableIndex({ name: 'member_group', columnNames: ['tenant', 'group_id', 'id'] }),
      new TableIndex({ name: 'member_account', columnNames: ['tenant', 'account_id', 'group_id'] }),
      new TableIndex({ name: 'member_connector', columnNames: ['tenant', 'connector_id', 'id'] }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('group_member');
  }
}
