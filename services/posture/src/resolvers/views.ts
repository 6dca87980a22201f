import type { Decision } from '../domain/decision.js';
import { outcomeOf } from '../domain/control-verdict.js';
import { pointsNow, statusOf, type Drift, type Finding } from '../domain/finding.js';
import type { HistoryPoint } from '../domain/score-history.js';
import { percentagesOf, UNITS_PER_POINT, validDecision, type Score } from '../domain/score.js';
import type { ScoreView } from '../usecases/read-score.js';

/** A reference into another subgraph. */
export function reference<T extends 'Account' | 'App' | 'Connector'>(
  typename: T,
  id: string,
): { readonly __typename: T; readonly id: string } {
  return { __typename: typename, id };
}

export function toFinding(finding: Finding, now: number) {
  return {
    ...pointsNow(finding, now),
    id: finding.id,
    controlId: finding.controlId,
    connectorId: finding.connectorId,
    connector: reference('Connector', finding.connectorId),
    outcome: outcomeOf(finding.result),
    status: statusOf(finding, now),
    share: finding.share,
    passed: finding.passed,
    total: finding.total,
    unknownReason: finding.reason,
    explanation: finding.explanation,
    missingScopes: finding.missingScopes,
    affectedCount: finding.affectedCount,
    evaluatedAt: finding.evaluatedAt,
    evidenceAt: finding.evidenceAt,
    since: finding.since,
    decision: finding.decision && toDecision(finding.decision, now),
  };
}

export type FindingView = ReturnType<typeof toFinding>;

export function toDecision(decision: Decision, now: number) {
  return { ...decision, isInForce: validDecision(decision, now) !== null };
}

export function toDrift(drift: Drift) {
  return { ...drift, connector: reference('Connector', drift.connectorId) };
}

export type DriftView = ReturnType<typeof toDrift>;

export function toScore({ score, asOf, coverage, weakestId }: ScoreView) {
  return { ...toPoints(score), asOf, coverage, weakestConnector: weakestId === null ? null : reference('Connector', weakestId) };
}

export function toHistoryPoint({ at, score, change }: HistoryPoint) {
  return { ...toPoints(score), at, change };
}

function toPoints(score: Score) {
  const { percent, floor, coverage, planned, achievable, grade } = percentagesOf(score);
  return {
    percent: rounded(percent),
    verified: score.observed / UNITS_PER_POINT,
    claimed: score.claimed / UNITS_PER_POINT,
    accepted: score.accepted / UNITS_PER_POINT,
    possible: score.possible / UNITS_PER_POINT,
    unknown: score.unknown / UNITS_PER_POINT,
    notApplicable: score.notApplicable / UNITS_PER_POINT,
    floor: rounded(floor),
    coveragePercent: rounded(coverage),
    plannedPercent: rounded(planned),
    achievablePercent: rounded(achievable),
    grade,
    failedCritical: score.failedCritical,
  };
}

/** To four places: what a computer's fractions add behind them says nothing. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 10_000;
}
