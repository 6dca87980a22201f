import type { ActivityActor, ActivityRecord, ActivityTarget, StatedPlace } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import { at, categorizer, countryCode, redact, text, timeMs, type WireRecord } from '../sdk/index.js';

import { EVENTS, LOGIN_FAILURES } from './events.js';
import type { People } from './people.js';
import { longId } from './soql.js';

/** What an event is by its name, whichever log it stands in. */
export const categorize = categorizer(EVENTS);

const NOBODY: People = new Map();

// ---------------------------------------------------------------- login history

/** A row of the login history. `receivedAt` (ms) stands in for a row without a time. */
export function toSignIn(row: WireRecord, receivedAt: number, people: People = NOBODY): ActivityRecord {
  const status = text(row['Status']);
  const isSuccess = status === 'Success';
  const eventType = isSuccess ? 'login' : 'login_failed';
  const loginType = text(row['LoginType']);
  const application = known(row['Application']);
  return {
    kind: 'activity',
    externalId: text(row['Id']) ?? '',
    occurredAt: timeMs(row['LoginTime']) ?? receivedAt,
    eventType,
    ...categorize(eventType),
    outcome: isSuccess ? 'SUCCESS' : status === null ? 'UNKNOWN' : 'FAILURE',
    failure: isSuccess || status === null ? null : failureOf(status),
    outcomeDetail: isSuccess ? null : status,
    actor: userActor(text(row['UserId']), people),
    targets: [
      ...(application === null ? [] : [target('Application', null, application)]),
      ...(text(row['LoginUrl']) === null ? [] : [target('LoginUrl', null, text(row['LoginUrl']))]),
    ],
    ip: plainIp(row['SourceIp']),
    place: placeOf(row),
    userAgent: agent(known(row['Browser']), known(row['Platform'])),
    device: known(row['Platform']),
    viaApp: isToken(loginType) ? application : null,
    isAdminActivity: false,
    isInteractive: interactive(loginType),
    raw: rawText(row),
  };
}

/** A status text of the login history, or of a login file, in our words. */
export function failureOf(status: string): NonNullable<ActivityRecord['failure']> {
  return LOGIN_FAILURES.find(([pattern]) => pattern.test(status))?.[1] ?? 'UNKNOWN';
}

// "Unknown", "N/A" and "Browser" stand for nothing that could be told.
function known(value: unknown): string | null {
  const word = text(value);
  return word === null || /^(?:unknown|n\/a)$/i.test(word) ? null : word;
}

function agent(browser: string | null, platform: string | null): string | null {
  if (browser === null || platform === null) return browser;
  return `${browser}; ${platform}`;
}

function isToken(loginType: string | null): boolean {
  return loginType !== null && /remote access|oauth/i.test(loginType);
}

/** False for tokens and API logins; null for a kind that we do not know. */
export function interactive(loginType: string | null): boolean | null {
  if (loginType === null) return null;
  if (isToken(loginType) || /api|jwt|partner product|data loader/i.test(loginType)) return false;
  return /^application$|saml|sso|lightning|employee|community|passwordless/i.test(loginType) ? true : null;
}

function placeOf(row: WireRecord): StatedPlace | null {
  const geo = row['LoginGeo'];
  const country = countryOf(text(row['CountryIso'])) ?? countryOf(text(at(geo, 'Country')));
  const city = text(at(geo, 'City'));
  const [latitude, longitude] = [at(geo, 'Latitude'), at(geo, 'Longitude')].map((value) => (typeof value === 'number' ? value : null));
  if (country === null && city === null && latitude == null) return null;
  return { country, city, latitude: latitude ?? null, longitude: longitude ?? null };
}

function countryOf(name: string | null): string | null {
  if (name === null) return null;
  return /^[A-Za-z]{2}$/.test(name) ? name.toUpperCase() : countryCode(name);
}

// ---------------------------------------------------------------- setup audit trail

/** A row of the setup audit trail: what administrators changed. Its text is all that Salesforce tells of the change. */
export function toSetupChange(row: WireRecord, receivedAt: number): ActivityRecord {
  const eventType = text(row['Action']) ?? 'unknown';
  const display = text(row['Display']);
  const delegate = text(row['DelegateUser']);
  const assumed = setupActor(row);
  return {
    kind: 'activity',
    externalId: text(row['Id']) ?? '',
    occurredAt: timeMs(row['CreatedDate']) ?? receivedAt,
    eventType,
    ...refined(eventType, display),
    outcome: 'SUCCESS',
    // The one who acts is the person who logged in as somebody else.
    actor: delegate === null ? assumed : { externalId: null, name: delegate, email: null, type: 'person' },
    targets: [
      ...usersIn(display),
      ...(delegate === null ? [] : [target('OnBehalfOf', assumed.externalId, assumed.name)]),
      target(text(row['Section']) ?? 'Setup', null, display),
    ],
    ip: null,
    userAgent: null,
    isAdminActivity: true,
    ...(delegate !== null && { isImpersonated: true }),
    raw: rawText(row),
  };
}

function setupActor(row: WireRecord): ActivityActor {
  const id = text(row['CreatedById']);
  const username = text(at(row, 'CreatedBy', 'Username'));
  if (id === null && username === null) return { externalId: null, name: 'system', email: null, type: 'system' };
  const isProcess = username !== null && /^(?:autoproc|cloud)@/i.test(username);
  return { externalId: id === null ? null : longId(id), name: username, email: null, type: isProcess ? 'system' : 'person' };
}

// Of memberships the name does not tell the direction; the text does.
function refined(eventType: string, display: string | null): ReturnType<typeof categorize> {
  const found = categorize(eventType);
  const isTaken = /\bremoved?\b|\bdeleted?\b/i.test(display ?? '');
  return found.category === 'GROUP' && found.mapping === 'exact' && isTaken ? { ...found, activityId: 4 } : found;
}

const USER_ID = /(?<![a-zA-Z0-9])005[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?(?![a-zA-Z0-9])/g;
const USERNAME = /(?<![^\s"'(:])[^\s@"'(),:[\]]{1,80}@[^\s@"'(),:[\]]{1,80}\.[a-z0-9]{2,63}/gi;

function usersIn(display: string | null): ActivityTarget[] {
  const ids = [...new Set((display ?? '').slice(0, 2_000).match(USER_ID) ?? [])].map((id) => target('User', longId(id), null));
  const names = [...new Set((display ?? '').slice(0, 2_000).match(USERNAME) ?? [])].map((name) => target('User', null, name));
  // With one of each they are the same person.
  if (ids.length === 1 && names.length === 1) return [target('User', ids[0]!.externalId, names[0]!.name)];
  return [...ids, ...names];
}

// ---------------------------------------------------------------- parts of all logs

/** A user by id, named where the lookup knows it. The user name is shaped like an address and need not be one. */
export function userActor(id: string | null, people: People, username: string | null = null): ActivityActor {
  const externalId = id === null ? null : longId(id);
  const person = people.get(externalId ?? '');
  if (externalId === null && username === null) return { externalId: null, name: null, email: null, type: 'unknown' };
  return { externalId, name: person?.username ?? username, email: person?.email ?? null, type: 'person' };
}

export function target(type: string, externalId: string | null, name: string | null): ActivityTarget {
  return { type, externalId, name };
}

const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i;

/** An address without port, brackets or the mark of an embedded one; "Salesforce.com IP" and other words are none. */
export function plainIp(value: unknown): string | null {
  const told = text(value)?.trim();
  if (told === undefined) return null;
  const bare = told
    .replace(/^\[([^\]]+)\](?::\d+)?$/, '$1')
    .replace(/^::ffff:(?=\d{1,3}\.)/i, '')
    .replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1');
  return IP.test(bare) ? bare : null;
}

/** The event as it came, without what came with every record and without secrets. */
export function rawText(row: WireRecord): string {
  return JSON.stringify(redact(row as Json));
}
