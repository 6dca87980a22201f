import { type AppAnswer, type AppRequest, type AuthSession, type Classified, type HttpRules, AppFailure } from '../provider.js';
import { redactText } from '../redact.js';
import { type Budgets, LONGEST_SLEEP_MS, longestWaitMs } from './budget.js';
import { classify, retryAt } from './classify.js';
import type { EngineListener } from './events.js';
import type { SessionKeeper } from './session.js';
import type { Slots } from './slots.js';
import type { Sleep } from './time.js';
import type { Delivered, Transport } from './transport.js';

/** What calls work with: one set for all calls of a connector. */
export interface CallDeps {
  readonly http: Pick<HttpRules, 'headers' | 'classify' | 'retryAt' | 'quota'>;
  readonly transport: Transport;
  readonly budgets: Budgets;
  readonly slots: Slots;
  readonly sessions: SessionKeeper;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly onEvent: EngineListener;
  readonly signal: AbortSignal;
  readonly tries: number;
  readonly patienceMs: number;
  readonly longestReadWaitMs?: number;
}

/** How one call has gone so far. */
interface Course {
  readonly request: AppRequest;
  readonly isUrgent: boolean;
  readonly startedAt: number;
  attempts: number;
  /** The request went out in this attempt: from here on it may have had its effect. */
  isSent: boolean;
  /** The session of this attempt. */
  session?: AuthSession;
  /** The session that the app refused, to be replaced. */
  refused?: AuthSession;
  /** The app asked for a proof with its nonce, and got one: asking again is a plain refusal. */
  hasFreshNonce: boolean;
  throttles: number;
  outages: number;
}

/** Not a refusal of the credential: the same call has to be signed again with the nonce that the app just gave. */
class ProofNonceWanted extends Error {}

const MOST_THROTTLES = 10;
const LONGEST_MESSAGE = 500;
const LONGEST_BACKOFF_MS = 60_000;
const JITTER = 0.25;

/** Makes calls that end well or in an {@link AppFailure} that says why: renews, waits and tries again where that can help and can do no harm. */
export class Calls {
  /** The latest proof nonce of each host. */
  private readonly nonces = new Map<string, string>();

  constructor(private readonly deps: CallDeps) {}

  async run(request: AppRequest, isUrgent: boolean): Promise<AppAnswer> {
    const course: Course = {
      request,
      isUrgent,
      startedAt: this.deps.now(),
      attempts: 0,
      isSent: false,
      hasFreshNonce: false,
      throttles: 0,
      outages: 0,
    };
    for (;;) {
      this.deps.signal.throwIfAborted();
      try {
        return await this.attempt(course);
      } catch (error) {
        if (error instanceof ProofNonceWanted) continue;
        if (!(error instanceof AppFailure)) throw error;
        await this.recover(error, course);
      }
    }
  }

  private async attempt(course: Course): Promise<AppAnswer> {
    const { sessions, budgets, slots } = this.deps;
    course.isSent = false;
    const session = course.refused ? await sessions.replace(course.refused) : await sessions.current();
    course.session = session;
    await budgets.pass(course.request.operation, course.isUrgent);
    return slots.run(async () => {
      course.attempts++;
      course.isSent = true;
      const startedAt = this.deps.now();
      try {
        const delivered = await this.send(course, session);
        return this.judge(delivered, course, startedAt);
      } catch (error) {
        // Answers are reported where they are judged; here only what brought none.
        if (error instanceof AppFailure && error.httpStatus === undefined) this.report(course, startedAt, undefined, error.kind);
        throw error;
      }
    }, this.deps.signal);
  }

  private async send(course: Course, session: AuthSession): Promise<Delivered> {
    const { request } = course;
    let origin = '';
    let used: string | undefined;
    const delivered = await this.deps.transport.send(request, async (call) => {
      origin = new URL(call.url).origin;
      used = this.nonces.get(origin);
      const now = new Date(this.deps.now());
      const signed = await session.headers({ ...call, headers: request.headers, now, ...(used !== undefined && { nonce: used }) });
      return lowerCased({ ...this.deps.http.headers }, { ...request.headers }, signed);
    });
    const given = delivered.answer.headers['dpop-nonce'];
    if (typeof given !== 'string' || given === used) return delivered;
    this.nonces.set(origin, given);
    if (delivered.answer.status !== 401 || course.hasFreshNonce) return delivered;
    course.hasFreshNonce = true;
    this.deps.onEvent({ type: 'proof-nonce', operation: request.operation });
    throw new ProofNonceWanted();
  }

  private judge({ answer, isReadable }: Delivered, course: Course, startedAt: number): AppAnswer {
    const { http, budgets } = this.deps;
    const told = http.quota?.(answer);
    if (told) budgets.heed(answer.request, told);
    const classified = classify(answer, isReadable, http);
    this.report(course, startedAt, answer.status, classified?.kind);
    if (!classified) return answer;
    const comeBack =
      classified.kind === 'throttled' || classified.kind === 'down' ? retryAt(answer, new Date(this.deps.now()), http) : undefined;
    throw new AppFailure(shown(classified), course.request.operation, answer.status, comeBack);
  }

  private report(course: Course, startedAt: number, status: number | undefined, kind: AppFailure['kind'] | undefined): void {
    this.deps.onEvent({
      type: 'call',
      operation: course.request.operation,
      method: course.request.method ?? 'GET',
      ...(status === undefined ? {} : { status }),
      ...(kind === undefined ? {} : { kind }),
      durationMs: this.deps.now() - startedAt,
      attempt: course.attempts,
    });
  }

  /** Returns when another attempt makes sense, after the wait that it needs; throws the failure when not. */
  private async recover(failure: AppFailure, course: Course): Promise<void> {
    if (failure.kind === 'auth-expired' && course.isSent) return this.renew(failure, course);
    if (failure.kind === 'throttled') return this.waitForLimit(failure, course);
    if (failure.kind === 'down' || failure.kind === 'unreachable') return this.waitForApp(failure, course);
    throw failure;
  }

  private renew(failure: AppFailure, course: Course): void {
    if (course.refused)
      throw new AppFailure({ ...failure.classified, kind: 'auth-revoked' }, failure.operation, failure.httpStatus, undefined, {
        cause: failure,
      });
    if (course.session) course.refused = course.session;
  }

  private async waitForLimit(failure: AppFailure, course: Course): Promise<void> {
    const now = this.deps.now();
    const waitMs = failure.retryAt ? Math.max(0, failure.retryAt.getTime() - now) : backoffMs(course.throttles);
    const until = now + waitMs;
    // Others that share the limit need not find out by themselves.
    if (course.isSent) this.deps.budgets.hold(course.request.operation, until);
    course.throttles++;
    if (waitMs > longestWaitMs(this.deps.longestReadWaitMs, course.isUrgent) || course.throttles > MOST_THROTTLES) {
      this.deps.onEvent({ type: 'parked', operation: course.request.operation, retryAt: until });
      throw new AppFailure(failure.classified, failure.operation, failure.httpStatus, new Date(until), { cause: failure });
    }
    await this.wait(failure, course, Math.max(waitMs, 1));
  }

  private async waitForApp(failure: AppFailure, course: Course): Promise<void> {
    // A write whose answer is lost may have been done: its caller has to look before it acts again.
    const canRepeat = (course.request.method ?? 'GET') === 'GET' || !course.isSent;
    course.outages++;
    const backoff = backoffMs(course.outages - 1);
    const waitMs = failure.retryAt ? Math.max(backoff, failure.retryAt.getTime() - this.deps.now()) : backoff;
    const isTooLong = waitMs > LONGEST_SLEEP_MS || this.deps.now() - course.startedAt + waitMs > this.deps.patienceMs;
    if (!canRepeat || course.outages >= this.deps.tries || isTooLong) throw failure;
    await this.wait(failure, course, waitMs);
  }

  private async wait(failure: AppFailure, course: Course, ms: number): Promise<void> {
    // Only later, never earlier: many callers told the same moment should not come back as one.
    const waitMs = Math.round(ms * (1 + JITTER * this.deps.random()));
    this.deps.onEvent({ type: 'retry', operation: course.request.operation, kind: failure.kind, waitMs, attempt: course.attempts });
    await this.deps.sleep(waitMs, this.deps.signal);
  }
}

/** 1, 2, 4 … s. */
function backoffMs(times: number): number {
  return Math.min(LONGEST_BACKOFF_MS, 1_000 * 2 ** times);
}

function shown(classified: Classified): Classified {
  if (classified.message === undefined) return classified;
  return { ...classified, message: redactText(classified.message).slice(0, LONGEST_MESSAGE) };
}

function lowerCased(...parts: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (const part of parts) for (const [name, value] of Object.entries(part)) all[name.toLowerCase()] = value;
  return all;
}
