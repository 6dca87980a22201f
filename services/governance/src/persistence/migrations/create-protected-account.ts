import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the list of accounts that governance leaves alone. */
export class CreateProtectedAccount1790000005002 implements MigrationInterface {
  readonly name = 'CreateProtectedAccount1790000005002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'protected_account',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('account_id', { isPrimary: true, length: '64' }),
          column.text('reason', { isNullable: false }),
          column.line('protected_by', { isNullable: false }),
          column.count('protected_at'),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('protected_account');
  }
}
