import type { TenantId } from '#libs/kernel';
import type { Row } from '#libs/platform';

import type { Decision } from '../domain/decision.js';
import type { Finding, LastKnown } from '../domain/finding.js';

const SEVERITY_RANK: Readonly<Record<Finding['severity'], number>> = { CRITICAL: 4, HIGH: 3, MEDIUM: 2, LOW: 1 };

/** Severity, then points: what the list of findings is ordered by. */
export function urgencyOf({ severity, points }: Pick<Finding, 'severity' | 'points'>): number {
  return SEVERITY_RANK[severity] * 100 + points;
}

/** All but the key columns: what a new judging replaces. Decisions have columns of their own and stay. */
export const JUDGED_COLUMNS = [
  'control_version',
  'is_live',
  'urgency',
  'severity',
  'points',
  'scoring',
  'result',
  'reason',
  'explanation',
  'missing_scopes',
  'share',
  'passed',
  'total',
  'read_share',
  'affected_count',
  'evaluated_at',
  'evidence_at',
  'since',
  'last_known',
] as const;

export function toRow(tenant: TenantId, finding: Finding) {
  return {
    tenant,
    id: finding.id,
    connector_id: finding.connectorId,
    app: finding.app,
    control_id: finding.controlId,
    control_version: finding.controlVersion,
    is_live: true,
    urgency: urgencyOf(finding),
    severity: finding.severity,
    points: finding.points,
    scoring: finding.scoring,
    result: finding.result,
    reason: finding.reason,
    explanation: finding.explanation,
    missing_scopes: JSON.stringify(finding.missingScopes),
    share: finding.share,
    passed: finding.passed,
    total: finding.total,
    read_share: finding.readShare,
    affected_count: finding.affectedCount,
    evaluated_at: finding.evaluatedAt,
    evidence_at: finding.evidenceAt,
    since: finding.since,
    last_known: finding.lastKnown && JSON.stringify(finding.lastKnown),
  };
}

export function fromRow(row: Row): Finding {
  return {
    id: row['id'] as string,
    connectorId: row['connector_id'] as string,
    app: row['app'] as string,
    controlId: row['control_id'] as string,
    controlVersion: Number(row['control_version']),
    points: Number(row['points']),
    severity: row['severity'] as Finding['severity'],
    scoring: row['scoring'] as Finding['scoring'],
    result: row['result'] as Finding['result'],
    reason: row['reason'] as Finding['reason'],
    explanation: row['explanation'] as string | null,
    missingScopes: parse<string[]>(row['missing_scopes']) ?? [],
    share: numberOf(row['share']),
    passed: numberOf(row['passed']),
    total: numberOf(row['total']),
    readShare: Number(row['read_share']),
    affectedCount: Number(row['affected_count']),
    evaluatedAt: Number(row['evaluated_at']),
    evidenceAt: numberOf(row['evidence_at']),
    since: Number(row['since']),
    lastKnown: parse<LastKnown>(row['last_known']),
    decision: parse<Decision>(row['decision']),
  };
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function parse<T>(value: unknown): T | null {
  return value === null || value === undefined ? null : (JSON.parse(value as string) as T);
}
