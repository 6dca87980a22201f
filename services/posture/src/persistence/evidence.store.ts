import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

import { Injectable } from '@nestjs/common';
import type { EvidenceRecord } from '#libs/contracts';
import { canonicalJson, type Json, type TenantId } from '#libs/kernel';
import { inList, sql, type Row, type Sql, type Tx } from '#libs/platform';

import { keepEvidence, type Evidence } from '../domain/evidence.js';
import { EvidenceStore } from '../domain/ports.js';
import type { Transaction } from '../domain/transaction.js';

@Injectable()
export class SqlEvidenceStore extends EvidenceStore {
  async keep(
    tenant: TenantId,
    tx: Transaction,
    connectorId: string,
    records: readonly EvidenceRecord[],
    syncId: string | null,
  ): Promise<number> {
    const inTx = tx as Tx;
    // A page may tell of the same document twice: the last word counts.
    const newest = new Map(records.map((record) => [keyOf(record), record]));
    const kept = await this.byKeys(inTx, tenant, connectorId, [...newest.keys()]);
    let changed = 0;
    for (const [key, record] of newest) {
      const before = kept.get(key);
      const after = keepEvidence(before?.evidence, record);
      const hash = hashOf(after);
      const where = sql`tenant = ${tenant} and connector_id = ${connectorId} and document_key = ${key}`;
      const shown = syncId === null ? sql`` : sql`, sync_id = ${syncId}`;
      if (before?.hash === hash) {
        // An unchanged document is not written again: only when it was seen moves.
        await inTx.execute(sql`
          update evidence set read_at = ${after.readAt}, scope_name = ${after.scopeName}, failure = ${after.failure?.message ?? null},
            failed_at = ${after.failure?.at ?? null}${shown} where ${where}`);
        continue;
      }
      changed += 1;
      await inTx.insert('evidence', [toRow(tenant, connectorId, key, after, hash, syncId)], {
        key: ['tenant', 'connector_id', 'document_key'],
        // Read outside any listing: that a listing has shown it stays true.
        update: syncId === null ? CHANGING : [...CHANGING, 'sync_id'],
      });
    }
    return changed;
  }

  async forgetUnshown(tenant: TenantId, tx: Transaction, connectorId: string, syncId: string): Promise<void> {
    await (tx as Tx).execute(
      sql`delete from evidence where tenant = ${tenant} and connector_id = ${connectorId} and (sync_id is null or sync_id <> ${syncId})`,
    );
  }

  async of(tenant: TenantId, tx: Transaction, connectorId: string): Promise<readonly Evidence[]> {
    const rows = await (tx as Tx).query(
      sql`select * from evidence where tenant = ${tenant} and connector_id = ${connectorId} order by document_key`,
    );
    return rows.map(fromRow);
  }

  private async byKeys(
    tx: Tx,
    tenant: TenantId,
    connectorId: string,
    keys: readonly string[],
  ): Promise<Map<string, { evidence: Evidence; hash: string }>> {
    const where: Sql = sql`tenant = ${tenant} and connector_id = ${connectorId} and ${inList(sql`document_key`, keys)}`;
    const rows = await tx.query(sql`select * from evidence where ${where}${tx.dialect.forUpdate}`);
    return new Map(rows.map((row) => [row['document_key'] as string, { evidence: fromRow(row), hash: row['hash'] as string }]));
  }
}

const CHANGING = ['scope_name', 'kind', 'detail', 'document', 'hash', 'read_at', 'changed_at', 'failure', 'failed_at'];

function keyOf({ operation, scope }: Pick<Evidence, 'operation' | 'scope'>): string {
  return sha256(canonicalJson([operation, scope]));
}

// Without the times: the same answer read again is the same document.
function hashOf({ outcome }: Evidence): string {
  return sha256(canonicalJson(outcome));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toRow(tenant: TenantId, connectorId: string, key: string, evidence: Evidence, hash: string, syncId: string | null) {
  const { operation, scope, scopeName, outcome, readAt, failure } = evidence;
  return {
    tenant,
    connector_id: connectorId,
    document_key: key,
    operation,
    scope,
    scope_name: scopeName,
    kind: outcome.is,
    detail: outcome.is === 'read' ? null : JSON.stringify(outcome),
    document: outcome.is === 'read' ? gzipSync(JSON.stringify(outcome.document), { level: 1 }) : null,
    hash,
    read_at: readAt,
    changed_at: readAt,
    failure: failure?.message ?? null,
    failed_at: failure?.at ?? null,
    sync_id: syncId,
  };
}

function fromRow(row: Row): Evidence {
  const failure = row['failure'] as string | null;
  return {
    operation: row['operation'] as string,
    scope: row['scope'] as string,
    scopeName: row['scope_name'] as string | null,
    outcome: outcomeOf(row),
    readAt: Number(row['read_at']),
    failure: failure === null ? null : { message: failure, at: Number(row['failed_at']) },
  };
}

function outcomeOf(row: Row): Evidence['outcome'] {
  if (row['kind'] !== 'read') return JSON.parse(row['detail'] as string) as Evidence['outcome'];
  const bytes = gunzipSync(row['document'] as Buffer, { maxOutputLength: LARGEST_UNPACKED });
  return { is: 'read', document: JSON.parse(bytes.toString('utf8')) as Json };
}

/** More than any document that is judged; a bomb is not unpacked. */
const LARGEST_UNPACKED = 256 * 1024 * 1024;
