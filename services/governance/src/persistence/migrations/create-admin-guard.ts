import { column } from '#libs/platform';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the row of each connector that is locked while its administrators are counted. */
export class CreateAdminGuard1790000005005 implements MigrationInterface {
  readonly name = 'CreateAdminGuard1790000005005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'admin_guard',
        columns: [column.key('tenant', { isPrimary: true, length: '64' }), column.key('connector_id', { isPrimary: true, length: '64' })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('admin_guard');
  }
}
