import type { Control } from '#libs/providers';

import type { Result } from './verdict.js';

/** Points are kept as integers of a ten-thousandth, so that sums compare exactly. */
export const UNITS_PER_POINT = 10_000;

export type DecisionKind = 'PLANNED' | 'RISK_ACCEPTED' | 'RESOLVED_BY_THIRD_PARTY' | 'RESOLVED_BY_MITIGATION' | 'OUT_OF_SCOPE';

/** What a person decided, as far as the score cares. */
export interface ScoredDecision {
  readonly kind: DecisionKind;
  /** Exclusive: a decision that expires now has expired. Null: it does not. */
  readonly expiresAt: number | null;
}

/** One control as the score sees it. */
export interface ScoredControl {
  readonly controlId: string;
  readonly points: number;
  readonly severity: Control['severity'];
  readonly scoring: Control['scoring'];
  readonly result: Result;
  readonly share: number | null;
  /** The part of its documents that could be read, 0 to 1: a region that could not be read lowers coverage. */
  readonly readShare: number;
  readonly decision: ScoredDecision | null;
  /** Exceptions for single things of a counted control, with what was counted. */
  readonly exceptions?: { readonly passed: number; readonly total: number; readonly ofFailing: readonly ScoredDecision[] };
}

export type Grade = 'A' | 'B' | 'C' | 'D' | 'E';

/** A score in units of {@link UNITS_PER_POINT}. Percentages are derived, never kept apart: see {@link percentagesOf}. */
export interface Score {
  readonly earned: number;
  readonly observed: number;
  readonly claimed: number;
  /** Points whose risk was accepted: not earned. */
  readonly accepted: number;
  readonly possible: number;
  readonly unknown: number;
  readonly notApplicable: number;
  /** Judged by evidence. */
  readonly evaluated: number;
  /** What would be earned if all that is unknown had failed. */
  readonly certain: number;
  readonly planned: number;
  readonly achievable: number;
  readonly failedCritical: readonly string[];
}

export type ControlStatus = 'TO_ADDRESS' | 'COMPLETED' | 'NOT_APPLICABLE' | DecisionKind;

/** What one control adds to the score. */
export interface ControlPoints {
  readonly status: ControlStatus;
  readonly earned: number;
  readonly observed: number;
  readonly possible: number;
}

/** The decision, unless it has expired. */
export function validDecision<D extends { readonly expiresAt: number | null }>(decision: D | null, now: number): D | null {
  return decision !== null && (decision.expiresAt === null || decision.expiresAt > now) ? decision : null;
}

const CLAIMS: ReadonlySet<DecisionKind> = new Set<DecisionKind>(['RESOLVED_BY_THIRD_PARTY', 'RESOLVED_BY_MITIGATION']);

/** What one control adds to the score: its part of {@link scoreOf}. */
export function pointsOf(control: ScoredControl, now: number): ControlPoints {
  const { status, earned, observed, possible } = weigh(control, now);
  return { status, earned, observed, possible };
}

/** The score of a set of controls, of one connector or of many: sums of integers, so that parts add up. */
export function scoreOf(controls: readonly ScoredControl[], now: number): Score {
  const weighed = controls.map((control) => weigh(control, now));
  const sum = (part: (one: Weighed) => number): number => weighed.reduce((total, one) => total + part(one), 0);
  const [possible, earned] = [sum((one) => one.possible), sum((one) => one.earned)];
  return {
    earned,
    possible,
    observed: sum((one) => one.observed),
    claimed: sum((one) => one.earned - one.observed),
    accepted: sum((one) => one.accepted),
    unknown: sum((one) => one.unknown),
    notApplicable: sum((one) => one.notApplicable),
    evaluated: sum((one) => one.evaluated),
    certain: sum((one) => one.certain),
    planned: earned + sum((one) => (one.status === 'PLANNED' ? one.possible - one.earned : 0)),
    achievable: possible - sum((one) => one.accepted),
    failedCritical: weighed.filter((one) => one.isFailedCritical).map((one) => one.controlId),
  };
}

/** The percentages of a score; null where there is nothing to judge, which is neither 0 nor 100. */
export interface Percentages {
  readonly percent: number | null;
  readonly observed: number | null;
  readonly floor: number;
  readonly coverage: number;
  readonly planned: number | null;
  readonly achievable: number | null;
  readonly grade: Grade | null;
}

export function percentagesOf(score: Score): Percentages {
  const ofPossible = (part: number): number | null => (score.possible === 0 ? null : (100 * part) / score.possible);
  const everything = score.possible + score.unknown;
  const ofEverything = (part: number): number => (everything === 0 ? 0 : (100 * part) / everything);
  const percent = ofPossible(score.earned);
  const coverage = ofEverything(score.evaluated);
  return {
    percent,
    observed: ofPossible(score.observed),
    floor: ofEverything(score.certain),
    coverage,
    planned: ofPossible(score.planned),
    achievable: ofPossible(score.achievable),
    grade: gradeOf(percent, coverage, score.failedCritical.length > 0),
  };
}

const ZONES: readonly (readonly [Grade, number])[] = [
  ['A', 90],
  ['B', 75],
  ['C', 60],
  ['D', 40],
  ['E', 0],
];
/** Under this much evidence there is no grade, in percent. */
const LEAST_COVERAGE = 50;

function gradeOf(percent: number | null, coverage: number, hasFailedCritical: boolean): Grade | null {
  if (percent === null || coverage < LEAST_COVERAGE) return null;
  const grade = ZONES.find(([, from]) => percent >= from)?.[0] ?? 'E';
  return hasFailedCritical && (grade === 'A' || grade === 'B') ? 'C' : grade;
}

interface Weighed extends ControlPoints {
  readonly controlId: string;
  readonly accepted: number;
  readonly unknown: number;
  readonly notApplicable: number;
  readonly evaluated: number;
  readonly certain: number;
  readonly isFailedCritical: boolean;
}

const NOTHING = {
  earned: 0,
  observed: 0,
  possible: 0,
  accepted: 0,
  unknown: 0,
  notApplicable: 0,
  evaluated: 0,
  certain: 0,
  isFailedCritical: false,
};

function weigh(control: ScoredControl, now: number): Weighed {
  const { controlId, result } = control;
  const weight = control.points * UNITS_PER_POINT;
  const decision = validDecision(control.decision, now);
  const none = { ...NOTHING, controlId };
  if (result === 'not_applicable') return { ...none, status: 'NOT_APPLICABLE', notApplicable: weight };
  if (decision?.kind === 'OUT_OF_SCOPE') return { ...none, status: 'OUT_OF_SCOPE', notApplicable: weight };
  const isClaim = decision !== null && CLAIMS.has(decision.kind);
  if (result === 'unknown') {
    if (!isClaim) return { ...none, status: decision?.kind ?? 'TO_ADDRESS', unknown: weight };
    // A claim may stand where nothing can be read: it enters the maximum, and the coverage stays what was read.
    return { ...none, status: decision.kind, possible: weight, earned: weight, certain: weight };
  }
  return weighJudged(control, weight, decision, isClaim, now);
}

function weighJudged(control: ScoredControl, weight: number, decision: ScoredDecision | null, isClaim: boolean, now: number): Weighed {
  const { controlId, readShare } = control;
  const shares = sharesOf(control, now);
  if (shares === null) return { ...NOTHING, controlId, status: 'NOT_APPLICABLE', notApplicable: weight };
  const observed = Math.round(weight * shares.observed);
  const isCompleted = shares.observed === 1;
  const earned = isClaim && !isCompleted ? weight : Math.round(weight * shares.credited);
  const isAccepted = decision?.kind === 'RISK_ACCEPTED' && !isCompleted;
  return {
    controlId,
    status: isCompleted ? 'COMPLETED' : (decision?.kind ?? 'TO_ADDRESS'),
    possible: weight,
    observed,
    earned,
    accepted: isAccepted ? weight - earned : Math.round(weight * shares.accepted),
    unknown: 0,
    notApplicable: 0,
    evaluated: Math.round(weight * readShare),
    // What could not be read of a control may be as bad as it likes; a claim covers it whole.
    certain: isClaim ? earned : Math.round(earned * readShare),
    isFailedCritical: control.severity === 'CRITICAL' && shares.credited < 1 && !isClaim,
  };
}

interface Shares {
  readonly observed: number;
  readonly credited: number;
  readonly accepted: number;
}

/** The parts of the points that were seen, that count, and whose risk was accepted; null when exceptions leave nothing to check. */
function sharesOf(control: ScoredControl, now: number): Shares | null {
  const { scoring, share, exceptions } = control;
  if (!exceptions) return { ...binary(scoring, share ?? 0, share ?? 0), accepted: 0 };
  const valid = exceptions.ofFailing.map((one) => validDecision(one, now)?.kind);
  const countOf = (isMeant: (kind: DecisionKind | undefined) => boolean): number => valid.filter(isMeant).length;
  const total = exceptions.total - countOf((kind) => kind === 'OUT_OF_SCOPE');
  if (total === 0) return null;
  const mitigated = countOf((kind) => kind !== undefined && CLAIMS.has(kind));
  const shares = binary(scoring, exceptions.passed / total, (exceptions.passed + mitigated) / total);
  return { ...shares, accepted: scoring === 'ratio' ? countOf((kind) => kind === 'RISK_ACCEPTED') / total : 0 };
}

/** A control without partial credit earns all or nothing. */
function binary(scoring: Control['scoring'], observed: number, credited: number): { observed: number; credited: number } {
  if (scoring === 'ratio') return { observed, credited };
  return { observed: observed === 1 ? 1 : 0, credited: credited === 1 ? 1 : 0 };
}
