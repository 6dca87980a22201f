import type { Clock } from '#libs/kernel';

import type { Stream } from '../domain/connector.js';
import type { StreamRef, StreamStore } from '../domain/ports.js';

const SAVE_EVERY_MS = 1_000;

/** What the graph shows of a run while it goes on: saved once a second, not with each page. */
export class Progress {
  items = 0;
  changed = 0;
  private expected: number | null = null;
  private newestAt: number | null = null;
  private beganAt = 0;
  private savedAt = 0;

  constructor(
    private readonly streams: StreamStore,
    private readonly ref: StreamRef,
    private readonly clock: Clock,
  ) {}

  async begin(phase: string): Promise<void> {
    this.beganAt = this.now();
    await this.streams.change(
      this.ref,
      (stream) => ({ ...stream, status: 'RUNNING', phase, itemsRead: 0, itemsExpected: null, ratePerSecond: null }),
      false,
    );
  }

  expect(total: number | undefined): void {
    if (total !== undefined) this.expected = total;
  }

  async stored(records: number, changed: number, newestAt: number | null): Promise<void> {
    this.items += records;
    this.changed += changed;
    this.newestAt = newestAt ?? this.newestAt;
    const now = this.now();
    if (now - this.savedAt < SAVE_EVERY_MS) return;
    this.savedAt = now;
    const seconds = Math.max(0.001, (now - this.beganAt) / 1_000);
    await this.streams.change(this.ref, (stream) => ({ ...this.onto(stream), ratePerSecond: Math.round(this.items / seconds) }), false);
  }

  async end(by: (stream: Stream) => Stream, announce = true): Promise<void> {
    await this.streams.change(this.ref, (stream) => by({ ...this.onto(stream), phase: null, ratePerSecond: null }), announce);
  }

  private onto(stream: Stream): Stream {
    return {
      ...stream,
      itemsRead: this.items,
      itemsExpected: this.expected !== null && this.expected >= this.items ? this.expected : null,
      cursorAt: this.newestAt ?? stream.cursorAt,
    };
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
