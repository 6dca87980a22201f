import type { ActivityActor, ActivityRecord, ActivityTarget, SignInFailure } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { canonicalJson, derivedId } from '#libs/kernel';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { at, categorizer, countryCode, epochSeconds, list, record, redact, text, timeMs } from '../sdk/index.js';
import { ADMIN_EVENTS, EVENTS, FAILED, FAILURE_OF_WORDS, SEVERITY_OF_ALERT } from './events.js';

const categorize = categorizer(EVENTS);

/** An entry of the audit log as our record. `receivedAt` (ms) stands in for an entry that says no time. */
export function toActivity(wire: unknown, receivedAt: number): ActivityRecord {
  const entry = record(wire) ?? {};
  const context = record(entry['context']) ?? {};
  const eventType = text(entry['action']) ?? 'unknown';
  const known = categorize(eventType);
  const id = text(entry['id']);
  const actor = actorOf(entry['actor']);
  const targets = targetsOf(entry);
  const failed = FAILED.test(eventType);
  return {
    kind: 'activity',
    externalId: id ?? derivedId('evt', canonicalJson(entry)),
    ...(id === null && { isIdDerived: true }),
    occurredAt: epochSeconds(entry['date_create']) ?? timeMs(entry['date_create']) ?? receivedAt,
    eventType,
    ...known,
    outcome: failed ? 'FAILURE' : 'SUCCESS',
    failure: failed ? failureOf(eventType, known, entry) : null,
    outcomeDetail: reasonsOf(entry).join(', ') || null,
    actor,
    targets,
    ip: plainIp(text(context['ip_address'])),
    ...tagsOf(entry),
    userAgent: text(context['ua']),
    sessionId: text(context['session_id']),
    viaApp: text(at(context, 'app', 'id')),
    isAdminActivity: isAdminActivity(eventType, known, actor, entry),
    ...(known.category === 'SIGN_IN' && { isInteractive: isInteractive(eventType) }),
    ...(known.category === 'THREAT' && { severity: SEVERITY_OF_ALERT[eventType] ?? 'MEDIUM' }),
    raw: JSON.stringify(redact(entry as Json)),
  };
}

// `context.location` is a workspace or the organization, no place on earth: the address is looked up instead.
function actorOf(value: unknown): ActivityActor {
  const type = text(at(value, 'type'));
  const who = record(at(value, type ?? 'user')) ?? record(at(value, 'user')) ?? {};
  const externalId = text(who['id']);
  return {
    externalId,
    name: text(who['name']),
    email: text(who['email']),
    type: externalId === 'USLACKBOT' ? 'system' : actorType(type, externalId),
  };
}

function actorType(type: string | null, id: string | null): ActivityActor['type'] {
  if (type === 'user') return id === null ? 'unknown' : 'person';
  if (type === 'app' || type === 'bot' || type === 'workflow') return 'service';
  return type === 'slack' || type === 'system' ? 'system' : 'unknown';
}

function targetsOf(entry: WireRecord): ActivityTarget[] {
  const type = text(at(entry, 'entity', 'type'));
  const entity = type === null ? undefined : record(at(entry, 'entity', type));
  const targets = entity ? [targetOf(type!, entity)] : [];
  // Who else took part stands in the details, as an object under a name of its own or as an id.
  for (const [name, value] of Object.entries(record(entry['details']) ?? {})) {
    const part = record(value);
    if (part && text(part['id']) !== null) targets.push(targetOf(name, part));
    else if (/^target_user(?:_id)?$/.test(name) && text(value) !== null)
      targets.push({ type: 'user', externalId: text(value), name: null });
  }
  return targets;
}

function targetOf(type: string, value: WireRecord): ActivityTarget {
  return { type, externalId: text(value['id']), name: text(value['name']) ?? text(value['title']) ?? text(value['email']) };
}

function reasonsOf(entry: WireRecord): string[] {
  const reason = at(entry, 'details', 'reason');
  return (list(reason) ?? [reason]).map(text).filter((word) => word !== null);
}

function tagsOf(entry: WireRecord): Pick<ActivityRecord, 'ipTags'> {
  const tags = reasonsOf(entry).filter((reason) => /^(?:tor|vpn|proxy)$/i.test(reason));
  return tags.length > 0 ? { ipTags: tags.map((tag) => tag.toLowerCase()) } : {};
}

function failureOf(eventType: string, { category }: Categorized, entry: WireRecord): SignInFailure | null {
  if (category !== 'SIGN_IN') return null;
  if (eventType === 'ip_allowlist_access_denied') return 'IP_NOT_ALLOWED';
  const words = reasonsOf(entry).join(' ');
  return FAILURE_OF_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'UNKNOWN';
}

function isAdminActivity(eventType: string, { category }: Categorized, actor: ActivityActor, entry: WireRecord): boolean {
  if (ADMIN_EVENTS.has(eventType) || category === 'ADMIN' || category === 'PRIVILEGE') return true;
  if (category === 'GROUP') return true;
  // Made, deactivated, renamed, reset: administrative when done to somebody else.
  if (category !== 'USER' && category !== 'CREDENTIAL') return false;
  const whom = text(at(entry, 'entity', 'user', 'id'));
  return actor.type === 'person' && whom !== null && whom !== actor.externalId;
}

function isInteractive(eventType: string): boolean | null {
  return eventType === 'user_login' || eventType === 'user_login_failed' || eventType === 'cli_login' ? true : null;
}

/** A row of the access logs as a sign-in: the latest of those from one address with one client, since Slack adds them up. */
export function toAccessActivity(wire: unknown, receivedAt: number): ActivityRecord {
  const row = record(wire) ?? {};
  const eventType = 'access_log_login';
  const ip = plainIp(text(row['ip']));
  const country = countryCode(text(row['country']));
  const key = [row['user_id'], row['ip'], row['user_agent'], row['date_last']].map((part) => text(part) ?? '');
  return {
    kind: 'activity',
    externalId: derivedId('evt', ...key),
    isIdDerived: true,
    occurredAt: epochSeconds(row['date_last']) ?? receivedAt,
    eventType,
    ...categorize(eventType),
    outcome: 'SUCCESS',
    failure: null,
    outcomeDetail: null,
    actor: { externalId: text(row['user_id']), name: text(row['username']), email: null, type: 'person' },
    targets: [],
    ip,
    place: country === null ? null : { country, region: text(row['region']) },
    organization: text(row['isp']),
    userAgent: text(row['user_agent']),
    isAdminActivity: false,
    isInteractive: null,
    raw: JSON.stringify(redact(row as Json)),
  };
}

/** A row of the integration log. It has no id and no name: `integration_` and its kind of change is ours. */
export function toIntegrationActivity(wire: unknown, receivedAt: number): ActivityRecord {
  const row = record(wire) ?? {};
  const eventType = `integration_${text(row['change_type']) ?? 'unknown'}`;
  const app = text(row['app_id']);
  const service = text(row['service_id']);
  const name = text(row['app_type']) ?? text(row['service_type']);
  const channel = text(row['channel']);
  return {
    kind: 'activity',
    externalId: derivedId('evt', canonicalJson(row)),
    isIdDerived: true,
    occurredAt: epochSeconds(row['date']) ?? receivedAt,
    eventType,
    ...categorize(eventType),
    outcome: 'SUCCESS',
    failure: null,
    outcomeDetail: text(row['reason']) ?? text(row['resolution']),
    actor: { externalId: text(row['user_id']), name: text(row['user_name']), email: null, type: 'person' },
    targets: [
      ...(app !== null || service !== null ? [{ type: app !== null ? 'app' : 'service', externalId: app ?? service, name }] : []),
      ...(channel !== null ? [{ type: 'channel', externalId: channel, name: null }] : []),
    ],
    ip: null,
    userAgent: null,
    isAdminActivity: eventType === 'integration_enabled' || eventType === 'integration_disabled',
    raw: JSON.stringify(redact(row as Json)),
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
