import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the row of each tenant that holds the end of its log, locked while the log grows. */
export class CreateGovernanceHead1790000005010 implements MigrationInterface {
  readonly name = 'CreateGovernanceHead1790000005010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'governance_head',
        columns: [column.key('tenant', { isPrimary: true, length: '64' }), column.count('seq'), column.key('hash', { length: '64' })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('governance_head');
  }
}
