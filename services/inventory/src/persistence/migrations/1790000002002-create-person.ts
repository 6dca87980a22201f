import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** People, and the domains by which accounts are joined to them. */
export class CreatePerson1790000002002 implements MigrationInterface {
  readonly name = 'CreatePerson1790000002002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'person',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('id', { isPrimary: true, length: '64' }),
          column.line('email'),
          column.key('email_key', { length: '255' }),
          column.line('display_name'),
          column.key('name_key', { length: '255' }),
          column.flag('is_terminated', { isNullable: false }),
        ],
      }),
    );
    await runner.createIndices('person', [
      new TableIndex({ name: 'person_email', columnNames: ['tenant', 'email_key', 'id'] }),
      new TableIndex({
        name: 'person_terminated',
        columnNames: ['tenant', 'is_terminated', 'email_key', 'id'],
        where: 'is_terminated = 1',
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('person');
  }
}
