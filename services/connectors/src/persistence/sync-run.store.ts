import { Injectable } from '@nestjs/common';
import type { StreamName } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Database, sql } from '#libs/platform';

import type { LastingProblem } from '../domain/connector.js';
import { SyncRunStore, type StreamRef, type SyncRun } from '../domain/ports.js';

const KEEP_RUNS_MS = 30 * 24 * 3_600_000;

@Injectable()
export class SqlSyncRunStore extends SyncRunStore {
  constructor(private readonly database: Database) {
    super();
  }

  async begin(ref: StreamRef, run: SyncRun): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.insert('sync_run', [
        {
          tenant: ref.tenant,
          id: run.id,
          connector_id: ref.connectorId,
          stream: run.stream,
          feed: run.feed,
          started_at: run.startedAt,
          ended_at: null,
          items_read: 0,
          items_changed: 0,
          problem: null,
        },
      ]);
      await tx.execute(
        sql`delete from sync_run where tenant = ${ref.tenant} and connector_id = ${ref.connectorId} and started_at < ${run.startedAt - KEEP_RUNS_MS}`,
      );
    });
  }

  async end(
    tenant: TenantId,
    runId: string,
    endedAt: number,
    itemsRead: number,
    itemsChanged: number,
    problem: LastingProblem | null,
  ): Promise<void> {
    await this.database.execute(sql`
      update sync_run set ended_at = ${endedAt}, items_read = ${itemsRead}, items_changed = ${itemsChanged}, problem = ${problem && JSON.stringify(problem)}
      where tenant = ${tenant} and id = ${runId}`);
  }

  async list(tenant: TenantId, connectorId: string, first: number, beforeId: string | null): Promise<readonly SyncRun[]> {
    const before = beforeId === null ? sql`` : sql` and id < ${beforeId}`;
    const rows = await this.database.query(
      sql`select * from sync_run where tenant = ${tenant} and connector_id = ${connectorId}${before} order by id desc limit ${first}`,
    );
    return rows.map((row) => ({
      id: row['id'] as string,
      stream: row['stream'] as StreamName,
      feed: row['feed'] as string,
      startedAt: Number(row['started_at']),
      endedAt: row['ended_at'] === null ? null : Number(row['ended_at']),
      itemsRead: Number(row['items_read']),
      itemsChanged: Number(row['items_changed']),
      problem: row['problem'] === null ? null : (JSON.parse(row['problem'] as string) as LastingProblem),
    }));
  }
}
