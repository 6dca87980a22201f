import { column } from '#libs/platform';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const id = { length: '64' };

/** Scores over time, and what became worse. */
export class CreateScoreHistory1790000004003 implements MigrationInterface {
  readonly name = 'CreateScoreHistory1790000004003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'score_snapshot',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('id', { isPrimary: true, ...id }),
          column.key('connector_id', id),
          column.key('app', id),
          column.count('taken_at'),
          column.text('score', { isNullable: false }),
          column.text('score_change'),
          // What the score was made of, to explain the next one.
          column.text('inputs', { isNullable: false }),
          column.key('catalogue_version', id),
          // Each snapshot carries the hash of the connector's one before: history that is rewritten shows.
          column.key('previous_hash', id),
          column.key('hash', id),
        ],
      }),
    );
    await runner.createIndex(
      'score_snapshot',
      new TableIndex({ name: 'score_snapshot_connector', columnNames: ['tenant', 'connector_id', 'taken_at', 'id'] }),
    );
    await runner.createIndex('score_snapshot', new TableIndex({ name: 'score_snapshot_time', columnNames: ['tenant', 'taken_at', 'id'] }));
    await runner.createTable(
      new Table({
        name: 'posture_drift',
        columns: [
          column.key('tenant', { isPrimary: true, ...id }),
          column.key('id', { isPrimary: true, ...id }),
          column.key('connector_id', id),
          column.flag('is_live', { isNullable: false }),
          column.text('drift', { isNullable: false }),
        ],
      }),
    );
    await runner.createIndex('posture_drift', new TableIndex({ name: 'posture_drift_newest', columnNames: ['tenant', 'is_live', 'id'] }));
    await runner.createIndex(
      'posture_drift',
      new TableIndex({ name: 'posture_drift_connector', columnNames: ['tenant', 'connector_id', 'is_live', 'id'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('posture_drift');
    await runner.dropTable('score_snapshot');
  }
}
