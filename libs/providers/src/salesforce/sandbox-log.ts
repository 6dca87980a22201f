import type { Row } from './sandbox-soql.js';

/** A row of a log with its moment. */
export interface TimedRow {
  readonly at: number;
  readonly row: Row;
}

/** A log told in time order from sources that are in time order themselves; the kept rows are those that were written or loaded. */
export class TimedLog {
  private readonly kept: TimedRow[] = [];

  constructor(private readonly sources: readonly ((from: number, now: number) => Iterator<TimedRow>)[]) {}

  add(rows: readonly TimedRow[]): void {
    this.kept.push(...rows);
    this.kept.sort((a, b) => a.at - b.at);
  }

  /** Rows from a moment on, none of the future. */
  *rows(from: number, now: number): Generator<Row> {
    const kept = this.kept.filter(({ at }) => at >= from && at <= now)[Symbol.iterator]();
    const iterators: Iterator<TimedRow>[] = [...this.sources.map((source) => source(from, now)), kept];
    const heads = iterators.map((iterator) => iterator.next());
    for (;;) {
      let first = -1;
      heads.forEach((head, index) => {
        if (!head.done && (first < 0 || head.value.at < (heads[first]!.value as TimedRow).at)) first = index;
      });
      const head = heads[first];
      if (!head || head.done) return;
      yield head.value.row;
      heads[first] = iterators[first]!.next();
    }
  }
}
