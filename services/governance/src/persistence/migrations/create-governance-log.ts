import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the hash-chained log. */
export class CreateGovernanceLog1790000005009 implements MigrationInterface {
  readonly name = 'CreateGovernanceLog1790000005009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'governance_log',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.count('seq', { isPrimary: true }),
          column.key('previous', { length: '64' }),
          column.text('body'),
          column.key('salt', { length: '64', isNullable: true }),
          column.key('leaf', { length: '64' }),
          column.key('hash', { length: '64' }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('governance_log');
  }
}
