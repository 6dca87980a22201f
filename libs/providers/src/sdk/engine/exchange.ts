import { isNativeError } from 'node:util/types';

import { type Dispatcher, errors } from 'undici';

import { type AppRequest, AppFailure } from '../provider.js';
import type { Address } from './address.js';
import { BodyUnreadable, decodeText, readBody } from './body.js';
import { ConnectionRefusedByGuard } from './network.js';

/** An answer as it came over the wire, its body unpacked and decoded. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** When an exchange is cut off. */
export interface ExchangeLimits {
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** Of the body, packed and unpacked. */
  readonly mostBytes: number;
  /** Ends the exchange when we shut down. */
  readonly signal?: AbortSignal;
}

/** Sends one request once and reads the whole answer. Everything that keeps an answer from being read is an {@link AppFailure}. */
export async function exchange(
  dispatcher: Dispatcher,
  address: Address,
  request: AppRequest,
  headers: Readonly<Record<string, string>>,
  limits: ExchangeLimits,
): Promise<RawAnswer> {
  const deadline = new Deadline(limits);
  try {
    const answer = await dispatcher.request({
      origin: address.target.origin,
      path: address.target.pathname + address.target.search,
      method: request.method ?? 'GET',
      headers: allHeaders(address, request, headers),
      body: bodyOf(request),
      signal: deadline.signal,
      // The deadline decides; undici's own limits must not cut a call that was given longer.
      headersTimeout: limits.timeoutMs + 1_000,
      bodyTimeout: limits.timeoutMs + 1_000,
    });
    const bytes = await readBody(answer.body, one(answer.headers['content-encoding']), limits.mostBytes);
    return { status: answer.statusCode, headers: answer.headers, text: decodeText(bytes, one(answer.headers['content-type'])) };
  } catch (error) {
    if (limits.signal?.aborted) throw limits.signal.reason;
    throw failureOf(error, request, deadline, limits.timeoutMs);
  } finally {
    deadline.end();
  }
}

// By hand instead of AbortSignal.any, whose signals stay attached to the long-lived one on Node 20.
class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly onShutdown = () => this.controller.abort();
  isOver = false;

  constructor(private readonly limits: ExchangeLimits) {
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.controller.abort();
    }, limits.timeoutMs);
    if (limits.signal?.aborted) this.controller.abort();
    else limits.signal?.addEventListener('abort', this.onShutdown, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(): void {
    clearTimeout(this.timer);
    this.limits.signal?.removeEventListener('abort', this.onShutdown);
  }
}

function allHeaders(address: Address, request: AppRequest, headers: Readonly<Record<string, string>>): Record<string, string> {
  const all: Record<string, string> = {
    accept: request.as === 'text' ? '*/*' : 'application/json',
    'accept-encoding': 'gzip, br',
    'user-agent': 'castellan',
  };
  if (request.json !== undefined) all['content-type'] = 'application/json';
  else if (request.form) all['content-type'] = 'application/x-www-form-urlencoded';
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
  // The stand-in serves several hosts on one port and is told which one is meant; a real host gets no Host of our making.
  if (address.isMapped) all['x-forwarded-host'] = address.url.host;
  return all;
}

/** The body's text as it is sent; a signer needs it too. */
export function bodyOf(request: AppRequest): string | undefined {
  if (request.json !== undefined) return JSON.stringify(request.json);
  return request.form ? new URLSearchParams(request.form).toString() : undefined;
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header;
}

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);

function failureOf(error: unknown, request: AppRequest, deadline: Deadline, timeoutMs: number): AppFailure {
  const { operation } = request;
  const fail = (kind: AppFailure['kind'], message: string, remedy?: string): AppFailure =>
    new AppFailure({ kind, message, ...(remedy ? { remedy } : {}) }, operation, undefined, undefined, { cause: error });
  if (deadline.isOver) return fail('down', `The app did not answer ${operation} within ${timeoutMs / 1_000} s.`);
  const guard = causeOf(error, (cause) => cause instanceof ConnectionRefusedByGuard);
  if (guard instanceof ConnectionRefusedByGuard) {
    return fail(
      'misconfigured',
      `No connection was made for ${operation}: ${guard.reason}.`,
      "Enter the app's public https address, or ask the operator to allow this one.",
    );
  }
  if (error instanceof BodyUnreadable) return fail('malformed', `The app's answer to ${operation} ${error.message}.`);
  if (error instanceof errors.InvalidArgumentError) {
    return fail(
      'misconfigured',
      `The request ${operation} cannot be sent: a value holds characters that no request may hold.`,
      'Enter the credentials again, without line breaks.',
    );
  }
  if (error instanceof errors.HeadersOverflowError)
    return fail('malformed', `The headers of the app's answer to ${operation} are too large.`);
  if (isParserError(error)) return fail('malformed', `The app's answer to ${operation} is not HTTP.`);
  const code = codeOf(error);
  if (code !== undefined && (NEVER_CONNECTED.has(code) || /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL)/.test(code))) {
    return fail('unreachable', `No connection to the app for ${operation} (${code}).`);
  }
  return fail('down', `The connection to the app broke off during ${operation}${code ? ` (${code})` : ''}.`);
}

function isParserError(error: unknown): boolean {
  return isNativeError(error) && (error.name === 'HTTPParserError' || codeOf(error)?.startsWith('HPE_') === true);
}

function codeOf(error: unknown): string | undefined {
  const coded = causeOf(error, (cause) => typeof (cause as NodeJS.ErrnoException).code === 'string') as NodeJS.ErrnoException | undefined;
  return coded?.code;
}

// Undici and Node wrap the reason in one another, and several tried addresses in an AggregateError.
function causeOf(error: unknown, fits: (cause: Error) => boolean, depth = 5): Error | undefined {
  // Not instanceof: errors of Node's core come from outside the realm that a test runs in.
  if (!isNativeError(error) || depth === 0) return undefined;
  if (fits(error)) return error;
  const inner = (error as Partial<AggregateError>).errors ?? [];
  for (const next of [error.cause, ...inner]) {
    const found = causeOf(next, fits, depth - 1);
    if (found) return found;
  }
  return undefined;
}
