import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the table of actions. */
export class CreateAction1790000005003 implements MigrationInterface {
  readonly name = 'CreateAction1790000005003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'action',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.key('kind', { length: '32' }),
          column.key('status', { length: '32' }),
          column.key('connector_id', { length: '64' }),
          column.key('app', { length: '64' }),
          column.key('account_id', { length: '64', isNullable: true }),
          column.line('account_external_id'),
          column.line('group_external_id'),
          column.line('grant_external_id'),
          column.text('reason', { isNullable: false }),
          column.line('requested_by', { isNullable: false }),
          column.count('requested_at'),
          column.time('started_at'),
          column.time('settled_at'),
          column.time('until_at'),
          column.key('revert_of', { length: '64', isNullable: true }),
          column.key('reverted_by', { length: '64', isNullable: true }),
          column.count('attempt'),
          column.text('before_state'),
          column.flag('was_already_so', { isNullable: false }),
          column.text('problem'),
          column.line('problem_code'),
          column.flag('is_cancel_requested', { isNullable: false }),
          column.time('charged_hour'),
          // When the sweep looks at it: to send again, to revert at the end of a lease, to retry a revert. Null for never.
          column.time('sweep_at'),
        ],
      }),
    );
    for (const [name, columns] of INDEXES) await runner.createIndex('action', new TableIndex({ name, columnNames: [...columns] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('action');
  }
}

const INDEXES: readonly (readonly [string, readonly string[]])[] = [
  ['action_newest', ['tenant', 'requested_at', 'id']],
  ['action_account', ['tenant', 'account_id', 'requested_at', 'id']],
  ['action_connector', ['tenant', 'connector_id', 'requested_at', 'id']],
  ['action_status', ['tenant', 'status', 'requested_at', 'id']],
  // The sweep looks over all tenants.
  ['action_sweep', ['sweep_at', 'id']],
];
