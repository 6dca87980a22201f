import { inList, sql, type Row, type Tx } from '#libs/platform';

import type { Alert } from '../domain/alert.js';
import { distrust, packProfile, unpackProfile } from '../domain/detection/profile.js';
import type { AlertEvidence } from '../domain/page-store.js';

export const ALERT_COLUMNS = [
  ...[
    'id',
    'policy_id',
    'policy_version',
    'title',
    'severity',
    'status',
    'classification',
    'reason',
    'assignee',
    'opened_at',
    'closed_at',
    'first_at',
    'last_at',
  ],
  ...['is_from_history', 'connector_id', 'activity_count', 'strength', 'explanation', 'attack_techniques'],
] as const;

export function toAlert(row: Row): Alert {
  const time = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return {
    id: row['id'] as string,
    policyId: row['policy_id'] as string,
    policyVersion: Number(row['policy_version']),
    title: row['title'] as string,
    severity: row['severity'] as Alert['severity'],
    status: row['status'] as Alert['status'],
    classification: row['classification'] as Alert['classification'],
    reason: row['reason'] as string | null,
    assignee: row['assignee'] as string | null,
    openedAt: Number(row['opened_at']),
    closedAt: time(row['closed_at']),
    firstAt: Number(row['first_at']),
    lastAt: Number(row['last_at']),
    isFromHistory: Number(row['is_from_history']) === 1,
    connectorId: row['connector_id'] as string | null,
    activityCount: Number(row['activity_count']),
    rank: Number(row['strength']),
    explanation: JSON.parse(row['explanation'] as string) as Alert['explanation'],
    attackTechniques: JSON.parse(row['attack_techniques'] as string) as string[],
  };
}

export function toAlertRow(tenant: string, alert: Alert) {
  return {
    tenant,
    id: alert.id,
    policy_id: alert.policyId,
    policy_version: alert.policyVersion,
    title: alert.title.slice(0, 500),
    severity: alert.severity,
    status: alert.status,
    classification: alert.classification,
    reason: alert.reason,
    assignee: alert.assignee,
    opened_at: alert.openedAt,
    closed_at: alert.closedAt,
    first_at: alert.firstAt,
    last_at: alert.lastAt,
    is_from_history: alert.isFromHistory,
    connector_id: alert.connectorId,
    activity_count: alert.activityCount,
    strength: alert.rank,
    explanation: JSON.stringify(alert.explanation),
    attack_techniques: JSON.stringify(alert.attackTechniques),
  };
}

/** The alerts of these ids, held until the transaction ends. */
export async function lockAlerts(tx: Tx, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, Alert>> {
  const rows = await tx.query<Row>(
    sql`select * from alert where tenant = ${tenant} and ${inList(sql`id`, [...ids].sort())} order by id${tx.dialect.forUpdate}`,
  );
  return new Map(rows.map((row) => [row['id'] as string, toAlert(row)]));
}

/** Writes alerts with whom and what they rest on; what is there already stays. */
export async function saveAlertEvidence(tx: Tx, tenant: string, evidence: readonly AlertEvidence[]): Promise<void> {
  await tx.insert(
    'alert',
    evidence.map(({ alert }) => toAlertRow(tenant, alert)),
    {
      key: ['tenant', 'id'],
      update: ALERT_COLUMNS.filter((column) => column !== 'id' && column !== 'opened_at' && column !== 'is_from_history'),
    },
  );
  await tx.insert(
    'alert_account',
    evidence.flatMap(({ alert, accountIds }) =>
      accountIds.map((account_id) => ({ tenant, alert_id: alert.id, account_id, opened_at: alert.openedAt })),
    ),
    { key: ['tenant', 'alert_id', 'account_id'], update: 'keep' },
  );
  await tx.insert(
    'alert_activity',
    evidence.flatMap(({ alert, activityIds }) => activityIds.map((activity_id) => ({ tenant, alert_id: alert.id, activity_id }))),
    { key: ['tenant', 'alert_id', 'activity_id'], update: 'keep' },
  );
  for (const { alert, distrusts } of evidence) {
    await tx.execute(sql`
      update alert set activity_count = (select count(*) from alert_activity where tenant = ${tenant} and alert_id = ${alert.id})
      where tenant = ${tenant} and id = ${alert.id}`);
    for (const { accountKey, place, day } of distrusts) await holdInDoubt(tx, tenant, accountKey, place, day, alert.id);
  }
}

async function holdInDoubt(tx: Tx, tenant: string, accountKey: string, place: string, day: number, alertId: string): Promise<void> {
  const [row] = await tx.query<{ state: string }>(
    sql`select state from profile where tenant = ${tenant} and actor_key = ${accountKey}${tx.dialect.forUpdate}`,
  );
  if (!row) return;
  const before = unpackProfile(row.state);
  const after = distrust(before, place, day, alertId);
  if (after === before) return;
  await tx.execute(sql`update profile set state = ${packProfile(after)} where tenant = ${tenant} and actor_key = ${accountKey}`);
}
