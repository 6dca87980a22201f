import type { Principal, ServiceName } from '#libs/contracts';
import { mustBindToken, type InternalTokens, type Logger, type SubgraphRequest } from '#libs/platform';
import type { FormattedExecutionResult } from 'graphql';
import { errors as undiciErrors, Pool } from 'undici';
import { z } from 'zod';

import { CircuitBreaker } from './circuit-breaker.js';
import { isMutation, SubgraphUnavailable, type SubgraphCall, type SubgraphClient, type WhyUnavailable } from './subgraph-client.js';

/** What an {@link HttpDataSource} needs. */
export interface HttpDataSourceOptions {
  readonly name: ServiceName;
  /** Where the service answers, such as `http://127.0.0.1:4001`. */
  readonly url: string;
  readonly tokens: InternalTokens;
  readonly logger: Logger;
  /** Milliseconds of a clock that never goes back; tests set their own. */
  readonly nowMs?: () => number;
}

const CONNECTIONS = 64;
const CONNECT_TIMEOUT_MS = 3_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;
const TOKEN_REUSE_MS = 30_000;
const MOST_TOKENS = 1_000;
const HEALTH_TIMEOUT_MS = 1_000;

const answerShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});

/**
 * A service over HTTP: kept-alive connections, a signed token for each principal, a time limit, one repeat of queries that found no connection, and a rest
 * for a service that keeps failing. What went wrong is logged here; its error tells the client the service's name and nothing of its address or answer.
 */
export class HttpDataSource implements SubgraphClient {
  readonly name: ServiceName;
  private readonly pool: Pool;
  private readonly breaker: CircuitBreaker;
  private readonly nowMs: () => number;
  private readonly signed = new Map<string, { readonly token: string; readonly signedAt: number }>();

  constructor(private readonly options: HttpDataSourceOptions) {
    this.name = options.name;
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.breaker = new CircuitBreaker(this.nowMs);
    this.pool = new Pool(options.url, {
      connections: CONNECTIONS,
      pipelining: 1,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxResponseSize: LARGEST_ANSWER,
    });
  }

  async run(request: SubgraphRequest, call: SubgraphCall): Promise<FormattedExecutionResult> {
    const mayChange = isMutation(request.query);
    if (!this.breaker.admits()) throw new SubgraphUnavailable(this.name, 'resting', mayChange);
    try {
      const answer = await this.ask(request, call, mayChange);
      this.breaker.succeeded();
      return answer;
    } catch (error) {
      this.breaker.failed();
      const why = whyOf(error);
      this.options.logger.warn({ err: error, service: this.name, requestId: call.requestId, why }, 'a service gave no answer');
      throw new SubgraphUnavailable(this.name, why, mayChange, { cause: error });
    }
  }

  async isReachable(): Promise<boolean> {
    try {
      const { statusCode, body } = await this.pool.request({
        method: 'GET',
        path: '/health/ready',
        signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
      });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async ask(request: SubgraphRequest, call: SubgraphCall, mayChange: boolean): Promise<FormattedExecutionResult> {
    const body = JSON.stringify({ query: request.query, variables: request.variables, operationName: request.operationName });
    const token = await this.tokenFor(call.principal, request.query, body);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new AnswerLate()), call.timeoutMs);
    try {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-request-id': call.requestId };
      return await this.send(body, headers, abort.signal).catch((error: unknown) => {
        // A mutation that lost its connection may have been made; a query can be asked again.
        if (mayChange || abort.signal.aborted || !isConnectionError(error)) throw error;
        return this.send(body, headers, abort.signal);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  private async send(body: string, headers: Record<string, string>, signal: AbortSignal): Promise<FormattedExecutionResult> {
    const { statusCode, body: stream } = await this.pool.request({
      method: 'POST',
      path: '/graphql',
      headers,
      body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    if (statusCode !== 200) {
      await stream.dump();
      throw new AnswerRefused(statusCode);
    }
    return readAnswer(await stream.text());
  }

  private async tokenFor(principal: Principal, query: string, body: string): Promise<string> {
    if (mustBindToken(query)) return this.options.tokens.sign(principal, this.name, body);
    // The whole principal is the key: a token must never serve another tenant, person or set of scopes.
    const key = JSON.stringify([principal.tenant, principal.subject, principal.tokenId, principal.roles, principal.scopes]);
    const known = this.signed.get(key);
    if (known && this.nowMs() - known.signedAt < TOKEN_REUSE_MS) return known.token;
    const token = await this.options.tokens.sign(principal, this.name);
    this.signed.delete(key);
    if (this.signed.size >= MOST_TOKENS) this.signed.delete(this.signed.keys().next().value!);
    this.signed.set(key, { token, signedAt: this.nowMs() });
    return token;
  }
}

class AnswerLate extends Error {}
class AnswerUnreadable extends Error {}
class AnswerRefused extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

function readAnswer(text: string): FormattedExecutionResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AnswerUnreadable('not JSON');
  }
  const parsed = answerShape.safeParse(json);
  if (!parsed.success) throw new AnswerUnreadable('not the shape of a GraphQL answer');
  const { data, errors } = parsed.data;
  if (data === undefined && (errors === undefined || errors.length === 0)) throw new AnswerUnreadable('neither data nor errors');
  return { ...(data === undefined ? {} : { data }), ...(errors === undefined ? {} : { errors }) };
}

function whyOf(error: unknown): WhyUnavailable {
  if (error instanceof AnswerLate) return 'late';
  if (error instanceof AnswerUnreadable || error instanceof undiciErrors.ResponseExceededMaxSizeError) return 'unreadable';
  if (error instanceof AnswerRefused) return 'refused';
  return 'unreachable';
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function isConnectionError(error: unknown): boolean {
  return CONNECTION_CODES.has((error as NodeJS.ErrnoException).code ?? '');
}
