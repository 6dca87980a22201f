import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the table of idempotency keys and what was answered to them. */
export class CreateIdempotencyKey1790000005008 implements MigrationInterface {
  readonly name = 'CreateIdempotencyKey1790000005008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'idempotency_key',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          // A hash of principal, operation and the client's key: a key of any length and alphabet fits the index.
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('request_hash', { length: '64' }),
          column.text('answer'),
          column.count('claimed_at'),
        ],
      }),
    );
    await runner.createIndex('idempotency_key', new TableIndex({ name: 'idempotency_key_age', columnNames: ['claimed_at'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('idempotency_key');
  }
}
