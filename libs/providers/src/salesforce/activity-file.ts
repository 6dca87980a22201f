import type { ActivityRecord, ActivityTarget, Outcome, Severity } from '#libs/contracts';
import { canonicalJson, derivedId, type Json } from '#libs/kernel';

import { at, text, timeMs, type Categorized, type WireRecord } from '../sdk/index.js';

import { categorize, failureOf, interactive, plainIp, rawText, target, userActor } from './activity.js';
import type { People } from './people.js';

const NOBODY: People = new Map();

/** A row of an event log file. Rows have no id of their own: ours is made of the request's and of all that the row says. */
export function toFileEvent(row: WireRecord, receivedAt: number, people: People = NOBODY): ActivityRecord {
  const eventType = text(row['EVENT_TYPE']) ?? 'unknown';
  const known = refined(row, categorize(eventType));
  const requestId = text(row['REQUEST_ID']);
  const status = text(row['LOGIN_STATUS']);
  const outcome = outcomeOf(row, status);
  const isSignIn = known.category === 'SIGN_IN';
  const delegate = text(row['DELEGATED_USER_ID_DERIVED']) ?? text(row['DELEGATED_USER_ID']);
  return {
    kind: 'activity',
    externalId: derivedId('evt', requestId ?? '', eventType, canonicalJson(row as Json)),
    isIdDerived: true,
    occurredAt: timeMs(row['TIMESTAMP_DERIVED']) ?? compactTime(row['TIMESTAMP']) ?? receivedAt,
    eventType,
    ...known,
    outcome,
    failure: outcome === 'FAILURE' && isSignIn ? failureOf((status ?? '').replaceAll('_', ' ')) : null,
    outcomeDetail: outcome === 'FAILURE' ? (status ?? text(row['REQUEST_STATUS']) ?? text(row['STATUS_CODE'])) : null,
    actor: userActor(text(row['USER_ID_DERIVED']) ?? text(row['USER_ID']), people, text(row['USER_NAME'])),
    targets: targetsOf(row, delegate),
    ip: plainIp(row['SOURCE_IP']) ?? plainIp(row['CLIENT_IP']),
    userAgent: agentOf(row),
    sessionId: text(row['SESSION_KEY']) ?? text(row['LOGIN_KEY']),
    correlationId: requestId,
    viaApp: text(row['CONNECTED_APP_ID']) ?? text(row['CLIENT_ID']) ?? text(row['CONNECTED_APP_NAME']),
    isAdminActivity: known.category === 'PRIVILEGE' || eventType === 'LoginAs',
    ...(isSignIn && { isInteractive: interactive(text(row['LOGIN_TYPE'])) }),
    raw: rawText(row),
  };
}

/** `20261121071541.123`, and the same with dashes, as some collectors write it. */
export function compactTime(value: unknown): number | null {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\.\d{1,9})?$/.exec(text(value)?.trim() ?? '');
  if (!parts) return timeMs(value);
  const [, year, month, day, hour, minute, second, fraction = ''] = parts;
  return timeMs(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}Z`);
}

const ACTIVITY_OF_METHOD: Readonly<Record<string, number>> = { GET: 2, HEAD: 2, POST: 1, PUT: 3, PATCH: 3, DELETE: 4 };

// Some types tell several acts apart in a column.
function refined(row: WireRecord, known: Categorized): Categorized {
  if (known.mapping !== 'exact') return known;
  switch (text(row['EVENT_TYPE'])) {
    case 'RestApi':
    case 'API': {
      const activityId = ACTIVITY_OF_METHOD[(text(row['METHOD']) ?? text(row['HTTP_METHOD']) ?? '').toUpperCase()];
      return activityId === undefined ? known : { ...known, activityId };
    }
    case 'BulkApi':
    case 'BulkApi2':
    case 'BulkApiRequest':
    case 'BulkApiResult':
    case 'BulkApiResultEventStore': {
      const operation = (text(row['OPERATION_TYPE']) ?? 'query').toLowerCase();
      return /query/.test(operation) ? known : { ...known, activityId: /delete/.test(operation) ? 4 : 6 };
    }
    case 'ContentTransfer': {
      const kind = (text(row['TRANSACTION_TYPE']) ?? '').toLowerCase();
      return /upload|create|publish/.test(kind) ? { ...known, activityId: 1 } : known;
    }
    default:
      return known;
  }
}

function outcomeOf(row: WireRecord, status: string | null): Outcome {
  if (status !== null) return status === 'LOGIN_NO_ERROR' ? 'SUCCESS' : 'FAILURE';
  const request = text(row['REQUEST_STATUS']);
  if (request !== null) return request === 'S' || request === 'R' || request === 'N' ? 'SUCCESS' : request === 'U' ? 'UNKNOWN' : 'FAILURE';
  const code = Number(text(row['STATUS_CODE']) ?? Number.NaN);
  return code >= 400 ? 'FAILURE' : 'SUCCESS';
}

const TARGETS: readonly (readonly [string, string])[] = [
  ['REPORT_ID_DERIVED', 'Report'],
  ['REPORT_ID', 'Report'],
  ['ENTITY_NAME', 'Object'],
  ['ENTITY_TYPE', 'Object'],
  ['DOCUMENT_ID_DERIVED', 'Document'],
  ['DOCUMENT_ID', 'Document'],
  ['PERMISSION_SET', 'PermissionSet'],
  ['CONNECTED_APP_NAME', 'ConnectedApp'],
  ['URI', 'Uri'],
];

function targetsOf(row: WireRecord, delegate: string | null): ActivityTarget[] {
  const found: ActivityTarget[] = delegate === null ? [] : [{ ...target('User', userActor(delegate, NOBODY).externalId, null) }];
  for (const [column, type] of TARGETS) {
    const value = text(row[column]);
    if (value === null || found.some((one) => one.type === type)) continue;
    const isId = /_ID(?:_DERIVED)?$/.test(column);
    found.push(target(type, isId ? value : null, isId ? null : value));
  }
  return found;
}

// Types differ: some write the whole user agent, some a number for it.
function agentOf(row: WireRecord): string | null {
  const told = text(row['USER_AGENT']) ?? text(row['BROWSER_TYPE']);
  return told === null || /^\d+$/.test(told) ? null : told;
}

// ---------------------------------------------------------------- Salesforce's own alerts

/** An alert of Salesforce Shield's threat detection. It is surer of itself the nearer its score is to one (or, in older ones, to a hundred). */
export function toThreat(row: WireRecord, receivedAt: number, objectName?: string): ActivityRecord {
  const object = objectName ?? text(at(row, 'attributes', 'type')) ?? 'ThreatDetectionEventStore';
  const eventType = object.replace(/Store$/, '');
  return {
    kind: 'activity',
    externalId: text(row['Id']) ?? derivedId('evt', canonicalJson(row as Json)),
    ...(text(row['Id']) === null && { isIdDerived: true }),
    occurredAt: timeMs(row['EventDate']) ?? timeMs(row['CreatedDate']) ?? receivedAt,
    eventType,
    ...categorize(object),
    outcome: 'SUCCESS',
    outcomeDetail: text(row['Summary']),
    actor: userActor(text(row['UserId']), NOBODY, text(row['Username'])),
    targets: text(row['Report']) === null ? [] : [target('Report', text(row['Report']), null)],
    ip: plainIp(row['SourceIp']),
    userAgent: text(row['UserAgent']),
    sessionId: text(row['SessionKey']),
    isAdminActivity: false,
    severity: severityOf(row['Score']),
    raw: rawText(row),
  };
}

function severityOf(score: unknown): Severity {
  const number = typeof score === 'number' ? score : Number(text(score) ?? Number.NaN);
  const share = number > 1 ? number / 100 : number;
  if (share >= 0.9) return 'HIGH';
  return share >= 0.5 ? 'MEDIUM' : 'LOW';
}
