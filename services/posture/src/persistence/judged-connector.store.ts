import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, name, sql, type Row, type Tx } from '#libs/platform';

import { JudgedConnectorStore, type JudgedConnector } from '../domain/ports.js';
import type { Transaction } from '../domain/transaction.js';

/** What a connector leaves behind, the mark of its removal excepted. */
const TABLES = ['finding_detail', 'finding', 'finding_decision', 'posture_drift', 'score_snapshot', 'evidence'];

@Injectable()
export class SqlJudgedConnectorStore extends JudgedConnectorStore {
  constructor(private readonly database: Database) {
    super();
  }

  async lock(tenant: TenantId, tx: Transaction, connectorId: string, app: string): Promise<boolean> {
    const inTx = tx as Tx;
    await inTx.insert('judged_connector', [{ tenant, connector_id: connectorId, app, is_removed: false }], {
      key: ['tenant', 'connector_id'],
      update: 'keep',
    });
    const [row] = await inTx.query<{ is_removed: number }>(
      sql`select is_removed from judged_connector where tenant = ${tenant} and connector_id = ${connectorId}${inTx.dialect.forUpdate}`,
    );
    return Number(row?.is_removed) === 0;
  }

  async judged(tenant: TenantId, tx: Transaction, connectorId: string, at: number, dueAt: number, catalogueVersion: string): Promise<void> {
    await (tx as Tx).execute(sql`
      update judged_connector set judged_at = ${at}, due_at = ${dueAt}, catalogue_version = ${catalogueVersion}
      where tenant = ${tenant} and connector_id = ${connectorId}`);
  }

  async find(tenant: TenantId, connectorId: string): Promise<JudgedConnector | undefined> {
    const [row] = await this.database.query(
      sql`select tenant, connector_id, app from judged_connector where tenant = ${tenant} and connector_id = ${connectorId} and is_removed = 0`,
    );
    return row && fromRow(row);
  }

  async remove(tenant: TenantId, tx: Transaction, connectorId: string, app: string): Promise<void> {
    await (tx as Tx).insert('judged_connector', [{ tenant, connector_id: connectorId, app, is_removed: true, due_at: null }], {
      key: ['tenant', 'connector_id'],
      update: ['is_removed', 'due_at'],
    });
  }

  async due(now: number, catalogueVersion: string, limit: number): Promise<readonly JudgedConnector[]> {
    const rows = await this.database.query(sql`
      select tenant, connector_id, app from judged_connector
      where due_at is not null and (due_at <= ${now} or catalogue_version <> ${catalogueVersion}) order by due_at limit ${limit}`);
    return rows.map(fromRow);
  }

  async erase(tenant: TenantId, connectorId: string): Promise<void> {
    // First of all: nothing may be judged for it any more, whichever comes first, this or the news of its removal.
    await this.database.execute(
      sql`update judged_connector set is_removed = 1, due_at = null where tenant = ${tenant} and connector_id = ${connectorId}`,
    );
    for (const table of TABLES) {
      await this.database.execute(sql`delete from ${name(table)} where tenant = ${tenant} and connector_id = ${connectorId}`);
    }
  }
}

function fromRow(row: Row): JudgedConnector {
  return { tenant: row['tenant'] as string, connectorId: row['connector_id'] as string, app: row['app'] as string };
}
