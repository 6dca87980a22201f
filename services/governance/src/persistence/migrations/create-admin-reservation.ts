import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the list of administrators who are about to lose their rights. */
export class CreateAdminReservation1790000005006 implements MigrationInterface {
  readonly name = 'CreateAdminReservation1790000005006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'admin_reservation',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('action_id', { isPrimary: true, length: '64' }),
          column.key('connector_id', { length: '64' }),
          column.key('account_id', { length: '64' }),
          column.time('settled_at'),
        ],
      }),
    );
    await runner.createIndex(
      'admin_reservation',
      new TableIndex({ name: 'admin_reservation_account', columnNames: ['tenant', 'account_id'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('admin_reservation');
  }
}
