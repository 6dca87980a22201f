import { HEARERS, type Envelope, type ServiceName } from '#libs/contracts';

import type { Logger } from '../logging/logger.js';
import type { Outbox } from './outbox.js';

/** Carries one message to one service; resolves when that service has taken it for good. */
export interface EventTransport {
  deliver(to: ServiceName, envelope: Envelope): Promise<void>;
}

const POLL_MS = 1_000;
const BATCH = 200;
const PRUNE_EVERY_MS = 10 * 60_000;
const KEEP_PUBLISHED_MS = 60 * 60_000;
const WARN_AFTER_TRIES_MS = 30_000;

/**
 * Delivers a service's outbox, at least once and in order per subject: a subject whose message can't be delivered waits, the others go on.
 * Woken by the outbox, and polling, so that a message survives whatever was missed.
 */
export class Relay {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;
  private wantsMore = false;
  private prunedAt = 0;
  private warnedAt = 0;
  // Subjects that wait after a failure, and until when: the pause doubles up to half a minute.
  private readonly paused = new Map<string, { until: number; ms: number }>();

  constructor(
    private readonly outbox: Outbox,
    private readonly transport: EventTransport,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.outbox.onAdded(() => this.wake());
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Ends after the batch in hand. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private wake(): void {
    if (this.isStopped) return;
    if (this.running) {
      this.wantsMore = true;
      return;
    }
    this.running = this.drain()
      .catch((error: unknown) => this.logger.error({ err: error }, 'the outbox could not be read; trying again'))
      .finally(() => {
        this.running = undefined;
        if (this.wantsMore && !this.isStopped) {
          this.wantsMore = false;
          this.wake();
        }
      });
  }

  private async drain(): Promise<void> {
    for (;;) {
      const waiting = await this.outbox.waiting(BATCH);
      const delivered: string[] = [];
      const held = new Set<string>();
      for (const envelope of waiting) {
        if (this.isStopped) break;
        if (held.has(envelope.subject) || this.isPaused(envelope.subject)) {
          held.add(envelope.subject);
          continue;
        }
        if (await this.deliver(envelope)) delivered.push(envelope.id);
        else held.add(envelope.subject);
      }
      await this.outbox.markPublished(delivered);
      await this.prune();
      if (delivered.length === 0 || waiting.length < BATCH || this.isStopped) return;
    }
  }

  private async deliver(envelope: Envelope): Promise<boolean> {
    try {
      for (const hearer of HEARERS[envelope.message.type]) await this.transport.deliver(hearer, envelope);
      this.paused.delete(envelope.subject);
      return true;
    } catch (error) {
      const ms = Math.min(30_000, (this.paused.get(envelope.subject)?.ms ?? 100) * 2);
      this.paused.set(envelope.subject, { until: Date.now() + ms, ms });
      await this.outbox.markFailed(envelope.id, error instanceof Error ? error.message : 'unknown error');
      if (Date.now() - this.warnedAt > WARN_AFTER_TRIES_MS) {
        this.warnedAt = Date.now();
        this.logger.warn(
          { err: error, type: envelope.message.type, id: envelope.id },
          'a message could not be delivered; it waits and is tried again',
        );
      }
      return false;
    }
  }

  private isPaused(subject: string): boolean {
    return (this.paused.get(subject)?.until ?? 0) > Date.now();
  }

  private async prune(): Promise<void> {
    if (Date.now() - this.prunedAt < PRUNE_EVERY_MS) return;
    this.prunedAt = Date.now();
    await this.outbox.prune(Date.now() - KEEP_PUBLISHED_MS);
  }
}
