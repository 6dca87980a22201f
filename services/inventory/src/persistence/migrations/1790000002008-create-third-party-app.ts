import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Third-party apps: what their grants add up to. */
export class CreateThirdPartyApp1790000002008 implements MigrationInterface {
  readonly name = 'CreateThirdPartyApp1790000002008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'third_party_app',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('app', { length: '64' }),
          column.line('external_id', { isNullable: false }),
          column.line('name', { isNullable: false }),
          column.key('name_key', { length: '255' }),
          column.count('level_rank', { default: 0 }),
          column.text('scopes', { isNullable: false }),
          column.count('grant_count', { default: 0 }),
          column.count('account_count', { default: 0 }),
          column.count('grants_without_account', { default: 0 }),
          column.number('account_share'),
          column.key('rarity', { length: '16' }),
          column.time('first_granted_at'),
          column.time('last_used_at'),
          column.flag('is_stale', { isNullable: false }),
        ],
      }),
    );
    await runner.createIndices('third_party_app', [
      new TableIndex({ name: 'third_party_app_name', columnNames: ['tenant', 'name_key', 'id'] }),
      new TableIndex({ name: 'third_party_app_stale', columnNames: ['is_stale', 'tenant'] }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('third_party_app');
  }
}
