import { AppFailure, type AuthSession } from '../provider.js';
import type { EngineListener } from './events.js';

/** Sign in again this long before a session ends; earlier than half of its life for sessions that are short themselves. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** After a refusal the same credential is not tried again for this long: repeated refusals lock accounts. */
const REFUSAL_STANDS_MS = 60_000;
const REFUSALS: ReadonlySet<string> = new Set(['auth-revoked', 'consent', 'misconfigured']);

interface Held {
  readonly session: AuthSession;
  readonly renewAt: number;
}

/** What the keeper works with. */
export interface SessionDeps {
  readonly signIn: () => Promise<AuthSession>;
  readonly now: () => number;
  readonly onEvent: EngineListener;
}

/** The one session of a connector: made when first needed, renewed before it ends, once at a time however many ask. */
export class SessionKeeper {
  private held: Held | undefined;
  private running: Promise<AuthSession> | undefined;
  private refusal: { readonly failure: AppFailure; readonly until: number } | undefined;

  constructor(private readonly deps: SessionDeps) {}

  /** A session that is good as far as we know. */
  async current(): Promise<AuthSession> {
    const held = this.held;
    if (!held) return this.renew();
    if (this.deps.now() < held.renewAt) return held.session;
    try {
      return await this.renew();
    } catch (error) {
      // It is renewed early for this: while the app can't sign us in, the old session is used to its end.
      const isGood = this.held === held && this.deps.now() < (held.session.expiresAt?.getTime() ?? 0);
      if (isGood && error instanceof AppFailure && !REFUSALS.has(error.kind)) return held.session;
      throw error;
    }
  }

  /** A session other than the one that the app refused. Whoever asks while another has signed in already gets that one. */
  async replace(refused: AuthSession): Promise<AuthSession> {
    if (this.held && this.held.session !== refused) return this.current();
    this.held = undefined;
    return this.renew();
  }

  /** The session held now, if any; for what it tells about scopes and expiry. */
  peek(): AuthSession | undefined {
    return this.held?.session;
  }

  private renew(): Promise<AuthSession> {
    this.running ??= this.signIn().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async signIn(): Promise<AuthSession> {
    const startedAt = this.deps.now();
    if (this.refusal && startedAt < this.refusal.until) throw this.refusal.failure;
    try {
      const session = await this.deps.signIn();
      this.refusal = undefined;
      this.held = { session, renewAt: renewAt(session, this.deps.now()) };
      this.deps.onEvent({ type: 'renewal', isDone: true, durationMs: this.deps.now() - startedAt });
      return session;
    } catch (error) {
      const failure = error instanceof AppFailure ? asFinal(error) : error;
      if (failure instanceof AppFailure && REFUSALS.has(failure.kind))
        this.refusal = { failure, until: this.deps.now() + REFUSAL_STANDS_MS };
      const kind = failure instanceof AppFailure ? { kind: failure.kind } : {};
      this.deps.onEvent({ type: 'renewal', isDone: false, durationMs: this.deps.now() - startedAt, ...kind });
      throw failure;
    }
  }
}

function renewAt(session: AuthSession, now: number): number {
  if (!session.expiresAt) return Number.POSITIVE_INFINITY;
  const life = session.expiresAt.getTime() - now;
  return session.expiresAt.getTime() - Math.min(RENEW_BEFORE_MS, life / 2);
}

// "Expired" said by the sign-in itself can't be mended by signing in.
function asFinal(failure: AppFailure): AppFailure {
  if (failure.kind !== 'auth-expired') return failure;
  return new AppFailure({ ...failure.classified, kind: 'auth-revoked' }, failure.operation, failure.httpStatus, failure.retryAt, {
    cause: failure,
  });
}
