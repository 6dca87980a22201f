import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { SystemClock, type Clock, type Json } from '#libs/kernel';

import type { Secrets, Settings } from '../provider.js';
import { bodyOf, readBody, send } from './bodies.js';
import { Chance } from './chance.js';
import { makeCompany } from './company-model.js';
import type { Company } from './company.js';
import type { SandboxAnswer, SandboxContext, SandboxDefinition, SeedOptions } from './definition.js';
import { faultFor, names, Throttle } from './faults.js';
import { LedgerBook, type Ledger } from './ledger.js';
import { routerFor, type Match } from './router.js';
import { changeSwitches, SwitchRefused, switchesAtStart, type Switches } from './switches.js';

const TICK_MS = 1_000;
const CONTROL = '/__sandbox/';
/** Longer than clients keep idle connections: else they would write into one that we just closed. */
const KEEP_ALIVE_MS = 65_000;

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Whose story it tells; made up from the options below when absent. */
  readonly company?: Company;
  readonly people?: number;
  readonly days?: number;
  readonly seed?: string;
  /** The story's present; default: the clock's. */
  readonly now?: Date;
  /** What the app takes the time from while it runs. */
  readonly clock?: Clock;
  readonly bulk?: SeedOptions['bulk'];
  /** A recorded log to add, one raw event per item. */
  readonly events?: readonly Json[];
  /** People go on working while it runs. */
  readonly live?: boolean;
  /** Told of every call that was answered, for contract tests. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** One call and its answer, as they were sent. */
export interface Exchange {
  readonly operation: string | undefined;
  readonly method: string;
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly isForm: boolean;
  readonly status: number;
  readonly answer: unknown;
  /** Made by a switch and not in the app's words: says nothing about the sandbox's faithfulness. */
  readonly isFault: boolean;
}

export interface RunningSandbox<State = unknown> {
  readonly url: string;
  readonly port: number;
  /** For the engine's host map: the app's origins, all served here. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly credentials: { readonly settings: Settings; readonly secrets: Secrets };
  readonly company: Company;
  readonly state: State;
  switches(): Switches;
  /** Refuses unknown names and wrong values with {@link SwitchRefused}. */
  setSwitches(change: Readonly<Record<string, unknown>>): Switches;
  ledger(): Ledger;
  close(): Promise<void>;
}

/** Serves a sandbox on loopback until it is closed. */
export async function startSandbox<State>(
  definition: SandboxDefinition<State>,
  options: SandboxOptions = {},
): Promise<RunningSandbox<State>> {
  const host = new SandboxHost(definition, options);
  await host.listen(options.port ?? 0);
  return host;
}

class SandboxHost<State> implements RunningSandbox<State> {
  readonly company: Company;
  readonly state: State;
  readonly credentials: { readonly settings: Settings; readonly secrets: Secrets };
  url = '';
  port = 0;
  private current: Switches;
  private ticker: NodeJS.Timeout | undefined;
  private readonly clock: Clock;
  private readonly router;
  private readonly book = new LedgerBook();
  private readonly throttle = new Throttle();
  private readonly closing = new AbortController();
  private readonly server = createServer((request, response) => void this.serve(request, response));

  constructor(
    private readonly definition: SandboxDefinition<State>,
    private readonly options: SandboxOptions,
  ) {
    this.clock = options.clock ?? new SystemClock();
    const now = options.now ?? this.clock.now();
    const days = options.days ?? 30;
    this.company = options.company ?? makeCompany({ people: options.people, seed: options.seed, days, now });
    this.router = routerFor(definition);
    this.current = switchesAtStart(definition.switches);
    this.state = definition.seed(this.company, { now, days, bulk: options.bulk });
    if (options.events) {
      if (!definition.load) throw new Error('This sandbox cannot load recorded events.');
      definition.load(this.state, options.events);
    }
    this.credentials = definition.credentials(this.state);
  }

  get hosts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.router.origins.map((origin) => [origin, this.url]));
  }

  async listen(port: number): Promise<void> {
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    if (this.options.live && this.definition.tick) this.ticker = setInterval(() => this.tick(), TICK_MS);
  }

  switches(): Switches {
    return { ...this.current, throttleNext: this.throttle.remaining() };
  }

  setSwitches(change: Readonly<Record<string, unknown>>): Switches {
    this.current = changeSwitches(this.switches(), change);
    if (Object.hasOwn(change, 'throttleNext')) this.throttle.arm(this.current.throttleNext);
    return this.switches();
  }

  ledger(): Ledger {
    return this.book.read();
  }

  async close(): Promise<void> {
    clearInterval(this.ticker);
    this.closing.abort();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private tick(): void {
    try {
      this.definition.tick?.(this.state, this.clock.now());
    } catch (error) {
      this.book.failed('tick', error);
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    try {
      const raw = await readBody(request);
      if (url.pathname.startsWith(CONTROL))
        return send(response, this.control(request.method ?? 'GET', url.pathname.slice(CONTROL.length), raw));
      await this.answerCall(request, response, url, raw);
    } catch (error) {
      if (request.destroyed || this.closing.signal.aborted) return void response.destroy();
      this.book.failed(`${request.method} ${url.pathname}`, error);
      if (!response.headersSent) send(response, { status: 500, json: { error: 'The sandbox failed. See its ledger, "unhandled".' } });
    }
  }

  private control(method: string, path: string, raw: string): SandboxAnswer {
    if (method === 'GET' && path === 'switches')
      return { status: 200, json: { switches: this.switches(), meaning: this.definition.switches ?? {} } };
    if (method === 'GET' && path === 'ledger') return { status: 200, json: this.ledger() };
    if (method === 'GET' && path === 'summary') return { status: 200, json: this.summary() };
    if (method !== 'POST' || path !== 'switches') {
      return {
        status: 404,
        json: { error: `Ask for GET ${CONTROL}switches, POST ${CONTROL}switches, GET ${CONTROL}ledger or GET ${CONTROL}summary.` },
      };
    }
    try {
      return { status: 200, json: { switches: this.setSwitches(JSON.parse(raw) as Record<string, unknown>) } };
    } catch (error) {
      if (error instanceof SwitchRefused) return { status: 400, json: { code: error.code, error: error.message } };
      if (error instanceof SyntaxError) return { status: 400, json: { error: 'The body is not JSON. Send {"throttleNext": 3}.' } };
      throw error;
    }
  }

  private summary(): unknown {
    const { name, domain, people, takeover } = this.company;
    const { requests, unhandled, unknown } = this.ledger();
    return {
      hosts: this.hosts,
      operations: this.definition.routes.map(({ operation }) => operation),
      company: { name, domain, people: people.length },
      takeover: { victim: takeover.victim.email, startsAt: takeover.startsAt.toISOString(), from: takeover.from },
      requests,
      unknown: unknown.length,
      unhandled: unhandled.length,
    };
  }

  private async answerCall(request: IncomingMessage, response: ServerResponse, url: URL, raw: string): Promise<void> {
    const call = this.received(request, url, raw);
    const number = this.book.begin();
    const match = this.router.find(call.method, call.hostName, call.path, call.query);
    if (!match) {
      this.book.unserved(call.method, call.path);
      const answer = this.definition.notFound?.(call) ?? {
        status: 404,
        json: { error: 'Not found', message: `The sandbox serves no ${call.method} ${call.path}` },
      };
      this.report(call, undefined, answer, false);
      return send(response, answer);
    }
    const context = this.contextOf(call, match, number);
    if (context.switches.delayMs > 0) await wait(context.switches.delayMs, undefined, { signal: this.closing.signal });
    const { operation } = match.route;
    const fault = faultFor(this.definition, context, this.throttle);
    if (fault && 'hangs' in fault) return this.book.called(operation, 'hung', undefined);
    const answer = fault?.answer ?? this.appAnswer(context);
    const isLost = !fault && names(context.switches, 'loseAnswer', operation);
    if (!fault) this.noteEffect(context, answer, !isLost);
    this.book.called(operation, isLost ? 'lost' : answer.status, answer.json);
    this.report(call, operation, answer, fault !== undefined && !fault.isApp);
    if (isLost) return void request.socket.destroy();
    send(response, answer);
  }

  private received(request: IncomingMessage, url: URL, raw: string) {
    const forwarded = request.headers['x-forwarded-host'];
    // Some proxies send an origin, some a bare name.
    const hostName = (typeof forwarded === 'string' && forwarded ? forwarded : request.headers.host)
      ?.replace(/^https?:\/\//, '')
      .toLowerCase();
    const isForm = request.headers['content-type']?.includes('application/x-www-form-urlencoded') ?? false;
    return {
      request,
      hostName,
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: bodyOf(request.headers['content-type'], raw),
      isForm,
    };
  }

  private contextOf(
    call: ReturnType<SandboxHost<State>['received']>,
    { route, params }: Match<State>,
    number: number,
  ): SandboxContext<State> {
    const chance = new Chance('request', number);
    const headers = Object.fromEntries(
      Object.entries(call.request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    const { method, path, query, body } = call;
    const host = this.router.originOf(call.hostName) ?? this.url;
    return {
      state: this.state,
      route,
      method,
      host,
      path,
      params,
      query,
      headers,
      body,
      now: this.clock.now(),
      switches: this.switches(),
      chance: () => chance.next(),
    };
  }

  private appAnswer(context: SandboxContext<State>): SandboxAnswer {
    try {
      const refusal = context.route.open ? undefined : this.definition.authorize(context);
      return refusal ?? context.route.answer(context);
    } catch (error) {
      this.book.failed(context.route.operation, error);
      return { status: 500, json: { error: 'The sandbox failed. See its ledger, "unhandled".' } };
    }
  }

  private noteEffect(context: SandboxContext<State>, { status }: SandboxAnswer, wasAnswered: boolean): void {
    const { route, path, params, query, body, now } = context;
    if (route.method === 'GET' || route.open || status < 200 || status > 299) return;
    this.book.effect({
      at: now.toISOString(),
      operation: route.operation,
      path,
      params,
      query: Object.fromEntries(query),
      body,
      status,
      wasAnswered,
    });
  }

  private report(
    call: ReturnType<SandboxHost<State>['received']>,
    operation: string | undefined,
    answer: SandboxAnswer,
    isFault: boolean,
  ): void {
    const { method, path, query, body, isForm, hostName } = call;
    const host = this.router.originOf(hostName) ?? this.url;
    this.options.onExchange?.({
      operation,
      method,
      host,
      path,
      query,
      body,
      isForm,
      status: answer.status,
      answer: answer.json ?? answer.text,
      isFault,
    });
  }
}
