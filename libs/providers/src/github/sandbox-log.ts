import type { Json } from '#libs/kernel';

import { record, text, timeMs, whole } from '../sdk/index.js';

type Wire = Readonly<Record<string, unknown>>;

/** An event waiting to be told: small, since there are many; made into GitHub's shape when somebody reads it. */
export interface LogEntry {
  readonly at: number;
  /** When the log shows it: some events are filled in late. */
  readonly shownAt: number;
  readonly isGit: boolean;
  readonly action: string;
  readonly tell: () => Wire;
}

/** Events made from their number alone, for volume tests: spread evenly over the time before `until`. */
export interface BulkLog {
  readonly count: number;
  readonly from: number;
  readonly until: number;
  readonly tell: (index: number, at: number) => Wire;
}

/** What somebody asks of the log. */
export interface LogQuery {
  /** Both included, ms. */
  readonly from: number;
  readonly to: number;
  readonly include: 'web' | 'git' | 'all';
  readonly isAscending: boolean;
  readonly action: string | undefined;
  readonly actor: string | undefined;
  readonly now: number;
}

/** Where a reader of one query stands: how many of either kind were passed. */
export interface LogPosition {
  readonly bulk: number;
  readonly stored: number;
}

/** An audit log, ordered by the events' own time. */
export class SandboxLog {
  private readonly entries: LogEntry[] = [];

  constructor(private readonly bulk: BulkLog | undefined) {}

  get size(): number {
    return this.entries.length + (this.bulk?.count ?? 0);
  }

  add(entry: LogEntry): void {
    let place = this.entries.length;
    while (place > 0 && this.entries[place - 1]!.at > entry.at) place--;
    this.entries.splice(place, 0, entry);
  }

  addAll(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.entries.push(entry);
    this.entries.sort((a, b) => a.at - b.at);
  }

  /** Up to `limit` events after a position, in the query's order; `hasMore` tells of a further page. */
  read(query: LogQuery, start: LogPosition, limit: number): { events: Wire[]; next: LogPosition; hasMore: boolean } {
    const stored = this.storedIn(query);
    const [first, last] = this.bulkIn(query);
    const events: Wire[] = [];
    let { bulk, stored: place } = start;
    const step = query.isAscending ? 1 : -1;
    for (;;) {
      const index = query.isAscending ? first + bulk : last - 1 - bulk;
      const hasBulk = bulk < last - first;
      const entry = stored[place];
      if (!hasBulk && !entry) return { events, next: { bulk, stored: place }, hasMore: false };
      if (events.length >= limit) return { events, next: { bulk, stored: place }, hasMore: true };
      if (entry && (!hasBulk || (entry.at - this.bulkTime(index)) * step < 0)) {
        events.push(entry.tell());
        place++;
      } else {
        events.push(this.bulk!.tell(index, this.bulkTime(index)));
        bulk++;
      }
    }
  }

  private storedIn({ from, to, include, isAscending, action, actor, now }: LogQuery): LogEntry[] {
    const found: LogEntry[] = [];
    for (let i = this.firstAt(from); i < this.entries.length && this.entries[i]!.at <= to; i++) {
      const entry = this.entries[i]!;
      const isWanted = include === 'all' || entry.isGit === (include === 'git');
      if (!isWanted || entry.shownAt > now) continue;
      if (action !== undefined && entry.action !== action && !entry.action.startsWith(`${action}.`)) continue;
      if (actor !== undefined && entry.tell()['actor'] !== actor) continue;
      found.push(entry);
    }
    return isAscending ? found : found.reverse();
  }

  private bulkIn({ from, to, include, action, actor }: LogQuery): [number, number] {
    if (!this.bulk || include === 'git' || action !== undefined || actor !== undefined) return [0, 0];
    const first = this.bulkFrom(from);
    return [first, Math.max(first, this.bulkFrom(to + 1))];
  }

  private bulkTime(index: number): number {
    const { from, until, count } = this.bulk ?? { from: 0, until: 0, count: 1 };
    return from + Math.floor(((until - from) * index) / count);
  }

  private bulkFrom(since: number): number {
    const { from, until, count } = this.bulk!;
    return Math.min(count, Math.max(0, Math.ceil(((since - from) * count) / (until - from))));
  }

  private firstAt(since: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.entries[middle]!.at < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** An event of a recorded log: what was stored beside it by a collector is taken off. Undefined for what is no event. */
export function recordedEntry(recorded: Json, loadedAt: number, keptMs: number, number: number): LogEntry | undefined {
  const outer = record(recorded);
  const event = outer && (record(outer['api']) ?? record(outer['raw']) ?? outer);
  const action = text(event?.['action']);
  if (!event || action === null) return undefined;
  const stated = whole(event['@timestamp']) ?? whole(event['created_at']) ?? timeMs(event['created_at']);
  // What is older than the log keeps things is told as if it had just happened, so that it can be read at all.
  const isKept = stated !== null && stated <= loadedAt && stated > loadedAt - keptMs;
  const at = isKept ? stated : loadedAt - 10 * 60_000;
  const told = {
    ...event,
    ...(!isKept && { '@timestamp': at, created_at: at }),
    _document_id: text(event['_document_id']) ?? `recorded-${number}`,
  };
  return { at, shownAt: at, isGit: action.startsWith('git.'), action, tell: () => told };
}
