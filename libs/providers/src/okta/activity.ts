import type { ActivityActor, ActivityRecord, ActivityTarget, Outcome, Severity, SignInFailure, StatedPlace } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { canonicalJson, derivedId } from '#libs/kernel';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { at, categorizer, countryCode, flag, list, record, redact, text, timeMs, whole } from '../sdk/index.js';
import { ADMIN_EVENTS, AUTOMATIC_EVENTS, EVENTS, FAILURE_OF_EVENT, FAILURE_OF_REASON, FAILURE_OF_WORDS } from './events.js';

const categorize = categorizer(EVENTS);

const AUTHENTICATION = 3002;
const ACCOUNT_SWITCH = 7;

/** The parts of a System Log event that its mapping reads. */
interface LogEvent {
  readonly eventType: string;
  readonly actor: WireRecord;
  readonly client: WireRecord;
  readonly outcome: WireRecord;
  readonly targets: readonly WireRecord[];
  readonly debugData: WireRecord;
  readonly security: WireRecord;
  readonly authentication: WireRecord;
  readonly whole: WireRecord;
}

/** A System Log event as our record. `receivedAt` (ms) stands in for an event that says no time. */
export function toActivity(wire: unknown, receivedAt: number): ActivityRecord {
  const event = readEvent(record(wire) ?? {});
  const known = categoryOf(event);
  const outcome = outcomeOf(event);
  const uuid = text(event.whole['uuid']);
  return {
    kind: 'activity',
    externalId: uuid ?? derivedId('evt', canonicalJson(event.whole)),
    ...(uuid === null && { isIdDerived: true }),
    occurredAt: timeMs(event.whole['published']) ?? receivedAt,
    eventType: event.eventType,
    ...known,
    ...outcome,
    failure: failureOf(event, known, outcome.outcome),
    outcomeDetail: text(event.outcome['reason']),
    actor: actorOf(event.actor),
    targets: event.targets.map(targetOf),
    ...placeOf(event),
    userAgent: text(at(event.client, 'userAgent', 'rawUserAgent')),
    device: text(at(event.whole, 'device', 'name')) ?? text(event.client['device']),
    sessionId: told(event.authentication['externalSessionId']),
    correlationId: text(at(event.whole, 'transaction', 'id')),
    viaApp: text(event.client['id']),
    isAdminActivity: isAdminActivity(event, known),
    ...(known.activityId === ACCOUNT_SWITCH && known.classUid === AUTHENTICATION && { isImpersonated: true }),
    ...(known.category === 'SIGN_IN' && { isInteractive: isInteractive(event.eventType) }),
    ...alertOf(event, known),
    raw: rawText(event.whole),
  };
}

// Log pipelines that store events lower the first level of names; a recorded log must stay readable.
function readEvent(whole: WireRecord): LogEvent {
  const part = (name: string): unknown => whole[name] ?? whole[name.toLowerCase()];
  const section = (name: string): WireRecord => record(part(name)) ?? {};
  return {
    eventType: text(part('eventType')) ?? 'unknown',
    actor: section('actor'),
    client: section('client'),
    outcome: section('outcome'),
    targets: (list(part('target')) ?? []).map(record).filter((target) => target !== undefined),
    debugData: record(at(part('debugContext'), 'debugData')) ?? {},
    security: section('securityContext'),
    authentication: section('authenticationContext'),
    whole,
  };
}

function categoryOf({ eventType, targets }: LogEvent): Categorized {
  const known = categorize(eventType);
  // The same binding event names a user or a group; OCSF has a class for each.
  const isOfGroup = eventType.startsWith('iam.resourceset.bindings.') && targets.some(isGroup) && !targets.some(isUser);
  return isOfGroup && known.classUid === 3007 ? { ...known, classUid: 3006, activityId: known.activityId === 16 ? 12 : 13 } : known;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  SUCCESS: 'SUCCESS',
  ALLOW: 'SUCCESS',
  FAILURE: 'FAILURE',
  DENY: 'FAILURE',
  RATE_LIMIT: 'FAILURE',
  ABANDONED: 'FAILURE',
  UNANSWERED: 'FAILURE',
};

// The result decides, never the name. CHALLENGE, SKIPPED, DEFERRED, SCHEDULED are neither yet, and keep their word.
function outcomeOf({ outcome }: LogEvent): { outcome: Outcome; outcomeWord: string | null } {
  const word = text(outcome['result']);
  const decided = word === null ? undefined : OUTCOMES[word.toUpperCase()];
  return { outcome: decided ?? 'UNKNOWN', outcomeWord: decided || word === 'UNKNOWN' ? null : word };
}

function failureOf(event: LogEvent, { category }: Categorized, outcome: Outcome): SignInFailure | null {
  if (outcome !== 'FAILURE') return null;
  if (category === 'THREAT') return 'RISK_BLOCKED';
  if (category !== 'SIGN_IN') return null;
  const reason = text(event.outcome['reason']) ?? '';
  const result = text(event.outcome['result'])?.toUpperCase();
  // A sign-in under a login that belongs to nobody has the actor "unknown".
  if (event.eventType === 'user.session.start' && text(event.actor['type']) === 'User' && told(event.actor['id']) === null)
    return 'USER_DOES_NOT_EXIST';
  if (result === 'RATE_LIMIT') return 'RATE_LIMITED';
  const byName = FAILURE_OF_EVENT[event.eventType] ?? FAILURE_OF_REASON[reason.toUpperCase()];
  if (byName) return byName;
  if (result === 'UNANSWERED' || result === 'ABANDONED') return 'MFA_TIMEOUT';
  if (result === 'DENY') return flag(event.debugData['threatSuspected']) ? 'RISK_BLOCKED' : 'BLOCKED_BY_POLICY';
  return FAILURE_OF_WORDS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'UNKNOWN';
}

const EMAIL = /^[^@\s]{1,128}@[^@\s]{1,190}\.[^@\s.]{2,63}$/;

function actorOf(actor: WireRecord): ActivityActor {
  const login = told(actor['alternateId']);
  const externalId = told(actor['id']);
  const stated = actorType(text(actor['type']));
  const type = externalId === null && stated === 'person' ? 'unknown' : stated;
  return {
    externalId,
    name: told(actor['displayName']) ?? login,
    // The system's own actor carries a made-up address, system@okta.com.
    email: type !== 'system' && login !== null && EMAIL.test(login) ? login : null,
    type,
  };
}

function actorType(type: string | null): ActivityActor['type'] {
  if (type === null) return 'unknown';
  if (type === 'User') return 'person';
  if (type === 'SystemPrincipal') return 'system';
  return /^(?:PublicClientApp|PublicClientAppEntity|AppInstance|Client|OAuthClient|.*Agent)$/.test(type) ? 'service' : 'unknown';
}

function targetOf(target: WireRecord): ActivityTarget {
  return {
    type: text(target['type']) ?? 'unknown',
    externalId: told(target['id']),
    name: told(target['displayName']) ?? told(target['alternateId']),
  };
}

/** Okta writes "unknown" where it does not know. */
function told(value: unknown): string | null {
  const word = text(value);
  return word === null || word.toLowerCase() === 'unknown' ? null : word;
}

function placeOf(event: LogEvent): Pick<ActivityRecord, 'ip' | 'place' | 'asn' | 'organization' | 'ipTags'> {
  const first = at(event.whole, 'request', 'ipChain', 0);
  const ip = plainIp(text(event.client['ipAddress'])) ?? plainIp(text(at(first, 'ip')));
  const stated = record(event.client['geographicalContext']) ?? record(at(first, 'geographicalContext'));
  return {
    ip,
    place: stated ? toPlace(stated) : null,
    asn: whole(event.security['asNumber']),
    organization: text(event.security['asOrg']) ?? text(event.security['isp']),
    ipTags: ipTags(event),
  };
}

/** An address without port, brackets or the prefix of an IPv4 address inside IPv6; null for what is no address. */
export function plainIp(value: string | null): string | null {
  if (value === null) return null;
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(value)?.[1] ?? /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/.exec(value)?.[1] ?? value;
  const address = bare.replace(/^::ffff:(?=\d{1,3}\.)/i, '').split('%', 1)[0] ?? '';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return address.split('.').every((part) => Number(part) <= 255) ? address : null;
  return address.includes(':') && /^[0-9a-f:.]{2,45}$/i.test(address) ? address.toLowerCase() : null;
}

function toPlace(stated: WireRecord): StatedPlace {
  const degree = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
  return {
    country: countryCode(text(stated['country'])),
    region: text(stated['state']),
    city: text(stated['city']),
    latitude: degree(at(stated, 'geolocation', 'lat')),
    longitude: degree(at(stated, 'geolocation', 'lon')),
  };
}

function ipTags(event: LogEvent): string[] {
  const tags = new Set<string>();
  if (flag(event.security['isProxy']) === true) tags.add('proxy');
  for (const category of [...(list(at(event.security, 'ipDetails', 'ipServiceCategories')) ?? []), ...tunnelsOf(event.debugData)]) {
    const kind = text(at(category, 'type'))?.toLowerCase() ?? '';
    if (kind.includes('tor')) tags.add('tor');
    else if (kind.includes('vpn')) tags.add('vpn');
    else if (kind.includes('proxy')) tags.add('proxy');
  }
  return [...tags].sort();
}

// debugData holds text only: lists in it are JSON inside a text.
function tunnelsOf(debugData: WireRecord): readonly unknown[] {
  const tunnels = text(debugData['tunnels']);
  if (tunnels === null || !tunnels.startsWith('[')) return [];
  try {
    return list(JSON.parse(tunnels)) ?? [];
  } catch {
    return []; // Cut off in the middle, as long values of debugData are.
  }
}

function isAdminActivity(event: LogEvent, { category }: Categorized): boolean {
  if (AUTOMATIC_EVENTS.has(event.eventType)) return false;
  if (ADMIN_EVENTS.has(event.eventType) || category === 'ADMIN' || category === 'PRIVILEGE') return true;
  // A password reset, a cleared session, a new member: administrative when done to somebody else.
  const isAct = category === 'USER' || category === 'CREDENTIAL' || category === 'GROUP' || event.eventType === 'user.session.clear';
  return isAct && actorType(text(event.actor['type'])) !== 'system' && isOnSomebodyElse(event);
}

function isOnSomebodyElse({ actor, targets }: LogEvent): boolean {
  const own = told(actor['id']);
  const users = targets.filter(isUser);
  return own !== null && (users.length > 0 ? users.some((user) => told(user['id']) !== own) : targets.some(isGroup));
}

function isUser(target: WireRecord): boolean {
  return target['type'] === 'User' || target['type'] === 'AppUser';
}

function isGroup(target: WireRecord): boolean {
  return target['type'] === 'UserGroup' || target['type'] === 'Group';
}

const BY_A_PERSON: ReadonlySet<string> = new Set([
  'user.session.start',
  'user.authentication.sso',
  'user.authentication.auth_via_mfa',
  'user.session.access_admin_app',
]);

function isInteractive(eventType: string): boolean | null {
  if (BY_A_PERSON.has(eventType)) return true;
  return eventType.includes('.token.grant') ? false : null;
}

// Okta's `severity` is the level of a log line, not of a threat; its risk level is. An alert without one is passed on as MEDIUM.
function alertOf(event: LogEvent, { category }: Categorized): { severity?: Severity; relatedEvents?: readonly string[] } {
  if (category !== 'THREAT') return {};
  const related = text(event.debugData['suspiciousActivityEventId']);
  return { severity: riskOf(event) ?? 'MEDIUM', ...(related !== null && { relatedEvents: [related] }) };
}

function riskOf({ security, debugData }: LogEvent): Severity | null {
  const stated = text(at(security, 'risk', 'level')) ?? /\blevel=(LOW|MEDIUM|HIGH)\b/.exec(text(debugData['risk']) ?? '')?.[1];
  return stated === 'LOW' || stated === 'MEDIUM' || stated === 'HIGH' ? stated : null;
}

/** State and session tokens travel in the addresses that `debugData` quotes. */
const TOKEN_IN_ADDRESS = /([?&][A-Za-z_]{0,30}[Tt]oken=)[^&#\s"'\\]+/g;

function rawText(event: WireRecord): string {
  return JSON.stringify(redact(event as Json)).replace(TOKEN_IN_ADDRESS, '$1[redacted]');
}
