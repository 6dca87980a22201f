import type { Principal } from '#libs/contracts';

import { RateLimited } from './refusals.js';

const RETRY_AFTER_SECONDS = 1;

/** Counts the requests of each caller that are being worked on, whichever of its tokens they carry. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  constructor(private readonly limit = 50) {}

  /** Takes a place, or throws {@link RateLimited}; the returned function gives it back. */
  enter({ tenant, subject }: Principal): () => void {
    const key = JSON.stringify([tenant, subject]);
    const count = this.counts.get(key) ?? 0;
    if (count >= this.limit) throw new RateLimited(this.limit, RETRY_AFTER_SECONDS);
    this.counts.set(key, count + 1);
    return () => this.leave(key);
  }

  private leave(key: string): void {
    const count = (this.counts.get(key) ?? 1) - 1;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}
