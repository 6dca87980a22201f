import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, inList, sql, type Tx } from '#libs/platform';

import type { Decision } from '../domain/decision.js';
import { DecisionStore } from '../domain/ports.js';
import type { Transaction } from '../domain/transaction.js';

@Injectable()
export class SqlDecisionStore extends DecisionStore {
  constructor(private readonly database: Database) {
    super();
  }

  async add(tenant: TenantId, tx: Transaction, connectorId: string, decisions: readonly Decision[]): Promise<void> {
    const inTx = tx as Tx;
    await inTx.insert(
      'finding_decision',
      decisions.map((decision) => ({
        tenant,
        id: decision.id,
        finding_id: decision.findingId,
        connector_id: connectorId,
        decision: JSON.stringify(decision),
        decided_at: decision.decidedAt,
      })),
    );
    for (const decision of decisions) {
      await inTx.execute(sql`
        update finding set decision = ${JSON.stringify(decision)}, decided_status = ${decision.status}, decision_expires_at = ${decision.expiresAt}
        where tenant = ${tenant} and id = ${decision.findingId}`);
    }
  }

  async ofFindings(tenant: TenantId, findingIds: readonly string[], most: number): Promise<ReadonlyMap<string, readonly Decision[]>> {
    const rows = await this.database.query<{ decision: string }>(sql`
      select decision from (
        select decision, finding_id, id, row_number() over (partition by finding_id order by id desc) as nth
        from finding_decision where tenant = ${tenant} and ${inList(sql`finding_id`, findingIds)}
      ) as newest where nth <= ${most} order by finding_id, nth`);
    const byFinding = new Map<string, Decision[]>();
    for (const row of rows) {
      const decision = JSON.parse(row.decision) as Decision;
      byFinding.set(decision.findingId, [...(byFinding.get(decision.findingId) ?? []), decision]);
    }
    return byFinding;
  }
}
