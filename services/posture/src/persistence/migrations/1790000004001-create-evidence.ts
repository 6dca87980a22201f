import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const id = { length: '64' };

/** Documents read from the apps, and the connectors they are judged for. */
export class CreateEvidence1790000004001 implements MigrationInterface {
  readonly name = 'CreateEvidence1790000004001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'evidence',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('connector_id', { isPrimary: true, ...id }),
          // A hash of operation and scope, which may be longer than an index key.
          column.key('document_key', { isPrimary: true, ...id }),
          column.text('operation', { isNullable: false }),
          column.text('scope', { isNullable: false }),
          column.text('scope_name'),
          column.key('kind', { length: '16' }),
          // What there is instead of a document: message and missing scopes.
          column.text('detail'),
          column.bytes('document'),
          column.key('hash', id),
          column.count('read_at'),
          column.count('changed_at'),
          column.text('failure'),
          column.time('failed_at'),
          column.key('sync_id', { ...id, isNullable: true }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'judged_connector',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('connector_id', { isPrimary: true, ...id }),
          column.key('app', id),
          column.flag('is_removed', { isNullable: false }),
          column.time('judged_at'),
          // Null before the first judging, and for good once removed.
          column.time('due_at'),
          column.key('catalogue_version', { ...id, isNullable: true }),
        ],
      }),
    );
    await runner.createIndex('judged_connector', new TableIndex({ name: 'judged_connector_due', columnNames: ['due_at'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('judged_connector');
    await runner.dropTable('evidence');
  }
}
