import { createHash, randomBytes } from 'node:crypto';

/** What an id names. The prefix makes an id readable in a log and refuses a mix-up at the door. */
export type IdPrefix =
  | 'acc'
  | 'act'
  | 'agr'
  | 'alr'
  | 'aut'
  | 'con'
  | 'evt'
  | 'exc'
  | 'fnd'
  | 'grp'
  | 'job'
  | 'own'
  | 'per'
  | 'pol'
  | 'prv'
  | 'rng'
  | 'run'
  | 'sco'
  | 'tok'
  | 'tpa'
  | 'vfy'
  | 'gov'
  | 'sav';

/** One organization whose data we keep. Every row, message and cache key carries it. */
export type TenantId = string;

export const DEFAULT_TENANT: TenantId = 'default';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
const HASH_CHARS = 16;
const DERIVED_CHARS = 26;

/** A new id: 48 bits of time, 80 bits of chance. Sorts by the time it was made. */
export function newId(prefix: IdPrefix, at: Date): string {
  return `${prefix}_${timePart(at.getTime())}${base32(randomBytes(10), HASH_CHARS)}`;
}

let lastOrderedAt = 0;
let lastOrdinal = 0;

/** As {@link newId}, and ids made by one process also sort by the order of making within a millisecond. */
export function newOrderedId(prefix: IdPrefix, at: Date): string {
  // A clock set back must not put a later message before an earlier one.
  const time = Math.max(at.getTime(), lastOrderedAt);
  lastOrdinal = time === lastOrderedAt ? lastOrdinal + 1 : 0;
  lastOrderedAt = time;
  const ordinal = Buffer.alloc(4);
  ordinal.writeUInt32BE(lastOrdinal);
  return `${prefix}_${timePart(time)}${base32(Buffer.concat([ordinal, randomBytes(8)]), HASH_CHARS + 3)}`;
}

/** The same parts always give the same id, in every service: a replayed page finds its own rows. */
export function derivedId(prefix: IdPrefix, ...parts: readonly string[]): string {
  return `${prefix}_${base32(digest(parts), DERIVED_CHARS)}`;
}

/** Like {@link derivedId}, but sorts by `at`: for things that happened at a known time, such as activities. */
export function derivedTimedId(prefix: IdPrefix, at: Date, ...parts: readonly string[]): string {
  return `${prefix}_${timePart(at.getTime())}${base32(digest(parts), HASH_CHARS)}`;
}

/** The id of an account, known to every service without asking inventory. */
export function accountId(tenant: TenantId, connectorId: string, externalId: string): string {
  return derivedId('acc', tenant, connectorId, externalId);
}

/** The id of a group, known to every service without asking inventory. */
export function groupId(tenant: TenantId, connectorId: string, externalId: string): string {
  return derivedId('grp', tenant, connectorId, externalId);
}

/** The id of an app grant, known to every service without asking inventory. */
export function appGrantId(tenant: TenantId, connectorId: string, externalId: string): string {
  return derivedId('agr', tenant, connectorId, externalId);
}

/** The id of an activity: sorts by when it happened, and is the same however often its page is read. */
export function activityId(tenant: TenantId, connectorId: string, externalId: string, occurredAt: Date): string {
  return derivedTimedId('act', occurredAt, tenant, connectorId, externalId);
}

// The length before each part keeps ('ab','c') and ('a','bc') apart.
function digest(parts: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest();
}

function timePart(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  let text = '';
  for (let i = 0; i < TIME_CHARS; i++) {
    text = CROCKFORD[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function base32(bytes: Buffer, length: number): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      text += CROCKFORD[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
    if (text.length >= length) break;
  }
  return text.slice(0, length);
}
