import type { Json } from '#libs/kernel';

/** What judging came to. `partial`: several things were counted and some of them pass. */
export type Result = 'pass' | 'partial' | 'fail' | 'unknown' | 'not_applicable';

/** Why a control could not be judged. */
export const UNKNOWN_REASONS = [
  'NOT_COLLECTED',
  'FORBIDDEN',
  'UNSUPPORTED_PLAN',
  'FIELD_MISSING',
  'UNEXPECTED_SHAPE',
  'LIST_MISSING',
  'STALE',
  'ERROR',
] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** A thing at fault, by the app's own id and a name for people. */
export interface Culprit {
  readonly externalId: string | null;
  readonly name: string | null;
}

/** One control judged on one document. */
export interface Verdict {
  readonly result: Result;
  /** Passing ÷ counted; null when nothing was judged. */
  readonly share: number | null;
  readonly passed: number | null;
  readonly total: number | null;
  readonly reason: UnknownReason | null;
  /** What was found, for people: a sample where there is much. */
  readonly found: Json;
  /** At most {@link MOST_CULPRITS}, of `culpritCount`. */
  readonly culprits: readonly Culprit[];
  readonly culpritCount: number;
}

/** Failing things that are kept by name, per control and document; the rest is a count. */
export const MOST_CULPRITS = 1_000;

/** A control that can't be judged on this document. */
export function unknown(reason: UnknownReason, found: Json = null): Verdict {
  return { result: 'unknown', share: null, passed: null, total: null, reason, found, culprits: [], culpritCount: 0 };
}

/** A control that is about nothing in this document. */
export function notApplicable(): Verdict {
  return { result: 'not_applicable', share: null, passed: null, total: 0, reason: null, found: null, culprits: [], culpritCount: 0 };
}

/** A control that was judged by counting. */
export function counted(
  passed: number,
  total: number,
  found: Json,
  culprits: readonly Culprit[] = [],
  culpritCount = culprits.length,
): Verdict {
  const share = passed / total;
  const result = passed === total ? 'pass' : passed === 0 ? 'fail' : 'partial';
  return { result, share, passed, total, reason: null, found, culprits, culpritCount };
}
