import type { ControlOutcome } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import type { Control } from '#libs/providers';

import { outcomeOf, type ControlVerdict } from './control-verdict.js';
import { kindOf, type Decision, type FindingStatus } from './decision.js';
import { isStale } from './evidence.js';
import { pointsOf, validDecision, UNITS_PER_POINT, type ScoredControl } from './score.js';
import type { Result, UnknownReason } from './verdict.js';

/** One control of one connector, as last judged. */
export interface Finding {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly controlId: string;
  readonly controlVersion: number;
  readonly points: number;
  readonly severity: Control['severity'];
  readonly scoring: Control['scoring'];
  readonly result: Result;
  readonly reason: UnknownReason | null;
  readonly explanation: string | null;
  readonly missingScopes: readonly string[];
  readonly share: number | null;
  readonly passed: number | null;
  readonly total: number | null;
  readonly readShare: number;
  readonly affectedCount: number;
  readonly evaluatedAt: number;
  readonly evidenceAt: number | null;
  /** Since when the outcome is what it is. */
  readonly since: number;
  /** The last time that something could be said; what drift is measured against. */
  readonly lastKnown: LastKnown | null;
  readonly decision: Decision | null;
}

export interface LastKnown {
  readonly outcome: ControlOutcome;
  readonly share: number;
  readonly at: number;
  readonly controlVersion: number;
  readonly evidence: Json;
}

/** A known outcome that became worse. Not knowing for a while in between does not hide it. */
export interface Drift {
  readonly id: string;
  readonly findingId: string;
  readonly connectorId: string;
  readonly controlId: string;
  readonly fromOutcome: ControlOutcome;
  readonly fromShare: number;
  readonly toOutcome: ControlOutcome;
  readonly toShare: number;
  readonly before: Json;
  readonly after: Json;
  /** When it was last seen to be right, or better. */
  readonly lastGoodAt: number;
  readonly detectedAt: number;
}

/** Smaller losses of share, in millionths, are the coming and going of accounts, not drift. */
const DRIFT_LOSS = 20_000;

// Whole numbers: 0.9 - 0.88 is more than 0.02 to a computer.
function lossOf(before: LastKnown, after: LastKnown): number {
  return Math.round((before.share - after.share) * 1_000_000);
}

/** What a new verdict makes of a finding, and how it came to be worse, where it did. */
export function follow(
  previous: Finding | undefined,
  place: { readonly id: string; readonly connectorId: string; readonly app: string },
  control: Control,
  verdict: ControlVerdict,
  now: number,
): { readonly finding: Finding; readonly worse: Omit<Drift, 'id'> | null } {
  const outcome = outcomeOf(verdict.result);
  const isSame = previous !== undefined && outcomeOf(previous.result) === outcome;
  const known =
    verdict.share === null ? null : { outcome, share: verdict.share, at: now, controlVersion: control.version, evidence: verdict.evidence };
  const finding: Finding = {
    ...place,
    controlId: control.id,
    controlVersion: control.version,
    points: control.points,
    severity: control.severity,
    scoring: control.scoring,
    result: verdict.result,
    reason: verdict.reason,
    explanation: verdict.explanation,
    missingScopes: verdict.missingScopes,
    share: verdict.share,
    passed: verdict.passed,
    total: verdict.total,
    readShare: verdict.readShare,
    affectedCount: verdict.affectedCount,
    evaluatedAt: now,
    evidenceAt: verdict.evidenceAt,
    since: isSame ? previous.since : now,
    lastKnown: baseline(previous?.lastKnown ?? null, known),
    decision: previous?.decision ?? null,
  };
  return { finding, worse: known && worsening(previous?.lastKnown ?? null, known, finding) };
}

/** What the next verdict is measured against. A loss too small to count leaves the old measure, so that many small ones add up. */
function baseline(before: LastKnown | null, after: LastKnown | null): LastKnown | null {
  if (!before || !after) return after ?? before;
  const lost = lossOf(before, after);
  const isSlight = before.controlVersion === after.controlVersion && before.outcome === after.outcome && lost > 0 && lost <= DRIFT_LOSS;
  return isSlight ? before : after;
}

function worsening(before: LastKnown | null, after: LastKnown, { id, connectorId, controlId }: Finding): Omit<Drift, 'id'> | null {
  // A control that asks something else now says nothing about what changed in the app.
  if (!before || before.controlVersion !== after.controlVersion) return null;
  const isWorse = (before.outcome === 'PASS' && after.outcome === 'FAIL') || lossOf(before, after) > DRIFT_LOSS;
  if (!isWorse) return null;
  return {
    findingId: id,
    connectorId,
    controlId,
    fromOutcome: before.outcome,
    fromShare: before.share,
    toOutcome: after.outcome,
    toShare: after.share,
    before: before.evidence,
    after: after.evidence,
    lastGoodAt: before.at,
    detectedAt: after.at,
  };
}

/** The finding as it is to be taken now: what rests on evidence that went stale since is no longer known. */
export function asOf(finding: Finding, now: number): Finding {
  if (finding.evidenceAt === null || !isStale(finding.evidenceAt, now)) return finding;
  const explanation = `It was last read on ${new Date(finding.evidenceAt).toISOString().slice(0, 10)}, too long ago to prove anything.`;
  return { ...finding, result: 'unknown', reason: 'STALE', explanation, share: null, passed: null, total: null, readShare: 0 };
}

/** The finding as the score sees it. */
export function scoredOf(finding: Finding): ScoredControl {
  const { controlId, points, severity, scoring, result, share, readShare, decision } = finding;
  const kind = decision && kindOf(decision);
  return {
    controlId,
    points,
    severity,
    scoring,
    result,
    share,
    readShare,
    decision: decision && kind ? { kind, expiresAt: decision.expiresAt } : null,
  };
}

/** The status of the graph: completed by evidence, else what was decided and still holds, else to be addressed. */
export function statusOf(finding: Finding, now: number): FindingStatus {
  if (finding.result === 'pass') return 'COMPLETED';
  return validDecision(finding.decision, now)?.status ?? 'TO_ADDRESS';
}

/** The points that it earns and counts for in the score now: 0 of 0 while it is unknown or about nothing. */
export function pointsNow(finding: Finding, now: number): { readonly earned: number; readonly possible: number } {
  const { earned, possible } = pointsOf(scoredOf(finding), now);
  return { earned: earned / UNITS_PER_POINT, possible: possible / UNITS_PER_POINT };
}
