import type { EvidenceRecord } from '#libs/contracts';
import { DAY_MS } from '#libs/kernel';

/** What is kept of one answer of an app: the document that the controls judge, or why there is none. */
export interface Evidence {
  readonly operation: string;
  readonly scope: string;
  readonly scopeName: string | null;
  readonly outcome: EvidenceRecord['outcome'];
  /** When this outcome was read last. */
  readonly readAt: number;
  /** A later read that failed, while the document before it still stands. */
  readonly failure: { readonly message: string; readonly at: number } | null;
}

/** Evidence older than this proves nothing: a short outage must not move the score, a long one must. */
export const STALE_AFTER_MS = 7 * DAY_MS;

/**
 * What to keep after a read, given what is kept. A read that failed leaves the document that stands, until it is stale;
 * a refusal replaces it at once, since the right to see it is gone.
 */
export function keepEvidence(kept: Evidence | undefined, record: EvidenceRecord): Evidence {
  const { operation, scope, scopeName = null, outcome, readAt } = record;
  // A page that was read earlier than what is kept, such as one replayed late.
  if (kept && kept.readAt > readAt) return kept;
  if (outcome.is === 'failed' && kept?.outcome.is === 'read') return { ...kept, failure: { message: outcome.message, at: readAt } };
  return { operation, scope, scopeName, outcome, readAt, failure: null };
}

/** True when too long ago to prove anything. */
export function isStale(readAt: number, now: number): boolean {
  return now - readAt > STALE_AFTER_MS;
}
