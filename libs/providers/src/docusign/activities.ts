import type { ActivityRecord, ActivityTarget, Outcome, Severity, SignInFailure, StatedPlace } from '#libs/contracts';
import { canonicalJson, derivedId, type Json } from '#libs/kernel';
import { at, countryCode, list, record, redact, text, timeMs, type Categorized, type WireRecord } from '../sdk/index.js';

import { categorize } from './events.js';

/** What stands for "Docusign's own user interface" where an app's key would be. */
const OWN_INTERFACE = '##DOCUSIGN_INTERNAL_NOT_USED##';

/** One event of Monitor. Any of its fields may be an empty text instead of absent. `receivedAt` stands in for a time that cannot be read. */
export function toActivity(event: unknown, receivedAt: number): ActivityRecord {
  const row = record(event) ?? {};
  const [object, action, property] = [word(row, 'object'), word(row, 'action'), word(row, 'property')];
  const what = categorize(object, action, property);
  const data = joinCharacters(row['data']);
  const actor = text(row['userId']);
  const eventId = text(row['eventId']);
  const targets = targetsOf(row, data);
  return {
    kind: 'activity',
    externalId: eventId ?? derivedId('evt', canonicalJson(event)),
    ...(eventId === null && { isIdDerived: true }),
    occurredAt: timeMs(row['timestamp']) ?? receivedAt,
    eventType: [object || 'Unknown', action || 'Unknown', property].filter((part) => part !== '').join('.'),
    ...what,
    ...outcomeOf(row, what, object, action, data),
    actor: { externalId: actor, name: null, email: null, type: actorType(actor, object, action) },
    targets,
    ip: cleanAddress(text(row['ipAddress'])),
    place: placeOf(row),
    ipTags: addressTags(row),
    userAgent: text(row['userAgent']),
    device: deviceOf(row),
    correlationId: text(row['traceToken']),
    viaApp: appOf(row),
    isAdminActivity: isAdministration(what, actor, targets),
    ...impersonation(actor, data),
    ...(what.category === 'SIGN_IN' && { isInteractive: isInteractive(text(row['source'])) }),
    ...(what.category === 'THREAT' && alertOf(data)),
    raw: JSON.stringify(redact(event as Json)) ?? 'null',
  };
}

function word(row: WireRecord, name: string): string {
  return (text(row[name]) ?? '').trim();
}

// Some alerts carry texts as arrays of single characters.
function joinCharacters(value: unknown): unknown {
  const items = list(value);
  if (items) {
    const isText = items.length > 0 && items.every((item) => typeof item === 'string' && [...item].length === 1);
    return isText ? items.join('') : items.map(joinCharacters);
  }
  const object = record(value);
  return object ? Object.fromEntries(Object.entries(object).map(([name, item]) => [name, joinCharacters(item)])) : value;
}

// ---------------------------------------------------------------- outcome

type Told = Pick<ActivityRecord, 'outcome' | 'outcomeWord' | 'failure' | 'outcomeDetail'>;

function outcomeOf(row: WireRecord, what: Categorized, object: string, action: string, data: unknown): Told {
  const { outcome, outcomeWord } = outcomeWordOf(word(row, 'result'), object, action);
  const detail = text(at(data, 'FailureReason')) ?? text(at(data, 'Reason')) ?? text(at(data, 'ErrorCode')) ?? text(at(data, 'Message'));
  const isFailedSignIn = outcome === 'FAILURE' && what.category === 'SIGN_IN';
  return {
    outcome,
    ...(outcomeWord !== undefined && { outcomeWord }),
    ...(isFailedSignIn && { failure: failureOf(detail) }),
    ...(outcome !== 'SUCCESS' && detail !== null && { outcomeDetail: detail }),
  };
}

// The log holds what happened, so silence is success; but an alert did not succeed in anything.
function outcomeWordOf(result: string, object: string, action: string): { readonly outcome: Outcome; readonly outcomeWord?: string } {
  const said = result.toLowerCase();
  if (said === 'success' || said === 'succeeded') return { outcome: 'SUCCESS' };
  if (said === 'failed' || said === 'failure' || said === 'fail') return { outcome: 'FAILURE' };
  if (said !== '') return { outcome: 'UNKNOWN', outcomeWord: result };
  if (object.toLowerCase() === 'alert') return { outcome: 'UNKNOWN' };
  return { outcome: /failed|failure|denied|blocked/i.test(action) ? 'FAILURE' : 'SUCCESS' };
}

/** By whole words of the reason: "InvalidPassword" must not be taken for one that speaks of an "idp". */
const FAILURES: readonly (readonly [RegExp, SignInFailure])[] = [
  [/\block(?:ed|out)?\b/, 'ACCOUNT_LOCKED_OUT'],
  [/\b(?:closed|disabled|inactive)\b/, 'ACCOUNT_DISABLED'],
  [/\b(?:expired|must change)\b/, 'PASSWORD_EXPIRED'],
  [/\b(?:two step|mfa|otp|access code|phone)\b/, 'MFA_FAILED'],
  [/\bip\b/, 'IP_NOT_ALLOWED'],
  [/\b(?:sso|saml|federat\w*|idp|identity provider)\b/, 'IDP_ERROR'],
  [/\b(?:not found|does not exist|unknown user)\b/, 'USER_DOES_NOT_EXIST'],
  [/\b(?:passwords?|credentials?)\b/, 'INVALID_CREDENTIALS'],
];

function failureOf(detail: string | null): SignInFailure {
  const words = (detail ?? '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase();
  return FAILURES.find(([pattern]) => pattern.test(words))?.[1] ?? 'UNKNOWN';
}

// ---------------------------------------------------------------- who, to whom

function actorType(actor: string | null, object: string, action: string): ActivityRecord['actor']['type'] {
  if (object.toLowerCase() === 'alert') return actor === null ? 'system' : 'person';
  // An outside signer has no user behind him.
  if (/recipient/i.test(action)) return 'anonymous';
  return actor === null ? 'unknown' : 'person';
}

const TARGETS_IN_DATA: Readonly<Record<string, string>> = {
  AffectedUserId: 'User',
  AffectedMembershipId: 'Membership',
  EnvelopeId: 'Envelope',
  DocumentId: 'Document',
  TemplateId: 'Template',
  GroupId: 'Group',
  PermissionProfileId: 'PermissionProfile',
  SettingsKey: 'Setting',
  ConnectId: 'Connect',
  IntegrationKey: 'IntegrationKey',
  SignerUserId: 'User',
  OnBehalfOfUserId: 'User',
  PrincipalUserId: 'User',
};

function targetsOf(row: WireRecord, data: unknown): ActivityTarget[] {
  const told: (readonly [string, unknown])[] = [
    ['User', row['affectedUserId']],
    ['User', row['referencedUserId']],
    ...Object.entries(TARGETS_IN_DATA).map(([name, type]) => [type, at(data, name)] as const),
    ['Account', row['accountId']],
  ];
  const targets = new Map<string, ActivityTarget>();
  for (const [type, value] of told) {
    const externalId = text(value);
    const key = `${type} ${externalId}`;
    if (externalId !== null && !targets.has(key)) targets.set(key, { type, externalId, name: type === 'Setting' ? externalId : null });
  }
  return [...targets.values()];
}

// On oneself is daily life; on somebody else it takes administrative power.
function isAdministration({ category }: Categorized, actor: string | null, targets: readonly ActivityTarget[]): boolean {
  if (category === 'ADMIN' || category === 'PRIVILEGE' || category === 'GROUP') return true;
  if (category !== 'USER' && category !== 'CREDENTIAL') return false;
  return targets.some(({ type, externalId }) => type === 'User' && externalId !== actor);
}

// Shared access: one user acts with the envelopes of another.
function impersonation(actor: string | null, data: unknown): { isImpersonated?: true } {
  const principal = text(at(data, 'OnBehalfOfUserId')) ?? text(at(data, 'PrincipalUserId'));
  return principal !== null && principal !== actor ? { isImpersonated: true } : {};
}

function isInteractive(source: string | null): boolean | null {
  if (source === null) return null;
  const from = source.toLowerCase();
  if (from === 'api') return false;
  return from === 'web' || from === 'mobile' ? true : null;
}

function appOf(row: WireRecord): string | null {
  const key = text(row['integratorKey']);
  return key === OWN_INTERFACE ? null : key;
}

// ---------------------------------------------------------------- from where, with what

/** The address alone: without port, brackets, zone, and the IPv6 form of an IPv4 address. */
export function cleanAddress(address: string | null): string | null {
  if (address === null) return null;
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(address.trim())?.[1] ?? address.trim().replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/, '$1');
  return bare.replace(/^::ffff:(?=\d{1,3}(?:\.\d{1,3}){3}$)/i, '').replace(/%.*$/, '') || null;
}

function placeOf(row: WireRecord): StatedPlace | null {
  const inner = record(row['ipAddressLocation']) ?? {};
  const told = (name: string): unknown => text(inner[name]) ?? text(row[name]);
  const [country, region, city] = [text(told('country')), text(told('state')), text(told('city'))];
  const [latitude, longitude] = [degrees(inner['latitude'] ?? row['latitude']), degrees(inner['longitude'] ?? row['longitude'])];
  if (country === null && region === null && city === null && latitude === null) return null;
  return { country: country === null ? null : countryCode(country), region, city, latitude, longitude };
}

function degrees(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function addressTags(row: WireRecord): string[] {
  const [status, type, level] = [word(row, 'proxyStatus'), word(row, 'proxyType'), word(row, 'proxyLevel')].map((item) =>
    item.toLowerCase(),
  );
  const said = [status, type, level].filter(
    (item) => item && !['false', 'no', 'none', '0', '-', 'unknown', 'not a proxy', 'noproxy'].includes(item),
  );
  const all = said.join(' ');
  const tags = [/\btor\b/.test(all) && 'tor', /vpn/.test(all) && 'vpn', /hosting|data ?cent|\bdch\b/.test(all) && 'hosting'].filter(
    (tag) => tag !== false,
  );
  return said.length === 0 ? [] : tags.length > 0 ? tags : ['proxy'];
}

function deviceOf(row: WireRecord): string | null {
  const info = row['userAgentClientInfo'];
  const browser = text(at(info, 'browser', 'family')) ?? text(row['browser']);
  const device = text(at(info, 'device', 'family')) ?? text(row['device']);
  const os = text(at(info, 'os', 'family')) ?? text(row['os']);
  const parts = [device, os, browser].filter((part) => part !== null && part.toLowerCase() !== 'other');
  return parts.length === 0 ? null : parts.join(', ');
}

// ---------------------------------------------------------------- the app's own alerts

const SEVERITY: Readonly<Record<string, Severity>> = {
  informational: 'INFORMATIONAL',
  info: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  critical: 'CRITICAL',
};
const GUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;

function alertOf(data: unknown): Pick<ActivityRecord, 'severity' | 'relatedEvents'> {
  const severity = SEVERITY[(text(at(data, 'Severity')) ?? '').toLowerCase()];
  const relatedEvents = eventIds(at(data, 'EventIds'));
  return { ...(severity && { severity }), ...(relatedEvents.length > 0 && { relatedEvents }) };
}

// A list of ids, or one text that holds them.
function eventIds(value: unknown): string[] {
  const items = list(value);
  if (items) return items.map(text).filter((id) => id !== null);
  const told = text(value) ?? '';
  return told.match(GUID) ?? told.split(/[\s,;|"[\]]+/).filter((id) => id !== '');
}
