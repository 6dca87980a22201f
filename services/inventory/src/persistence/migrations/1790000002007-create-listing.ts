import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which listing of a stream is running, what is left to clean up after ended ones, and the counter of announced changes. */
export class CreateListing1790000002007 implements MigrationInterface {
  readonly name = 'CreateListing1790000002007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'listing',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('connector_id', { isPrimary: true, length: '64' }),
          column.key('name', { isPrimary: true, length: '100' }),
          column.key('sync_id', { isNullable: true }),
          column.count('ordinal'),
          column.count('started_at'),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'sweep',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('listing', { length: '100' }),
          column.count('ordinal'),
          column.count('started_at'),
          column.text('kinds', { isNullable: false }),
          column.text('resume_after'),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'change_count',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('connector_id', { isPrimary: true, length: '64' }),
          column.count('version'),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('change_count');
    await runner.dropTable('sweep');
    await runner.dropTable('listing');
  }
}
