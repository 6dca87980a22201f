import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { canonicalJson, type TenantId } from '#libs/kernel';
import { Database, inList, sql, type Row, type Tx } from '#libs/platform';

import { ScoreStore, type NewSnapshot } from '../domain/ports.js';
import type { ScoreChange, ScoreInput } from '../domain/score-change.js';
import type { DetailedSnapshot, Snapshot } from '../domain/score-history.js';
import type { Score } from '../domain/score.js';
import type { Transaction } from '../domain/transaction.js';

/** Stands for the hash before the first. */
const GENESIS = '0'.repeat(64);

@Injectable()
export class SqlScoreStore extends ScoreStore {
  constructor(private readonly database: Database) {
    super();
  }

  async latest(tenant: TenantId, tx: Transaction, connectorId: string): Promise<DetailedSnapshot | undefined> {
    const [row] = await (tx as Tx).query(newest(tenant, connectorId));
    return row && { ...fromRow(row), inputs: JSON.parse(row['inputs'] as string) as ScoreInput[] };
  }

  async add(tenant: TenantId, tx: Transaction, snapshot: NewSnapshot): Promise<void> {
    const inTx = tx as Tx;
    const [before] = await inTx.query(newest(tenant, snapshot.connectorId));
    const previousHash = (before?.['hash'] as string | undefined) ?? GENESIS;
    await inTx.insert('score_snapshot', [
      {
        tenant,
        id: snapshot.id,
        connector_id: snapshot.connectorId,
        app: snapshot.app,
        taken_at: snapshot.at,
        score: JSON.stringify(snapshot.score),
        score_change: snapshot.change && JSON.stringify(snapshot.change),
        inputs: JSON.stringify(snapshot.inputs),
        catalogue_version: snapshot.catalogueVersion,
        previous_hash: previousHash,
        hash: createHash('sha256')
          .update(`${previousHash}\n${canonicalJson({ ...snapshot, tenant })}`)
          .digest('hex'),
      },
    ]);
  }

  async between(
    tenant: TenantId,
    from: number,
    to: number,
    only: { readonly app?: string; readonly connectorId?: string },
  ): Promise<readonly Snapshot[]> {
    const app = only.app === undefined ? sql`` : sql` and app = ${only.app}`;
    const connector = only.connectorId === undefined ? sql`` : sql` and connector_id = ${only.connectorId}`;
    const held = await this.database.query<{ id: string | null }>(sql`
      select (
        select id from score_snapshot where tenant = ${tenant} and connector_id = judged_connector.connector_id and taken_at <= ${from}
        order by taken_at desc, id desc limit 1
      ) as id from judged_connector where tenant = ${tenant}${app}${connector}`);
    const heldIds = held.flatMap(({ id }) => id ?? []);
    const before = await this.database.query(
      sql`select ${LISTED} from score_snapshot where tenant = ${tenant} and ${inList(sql`id`, heldIds)} order by taken_at, id`,
    );
    const rows = await this.database.query(sql`
      select ${LISTED} from score_snapshot
      where tenant = ${tenant} and taken_at > ${from} and taken_at <= ${to}${app}${connector} order by taken_at, id`);
    return [...before, ...rows].map(fromRow);
  }
}

const LISTED = sql`id, connector_id, app, taken_at, score, score_change`;

function newest(tenant: TenantId, connectorId: string) {
  return sql`select * from score_snapshot where tenant = ${tenant} and connector_id = ${connectorId} order by taken_at desc, id desc limit 1`;
}

function fromRow(row: Row): Snapshot {
  return {
    id: row['id'] as string,
    connectorId: row['connector_id'] as string,
    app: row['app'] as string,
    at: Number(row['taken_at']),
    score: JSON.parse(row['score'] as string) as Score,
    change: row['score_change'] === null ? null : (JSON.parse(row['score_change'] as string) as ScoreChange),
  };
}
