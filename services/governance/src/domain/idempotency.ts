import type { TenantId } from '#libs/kernel';

import type { Transaction } from './transaction.js';

/** What a client calls one request, so that sending it again does nothing more. */
export interface IdempotencyKey {
  readonly principal: string;
  readonly operation: string;
  readonly clientKey: string;
}

/** What a request was answered, to answer its repetition alike. */
export interface IdempotentAnswer {
  readonly requestHash: string;
  readonly actionIds: readonly string[];
  /** As the payload carried them. */
  readonly problems: readonly unknown[];
}

export const IDEMPOTENCY_KEPT_MS = 30 * 24 * 3_600_000;

/** The keys of requests that led to actions. Refused requests are not kept: their cause may be gone at the next try. */
export abstract class IdempotencyStore {
  /** Claims the key; a concurrent claim waits for this transaction's end. Returns the earlier answer when there is one. */
  abstract claim(
    tenant: TenantId,
    tx: Transaction,
    key: IdempotencyKey,
    requestHash: string,
    now: number,
  ): Promise<IdempotentAnswer | undefined>;
  abstract answer(tenant: TenantId, tx: Transaction, key: IdempotencyKey, answer: IdempotentAnswer): Promise<void>;
  /** Gives the key back: nothing came of the request. */
  abstract forget(tenant: TenantId, tx: Transaction, key: IdempotencyKey): Promise<void>;
  /** Over all tenants: forgets keys claimed before this moment. */
  abstract prune(before: number): Promise<void>;
}
