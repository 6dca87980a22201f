import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const id = { length: '64' };

/** Connectors, their sealed secrets, and the proof of the sealing key. */
export class CreateConnectors1790000001001 implements MigrationInterface {
  readonly name = 'CreateConnectors1790000001001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'connector',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('id', { isPrimary: true, ...id }),
          column.key('app', id),
          column.key('name', { length: '120' }),
          // Null once removed, so that the name is free again.
          column.key('unique_name', { length: '120', isNullable: true }),
          column.flag('is_removed', { isNullable: false }),
          column.flag('is_disabled', { isNullable: false }),
          column.flag('must_erase', { isNullable: false }),
          column.count('version'),
          column.text('state', { isNullable: false }),
        ],
      }),
    );
    await runner.createIndex(
      'connector',
      new TableIndex({ name: 'connector_name', columnNames: ['tenant', 'unique_name'], isUnique: true }),
    );
    await runner.createTable(
      new Table({
        name: 'credential',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('connector_id', { isPrimary: true, ...id }),
          column.text('sealed', { isNullable: false }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'sealing_canary',
        columns: [{ name: 'id', type: 'int', isPrimary: true }, column.text('sealed', { isNullable: false })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('sealing_canary');
    await runner.dropTable('credential');
    await runner.dropTable('connector');
  }
}

/** Streams, their runs, and actions on their way. */
export class CreateStreams1790000001002 implements MigrationInterface {
  readonly name = 'CreateStreams1790000001002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'stream',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('connector_id', { isPrimary: true, ...id }),
          column.key('name', { isPrimary: true, length: '32' }),
          column.key('feed', { isPrimary: true, ...id }),
          // Null while the connector is disabled, removed or disconnected, or another stream must go first.
          column.time('due_at'),
          column.text('state', { isNullable: false }),
        ],
      }),
    );
    await runner.createIndex('stream', new TableIndex({ name: 'stream_due', columnNames: ['due_at'] }));
    await runner.createTable(
      new Table({
        name: 'sync_run',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('id', { isPrimary: true, ...id }),
          column.key('connector_id', id),
          column.key('stream', { length: '32' }),
          column.key('feed', id),
          column.count('started_at'),
          column.time('ended_at'),
          column.count('items_read'),
          column.count('items_changed'),
          column.text('problem'),
        ],
      }),
    );
    await runner.createIndex('sync_run', new TableIndex({ name: 'sync_run_connector', columnNames: ['tenant', 'connector_id', 'id'] }));
    await runner.createTable(
      new Table({
        name: 'action_run',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('action_id', { isPrimary: true, ...id }),
          column.count('attempt', { isPrimary: true }),
          column.key('state', { length: '16' }),
          column.text('request', { isNullable: false }),
          column.text('before_state'),
          column.time('intent_at'),
          column.count('requested_at'),
          column.time('settled_at'),
        ],
      }),
    );
    await runner.createIndex('action_run', new TableIndex({ name: 'action_run_open', columnNames: ['settled_at', 'requested_at'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('action_run');
    await runner.dropTable('sync_run');
    await runner.dropTable('stream');
  }
}
