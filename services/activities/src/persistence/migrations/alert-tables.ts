import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const id = (name: string, isPrimary = false) => column.key(name, { length: '64', isPrimary });
const word = (name: string) => column.key(name, { length: '32' });

export class CreateAlert1790000001008 implements MigrationInterface {
  readonly name = 'CreateAlert1790000001008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'alert',
        columns: [
          ...[
            id('tenant', true),
            id('id', true),
            id('policy_id'),
            column.count('policy_version'),
            column.line('title', { isNullable: false }),
          ],
          ...[
            word('severity'),
            word('status'),
            column.line('classification', { length: '32' }),
            column.line('reason', { length: '2000' }),
            column.line('assignee'),
          ],
          ...[column.count('opened_at'), column.time('closed_at'), column.count('first_at'), column.count('last_at')],
          ...[
            column.flag('is_from_history', { isNullable: false }),
            column.key('connector_id', { length: '64', isNullable: true }),
            column.count('activity_count'),
          ],
          ...[
            column.number('strength', { isNullable: false }),
            column.text('explanation', { isNullable: false }),
            column.text('attack_techniques', { isNullable: false }),
          ],
        ],
      }),
    );
    await runner.createIndex('alert', new TableIndex({ name: 'alert_opened', columnNames: ['tenant', 'opened_at', 'id'] }));
    await runner.createIndex('alert', new TableIndex({ name: 'alert_status', columnNames: ['tenant', 'status', 'opened_at', 'id'] }));
    await runner.createIndex('alert', new TableIndex({ name: 'alert_connector', columnNames: ['tenant', 'connector_id'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('alert');
  }
}

/** Whom an alert is about. The time of opening is repeated, so that the newest of an account are found without reading the others. */
export class CreateAlertAccount1790000001009 implements MigrationInterface {
  readonly name = 'CreateAlertAccount1790000001009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'alert_account',
        columns: [id('tenant', true), id('alert_id', true), id('account_id', true), column.count('opened_at')],
      }),
    );
    await runner.createIndex(
      'alert_account',
      new TableIndex({ name: 'alert_account_account', columnNames: ['tenant', 'account_id', 'opened_at', 'alert_id'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('alert_account');
  }
}

/** What an alert rests on. */
export class CreateAlertActivity1790000001010 implements MigrationInterface {
  readonly name = 'CreateAlertActivity1790000001010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({ name: 'alert_activity', columns: [id('tenant', true), id('alert_id', true), id('activity_id', true)] }),
    );
    await runner.createIndex(
      'alert_activity',
      new TableIndex({ name: 'alert_activity_activity', columnNames: ['tenant', 'activity_id', 'alert_id'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('alert_activity');
  }
}

/** Events that an app's own alert named and that have not come yet. */
export class CreateAwaitedEvent1790000001011 implements MigrationInterface {
  readonly name = 'CreateAwaitedEvent1790000001011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'awaited_event',
        columns: [id('tenant', true), id('connector_id', true), column.key('external_id', { isPrimary: true }), id('alert_id', true)],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('awaited_event');
  }
}

/** What people did with an alert, and said about it. */
export class CreateAlertChange1790000001012 implements MigrationInterface {
  readonly name = 'CreateAlertChange1790000001012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'alert_change',
        columns: [
          ...[id('tenant', true), id('id', true), id('alert_id'), column.count('at'), column.line('changed_by', { isNullable: false })],
          ...[column.text('comment'), column.text('changes', { isNullable: false })],
        ],
      }),
    );
    await runner.createIndex('alert_change', new TableIndex({ name: 'alert_change_alert', columnNames: ['tenant', 'alert_id', 'id'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('alert_change');
  }
}
