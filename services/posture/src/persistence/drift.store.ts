import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, sql, type Sql, type Tx } from '#libs/platform';

import type { Drift } from '../domain/finding.js';
import { DriftStore } from '../domain/ports.js';
import type { Transaction } from '../domain/transaction.js';

@Injectable()
export class SqlDriftStore extends DriftStore {
  constructor(private readonly database: Database) {
    super();
  }

  async add(tenant: TenantId, tx: Transaction, drifts: readonly Drift[]): Promise<void> {
    await (tx as Tx).insert(
      'posture_drift',
      drifts.map((drift) => ({ tenant, id: drift.id, connector_id: drift.connectorId, is_live: true, drift: JSON.stringify(drift) })),
    );
  }

  async list(tenant: TenantId, connectorId: string | null, first: number, beforeId: string | null): Promise<readonly Drift[]> {
    const before = beforeId === null ? sql`` : sql` and id < ${beforeId}`;
    const rows = await this.database.query<{ drift: string }>(
      sql`select drift from posture_drift where ${among(tenant, connectorId)}${before} order by id desc limit ${first}`,
    );
    return rows.map((row) => JSON.parse(row.drift) as Drift);
  }

  async count(tenant: TenantId, connectorId: string | null): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      sql`select count(*) as count from posture_drift where ${among(tenant, connectorId)}`,
    );
    return Number(row?.count ?? 0);
  }
}

function among(tenant: TenantId, connectorId: string | null): Sql {
  return connectorId === null
    ? sql`tenant = ${tenant} and is_live = 1`
    : sql`tenant = ${tenant} and connector_id = ${connectorId} and is_live = 1`;
}
