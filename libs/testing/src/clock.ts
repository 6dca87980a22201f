import { Clock } from '#libs/kernel';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private at: number;

  constructor(start: Date | string = '2026-11-20T15:30:00Z') {
    super();
    this.at = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.at);
  }

  advance(ms: number): void {
    this.at += ms;
  }

  set(to: Date | string): void {
    this.at = new Date(to).getTime();
  }

  /** Waits that take no time but move the clock, to hand to the engine: throttling is sat out at once. */
  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.advance(ms);
  };
}
