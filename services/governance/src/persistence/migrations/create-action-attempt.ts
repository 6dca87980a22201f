import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the table of the attempts of actions. */
export class CreateActionAttempt1790000005004 implements MigrationInterface {
  readonly name = 'CreateActionAttempt1790000005004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'action_attempt',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('action_id', { isPrimary: true, length: '64' }),
          column.count('attempt', { isPrimary: true }),
          column.key('status', { length: '32' }),
          column.line('requested_by', { isNullable: false }),
          column.count('requested_at'),
          column.time('started_at'),
          column.time('settled_at'),
          column.text('problem'),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('action_attempt');
  }
}
