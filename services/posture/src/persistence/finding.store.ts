import { Injectable } from '@nestjs/common';
import type { Json, TenantId } from '#libs/kernel';
import { Database, inList, sql, type Sql, type Tx } from '#libs/platform';

import type { AffectedEntity } from '../domain/control-verdict.js';
import type { Finding } from '../domain/finding.js';
import { FindingStore, type FindingDetail, type FindingKey, type FindingQuery } from '../domain/ports.js';
import type { Transaction } from '../domain/transaction.js';
import { filterCondition } from './finding-filter-sql.js';
import { fromRow, JUDGED_COLUMNS, toRow, urgencyOf } from './finding.row.js';

@Injectable()
export class SqlFindingStore extends FindingStore {
  constructor(private readonly database: Database) {
    super();
  }

  async list(tenant: TenantId, query: FindingQuery, first: number, after: FindingKey | null): Promise<readonly Finding[]> {
    // Written so that both databases walk the index from where the page before ended.
    const rest = after ? sql` and urgency <= ${after.urgency} and (urgency < ${after.urgency} or id < ${after.id})` : sql``;
    const rows = await this.database.query(
      sql`select * from finding where ${live(tenant)} and ${matches(query)}${rest} order by urgency desc, id desc limit ${first}`,
    );
    return rows.map(fromRow);
  }

  async count(tenant: TenantId, query: FindingQuery): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      sql`select count(*) as count from finding where ${live(tenant)} and ${matches(query)}`,
    );
    return Number(row?.count ?? 0);
  }

  async byIds(tenant: TenantId, ids: readonly string[]): Promise<readonly Finding[]> {
    const rows = await this.database.query(sql`select * from finding where tenant = ${tenant} and ${inList(sql`id`, ids)} and is_live = 1`);
    return rows.map(fromRow);
  }

  async ofConnectors(tenant: TenantId, connectorIds: readonly string[], query: FindingQuery): Promise<readonly Finding[]> {
    const rows = await this.database.query(sql`
      select * from finding where tenant = ${tenant} and ${inList(sql`connector_id`, connectorIds)} and is_live = 1 and ${matches(query)}
      order by urgency desc, id desc`);
    return rows.map(fromRow);
  }

  async scored(
    tenant: TenantId,
    { controlIds }: Pick<FindingQuery, 'controlIds'>,
    only: { readonly app?: string; readonly connectorIds?: readonly string[] },
  ): Promise<readonly Finding[]> {
    const part = only.connectorIds
      ? inList(sql`connector_id`, only.connectorIds)
      : only.app === undefined
        ? sql`1 = 1`
        : sql`app = ${only.app}`;
    const rows = await this.database.query(
      sql`select * from finding where ${live(tenant)} and ${part} and ${inList(sql`control_id`, controlIds)}`,
    );
    return rows.map(fromRow);
  }

  async details(tenant: TenantId, ids: readonly string[]): Promise<ReadonlyMap<string, FindingDetail>> {
    const rows = await this.database.query<{ finding_id: string; evidence: string; affected: string }>(
      sql`select finding_id, evidence, affected from finding_detail where tenant = ${tenant} and ${inList(sql`finding_id`, ids)}`,
    );
    return new Map(
      rows.map((row) => [
        row.finding_id,
        { evidence: JSON.parse(row.evidence) as Json, affected: JSON.parse(row.affected) as AffectedEntity[] },
      ]),
    );
  }

  urgencyOf(finding: Finding): number {
    return urgencyOf(finding);
  }

  async ofConnector(tenant: TenantId, tx: Transaction, connectorId: string): Promise<readonly Finding[]> {
    const rows = await (tx as Tx).query(sql`select * from finding where tenant = ${tenant} and connector_id = ${connectorId}`);
    return rows.map(fromRow);
  }

  async save(tenant: TenantId, tx: Transaction, findings: readonly Finding[], details: ReadonlyMap<string, FindingDetail>): Promise<void> {
    const inTx = tx as Tx;
    await inTx.insert(
      'finding',
      findings.map((finding) => toRow(tenant, finding)),
      { key: ['tenant', 'id'], update: JUDGED_COLUMNS },
    );
    const rows = findings.flatMap(({ id, connectorId }) => {
      const detail = details.get(id);
      if (!detail) return [];
      return [
        {
          tenant,
          finding_id: id,
          connector_id: connectorId,
          evidence: JSON.stringify(detail.evidence),
          affected: JSON.stringify(detail.affected),
        },
      ];
    });
    // A few at a time: a thousand names each make long statements.
    for (let start = 0; start < rows.length; start += DETAILS_PER_STATEMENT) {
      await inTx.insert('finding_detail', rows.slice(start, start + DETAILS_PER_STATEMENT), {
        key: ['tenant', 'finding_id'],
        update: ['evidence', 'affected'],
      });
    }
  }

  async forget(tenant: TenantId, tx: Transaction, ids: readonly string[]): Promise<void> {
    const inTx = tx as Tx;
    await inTx.execute(sql`delete from finding_detail where tenant = ${tenant} and ${inList(sql`finding_id`, ids)}`);
    await inTx.execute(sql`delete from finding where tenant = ${tenant} and ${inList(sql`id`, ids)}`);
  }

  async retire(tenant: TenantId, tx: Transaction, connectorId: string): Promise<void> {
    await (tx as Tx).execute(sql`update finding set is_live = 0 where tenant = ${tenant} and connector_id = ${connectorId}`);
    await (tx as Tx).execute(sql`update posture_drift set is_live = 0 where tenant = ${tenant} and connector_id = ${connectorId}`);
  }
}

const DETAILS_PER_STATEMENT = 20;

function live(tenant: TenantId): Sql {
  return sql`tenant = ${tenant} and is_live = 1`;
}

function matches({ filter, controlIds, now }: FindingQuery): Sql {
  return sql`${inList(sql`control_id`, controlIds)} and ${filterCondition(filter, now)}`;
}
