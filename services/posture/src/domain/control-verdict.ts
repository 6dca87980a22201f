import type { ControlOutcome } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import type { Control } from '#libs/providers';

import { clipEvidence } from './clip-evidence.js';
import { judge } from './evaluator.js';
import { isStale, type Evidence } from './evidence.js';
import type { EvaluationContext } from './operators.js';
import { MOST_CULPRITS, unknown, type Culprit, type Result, type UnknownReason, type Verdict } from './verdict.js';

/** A thing at fault, of what kind it is, and in which of several documents it was found. */
export interface AffectedEntity extends Culprit {
  readonly type: NonNullable<Control['evidence']['affected']>['type'];
  /** A name of the account or region it was found in; null when there is one document. */
  readonly scope: string | null;
}

/** One control judged on all documents that a connector has for it. */
export interface ControlVerdict {
  readonly result: Result;
  readonly share: number | null;
  readonly passed: number | null;
  readonly total: number | null;
  /** Judged documents ÷ documents that it is about. */
  readonly readShare: number;
  readonly reason: UnknownReason | null;
  /** Why something could not be judged, for people; null when all could. */
  readonly explanation: string | null;
  readonly missingScopes: readonly string[];
  /** What was asked, expected and found: at most 4 KiB as JSON. */
  readonly evidence: Json;
  readonly affected: readonly AffectedEntity[];
  readonly affectedCount: number;
  /** When the oldest document judged was read; null when none was. */
  readonly evidenceAt: number | null;
}

interface Part {
  readonly source: Evidence | null;
  readonly verdict: Verdict;
  readonly explanation: string | null;
  readonly missingScopes: readonly string[];
}

/** Judges a control on what was collected for it: the share is the mean over the documents that could be read. */
export function judgeControl(control: Control, collected: readonly Evidence[], context: EvaluationContext): ControlVerdict {
  const own = collected.filter(({ operation }) => operation === control.evidence.operation);
  const parts = own.length === 0 ? [notCollected()] : own.map((source) => judgePart(control, source, context));
  const judged = parts.filter(({ verdict }) => verdict.share !== null);
  const unread = parts.filter(({ verdict }) => verdict.result === 'unknown');
  const affected = parts.flatMap((part) => affectedOf(control, part, own.length > 1));
  return {
    ...resultOf(judged, unread),
    reason: judged.length > 0 ? null : (unread[0]?.verdict.reason ?? null),
    explanation: explanationOf(parts, own.length > 1),
    missingScopes: [...new Set(parts.flatMap(({ missingScopes }) => missingScopes))],
    evidence: evidenceOf(control, parts),
    affected: affected.slice(0, MOST_CULPRITS),
    affectedCount: parts.reduce((sum, { verdict }) => sum + verdict.culpritCount, 0),
    evidenceAt: judged.length === 0 ? null : Math.min(...judged.map(({ source }) => source!.readAt)),
  };
}

/** The four outcomes of the graph: what is only partly right fails, with its share. */
export function outcomeOf(result: Result): ControlOutcome {
  if (result === 'pass') return 'PASS';
  if (result === 'unknown') return 'UNKNOWN';
  return result === 'not_applicable' ? 'NOT_APPLICABLE' : 'FAIL';
}

function resultOf(
  judged: readonly Part[],
  unread: readonly Part[],
): Pick<ControlVerdict, 'result' | 'share' | 'passed' | 'total' | 'readShare'> {
  const nothing = { share: null, passed: null, total: null, readShare: 0 };
  if (judged.length === 0) return { ...nothing, result: unread.length > 0 ? 'unknown' : 'not_applicable' };
  const sum = (of: (verdict: Verdict) => number | null): number => judged.reduce((total, { verdict }) => total + (of(verdict) ?? 0), 0);
  const areAllRight = judged.every(({ verdict }) => verdict.result === 'pass');
  const areAllWrong = judged.every(({ verdict }) => verdict.result === 'fail');
  return {
    result: areAllRight ? 'pass' : areAllWrong ? 'fail' : 'partial',
    share: areAllRight ? 1 : sum(({ share }) => share) / judged.length,
    passed: sum(({ passed }) => passed),
    total: sum(({ total }) => total),
    readShare: judged.length / (judged.length + unread.length),
  };
}

function notCollected(): Part {
  return {
    source: null,
    verdict: unknown('NOT_COLLECTED'),
    explanation: 'The app has not been asked for this setting yet.',
    missingScopes: [],
  };
}

function judgePart(control: Control, source: Evidence, context: EvaluationContext): Part {
  const { outcome, readAt, failure } = source;
  const not = (reason: UnknownReason, explanation: string, missingScopes: readonly string[] = []): Part => ({
    source,
    verdict: unknown(reason),
    explanation,
    missingScopes,
  });
  if (outcome.is === 'refused') return not('FORBIDDEN', refusal(outcome.missing, outcome.message), outcome.missing);
  if (outcome.is === 'unlicensed') return not('UNSUPPORTED_PLAN', `The organization's plan does not include it: ${outcome.message}`);
  if (outcome.is === 'failed') return not('ERROR', `Reading it failed: ${outcome.message}`);
  const since = failure ? ` Since then reading failed: ${failure.message}` : '';
  if (isStale(readAt, context.now)) return not('STALE', `It was last read on ${dayOf(readAt)}, too long ago to prove anything.${since}`);
  const verdict = judge(control, outcome.document, context);
  const explanation =
    verdict.reason === null ? (failure ? `Judged as read on ${dayOf(readAt)}.${since}` : null) : EXPLANATIONS[verdict.reason];
  return { source, verdict, explanation, missingScopes: [] };
}

const EXPLANATIONS: Readonly<Record<UnknownReason, string>> = {
  NOT_COLLECTED: 'The app has not been asked for this setting yet.',
  FORBIDDEN: 'The app refused to show it.',
  UNSUPPORTED_PLAN: "The organization's plan does not include it.",
  FIELD_MISSING: "The app's answer does not hold this setting.",
  UNEXPECTED_SHAPE: "The app's answer has another form than expected.",
  LIST_MISSING: 'The list that it is compared with is not configured.',
  STALE: 'It was read too long ago to prove anything.',
  ERROR: 'The check could not be carried out on this answer.',
};

function refusal(missing: readonly string[], message: string): string {
  return missing.length > 0 ? `The credential lacks ${missing.join(', ')}: ${message}` : `The app refused to show it: ${message}`;
}

function explanationOf(parts: readonly Part[], areSeveral: boolean): string | null {
  const texts = parts.flatMap(({ source, explanation }) => {
    if (explanation === null) return [];
    return [areSeveral && source ? `${source.scopeName ?? source.scope}: ${explanation}` : explanation];
  });
  return texts.length === 0 ? null : [...new Set(texts)].join(' ').slice(0, LONGEST_EXPLANATION);
}

const LONGEST_EXPLANATION = 1_000;

function affectedOf({ evidence }: Control, { source, verdict }: Part, areSeveral: boolean): AffectedEntity[] {
  const { affected } = evidence;
  if (!affected) return [];
  const scope = areSeveral && source ? (source.scopeName ?? source.scope) : null;
  return verdict.culprits.map((culprit) => ({ ...culprit, type: affected.type, scope }));
}

function evidenceOf({ evidence }: Control, parts: readonly Part[]): Json {
  return clipEvidence({
    operation: evidence.operation,
    path: evidence.path,
    expected: { ...evidence.expected },
    unit: evidence.unit ?? null,
    documents: parts.map(({ source, verdict }) => ({
      scope: source?.scopeName ?? (source?.scope || null),
      result: verdict.result,
      reason: verdict.reason,
      found: verdict.found,
      passed: verdict.passed,
      total: verdict.total,
      readAt: source ? new Date(source.readAt).toISOString() : null,
    })),
  });
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
