import { AppFailure } from './provider.js';

/** An object of unknown shape from an app. */
export type WireRecord = Readonly<Record<string, unknown>>;

/** The value as an object, or `undefined`. Lists are no objects. */
export function record(value: unknown): WireRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as WireRecord) : undefined;
}

/** The value as a list, or `undefined`: an absent list is not an empty one. */
export function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Text, or a number written as text; null for anything else and for the empty text, which apps send for "nothing". */
export function text(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'bigint' ? String(value) : null;
}

/** A yes or no, also when it is written as text in any case ("True"). Everything else is null: not told. */
export function flag(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  const word = value.trim().toLowerCase();
  if (word === 'true') return true;
  return word === 'false' ? false : null;
}

/** A whole number, also when it is written as text; null when it is none or too large to be exact. */
export function whole(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null;
  if (typeof value !== 'string' || !/^\s*[+-]?\d{1,16}\s*$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

const ISO_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?$/;

/**
 * Epoch milliseconds of an ISO 8601 time: fractions of up to nine digits are cut to milliseconds, and a time without a zone is UTC.
 * Numbers are refused, since their unit is unknown: see {@link epochSeconds}.
 */
export function timeMs(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const parts = ISO_TIME.exec(value.trim());
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // 60 is a leap second; it counts as the first moment of the next minute.
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && (minute > 0 || second > 0))) return null;
  const dayMs = Date.UTC(year, month - 1, day);
  // 31 February rolls over into March: then the text was no date.
  if (month < 1 || month > 12 || new Date(dayMs).getUTCDate() !== day || new Date(dayMs).getUTCFullYear() !== year) return null;
  const zone = zoneMs(parts[8]);
  if (zone === null) return null;
  const fraction = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  return dayMs + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction - zone;
}

function zoneMs(zone: string | undefined): number | null {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 18 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const LATEST_MS = 253_402_300_799_999;

/** Epoch milliseconds of a count of seconds since 1970, as number or text. */
export function epochSeconds(value: unknown): number | null {
  const seconds = typeof value === 'string' && /^\s*-?\d{1,12}(?:\.\d{1,9})?\s*$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return null;
  const ms = Math.trunc(seconds * 1_000);
  return Math.abs(ms) <= LATEST_MS ? ms : null;
}

/** The value at the end of the path of names and list positions, or `undefined` where the path breaks off. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** The failure to throw when an answer lacks what it must have. `what` names the part: "a list of users". */
export function malformed(operation: string, what: string, status?: number): AppFailure {
  return new AppFailure(
    { kind: 'malformed', message: `The app's answer to ${operation} cannot be read: ${what} is missing or has another form.` },
    operation,
    status,
  );
}

/** {@link record}, or a `malformed` failure that names the operation. */
export function requiredRecord(value: unknown, operation: string, what: string): WireRecord {
  return required(record(value), operation, what);
}

/** {@link list}, or a `malformed` failure that names the operation. */
export function requiredList(value: unknown, operation: string, what: string): readonly unknown[] {
  return required(list(value), operation, what);
}

/** {@link text}, or a `malformed` failure that names the operation. */
export function requiredText(value: unknown, operation: string, what: string): string {
  return required(text(value), operation, what);
}

/** {@link flag}, or a `malformed` failure that names the operation. */
export function requiredFlag(value: unknown, operation: string, what: string): boolean {
  return required(flag(value), operation, what);
}

/** {@link whole}, or a `malformed` failure that names the operation. */
export function requiredWhole(value: unknown, operation: string, what: string): number {
  return required(whole(value), operation, what);
}

/** {@link timeMs}, or a `malformed` failure that names the operation. */
export function requiredTimeMs(value: unknown, operation: string, what: string): number {
  return required(timeMs(value), operation, what);
}

function required<T>(value: T | null | undefined, operation: string, what: string): T {
  if (value === null || value === undefined) throw malformed(operation, what);
  return value;
}
