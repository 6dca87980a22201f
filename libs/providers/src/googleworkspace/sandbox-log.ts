import type { Company, WireRecord } from '../sdk/index.js';
import { activitiesOf, bulkActivity, type LogEntry } from './sandbox-events.js';

/** What a reader asks for. */
export interface LogQuery {
  readonly application: string;
  readonly from: number;
  readonly to: number;
  /** The moment of the first page: later pages show nothing newer. */
  readonly asOf: number;
  readonly eventName?: string;
  /** What an activity must say beside that. */
  readonly accepts?: (activity: WireRecord) => boolean;
}

/** How many activities of each source a reader has passed, counted from the newest. */
export interface LogPlace {
  readonly kept: number;
  readonly bulk: number;
}

export interface LogPage {
  readonly rows: readonly WireRecord[];
  readonly next: LogPlace;
  readonly hasMore: boolean;
}

const DAY_MS = 86_400_000;
/** The application whose log holds what is made up for volume. */
const BULK_APPLICATION = 'drive';

/** The audit logs: what the company's people did, told when asked for, and beside it what was written, loaded or made up for volume. */
export class SandboxLog {
  private readonly written: LogEntry[] = [];
  private last: { readonly key: string; readonly entries: readonly LogEntry[] } | undefined;
  private readonly bulkFrom: number;
  private readonly bulkStep: number;

  constructor(
    private readonly company: Company,
    private readonly options: { readonly customerId: string; readonly now: number; readonly days: number; readonly bulk: number },
  ) {
    this.bulkFrom = options.now - options.days * DAY_MS;
    this.bulkStep = options.bulk > 0 ? (options.days * DAY_MS) / options.bulk : 0;
  }

  add(entries: readonly LogEntry[]): void {
    this.written.push(...entries);
    this.last = undefined;
  }

  /** Up to `limit` activities after a place, the newest first. */
  page(query: LogQuery, place: LogPlace, limit: number): LogPage {
    const entries = this.entriesOf(query);
    const { newest, count } = this.bulkOf(query);
    const rows: WireRecord[] = [];
    let { kept, bulk } = place;
    while (rows.length < limit) {
      const entry = entries[kept];
      const bulkAt = bulk < count ? this.timeOf(newest - bulk) : undefined;
      if (entry === undefined && bulkAt === undefined) break;
      if (bulkAt !== undefined && (entry === undefined || bulkAt > entry.at)) rows.push(this.tellBulk(newest - bulk++));
      else rows.push(entries[kept++]!.tell());
    }
    return { rows, next: { kept, bulk }, hasMore: kept < entries.length || bulk < count };
  }

  private entriesOf({ application, from, to, asOf, eventName, accepts }: LogQuery): readonly LogEntry[] {
    const key = accepts === undefined ? [application, from, to, asOf, eventName ?? ''].join(' ') : '';
    if (key !== '' && this.last?.key === key) return this.last.entries;
    const until = Math.min(to, asOf);
    const told: LogEntry[] = [];
    for (const event of this.company.events(new Date(from), new Date(until + 1))) {
      told.push(...activitiesOf(event, this.company, this.options.customerId));
    }
    const fits = (entry: LogEntry): boolean =>
      entry.application === application &&
      entry.at >= from &&
      entry.at <= until &&
      entry.shownAt <= asOf &&
      (eventName === undefined || entry.names.includes(eventName)) &&
      (accepts === undefined || accepts(entry.tell()));
    const entries = [...told, ...this.written].filter(fits).sort((a, b) => b.at - a.at);
    this.last = { key, entries };
    return entries;
  }

  private bulkOf({ application, from, to, asOf, eventName }: LogQuery): { readonly newest: number; readonly count: number } {
    const { bulk } = this.options;
    if (bulk === 0 || application !== BULK_APPLICATION || eventName !== undefined) return { newest: -1, count: 0 };
    const place = (time: number): number => Math.floor((time - this.bulkFrom) / this.bulkStep);
    const newest = Math.min(bulk - 1, place(Math.min(to, asOf)));
    const oldest = Math.max(0, Math.ceil((from - this.bulkFrom) / this.bulkStep));
    return { newest, count: Math.max(0, newest - oldest + 1) };
  }

  private timeOf(index: number): number {
    return Math.floor(this.bulkFrom + index * this.bulkStep);
  }

  private tellBulk(index: number): WireRecord {
    const who = this.company.people[index % this.company.people.length]!;
    return bulkActivity(index, this.timeOf(index), who, this.options.customerId);
  }
}
