import type { Json } from '#libs/kernel';

import type { WireRecord } from '../sdk/index.js';
import { at, epochSeconds, record, text, timeMs } from '../sdk/index.js';

/** An entry waiting to be told: small, since there are many; made into Slack's shape when somebody reads it. */
export interface LogEntry {
  readonly atMs: number;
  /** When the log shows it; a few come some seconds late. */
  readonly shownMs: number;
  readonly action: string;
  readonly actorId: string;
  readonly tell: () => WireRecord;
}

/** Entries made from their number alone, for volume tests: spread evenly over the time before `until`. */
export interface BulkLog {
  readonly count: number;
  readonly from: number;
  readonly until: number;
  readonly tell: (index: number, atMs: number) => WireRecord;
}

/** What to read: whole seconds, both ends included, as Slack has it. */
export interface LogRange {
  readonly oldestS: number;
  readonly latestS: number;
  readonly action: readonly string[] | null;
  readonly actor: string | null;
}

/** How many entries of either kind were read before this page. */
export interface LogPlace {
  readonly stored: number;
  readonly bulk: number;
}

/** An audit log: append-only, read from the newest to the oldest. */
export class AuditLog {
  private readonly entries: LogEntry[] = [];

  constructor(private readonly bulk: BulkLog | undefined) {}

  get size(): number {
    return this.entries.length + (this.bulk?.count ?? 0);
  }

  /** Keeps the order by the entries' own time; most come in order. */
  add(entry: LogEntry): void {
    let place = this.entries.length;
    while (place > 0 && this.entries[place - 1]!.atMs > entry.atMs) place--;
    this.entries.splice(place, 0, entry);
  }

  /** Many at once, in any order. */
  addAll(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.entries.push(entry);
    this.entries.sort((a, b) => a.atMs - b.atMs);
  }

  /** Up to `limit` entries of the range, newest first, after those that were read; and where the next page begins, if there is one. */
  page(
    range: LogRange,
    from: LogPlace,
    limit: number,
    now: number,
  ): { readonly entries: WireRecord[]; readonly next: LogPlace | undefined } {
    const found: WireRecord[] = [];
    let { stored, bulk } = from;
    const newest = this.firstAfter((range.latestS + 1) * 1_000) - 1;
    const oldest = this.firstAfter(range.oldestS * 1_000);
    for (; newest - stored >= oldest && found.length < limit; stored++) {
      const entry = this.entries[newest - stored]!;
      if (entry.shownMs <= now && isWanted(entry.action, entry.actorId, range)) found.push(entry.tell());
    }
    const [bulkFrom, bulkTo] = this.bulkBounds(range);
    for (; bulkTo - 1 - bulk >= bulkFrom && found.length < limit; bulk++) {
      const event = this.bulkEvent(bulkTo - 1 - bulk);
      if (isWanted(text(event['action']) ?? '', text(at(event, 'actor', 'user', 'id')) ?? '', range)) found.push(event);
    }
    const hasMore = newest - stored >= oldest || bulkTo - 1 - bulk >= bulkFrom;
    return { entries: found, next: hasMore ? { stored, bulk } : undefined };
  }

  private bulkEvent(index: number): WireRecord {
    const { from, until, count, tell } = this.bulk!;
    return tell(index, from + Math.floor(((until - from) * index) / count));
  }

  private bulkBounds({ oldestS, latestS }: LogRange): [number, number] {
    return this.bulk ? [this.bulkFrom(oldestS * 1_000), this.bulkFrom((latestS + 1) * 1_000)] : [0, 0];
  }

  private bulkFrom(ms: number): number {
    const { from, until, count } = this.bulk!;
    return Math.min(count, Math.max(0, Math.ceil(((ms - from) * count) / (until - from))));
  }

  /** The first entry at or after this moment. */
  private firstAfter(ms: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.entries[middle]!.atMs < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isWanted(action: string, actor: string, range: LogRange): boolean {
  return (range.action === null || range.action.includes(action)) && (range.actor === null || range.actor === actor);
}

/** A recorded entry, as it is or inside an envelope; one without a time is told at `otherwise`. */
export function recordedEntry(event: Json, otherwise: number): LogEntry | undefined {
  const outer = record(event);
  const raw = record(outer?.['api']) ?? record(outer?.['raw']) ?? outer;
  const action = text(raw?.['action']);
  if (!raw || action === null) return undefined;
  const atMs = epochSeconds(raw['date_create']) ?? timeMs(raw['date_create']) ?? otherwise;
  const tell = (): WireRecord => ({ ...raw, date_create: Math.floor(atMs / 1_000) });
  return { atMs, shownMs: atMs, action, actorId: text(at(raw, 'actor', 'user', 'id')) ?? '', tell };
}
