import { type AppRequest, AppFailure, type Budget } from '../provider.js';
import type { EngineListener } from './events.js';
import type { Sleep } from './time.js';

/** Waits longer than this are not slept through, unless the client's owner allows reads more: the work is put off to a stored time instead. */
export const LONGEST_SLEEP_MS = 3 * 60_000;

/** How long a call may sleep for a limit: an action never longer than the default, since a person waits for it. */
export function longestWaitMs(longestReadWaitMs: number | undefined, isUrgent: boolean): number {
  return isUrgent ? LONGEST_SLEEP_MS : (longestReadWaitMs ?? LONGEST_SLEEP_MS);
}
const DEFAULT_SHARE = 0.5;
/** The part of our share that only urgent calls may use, so that a long read never keeps an action waiting. */
const URGENT_RESERVE = 0.1;

/** One line of an app's limits as it stands. */
export interface QuotaLine {
  readonly name: string;
  /** Calls per window that we allow ourselves. */
  readonly limit: number;
  /** Calls of ours within the last window. */
  readonly used: number;
  readonly remaining: number;
  /** When the oldest of the counted calls no longer counts, or the app lets us in again; null when nothing is counted. */
  readonly resetAt: number | null;
  /** The part of the app's limit that we take. */
  readonly share: number;
}

/** What an app told about its limit. */
export interface QuotaTold {
  readonly limit?: number;
  readonly remaining?: number;
  readonly resetAt?: Date;
}

/**
 * One limit of an app and our share of it. It counts the calls of the last window, so that no window of that length, wherever it begins, holds more
 * than the share. (A bucket that fills while it is used would let twice the share through at first.)
 */
export class BudgetLine {
  readonly name: string;
  private readonly share: number;
  private readonly windowMs: number;
  private allowed: number;
  /** Times of our calls within the window, oldest first. */
  private calls: number[] = [];
  private heldUntil = 0;

  constructor(private readonly budget: Budget) {
    this.name = budget.name;
    this.share = Math.min(1, Math.max(0, budget.share ?? DEFAULT_SHARE));
    this.windowMs = budget.perSeconds * 1_000;
    this.allowed = this.shareOf(budget.calls);
  }

  covers(operation: string): boolean {
    return !this.budget.match || new RegExp(this.budget.match.source, this.budget.match.flags.replace(/[gy]/g, '')).test(operation);
  }

  /** How long a call has to wait now; 0 when it may go. */
  waitMs(now: number, isUrgent: boolean): number {
    this.forget(now);
    const held = this.heldUntil - now;
    const most = isUrgent ? this.allowed : Math.max(1, Math.floor(this.allowed * (1 - URGENT_RESERVE)));
    const over = this.calls.length - most;
    const full = over < 0 ? 0 : this.calls[over]! + this.windowMs - now;
    return Math.max(0, held, full);
  }

  take(now: number): void {
    this.calls.push(now);
  }

  /** The app said to come back then. */
  hold(until: number): void {
    this.heldUntil = Math.max(this.heldUntil, until);
  }

  /** Heeds what the app tells about its limit: it can only make us more careful. True when our limit went down. */
  heed(told: QuotaTold, now: number): boolean {
    if (told.remaining !== undefined) this.leaveTheRest(told, told.remaining, now);
    if (told.limit === undefined || told.limit < 1) return false;
    const allowed = this.shareOf(Math.min(told.limit, this.budget.calls));
    if (allowed >= this.allowed) return false;
    this.allowed = allowed;
    return true;
  }

  line(now: number): QuotaLine {
    this.forget(now);
    const used = this.calls.length;
    const isHeld = this.heldUntil > now;
    const oldest = this.calls[0];
    const resetAt = isHeld ? this.heldUntil : oldest === undefined ? null : oldest + this.windowMs;
    return {
      name: this.name,
      limit: this.allowed,
      used,
      remaining: isHeld ? 0 : Math.max(0, this.allowed - used),
      resetAt,
      share: this.share,
    };
  }

  // Others use the app's limit too: when only their part is left, we stop until it is full again.
  private leaveTheRest(told: QuotaTold, remaining: number, now: number): void {
    const limit = told.limit ?? this.budget.calls;
    if (remaining > 0 && remaining > limit - this.shareOf(limit)) return;
    const until = told.resetAt?.getTime() ?? now + this.windowMs;
    if (Number.isFinite(until)) this.hold(Math.min(until, now + this.windowMs));
  }

  private shareOf(limit: number): number {
    return Math.max(1, Math.floor(limit * this.share));
  }

  private forget(now: number): void {
    const isOld = (at: number): boolean => at + this.windowMs <= now;
    if (this.calls[0] === undefined || !isOld(this.calls[0])) return;
    const first = this.calls.findIndex((at) => !isOld(at));
    this.calls = first < 0 ? [] : this.calls.slice(first);
  }
}

/** What the budgets work with. */
export interface BudgetDeps {
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly signal?: AbortSignal;
  readonly onEvent: EngineListener;
  readonly longestReadWaitMs?: number;
}

/** All limits of one connector. Every call passes here before it is sent. */
export class Budgets {
  private readonly lines: readonly BudgetLine[];
  private readonly linesOf = new Map<string, readonly BudgetLine[]>();

  constructor(
    budgets: readonly Budget[],
    private readonly deps: BudgetDeps,
  ) {
    this.lines = budgets.map((budget) => new BudgetLine(budget));
  }

  /** Waits until every line that covers the operation has room, then takes it. Throws `throttled` when that is too far off to sleep. */
  async pass(operation: string, isUrgent: boolean): Promise<void> {
    const lines = this.covering(operation);
    for (;;) {
      this.deps.signal?.throwIfAborted();
      const now = this.deps.now();
      let tightest: { readonly line: BudgetLine; readonly waitMs: number } | undefined;
      for (const line of lines) {
        const waitMs = line.waitMs(now, isUrgent);
        if (waitMs > (tightest?.waitMs ?? 0)) tightest = { line, waitMs };
      }
      if (!tightest) {
        for (const line of lines) line.take(now);
        return;
      }
      if (tightest.waitMs > longestWaitMs(this.deps.longestReadWaitMs, isUrgent))
        throw this.tooFarOff(operation, tightest.line, now + tightest.waitMs);
      this.deps.onEvent({ type: 'budget-wait', operation, budget: tightest.line.name, waitMs: tightest.waitMs });
      await this.deps.sleep(tightest.waitMs, this.deps.signal);
    }
  }

  /** The app refused this operation until then: all that share a limit with it wait too. */
  hold(operation: string, until: number): void {
    for (const line of this.covering(operation)) line.hold(until);
  }

  /** What the app tells belongs to the first line that covers the operation. */
  heed(request: AppRequest, told: QuotaTold): void {
    const [line] = this.covering(request.operation);
    const now = this.deps.now();
    if (line?.heed(told, now)) this.deps.onEvent({ type: 'budget-lowered', budget: line.name, limit: line.line(now).limit });
  }

  ledger(): readonly QuotaLine[] {
    return this.lines.map((line) => line.line(this.deps.now()));
  }

  private tooFarOff(operation: string, line: BudgetLine, retryAt: number): AppFailure {
    const message = `Our share of the app's limit "${line.name}" is used up until ${new Date(retryAt).toISOString()}.`;
    return new AppFailure({ kind: 'throttled', message }, operation, undefined, new Date(retryAt));
  }

  private covering(operation: string): readonly BudgetLine[] {
    const known = this.linesOf.get(operation);
    if (known) return known;
    const lines = this.lines.filter((line) => line.covers(operation));
    this.linesOf.set(operation, lines);
    return lines;
  }
}
