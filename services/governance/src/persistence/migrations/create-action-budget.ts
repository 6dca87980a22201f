import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the count of actions of each hour. */
export class CreateActionBudget1790000005007 implements MigrationInterface {
  readonly name = 'CreateActionBudget1790000005007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'action_budget',
        columns: [column.key('tenant', { isPrimary: true, length: '64' }), column.count('hour', { isPrimary: true }), column.count('used')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('action_budget');
  }
}
