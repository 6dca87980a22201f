import { createHash, createHmac } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { type Clock, SystemClock } from '#libs/kernel';

import type { AppAnswer, AppClient, AppRequest, AuthContext, AuthSession, Facts, Provider, Secrets, Settings } from '../provider.js';
import type { HostMap } from './address.js';
import { Budgets, type QuotaLine } from './budget.js';
import { Calls } from './calls.js';
import type { EngineListener } from './events.js';
import { makeProofKey, signJwt } from './jwt.js';
import type { NetworkRules } from './network.js';
import { SessionKeeper } from './session.js';
import { Slots, eachLimited } from './slots.js';
import { type Sleep, realSleep } from './time.js';
import { Transport } from './transport.js';

/** What a client needs to reach one connected app. */
export interface AppClientOptions {
  readonly provider: Pick<Provider, 'manifest' | 'http' | 'auth'>;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly facts?: Facts;
  /** Set by the operator: stand-ins for real hosts. */
  readonly hostMap?: HostMap;
  /** Set by the operator: which connections may be made. */
  readonly network?: NetworkRules;
  readonly limits?: CallLimits;
  /** Ends every call and wait, for shutdown or a lost lease. */
  readonly signal?: AbortSignal;
  readonly onEvent?: EngineListener;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  readonly sleep?: Sleep;
}

/** How long and how much one call may take. */
export interface CallLimits {
  /** For one attempt, from sending to the last byte; a request may ask for another. Default 60 s. */
  readonly timeoutMs?: number;
  /** Of a body, packed and unpacked. Default 64 MiB. */
  readonly mostBytes?: number;
  /** Attempts of a read while the app is down. Default 5. */
  readonly tries?: number;
  /** No new attempt after this long while the app is down. Default 2 min. */
  readonly patienceMs?: number;
  /** How long a read may sleep until the app's limit or our share of it has room again; default 3 min, longer waits are thrown with their end. Actions never wait longer than the default. */
  readonly longestReadWaitMs?: number;
}

/** What the current session tells about the credential. */
export interface SessionFacts {
  readonly expiresAt?: Date;
  readonly grantedScopes?: readonly string[];
  readonly credentialExpiresAt?: Date;
}

/** An {@link AppClient} with the handles of its owner, the connectors service. */
export interface EngineClient extends AppClient {
  /** The same client for actions: its calls may use the part of the budgets that reads leave free. */
  readonly urgent: AppClient;
  /** Signs in unless a session is held, and tells what the app granted. Throws when the credential is refused. */
  signIn(): Promise<SessionFacts>;
  /** What discovery found; from now on part of the client. */
  learn(facts: Facts): void;
  /** Each limit of the app: our share, and how much of it is used. */
  quota(): readonly QuotaLine[];
  /** Ends all calls and connections. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;
const TRIES = 5;
const PATIENCE_MS = 120_000;

/** The way to one connected app: signs in, sends, waits, retries and keeps within the app's limits. Nothing is sent before the first call. */
export function createAppClient(options: AppClientOptions): EngineClient {
  const { provider, settings, limits = {} } = options;
  const clock = options.clock ?? new SystemClock();
  const sleep = options.sleep ?? realSleep;
  const onEvent = options.onEvent ?? (() => undefined);
  const now = (): number => clock.now().getTime();
  const end = endOf(options.signal);
  const concurrency = Math.max(1, provider.manifest.concurrency);
  let facts = options.facts;

  const transport = new Transport({
    bases: () => provider.http.bases(settings, facts),
    hostMap: options.hostMap ?? {},
    network: options.network ?? {},
    connections: concurrency,
    timeoutMs: limits.timeoutMs ?? TIMEOUT_MS,
    mostBytes: limits.mostBytes ?? MOST_BYTES,
    signal: end.signal,
  });
  const budgets = new Budgets(provider.manifest.budgets, {
    now,
    sleep,
    signal: end.signal,
    onEvent,
    longestReadWaitMs: limits.longestReadWaitMs,
  });
  const slots = new Slots(concurrency);
  const sendUnsigned = async (request: AppRequest): Promise<AppAnswer> => {
    await budgets.pass(request.operation, true);
    const own = { ...provider.http.headers, ...request.headers };
    // No slot: a session may fetch a token for a call that holds one, and when all calls wait so, none would ever be free.
    return (await transport.send(request, async () => own)).answer;
  };
  const context = (): AuthContext => ({
    settings,
    secrets: options.secrets,
    now: clock.now(),
    send: sendUnsigned,
    signJwt,
    sha256: (text) => createHash('sha256').update(text).digest(),
    hmacSha256: (key, text) => createHmac('sha256', key).update(text).digest(),
    makeProofKey: () => makeProofKey(() => clock.now()),
  });
  const sessions = new SessionKeeper({ signIn: () => provider.auth.signIn(context()), now, onEvent });
  const tries = limits.tries ?? TRIES;
  const patienceMs = limits.patienceMs ?? PATIENCE_MS;
  const random = options.random ?? Math.random;
  const calls = new Calls({
    http: provider.http,
    transport,
    budgets,
    slots,
    sessions,
    now,
    sleep,
    random,
    onEvent,
    signal: end.signal,
    tries,
    patienceMs,
    longestReadWaitMs: limits.longestReadWaitMs,
  });

  const facet = (isUrgent: boolean): AppClient => ({
    settings,
    get facts() {
      return facts;
    },
    now: () => clock.now(),
    call: (request) => calls.run(request, isUrgent),
    each: (items, work, limit) => eachLimited(items, work, limit ?? concurrency),
  });

  return Object.assign(facet(false), {
    urgent: facet(true),
    signIn: async () => sessionFacts(await sessions.current()),
    learn: (found: Facts) => {
      facts = found;
      transport.forgetBases();
    },
    quota: () => budgets.ledger(),
    close: async () => {
      end.now();
      await transport.close();
    },
  });
}

function sessionFacts({ expiresAt, grantedScopes, credentialExpiresAt }: AuthSession): SessionFacts {
  return { ...(expiresAt && { expiresAt }), ...(grantedScopes && { grantedScopes }), ...(credentialExpiresAt && { credentialExpiresAt }) };
}

/** One signal for all that can end the client: its owner's signal and its own close. */
function endOf(outer: AbortSignal | undefined): { readonly signal: AbortSignal; readonly now: () => void } {
  const controller = new AbortController();
  // Every call in flight listens; that is no leak.
  setMaxListeners(0, controller.signal);
  const follow = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    now: () => {
      outer?.removeEventListener('abort', follow);
      controller.abort();
    },
  };
}
