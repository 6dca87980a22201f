import type { ActivityActor, ActivityRecord, Outcome, SignInFailure, StatedPlace } from '#libs/contracts';

import type { WireRecord } from '../sdk/index.js';
import { at, countryCode, flag, record, text, timeMs, whole } from '../sdk/index.js';
import { categorize, emailOf, idOf, plainIp, rawOf, serviceActor, told } from './activity-parts.js';
import { FAILURE_OF_CODE, INTERRUPTS, SIGN_IN } from './events.js';

const LOGON = { activityId: 1 };
const PREAUTH = { activityId: 6 };

/** A row of Graph's sign-in log as our record. `receivedAt` (ms) stands in for a row that says no time. */
export function toSignIn(wire: unknown, receivedAt: number): ActivityRecord {
  const event = record(wire) ?? {};
  const code = whole(at(event, 'status', 'errorCode'));
  const verdict = signInVerdict(code);
  return {
    kind: 'activity',
    ...idOf(event['id'], event),
    occurredAt: timeMs(event['createdDateTime']) ?? receivedAt,
    eventType: SIGN_IN,
    ...categorize(SIGN_IN),
    ...verdict.activity,
    outcome: verdict.outcome,
    outcomeWord: verdict.word,
    failure: verdict.failure,
    outcomeDetail: detailOf(event, code),
    actor: actorOf(event),
    targets: targetsOf(event),
    ip: plainIp(event['ipAddress']),
    place: placeOf(event['location']),
    userAgent: text(event['userAgent']),
    device: deviceOf(record(event['deviceDetail'])),
    correlationId: text(event['correlationId']),
    viaApp: told(event['appId']),
    isAdminActivity: false,
    isInteractive: flag(event['isInteractive']),
    raw: rawOf(event),
  };
}

export interface SignInVerdict {
  readonly outcome: Outcome;
  readonly word: string | null;
  readonly failure: SignInFailure | null;
  readonly activity: { readonly activityId: number };
}

/** What an error code of Entra says of a sign-in: 0 is success, some codes only ask for more, and nothing said is unknown. */
export function signInVerdict(code: number | null): SignInVerdict {
  if (code === null) return { outcome: 'UNKNOWN', word: null, failure: null, activity: LOGON };
  if (code === 0) return { outcome: 'SUCCESS', word: null, failure: null, activity: LOGON };
  if (INTERRUPTS.has(code)) return { outcome: 'UNKNOWN', word: 'Interrupted', failure: null, activity: PREAUTH };
  return { outcome: 'FAILURE', word: null, failure: FAILURE_OF_CODE[code] ?? 'UNKNOWN', activity: LOGON };
}

// A success carries "Other." as its reason, which says nothing.
function detailOf(event: WireRecord, code: number | null): string | null {
  if (code === null || code === 0) return null;
  const reason = text(at(event, 'status', 'failureReason'));
  return reason === null ? String(code) : `${code}: ${reason}`;
}

function actorOf(event: WireRecord): ActivityActor {
  const servicePrincipal = told(event['servicePrincipalId']);
  const externalId = told(event['userId']);
  if (servicePrincipal !== null && externalId === null) return serviceActor(servicePrincipal, text(event['servicePrincipalName']));
  const upn = told(event['userPrincipalName']);
  return {
    externalId,
    name: text(event['userDisplayName']) ?? upn,
    email: emailOf(upn),
    type: externalId === null && upn === null ? 'unknown' : 'person',
  };
}

function targetsOf(event: WireRecord): ActivityRecord['targets'] {
  const app = { type: 'Application', externalId: told(event['appId']), name: text(event['appDisplayName']) };
  const resource = { type: 'Resource', externalId: told(event['resourceId']), name: text(event['resourceDisplayName']) };
  const isSame = app.externalId !== null && app.externalId === resource.externalId;
  return [app, ...(isSame ? [] : [resource])].filter((target) => target.externalId !== null || target.name !== null);
}

function placeOf(wire: unknown): StatedPlace | null {
  const location = record(wire);
  if (!location) return null;
  const degree = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
  const place = {
    country: countryCode(text(location['countryOrRegion'])),
    region: text(location['state']),
    city: text(location['city']),
    latitude: degree(at(location, 'geoCoordinates', 'latitude')),
    longitude: degree(at(location, 'geoCoordinates', 'longitude')),
  };
  return Object.values(place).some((part) => part !== null) ? place : null;
}

function deviceOf(detail: WireRecord | undefined): string | null {
  if (!detail) return null;
  const parts = [text(detail['displayName']), text(detail['operatingSystem']), text(detail['browser'])].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}
