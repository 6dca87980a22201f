import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Third parties' permissions in the connected apps. */
export class CreateAppGrant1790000002006 implements MigrationInterface {
  readonly name = 'CreateAppGrant1790000002006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'app_grant',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('app', { length: '64' }),
          column.line('external_id', { isNullable: false }),
          column.key('third_party_app_id', { length: '64' }),
          column.key('type', { length: '32' }),
          column.line('app_external_id', { isNullable: false }),
          column.line('app_name', { isNullable: false }),
          column.key('app_name_key', { length: '255' }),
          column.key('account_id', { length: '64', isNullable: true }),
          column.text('scopes', { isNullable: false }),
          column.count('level_rank'),
          column.time('granted_at'),
          column.time('last_used_at'),
          column.time('expires_at'),
          column.text('attributes', { isNullable: false }),
          column.key('shown_by', { length: '100' }),
          column.count('shown_in'),
        ],
      }),
    );
    await runner.createIndices('app_grant', [
      new TableIndex({ name: 'grant_app_name', columnNames: ['tenant', 'app_name_key', 'id'] }),
      new TableIndex({ name: 'grant_connector', columnNames: ['tenant', 'connector_id', 'id'] }),
      new TableIndex({ name: 'grant_connector_name', columnNames: ['tenant', 'connector_id', 'app_name_key', 'id'] }),
      new TableIndex({ name: 'grant_third_party_app', columnNames: ['tenant', 'third_party_app_id', 'id'] }),
      new TableIndex({ name: 'grant_account', columnNames: ['tenant', 'account_id', 'id'] }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('app_grant');
  }
}
