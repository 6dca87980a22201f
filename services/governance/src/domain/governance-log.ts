import type { ActionKind } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';

import type { ChainHead, ChainRecord } from './hash-chain.js';
import type { Transaction } from './transaction.js';

/** What can happen in governance; each is one entry of the log. */
export const LOGGED_EVENTS = [
  'REQUESTED',
  'REFUSED',
  'STARTED',
  'SUCCEEDED',
  'FAILED',
  'RETRIED',
  'CANCEL_REQUESTED',
  'CANCELLED',
  'ACCOUNT_PROTECTED',
  'ACCOUNT_UNPROTECTED',
] as const;
export type LoggedEvent = (typeof LOGGED_EVENTS)[number];

/** Who did what to whom, why, when, and what came of it. Widened only: old entries are never rewritten. */
export interface LogEntry {
  readonly at: number;
  readonly who: string;
  readonly what: LoggedEvent;
  readonly why: string | null;
  /** The mutation, such as `suspendUser`; null for what happened by itself. */
  readonly operation: string | null;
  readonly kind: ActionKind | null;
  readonly actionId: string | null;
  readonly attempt: number | null;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly connectorId: string | null;
  readonly revertOf: string | null;
  readonly until: number | null;
  /** The code of a refusal or a failure. */
  readonly code: string | null;
  /** The answer, in words. */
  readonly answer: string | null;
}

/** An entry with what only some events have left out. */
export type NewLogEntry = Pick<LogEntry, 'at' | 'who' | 'what'> & Partial<LogEntry>;

export interface LoggedEntry {
  readonly seq: number;
  /** Null once erased. */
  readonly entry: LogEntry | null;
  readonly hash: string;
}

/** The append-only log: one hash chain for each tenant. */
export abstract class GovernanceLog {
  /** Appends in the caller's transaction: what is not logged does not happen. */
  abstract append(tenant: TenantId, tx: Transaction, entries: readonly NewLogEntry[]): Promise<void>;
  /** Newest first, one more than asked for; `before` is the number of the last entry seen. */
  abstract list(tenant: TenantId, first: number, before: number | undefined): Promise<readonly LoggedEntry[]>;
  abstract head(tenant: TenantId): Promise<ChainHead>;
  /** Oldest first, as stored, after the record `seq`. */
  abstract records(tenant: TenantId, afterSeq: number, limit: number): Promise<readonly ChainRecord[]>;
  abstract verifier(): {
    add(record: unknown): void;
    end(head: unknown): void;
    readonly verified: number;
    readonly firstFault: { readonly seq: number; readonly code: string } | undefined;
  };
}
