import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { canonicalJson, type TenantId } from '#libs/kernel';
import { Database, sql, type Tx } from '#libs/platform';

import { IdempotencyStore, type IdempotencyKey, type IdempotentAnswer } from '../domain/idempotency.js';
import type { Transaction } from '../domain/transaction.js';

/** Idempotency keys in this service's tables. */
@Injectable()
export class SqlIdempotencyStore extends IdempotencyStore {
  constructor(private readonly database: Database) {
    super();
  }

  async claim(
    tenant: TenantId,
    tx: Transaction,
    key: IdempotencyKey,
    requestHash: string,
    now: number,
  ): Promise<IdempotentAnswer | undefined> {
    const inTx = tx as Tx;
    try {
      // A plain INSERT: only the duplicate-key error tells who was first (RELIABILITY 4.4). It waits while the first one's transaction is open.
      await inTx.insert('idempotency_key', [{ tenant, id: idOf(key), request_hash: requestHash, answer: null, claimed_at: now }]);
      return undefined;
    } catch (error) {
      if (!inTx.dialect.isDuplicateKey(error)) throw error;
    }
    const [row] = await inTx.query<{ request_hash: string; answer: string | null }>(
      sql`select request_hash, answer from idempotency_key where tenant = ${tenant} and id = ${idOf(key)}`,
    );
    const answer = JSON.parse(row?.answer ?? '{}') as Partial<IdempotentAnswer>;
    return { requestHash: row?.request_hash ?? '', actionIds: answer.actionIds ?? [], problems: answer.problems ?? [] };
  }

  async answer(tenant: TenantId, tx: Transaction, key: IdempotencyKey, answer: IdempotentAnswer): Promise<void> {
    const text = JSON.stringify({ actionIds: answer.actionIds, problems: answer.problems });
    await (tx as Tx).execute(sql`update idempotency_key set answer = ${text} where tenant = ${tenant} and id = ${idOf(key)}`);
  }

  async forget(tenant: TenantId, tx: Transaction, key: IdempotencyKey): Promise<void> {
    await (tx as Tx).execute(sql`delete from idempotency_key where tenant = ${tenant} and id = ${idOf(key)}`);
  }

  async prune(before: number): Promise<void> {
    await this.database.execute(sql`delete from idempotency_key where claimed_at < ${before}`);
  }
}

function idOf(key: IdempotencyKey): string {
  return createHash('sha256').update(canonicalJson(key)).digest('base64url');
}
