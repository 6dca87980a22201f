import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const id = (name: string, isPrimary = false) => column.key(name, { length: '64', isPrimary });
const word = (name: string) => column.key(name, { length: '16' });

/**
 * The log. Ids begin with the time, so the order of ids is the order of time; each index serves one way to page through it. An id is derived from the
 * connector and the app's event id: the primary key keeps each event once, without an index in the random order of the apps' ids.
 */
export class CreateActivity1790000001001 implements MigrationInterface {
  readonly name = 'CreateActivity1790000001001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'activity',
        columns: [
          ...[id('tenant', true), id('id', true), id('connector_id'), id('app'), column.key('external_id')],
          ...[column.count('occurred_at'), column.count('received_at'), column.key('event_type')],
          ...[word('category'), column.count('class_uid'), column.count('activity_uid'), word('mapping')],
          ...[word('outcome'), column.line('outcome_word'), column.line('outcome_detail'), column.line('failure', { length: '32' })],
          ...[
            column.key('actor_key', { length: '64', isNullable: true }),
            column.line('actor_name'),
            column.line('actor_email'),
            word('actor_type'),
          ],
          ...[column.flag('is_admin_activity'), column.flag('is_impersonated'), column.flag('is_interactive')],
          ...[column.text('targets'), column.text('target_words')],
          ...[column.line('ip', { length: '190' }), column.key('ip_key', { length: '32', isNullable: true })],
          ...[column.line('country', { length: '8' }), column.line('region'), column.line('city')],
          ...[column.number('latitude'), column.number('longitude'), column.number('radius_km')],
          ...[column.time('asn'), column.line('organization'), word('network'), column.line('ip_tags', { length: '2000' })],
          ...[column.line('user_agent', { length: '1000' }), column.line('device'), column.line('device_key', { length: '190' })],
          ...[column.line('session_id'), column.line('correlation_id'), column.line('via_app'), column.line('severity', { length: '16' })],
          ...[column.key('raw_block', { length: '64', isNullable: true }), column.count('raw_index')],
        ],
      }),
    );
    const index = (name: string, columnNames: string[]) => runner.createIndex('activity', new TableIndex({ name, columnNames }));
    await index('activity_actor', ['tenant', 'actor_key', 'id']);
    await index('activity_ip', ['tenant', 'ip_key', 'id']);
    await index('activity_type', ['tenant', 'event_type', 'id']);
    await index('activity_connector', ['tenant', 'connector_id', 'id']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('activity');
  }
}

/** The events as received, many to a compressed block: apart from the log, so that reading the log does not read them. */
export class CreateRawBlock1790000001002 implements MigrationInterface {
  readonly name = 'CreateRawBlock1790000001002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'raw_block',
        columns: [id('tenant', true), id('id', true), id('connector_id'), column.bytes('content', { isNullable: false })],
      }),
    );
    await runner.createIndex('raw_block', new TableIndex({ name: 'raw_block_connector', columnNames: ['tenant', 'connector_id', 'id'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('raw_block');
  }
}

/** Sign-in failures that count as guesses, narrow, so that looking back over them costs what they are. */
export class CreateSignInFailure1790000001003 implements MigrationInterface {
  readonly name = 'CreateSignInFailure1790000001003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'sign_in_failure',
        columns: [
          ...[
            id('tenant', true),
            id('activity_id', true),
            id('connector_id'),
            column.count('at'),
            id('actor_key'),
            column.line('actor_name'),
          ],
          ...[
            column.line('ip', { length: '190' }),
            column.key('network_key', { length: '32', isNullable: true }),
            column.line('country', { length: '8' }),
          ],
          ...[
            column.time('asn'),
            column.line('organization'),
            word('network'),
            column.key('reason', { length: '32' }),
            column.line('user_agent', { length: '1000' }),
          ],
        ],
      }),
    );
    await runner.createIndex(
      'sign_in_failure',
      new TableIndex({ name: 'sign_in_failure_actor', columnNames: ['tenant', 'actor_key', 'at', 'activity_id'] }),
    );
    await runner.createIndex(
      'sign_in_failure',
      new TableIndex({ name: 'sign_in_failure_network', columnNames: ['tenant', 'network_key', 'at', 'activity_id'] }),
    );
    await runner.createIndex(
      'sign_in_failure',
      new TableIndex({ name: 'sign_in_failure_connector', columnNames: ['tenant', 'connector_id', 'activity_id'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('sign_in_failure');
  }
}

/** Event names that nobody could map, counted. */
export class CreateUnmappedEventType1790000001004 implements MigrationInterface {
  readonly name = 'CreateUnmappedEventType1790000001004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'unmapped_event_type',
        columns: [
          ...[id('tenant', true), id('connector_id', true), column.key('event_type', { isPrimary: true })],
          ...[column.count('seen'), column.count('first_seen_at'), column.count('last_seen_at')],
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('unmapped_event_type');
  }
}
