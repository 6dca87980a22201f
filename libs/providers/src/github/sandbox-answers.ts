import type { SandboxAnswer, SandboxContext, SandboxRoute } from '../sdk/index.js';
import { needOf, type Operation } from './operations.js';
import type { GithubState, Lazy } from './sandbox-state.js';

/** A call on the made-up organization. */
export type Call = SandboxContext<GithubState>;

const DOCS = 'https://docs.github.com/enterprise-cloud@latest/rest';

/** An error in GitHub's form. */
export function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}, more: object = {}): SandboxAnswer {
  return { status, headers, json: { message, documentation_url: DOCS, status: String(status), ...more } };
}

export const NOT_FOUND: SandboxAnswer = refuse(404, 'Not Found');
export const DONE: SandboxAnswer = { status: 204 };

/** A good answer. */
export function ok(json: unknown, headers: Readonly<Record<string, string | readonly string[]>> = {}): SandboxAnswer {
  return { status: 200, headers, json };
}

const MOST = 100;
const USUAL = 30;

/** The size of a page: what is too high is cut, as GitHub does. */
export function pageSize({ query }: Call): number {
  const asked = Number(query.get('per_page') ?? USUAL);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, MOST) : USUAL;
}

/** A page by its number, with the links that lead on; `wrap` puts the rows where this list has them. */
export function page<T>(
  call: Call,
  items: Lazy<T>,
  show: (item: T) => unknown,
  wrap: (rows: unknown[], total: number) => unknown = (rows) => rows,
): SandboxAnswer {
  const size = pageSize(call);
  const number = Math.max(1, Math.trunc(Number(call.query.get('page') ?? 1)) || 1);
  const start = (number - 1) * size;
  const from = call.switches.duplicateRows && number > 1 ? start - 1 : start;
  const end = Math.min(items.length, start + size);
  const rows: unknown[] = [];
  for (let i = from; i < end; i++) rows.push(show(items.at(i)));
  return ok(wrap(rows, items.length), end < items.length ? { link: [link(call, { page: String(number + 1) })] } : {});
}

/** A Link header's value: this call's address with some of its query changed. */
export function link(call: Call, changes: Readonly<Record<string, string>>, relation = 'next'): string {
  const query = new URLSearchParams(call.query);
  for (const [name, value] of Object.entries(changes)) query.set(name, value);
  return `<${call.host}${call.path}?${query.toString()}>; rel="${relation}"`;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** A route of an operation that we use, opened by its permission or scope. */
export function route(operation: Operation, answer: (call: Call) => SandboxAnswer): SandboxRoute<GithubState> {
  const method = METHODS.find((one) => operation.startsWith(`${one} `))!;
  const { permission, scope } = needOf(operation);
  const scopes = [permission, scope].filter((one) => one !== undefined);
  return { method, operation, scopes, answer: (call) => withQuota(call, answer(call)) };
}

const HOUR_S = 3_600;

/** Adds GitHub's headers about its limits; volume tests ask for none. */
export function withQuota(call: Call, answer: SandboxAnswer): SandboxAnswer {
  if (call.state.isVolume) return answer;
  return { ...answer, headers: { ...quotaHeaders(call, 1), ...answer.headers } };
}

/** GitHub's headers after `used` calls of this hour. */
export function quotaHeaders({ route: { operation }, now }: Call, used: number, resetInS = HOUR_S): Record<string, string> {
  const [resource, limit] = operation.includes('/audit-log')
    ? ['audit_log', 1_750]
    : operation === 'POST /graphql'
      ? ['graphql', 10_000]
      : ['core', 15_000];
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, Number(limit) - used)),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(Math.ceil(now.getTime() / 1_000) + resetInS),
    'x-ratelimit-resource': String(resource),
  };
}
