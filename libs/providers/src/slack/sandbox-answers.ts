import type { SandboxAnswer, SandboxContext, SandboxRoute } from '../sdk/index.js';
import { record, text, whole } from '../sdk/index.js';
import { SCOPES } from './manifest.js';
import { familyOf, OPERATIONS, type OperationName } from './operations.js';
import type { Lazy, SlackState } from './sandbox-state.js';

/** A call on the made-up organization. */
export type Call = SandboxContext<SlackState>;

export const API_HOST = 'https://api.slack.com';

const METHODS = ['GET', 'POST', 'PATCH'] as const;

/** A route of an operation that we use, opened by its scope. Every answer names the token's scopes, as Slack's do. */
export function route(operation: OperationName, answer: (call: Call) => SandboxAnswer): SandboxRoute<SlackState> {
  const { scope } = OPERATIONS[operation];
  return {
    method: METHODS.find((one) => operation.startsWith(`${one} `))!,
    operation,
    ...(familyOf(operation) !== 'web' && { host: API_HOST }),
    scopes: scope === null ? [] : [scope],
    answer: (call) => withScopes(call, answer(call)),
  };
}

function withScopes(call: Call, answer: SandboxAnswer): SandboxAnswer {
  return { ...answer, headers: { 'x-oauth-scopes': grantedScopes(call).join(','), ...answer.headers } };
}

/** The scopes that the sandbox's token has. */
export function grantedScopes({ switches }: Pick<Call, 'switches'>): string[] {
  return SCOPES.map(({ scope }) => scope).filter((scope) => !switches.missingScopes.includes(scope));
}

/** Without the Enterprise plan there is one workspace, and the token is of that. */
export function isWorkspaceOnly({ switches }: Pick<Call, 'switches'>): boolean {
  return switches.unlicensed.includes('enterprise');
}

export function ok(body: Readonly<Record<string, unknown>> = {}): SandboxAnswer {
  return { status: 200, json: { ok: true, ...body } };
}

/** An error of the Web API: still status 200. */
export function refuse(error: string, more: Readonly<Record<string, unknown>> = {}): SandboxAnswer {
  return { status: 200, json: { ok: false, error, ...more } };
}

/** An error of the Audit Logs API, which has real statuses. */
export function refuseAudit(status: number, error: string, more: Readonly<Record<string, unknown>> = {}): SandboxAnswer {
  return { status, json: { ok: false, error, ...more } };
}

export function refuseScim(code: number, description: string): SandboxAnswer {
  return { status: code, json: { Errors: { description, code } } };
}

/** An argument from the query, the form or the JSON body: the Web API takes all three. */
export function argument({ query, body }: Call, name: string): string | null {
  const given = record(body)?.[name];
  return query.get(name) ?? (Array.isArray(given) ? JSON.stringify(given) : text(given));
}

/** A list argument: JSON, or separated by commas. */
export function listArgument(call: Call, name: string): string[] {
  const value = argument(call, name) ?? '';
  if (!value.startsWith('['))
    return value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  try {
    const items: unknown = JSON.parse(value);
    return Array.isArray(items) ? items.map(String) : [];
  } catch {
    return []; // Broken JSON names nothing.
  }
}

/** A cursor lives this long. */
const CURSOR_LIVES_MS = 10 * 60_000;

/** A place in a list as an opaque cursor. */
export function writeCursor(call: Pick<Call, 'now' | 'switches'>, ...places: readonly number[]): string {
  return Buffer.from([epochOf(call), call.now.getTime(), ...places].join(':')).toString('base64');
}

/** The places of a cursor; `undefined` for one that is too old or none of ours. */
export function readCursor(call: Pick<Call, 'now' | 'switches'>, cursor: string): number[] | undefined {
  const parts = Buffer.from(cursor, 'base64').toString().split(':').map(Number);
  const [epoch, writtenAt, ...places] = parts;
  if (parts.length < 3 || parts.some((part) => !Number.isInteger(part))) return undefined;
  return epoch! < epochOf(call) || call.now.getTime() - writtenAt! > CURSOR_LIVES_MS ? undefined : places;
}

function epochOf({ switches }: Pick<Call, 'switches'>): number {
  return whole(switches['cursorEpoch']) ?? 0;
}

/** A page of a list of the Web API; an empty `next_cursor` is the end. */
export function page<T>(
  call: Call,
  items: Lazy<T>,
  name: string,
  show: (item: T) => unknown,
  limits: { usual: number; most: number },
): SandboxAnswer {
  const limit = Math.min(Number(argument(call, 'limit') ?? limits.usual), limits.most);
  const cursor = argument(call, 'cursor');
  const start = cursor ? readCursor(call, cursor)?.[0] : 0;
  if (!Number.isInteger(limit) || limit < 1) return refuse('invalid_limit');
  if (start === undefined) return refuse('invalid_cursor');
  const end = Math.min(items.length, start + limit);
  const from = call.switches.duplicateRows && start > 0 ? start - 1 : start;
  const shown: unknown[] = [];
  for (let i = from; i < end; i++) shown.push(show(items.at(i)));
  return ok({ [name]: shown, response_metadata: { next_cursor: end < items.length ? writeCursor(call, end) : '' } });
}

/** A plain list as a lazy one. */
export function listed<T>(items: readonly T[]): Lazy<T> {
  return { length: items.length, at: (index) => items[index]! };
}
