import type { Json } from '#libs/kernel';

import type { WireRecord } from '../sdk/index.js';
import { at, record, text, timeMs } from '../sdk/index.js';

/** An event waiting to be told: small, since there are many; made into Okta's shape when somebody reads it. */
export interface LogEntry {
  readonly publishedAt: number;
  /** When the log took it in; polling follows this order. */
  readonly persistedAt: number;
  readonly eventType: string;
  readonly tell: () => WireRecord;
}

/** Events made from their number alone, for volume tests: spread evenly over the time before `until`. */
export interface BulkLog {
  readonly count: number;
  readonly from: number;
  readonly until: number;
  readonly eventTypes: readonly string[];
  readonly tell: (index: number, publishedAt: number) => WireRecord;
}

/** Where a reader in polling mode stands: in the events made for volume, and in the others. */
export interface LogPosition {
  readonly bulk: number;
  readonly stored: number;
}

export interface LogPage {
  readonly events: readonly WireRecord[];
  readonly next: LogPosition;
}

type Filter = (event: WireRecord) => boolean;

/** Passes everything. */
export const NO_FILTER: LogFilter = { eventTypes: undefined, accepts: () => true };

export interface LogFilter {
  /** Only these types can pass, when the filter says so; spares making the others. */
  readonly eventTypes: readonly string[] | undefined;
  readonly accepts: Filter;
}

/** A System Log: append-only, in the order in which events were taken in. */
export class SandboxLog {
  private readonly entries: LogEntry[] = [];

  constructor(private readonly bulk: BulkLog | undefined) {}

  get size(): number {
    return this.entries.length + (this.bulk?.count ?? 0);
  }

  /** Keeps the order by persistence: an event that is taken in later than others stands behind them, whatever its own time. */
  add(entry: LogEntry): void {
    let place = this.entries.length;
    while (place > 0 && this.entries[place - 1]!.persistedAt > entry.persistedAt) place--;
    this.entries.splice(place, 0, entry);
  }

  /** Many at once, in any order. */
  addAll(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.entries.push(entry);
    this.entries.sort((a, b) => a.persistedAt - b.persistedAt);
  }

  /** The position of the first event that was taken in at `since` or later. */
  positionAt(since: number): LogPosition {
    return { bulk: this.bulkFrom(since), stored: this.firstStoredAt(since) };
  }

  /** Up to `limit` events after a position that the log has by `now`. */
  poll(position: LogPosition, limit: number, now: number, filter: LogFilter): LogPage {
    const events: WireRecord[] = [];
    let { bulk, stored } = position;
    const bulkEnd = this.canHoldBulk(filter) ? (this.bulk?.count ?? 0) : bulk;
    for (; bulk < bulkEnd && events.length < limit; bulk++) {
      const event = this.bulkEvent(bulk);
      if (filter.accepts(event)) events.push(event);
    }
    for (; stored < this.entries.length && events.length < limit; stored++) {
      const entry = this.entries[stored]!;
      if (entry.persistedAt > now) break;
      pushIf(events, entry, filter);
    }
    return { events, next: { bulk, stored } };
  }

  hasMore({ bulk, stored }: LogPosition, now: number): boolean {
    const next = this.entries[stored];
    return bulk < (this.bulk?.count ?? 0) || (next !== undefined && next.persistedAt <= now);
  }

  /** Bounded mode: by the events' own time, in either direction, `limit` of them after `offset`. */
  between(
    range: { readonly since: number; readonly until: number; readonly isDescending: boolean; readonly now: number },
    offset: number,
    limit: number,
    filter: LogFilter,
  ): WireRecord[] {
    const { since, until, isDescending, now } = range;
    const inRange = this.entries.filter(
      (entry) => entry.publishedAt >= since && entry.publishedAt <= until && entry.persistedAt <= now && canBe(entry, filter),
    );
    inRange.sort((a, b) => (isDescending ? b.publishedAt - a.publishedAt : a.publishedAt - b.publishedAt));
    const bulkFrom = this.bulkFrom(since);
    const bulkCount = this.canHoldBulk(filter) ? Math.max(0, this.bulkFrom(until + 1) - bulkFrom) : 0;
    const events: WireRecord[] = [];
    let skipped = 0;
    const take = (event: WireRecord): boolean => {
      if (!filter.accepts(event)) return true;
      if (skipped < offset) skipped++;
      else events.push(event);
      return events.length < limit;
    };
    for (const entry of inRange) if (!take(entry.tell())) return events;
    for (let i = 0; i < bulkCount; i++)
      if (!take(this.bulkEvent(isDescending ? bulkFrom + bulkCount - 1 - i : bulkFrom + i))) return events;
    return events;
  }

  private canHoldBulk({ eventTypes }: LogFilter): boolean {
    return this.bulk !== undefined && (eventTypes === undefined || this.bulk.eventTypes.some((type) => eventTypes.includes(type)));
  }

  private bulkEvent(index: number): WireRecord {
    const { from, until, count, tell } = this.bulk!;
    return tell(index, from + Math.floor(((until - from) * index) / count));
  }

  private bulkFrom(since: number): number {
    if (!this.bulk) return 0;
    const { from, until, count } = this.bulk;
    return Math.min(count, Math.max(0, Math.ceil(((since - from) * count) / (until - from))));
  }

  private firstStoredAt(since: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.entries[middle]!.persistedAt < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function pushIf(events: WireRecord[], entry: LogEntry, filter: LogFilter): void {
  if (!canBe(entry, filter)) return;
  const event = entry.tell();
  if (filter.accepts(event)) events.push(event);
}

function canBe(entry: LogEntry, { eventTypes }: LogFilter): boolean {
  return eventTypes === undefined || eventTypes.includes(entry.eventType);
}

/** An event of a recorded log: what was stored beside it by a collector is taken off. Undefined for what is no event. */
export function recordedEntry(recorded: Json, loadedAt: number, keptMs: number): LogEntry | undefined {
  const outer = record(recorded);
  const event = outer && (record(outer['api']) ?? record(outer['raw']) ?? outer);
  const eventType = text(event?.['eventType']) ?? text(event?.['eventtype']);
  if (!event || eventType === null) return undefined;
  const publishedAt = timeMs(event['published']) ?? loadedAt;
  // What is older than the log keeps things is told as if it had come in just now, so that it can be read at all.
  const persistedAt = publishedAt > loadedAt || publishedAt < loadedAt - keptMs ? loadedAt : publishedAt;
  return { publishedAt, persistedAt, eventType, tell: () => event };
}

/** The SCIM filters that people use on the log: comparisons joined by `and`. Undefined for one that cannot be read. */
export function readFilter(expression: string | null, keywords: string | null): LogFilter | undefined {
  const clauses = expression === null ? [] : expression.split(/\s+and\s+/i).map(readClause);
  if (clauses.some((clause) => clause === undefined)) return undefined;
  const words = (keywords ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const types = clauses.find((clause) => clause?.path === 'eventType' && clause.operator === 'eq');
  return {
    eventTypes: types && [types.value],
    accepts: (event) => clauses.every((clause) => clause!.accepts(event)) && (words.length === 0 || hasWords(event, words)),
  };
}

function hasWords(event: WireRecord, words: readonly string[]): boolean {
  const all = JSON.stringify(event).toLowerCase();
  return words.every((word) => all.includes(word));
}

const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  sw: (value, wanted) => value.startsWith(wanted),
  co: (value, wanted) => value.includes(wanted),
  gt: (value, wanted) => value > wanted,
  lt: (value, wanted) => value < wanted,
};

interface Clause {
  readonly path: string;
  readonly operator: string;
  readonly value: string;
  readonly accepts: Filter;
}

function readClause(clause: string): Clause | undefined {
  const parts = /^\s*([A-Za-z.]{1,100})\s+(eq|ne|sw|co|gt|lt)\s+"([^"]*)"\s*$/.exec(clause);
  const [, path, operator, value] = parts ?? [];
  const compare = OPERATORS[operator ?? ''];
  if (path === undefined || operator === undefined || value === undefined || !compare) return undefined;
  return { path, operator, value, accepts: (event) => valuesAt(event, path.split('.')).some((found) => compare(found, value)) };
}

// `target.id` means the id of any target.
function valuesAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [first, ...rest] = path;
  if (first === undefined) return typeof value === 'object' ? [] : [String(value)];
  return valuesAt(at(value, first), rest);
}
