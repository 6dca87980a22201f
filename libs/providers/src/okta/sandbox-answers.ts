import type { SandboxAnswer, SandboxContext } from '../sdk/index.js';
import type { OktaState } from './sandbox-state.js';
import { uuidOf } from './sandbox-state.js';

/** A call on the made-up organization. */
export type Call = SandboxContext<OktaState>;

const ERRORS = {
  E0000001: [400, 'Api validation failed'],
  E0000006: [403, 'You do not have permission to perform the requested action'],
  E0000007: [404, 'Not found: Resource not found'],
  E0000011: [401, 'Invalid token provided'],
  E0000015: [403, 'You do not have permission to access the feature you are requesting'],
  E0000031: [400, 'Invalid search criteria.'],
  E0000038: [403, "This operation is not allowed in the user's current status."],
  E0000047: [429, 'API call exceeded rate limit due to too many requests.'],
} as const;

/** An error in Okta's form; `causes` say what exactly. */
export function refuse(
  call: Pick<Call, 'path' | 'now'>,
  code: keyof typeof ERRORS,
  causes: readonly string[] = [],
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  const [status, summary] = ERRORS[code];
  return {
    status,
    headers,
    json: {
      errorCode: code,
      errorSummary: causes.length > 0 && code === 'E0000001' ? `${summary}: ${causes[0]}` : summary,
      errorLink: code,
      errorId: `oae${uuidOf(call.path, call.now.getTime()).slice(0, 17)}`,
      errorCauses: causes.map((errorSummary) => ({ errorSummary })),
    },
  };
}

/** A good answer. */
export function ok(json: unknown, headers: Readonly<Record<string, string | readonly string[]>> = {}): SandboxAnswer {
  return { status: 200, headers, json };
}

export const DONE: SandboxAnswer = { status: 204 };

/** A page of a list with the links that lead on: `after` is an opaque place in the list. */
export function page<T>(
  call: Call,
  items: Lazy<T>,
  show: (item: T) => unknown,
  limits: { readonly usual: number; readonly most: number },
): SandboxAnswer {
  const limit = readLimit(call, limits);
  const start = placeOf(call.query.get('after'));
  if (limit === undefined) return refuse(call, 'E0000001', ['limit: The limit must be a positive number.']);
  if (start === undefined) return refuse(call, 'E0000001', ['after: The cursor is not valid.']);
  const end = Math.min(items.length, start + limit);
  const isFirst = start === 0;
  const from = call.switches.duplicateRows && !isFirst ? start - 1 : start;
  const rows = [];
  for (let i = from; i < end; i++) rows.push(show(items.at(i)));
  const links = [link(call, 'self')];
  if (end < items.length)
    links.push(link(call, 'next', { after: Buffer.from(`place:${end}`).toString('base64url'), limit: String(limit) }));
  return ok(rows, { link: links });
}

/** A list that need not exist as a whole. */
export interface Lazy<T> {
  readonly length: number;
  at(index: number): T;
}

/** A plain list as a {@link Lazy} one. */
export function listed<T>(items: readonly T[]): Lazy<T> {
  return { length: items.length, at: (index) => items[index]! };
}

/** The `limit` asked for: too high is cut, as Okta does; below one is an error. */
export function readLimit(call: Call, { usual, most }: { readonly usual: number; readonly most: number }): number | undefined {
  const asked = call.query.get('limit');
  if (asked === null) return usual;
  const limit = Number(asked);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, most) : undefined;
}

function placeOf(after: string | null): number | undefined {
  if (after === null) return 0;
  const place = /^place:(\d{1,9})$/.exec(Buffer.from(after, 'base64url').toString())?.[1];
  return place === undefined ? undefined : Number(place);
}

/** A Link header's value: this call's address with some of its query changed. */
export function link(call: Call, relation: 'self' | 'next', changes: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(call.query);
  for (const [name, value] of Object.entries(changes)) query.set(name, value);
  const text = query.toString();
  return `<${call.host}${call.path}${text ? `?${text}` : ''}>; rel="${relation}"`;
}
