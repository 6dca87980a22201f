import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const id = (name: string, isPrimary = false) => column.key(name, { length: '64', isPrimary });

/** What each account taught of where it acts from. */
export class CreateProfile1790000001005 implements MigrationInterface {
  readonly name = 'CreateProfile1790000001005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'profile',
        columns: [id('tenant', true), id('actor_key', true), id('connector_id'), column.text('state', { isNullable: false })],
      }),
    );
    await runner.createIndex(
      'profile',
      new TableIndex({ name: 'profile_connector', columnNames: ['tenant', 'connector_id', 'actor_key'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('profile');
  }
}

/** The accounts that inventory told of: which person each belongs to. */
export class CreateAccountRef1790000001006 implements MigrationInterface {
  readonly name = 'CreateAccountRef1790000001006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'account_ref',
        columns: [
          ...[id('tenant', true), id('id', true), id('connector_id'), column.line('external_id'), column.count('version')],
          ...[column.key('person_id', { length: '64', isNullable: true }), column.line('name'), column.key('type', { length: '16' })],
          ...[column.key('email_key', { isNullable: true }), column.key('username_key', { isNullable: true })],
        ],
      }),
    );
    const index = (name: string, columnNames: string[]) => runner.createIndex('account_ref', new TableIndex({ name, columnNames }));
    await index('account_ref_person', ['tenant', 'person_id']);
    await index('account_ref_email', ['tenant', 'connector_id', 'email_key']);
    await index('account_ref_username', ['tenant', 'connector_id', 'username_key']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('account_ref');
  }
}

/** The operator's networks. */
export class CreateIpRange1790000001007 implements MigrationInterface {
  readonly name = 'CreateIpRange1790000001007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'ip_range',
        columns: [
          ...[id('tenant', true), id('id', true), column.line('name', { isNullable: false }), column.text('cidrs', { isNullable: false })],
          ...[column.key('category', { length: '32' }), column.text('tags', { isNullable: false })],
          ...[column.line('country', { length: '8' }), column.line('city'), column.number('latitude'), column.number('longitude')],
          ...[column.count('updated_at'), column.line('updated_by')],
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('ip_range');
  }
}

/** Since when each account is known to act from a country: which countries are usual for the organization. */
export class CreateCountrySeen1790000001014 implements MigrationInterface {
  readonly name = 'CreateCountrySeen1790000001014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'country_seen',
        columns: [
          ...[id('tenant', true), column.key('country', { length: '8', isPrimary: true }), id('actor_key', true), id('connector_id')],
          column.count('first_day'),
        ],
      }),
    );
    await runner.createIndex(
      'country_seen',
      new TableIndex({ name: 'country_seen_connector', columnNames: ['tenant', 'connector_id', 'actor_key'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('country_seen');
  }
}
