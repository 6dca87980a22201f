import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Accounts. Each index that starts a list ends with the list's order, so that a page is read and nothing is sorted. On SQLite two indexes hold only the
 * rows worth looking for, since each index in which rows fall anywhere makes storing slower; MySQL has no such indexes and holds all rows there.
 */
export class CreateAccount1790000002001 implements MigrationInterface {
  readonly name = 'CreateAccount1790000002001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'account',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('app', { length: '64' }),
          column.line('external_id', { isNullable: false }),
          column.line('username'),
          column.key('username_key', { length: '255' }),
          column.line('email'),
          column.key('email_key', { length: '255' }),
          column.line('display_name'),
          column.key('name_key', { length: '255' }),
          column.key('status', { length: '16' }),
          column.key('type', { length: '16' }),
          column.flag('is_admin'),
          column.flag('has_second_factor'),
          column.flag('is_external'),
          column.count('last_sign_in_at'),
          column.count('created_at'),
          column.time('deleted_at'),
          column.key('person_id', { length: '64', isNullable: true }),
          column.key('link', { length: '16' }),
          column.line('linked_by'),
          column.time('linked_at'),
          column.text('told', { isNullable: false }),
          column.count('admin_privileges'),
          column.count('unclear_privileges'),
          column.flag('has_all_privileges', { isNullable: false }),
          column.count('first_read_at'),
          column.time('touched_at'),
          column.key('shown_by', { length: '100' }),
          column.count('shown_in'),
          column.key('facts_shown_by', { length: '100', isNullable: true }),
          column.time('facts_shown_in'),
        ],
      }),
    );
    await runner.createIndices('account', [
      new TableIndex({ name: 'account_email', columnNames: ['tenant', 'email_key', 'id'] }),
      new TableIndex({ name: 'account_status', columnNames: ['tenant', 'status', 'email_key', 'id'], where: "status <> 'ACTIVE'" }),
      new TableIndex({ name: 'account_admin', columnNames: ['tenant', 'is_admin', 'email_key', 'id'], where: 'is_admin = 1' }),
      new TableIndex({ name: 'account_connector', columnNames: ['tenant', 'connector_id', 'email_key', 'id'] }),
      new TableIndex({ name: 'account_name', columnNames: ['tenant', 'name_key', 'id'] }),
      new TableIndex({ name: 'account_signed_in', columnNames: ['tenant', 'last_sign_in_at', 'id'] }),
      new TableIndex({ name: 'account_person', columnNames: ['tenant', 'person_id'] }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('account');
  }
}
