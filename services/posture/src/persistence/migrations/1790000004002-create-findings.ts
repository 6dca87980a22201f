import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const id = { length: '64' };

/** Findings, what is shown of each one by one, and the decisions about them. */
export class CreateFindings1790000004002 implements MigrationInterface {
  readonly name = 'CreateFindings1790000004002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(findingTable());
    await runner.createIndex('finding', new TableIndex({ name: 'finding_urgency', columnNames: ['tenant', 'is_live', 'urgency', 'id'] }));
    await runner.createIndex(
      'finding',
      new TableIndex({ name: 'finding_connector', columnNames: ['tenant', 'connector_id', 'urgency', 'id'] }),
    );
    await runner.createIndex('finding', new TableIndex({ name: 'finding_app', columnNames: ['tenant', 'app', 'urgency', 'id'] }));
    await runner.createTable(
      new Table({
        name: 'finding_detail',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('finding_id', { isPrimary: true, ...id }),
          column.key('connector_id', id),
          column.text('evidence', { isNullable: false }),
          column.text('affected', { isNullable: false }),
        ],
      }),
    );
    await runner.createIndex(
      'finding_detail',
      new TableIndex({ name: 'finding_detail_connector', columnNames: ['tenant', 'connector_id'] }),
    );
    await runner.createTable(
      new Table({
        name: 'finding_decision',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('id', { isPrimary: true, ...id }),
          column.key('finding_id', id),
          column.key('connector_id', id),
          column.text('decision', { isNullable: false }),
          column.count('decided_at'),
        ],
      }),
    );
    await runner.createIndex(
      'finding_decision',
      new TableIndex({ name: 'finding_decision_finding', columnNames: ['tenant', 'finding_id', 'id'] }),
    );
    await runner.createIndex(
      'finding_decision',
      new TableIndex({ name: 'finding_decision_connector', columnNames: ['tenant', 'connector_id'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('finding_decision');
    await runner.dropTable('finding_detail');
    await runner.dropTable('finding');
  }
}

function findingTable(): Table {
  return new Table({
    name: 'finding',
    columns: [
      column.key('tenant', { isPrimary: true, ...id }),
      column.key('id', { isPrimary: true, ...id }),
      column.key('connector_id', id),
      column.key('app', id),
      column.key('control_id', { length: '120' }),
      column.count('control_version'),
      // False once its connector was removed.
      column.flag('is_live', { isNullable: false }),
      // Severity, then points: the order of the list.
      column.count('urgency'),
      column.key('severity', { length: '16' }),
      column.count('points'),
      column.key('scoring', { length: '16' }),
      column.key('result', { length: '16' }),
      column.key('reason', { length: '32', isNullable: true }),
      column.text('explanation'),
      column.text('missing_scopes', { isNullable: false }),
      column.number('share'),
      column.time('passed'),
      column.time('total'),
      column.number('read_share', { isNullable: false }),
      column.count('affected_count'),
      column.count('evaluated_at'),
      column.time('evidence_at'),
      column.count('since'),
      column.text('last_known'),
      // The current decision, and what of it a filter asks for.
      column.text('decision'),
      column.key('decided_status', { length: '32', isNullable: true }),
      column.time('decision_expires_at'),
    ],
  });
}
