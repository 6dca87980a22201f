import type { Row, SqlValue } from '#libs/platform';

import type { Activity, Failure, IncomingActivity, Target } from '../domain/activity.js';
import { BulkInsert, type ColumnOf } from './bulk-insert.js';

/** An activity as it lies in its table. */
export interface ActivityRow {
  readonly tenant: string;
  readonly activity: Activity;
  readonly rawBlock: string | null;
  readonly rawIndex: number;
}

const flag = (value: boolean | null): SqlValue => (value === null ? null : Number(value));

// Words of a list, each between line ends, so that one statement finds a whole word or a part.
const lines = (words: readonly string[]): string =>
  words.length === 0 ? '' : `\n${words.map((word) => word.replaceAll('\n', ' ')).join('\n')}\n`;

const COLUMNS: readonly ColumnOf<ActivityRow>[] = [
  ['tenant', ({ tenant }) => tenant],
  ['id', ({ activity }) => activity.id],
  ['connector_id', ({ activity }) => activity.connectorId],
  ['app', ({ activity }) => activity.app],
  ['external_id', ({ activity }) => activity.externalId],
  ['occurred_at', ({ activity }) => activity.occurredAt],
  ['received_at', ({ activity }) => activity.receivedAt],
  ['event_type', ({ activity }) => activity.eventType],
  ['category', ({ activity }) => activity.category],
  ['class_uid', ({ activity }) => activity.classUid],
  ['activity_uid', ({ activity }) => activity.activityUid],
  ['mapping', ({ activity }) => activity.mapping],
  ['outcome', ({ activity }) => activity.outcome],
  ['outcome_word', ({ activity }) => activity.outcomeWord],
  ['outcome_detail', ({ activity }) => activity.outcomeDetail],
  ['failure', ({ activity }) => activity.failure],
  ['actor_key', ({ activity }) => activity.actorKey],
  ['actor_name', ({ activity }) => activity.actorName],
  ['actor_email', ({ activity }) => activity.actorEmail],
  ['actor_type', ({ activity }) => activity.actorType],
  ['is_admin_activity', ({ activity }) => flag(activity.isAdminActivity)],
  ['is_impersonated', ({ activity }) => flag(activity.isImpersonated)],
  ['is_interactive', ({ activity }) => flag(activity.isInteractive)],
  [
    'targets',
    ({ activity }) =>
      activity.targets.length === 0 ? null : JSON.stringify(activity.targets.map(({ type, externalId, name }) => [type, externalId, name])),
  ],
  [
    'target_words',
    ({ activity }) =>
      lines(activity.targets.flatMap(({ type, externalId, name }) => [type, externalId, name].filter((word) => word !== null))) || null,
  ],
  ['ip', ({ activity }) => activity.ip],
  ['ip_key', ({ activity }) => activity.ipKey],
  ['country', ({ activity }) => activity.country],
  ['region', ({ activity }) => activity.region],
  ['city', ({ activity }) => activity.city],
  ['latitude', ({ activity }) => activity.latitude],
  ['longitude', ({ activity }) => activity.longitude],
  ['radius_km', ({ activity }) => activity.radiusKm],
  ['asn', ({ activity }) => activity.asn],
  ['organization', ({ activity }) => activity.organization],
  ['network', ({ activity }) => activity.network],
  ['ip_tags', ({ activity }) => lines(activity.ipTags) || null],
  ['user_agent', ({ activity }) => activity.userAgent],
  ['device', ({ activity }) => activity.device],
  ['device_key', ({ activity }) => activity.deviceKey],
  ['session_id', ({ activity }) => activity.sessionId],
  ['correlation_id', ({ activity }) => activity.correlationId],
  ['via_app', ({ activity }) => activity.viaApp],
  ['severity', ({ activity }) => activity.severity],
  ['raw_block', ({ rawBlock }) => rawBlock],
  ['raw_index', ({ rawIndex }) => rawIndex],
];

export const activityInsert = new BulkInsert<ActivityRow>('activity', ['tenant', 'id'], COLUMNS);

/** What is read of a row: all but the raw event and the words that only filters need. */
export const ACTIVITY_COLUMNS = COLUMNS.map(([name]) => name).filter(
  (name) => !['tenant', 'raw_block', 'raw_index', 'target_words'].includes(name),
);

type FailureRow = Failure & { readonly tenant: string; readonly connectorId: string };

export const failureInsert = new BulkInsert<FailureRow>(
  'sign_in_failure',
  ['tenant', 'activity_id'],
  [
    ['tenant', ({ tenant }) => tenant],
    ['activity_id', ({ activityId }) => activityId],
    ['connector_id', ({ connectorId }) => connectorId],
    ['at', ({ at }) => at],
    ['actor_key', ({ actorKey }) => actorKey],
    ['actor_name', ({ actorName }) => actorName],
    ['ip', ({ ip }) => ip],
    ['network_key', ({ networkKey }) => networkKey],
    ['country', ({ country }) => country],
    ['asn', ({ asn }) => asn],
    ['organization', ({ organization }) => organization],
    ['network', ({ network }) => network],
    ['reason', ({ reason }) => reason],
    ['user_agent', ({ userAgent }) => userAgent],
  ],
);

export function toActivity(row: Row): Activity {
  const text = (name: string): string | null => (row[name] as string | null | undefined) ?? null;
  const number = (name: string): number | null => (row[name] === null || row[name] === undefined ? null : Number(row[name]));
  const yesNo = (name: string): boolean | null => (row[name] === null || row[name] === undefined ? null : Number(row[name]) === 1);
  return {
    id: text('id')!,
    connectorId: text('connector_id')!,
    app: text('app')!,
    externalId: text('external_id')!,
    occurredAt: number('occurred_at')!,
    receivedAt: number('received_at')!,
    eventType: text('event_type')!,
    category: text('category') as Activity['category'],
    classUid: number('class_uid')!,
    activityUid: number('activity_uid')!,
    mapping: text('mapping') as Activity['mapping'],
    outcome: text('outcome') as Activity['outcome'],
    outcomeWord: text('outcome_word'),
    outcomeDetail: text('outcome_detail'),
    failure: text('failure'),
    actorKey: text('actor_key'),
    actorName: text('actor_name'),
    actorEmail: text('actor_email'),
    actorType: text('actor_type') as Activity['actorType'],
    isAdminActivity: yesNo('is_admin_activity') === true,
    isImpersonated: yesNo('is_impersonated'),
    isInteractive: yesNo('is_interactive'),
    targets: toTargets(text('targets')),
    ip: text('ip'),
    ipKey: text('ip_key'),
    country: text('country'),
    region: text('region'),
    city: text('city'),
    latitude: number('latitude'),
    longitude: number('longitude'),
    radiusKm: number('radius_km'),
    asn: number('asn'),
    organization: text('organization'),
    network: text('network') as Activity['network'],
    ipTags: (text('ip_tags') ?? '').split('\n').filter((tag) => tag !== ''),
    userAgent: text('user_agent'),
    device: text('device'),
    deviceKey: text('device_key'),
    sessionId: text('session_id'),
    correlationId: text('correlation_id'),
    viaApp: text('via_app'),
    severity: text('severity') as Activity['severity'],
  };
}

export function toFailureOfRow(row: Row): Failure {
  return {
    activityId: row['activity_id'] as string,
    at: Number(row['at']),
    actorKey: row['actor_key'] as string,
    actorName: row['actor_name'] as string | null,
    ip: row['ip'] as string | null,
    networkKey: row['network_key'] as string | null,
    country: row['country'] as string | null,
    asn: row['asn'] === null ? null : Number(row['asn']),
    organization: row['organization'] as string | null,
    network: row['network'] as Failure['network'],
    reason: row['reason'] as string,
    userAgent: row['user_agent'] as string | null,
  };
}

/** The row of an activity, with where its raw event lies. */
export function toRow(
  tenant: string,
  { activity }: IncomingActivity,
  position: { readonly blockId: string; readonly index: number } | undefined,
): ActivityRow {
  return { tenant, activity, rawBlock: position?.blockId ?? null, rawIndex: position?.index ?? 0 };
}

function toTargets(text: string | null): Target[] {
  if (text === null) return [];
  return (JSON.parse(text) as [string, string | null, string | null][]).map(([type, externalId, name]) => ({ type, externalId, name }));
}
