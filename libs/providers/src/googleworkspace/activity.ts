import type { ActivityActor, ActivityRecord, Outcome, SignInFailure } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { canonicalJson, derivedId } from '#libs/kernel';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { at, categorizer, countryCode, flag, list, record, redact, text, timeMs, whole } from '../sdk/index.js';
import { EVENTS, FAILURES, IN_BOTH_LOGS, SEVERITY } from './events.js';
import { parametersOf, type Parameters } from './parameters.js';
import { targetsOf } from './targets.js';

const categorize = categorizer(EVENTS);

/** Stands in Google's logs for whoever is not signed in. */
const ANONYMOUS = '105250506097979753968';

/** One event of an activity, with what its mapping reads. */
interface Told {
  readonly activity: WireRecord;
  readonly event: WireRecord;
  readonly index: number;
  readonly application: string;
  readonly eventType: string;
  readonly parameters: Parameters;
  readonly known: Categorized;
}

/** The records of an activity of the Reports API: one for each of its events. `receivedAt` (ms) stands in for an activity that says no time. */
export function toActivities(wire: unknown, receivedAt: number): ActivityRecord[] {
  const activity = record(wire) ?? {};
  return eventsOf(activity).map((event, index) => toActivity(toldOf(activity, event, index), receivedAt));
}

// Exports of the log store each event with its activity's fields around it; a recorded log must stay readable.
function eventsOf(activity: WireRecord): WireRecord[] {
  const events = (list(activity['events']) ?? []).map(record).filter((event) => event !== undefined);
  if (events.length > 0) return events;
  return [{ type: activity['type'], name: activity['name'], parameters: activity['parameters'] }];
}

function toldOf(activity: WireRecord, event: WireRecord, index: number): Told {
  const name = text(event['name'])?.trim() ?? 'unknown';
  const stated = text(at(activity, 'id', 'applicationName')) ?? 'unknown';
  const application = stated === 'user_accounts' && IN_BOTH_LOGS.test(name) ? 'login' : stated;
  const eventType = `${application}.${name}`;
  const parameters = parametersOf(event);
  return { activity, event, index, application, eventType, parameters, known: narrowed(categorize(eventType), parameters) };
}

function toActivity(told: Told, receivedAt: number): ActivityRecord {
  const { activity, event, eventType, parameters, known } = told;
  const actor = actorOf(told);
  const outcome = outcomeOf(told);
  return {
    kind: 'activity',
    ...idOf(told),
    occurredAt: timeMs(at(activity, 'id', 'time')) ?? receivedAt,
    eventType,
    ...known,
    outcome,
    failure: outcome === 'FAILURE' && known.category === 'SIGN_IN' ? failureOf(told) : null,
    outcomeDetail: detailOf(told),
    actor,
    targets: targetsOf(told.application, parameters, actor.type === 'system' ? statedActor(activity) : actor),
    ...placeOf(activity),
    userAgent: parameters.one('user_agent', 'USER_AGENT'),
    device: deviceOf(told),
    correlationId: correlationOf(activity),
    viaApp: text(at(activity, 'actor', 'applicationInfo', 'oauthClientId')),
    isAdminActivity: isAdminActivity(told),
    ...(flag(at(activity, 'actor', 'applicationInfo', 'impersonation')) === true && { isImpersonated: true }),
    ...(known.category === 'SIGN_IN' && { isInteractive: isInteractive(parameters) }),
    ...severityOf(told),
    raw: JSON.stringify(redact({ ...activity, events: [event] } as Json)),
  };
}

// The qualifier is a 64-bit number in a text and unique together with the time only; events of one activity are told apart by their place.
function idOf({ activity, event, index, application }: Told): Pick<ActivityRecord, 'externalId' | 'isIdDerived'> {
  const time = timeMs(at(activity, 'id', 'time'));
  const qualifier = text(at(activity, 'id', 'uniqueQualifier'));
  if (time === null || qualifier === null) {
    return { externalId: derivedId('evt', canonicalJson({ ...activity, events: [event], index } as Json)), isIdDerived: true };
  }
  return { externalId: [application, new Date(time).toISOString(), qualifier, text(event['name']) ?? 'unknown', index].join('/') };
}

function correlationOf(activity: WireRecord): string | null {
  const qualifier = text(at(activity, 'id', 'uniqueQualifier'));
  const time = timeMs(at(activity, 'id', 'time'));
  return qualifier === null || time === null ? null : `${new Date(time).toISOString()}/${qualifier}`;
}

// From the widest to the narrowest, to see whether a change let others in or out.
const VISIBILITY = [
  'private',
  'shared_internally',
  'people_within_domain_with_link',
  'public_in_the_domain',
  'shared_externally',
  'people_with_link',
  'public_on_the_web',
];
const SHARE = 12;
const UNSHARE = 13;

function narrowed(known: Categorized, parameters: Parameters): Categorized {
  if (known.classUid !== 6006 || known.activityId !== SHARE) return known;
  const rank = (name: string): number => VISIBILITY.indexOf(parameters.one(name) ?? '');
  const [before, after] = [rank('old_visibility'), rank('visibility')];
  const isTaken = parameters.all('new_value').includes('none') || parameters.one('membership_change_type') === 'remove_from_shared_drive';
  const isNarrower = before >= 0 && after >= 0 && after < before;
  return isTaken || isNarrower ? { ...known, activityId: UNSHARE } : known;
}

function outcomeOf({ event, eventType, parameters }: Told): Outcome {
  const stated = text(at(event, 'status', 'eventStatus'));
  if (stated === 'FAILED') return 'FAILURE';
  if (stated?.startsWith('SUCCEEDED')) return 'SUCCESS';
  if (stated === 'SKIPPED') return 'UNKNOWN';
  if (eventType.endsWith('.login_failure') || /^context_aware_access\.ACCESS_DENY/.test(eventType)) return 'FAILURE';
  if (eventType === 'login.risky_sensitive_action_blocked') return 'FAILURE';
  const challenge = parameters.one('login_challenge_status');
  // "Challenge passed", "passed", "Challenge Passed.": the spelling differs by age.
  if (challenge !== null && /^login\.login_(?:verification|challenge)$/.test(eventType))
    return /pass/i.test(challenge) ? 'SUCCESS' : 'FAILURE';
  return 'SUCCESS';
}

function failureOf({ eventType, parameters }: Told): SignInFailure {
  const words = parameters.one('login_failure_type', 'failure_type') ?? '';
  const byWords = FAILURES.find(([pattern]) => pattern.test(words))?.[1];
  if (byWords) return byWords;
  if (eventType.startsWith('context_aware_access.')) return 'BLOCKED_BY_POLICY';
  return /^login\.login_(?:verification|challenge)$/.test(eventType) ? 'MFA_FAILED' : 'UNKNOWN';
}

function detailOf({ event, parameters }: Told): string | null {
  const stated = [text(at(event, 'status', 'errorCode')), text(at(event, 'status', 'errorMessage'))].filter((part) => part !== null);
  if (stated.length > 0) return stated.join(': ');
  return parameters.one('login_failure_type', 'failure_type', 'login_challenge_status');
}

/** The one whom the activity itself names as its actor. */
function statedActor(activity: WireRecord): { readonly externalId: string | null; readonly email: string | null } {
  const profileId = text(at(activity, 'actor', 'profileId'));
  return { externalId: profileId === ANONYMOUS ? null : profileId, email: text(at(activity, 'actor', 'email')) };
}

function actorOf({ activity, eventType }: Told): ActivityActor {
  const actor = record(activity['actor']) ?? {};
  const { externalId, email } = statedActor(activity);
  // Google switches accounts off by itself and names the account as the actor.
  if (eventType.startsWith('login.account_disabled_')) return { externalId: null, name: 'Google', email: null, type: 'system' };
  const key = text(actor['key']);
  return { externalId, name: email ?? key ?? text(at(actor, 'applicationInfo', 'applicationName')), email, type: actorType(actor, email) };
}

function actorType(actor: WireRecord, email: string | null): ActivityActor['type'] {
  const caller = text(actor['callerType'])?.toUpperCase();
  if (caller === 'KEY' || caller === 'APPLICATION' || email?.endsWith('.gserviceaccount.com')) return 'service';
  if (email !== null) return 'person';
  if (text(actor['profileId']) === ANONYMOUS) return 'anonymous';
  return text(actor['profileId']) === null ? 'unknown' : 'person';
}

function placeOf(activity: WireRecord): Pick<ActivityRecord, 'ip' | 'place' | 'asn'> {
  const network = record(activity['networkInfo']);
  const country = countryCode(text(network?.['regionCode']));
  return {
    ip: plainIp(text(activity['ipAddress'])),
    place: network ? { country, region: text(network['subdivisionCode']) } : null,
    asn: whole(at(network, 'ipAsn', 0)),
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

function deviceOf({ activity, parameters }: Told): string | null {
  const device = record(activity['userDeviceInfo']);
  return text(device?.['deviceName']) ?? text(device?.['deviceType']) ?? parameters.one('DEVICE_MODEL');
}

// All of the admin log is administration, whoever does it; owners of groups administer theirs.
function isAdminActivity({ application, event }: Told): boolean {
  return application === 'admin' || (application === 'groups_enterprise' && text(event['type']) === 'moderator_action');
}

function isInteractive(parameters: Parameters): boolean | null {
  const type = parameters.one('login_type');
  if (type === 'google_password' || type === 'saml' || type === 'reauth') return true;
  return type === 'exchange' ? false : null;
}

function severityOf({ eventType, known, parameters }: Told): Pick<ActivityRecord, 'severity'> {
  if (known.category === 'THREAT') return { severity: SEVERITY[eventType] ?? 'MEDIUM' };
  // Google's own verdict on an ordinary sign-in.
  return known.category === 'SIGN_IN' && parameters.flag('is_suspicious') === true ? { severity: 'MEDIUM' } : {};
}
