import type { ActivityActor, ActivityRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { canonicalJson, derivedId } from '#libs/kernel';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { categorizer, redact, text } from '../sdk/index.js';
import { EVENTS } from './events.js';

const categorizeName = categorizer(EVENTS);

/** What an event is by its name. Names of Entra end with a full stop in the activity feed. */
export function categorize(eventType: string): Categorized {
  return categorizeName(eventType.replace(/\.$/, ''));
}

/** The event's own id, or one made of the event. */
export function idOf(id: unknown, event: WireRecord): Pick<ActivityRecord, 'externalId' | 'isIdDerived'> {
  const own = text(id);
  return own === null ? { externalId: derivedId('evt', canonicalJson(event as Json)), isIdDerived: true } : { externalId: own };
}

/** The event as received, without secrets. */
export function rawOf(event: WireRecord): string {
  return JSON.stringify(redact(event as Json));
}

const ZERO_GUID = '00000000-0000-0000-0000-000000000000';

/** An id; null for the ways in which Microsoft says that there is none. */
export function told(value: unknown): string | null {
  const word = text(value);
  return word === null || word === ZERO_GUID || /^(?:not available|unknown)$/i.test(word) ? null : word;
}

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** True for the ids of directory objects. */
export function isGuid(value: string | null): value is string {
  return value !== null && GUID.test(value);
}

const EMAIL = /^[^@\s\\/]{1,128}@[^@\s]{1,190}\.[^@\s.]{2,63}$/;

/** A user name that is an address; a guest's holds its own in disguise and is none. */
export function emailOf(userName: string | null): string | null {
  return userName !== null && !/#EXT#/i.test(userName) && EMAIL.test(userName) ? userName : null;
}

/** An app that acted for itself. */
export function serviceActor(externalId: string | null, name: string | null): ActivityActor {
  return { externalId, name, email: null, type: 'service' };
}

/** An address without port, brackets or zone, IPv4 inside IPv6 as IPv4; null for what is none, such as a host name. */
export function plainIp(value: unknown): string | null {
  const stated = text(value)?.trim();
  if (!stated) return null;
  const inBrackets = /^\[([^\]]+)\](?::\d+)?$/.exec(stated)?.[1];
  const withoutPort = inBrackets ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(stated)?.[1] ?? stated;
  const address = withoutPort.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1)[0] ?? '';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return address.split('.').every((part) => Number(part) < 256) ? address : null;
  return address.includes(':') && /^[0-9a-f:.]{2,45}$/i.test(address) ? address.toLowerCase() : null;
}

/** The value of the entry with this name in a list of names and values. */
export function named(entries: unknown, name: string, nameKey = 'Name', valueKey = 'Value'): string | null {
  if (!Array.isArray(entries)) return null;
  for (const entry of entries as readonly unknown[]) {
    const pair = entry as Readonly<Record<string, unknown>> | null;
    if (pair && typeof pair === 'object' && text(pair[nameKey])?.toLowerCase() === name.toLowerCase()) return text(pair[valueKey]);
  }
  return null;
}
