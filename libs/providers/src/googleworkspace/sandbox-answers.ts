import type { SandboxAnswer, SandboxContext } from '../sdk/index.js';
import type { LogPlace } from './sandbox-log.js';
import type { WorkspaceState } from './sandbox-state.js';

export type Context = SandboxContext<WorkspaceState>;

/** A good answer, cut down to `fields` where the caller asked for that. */
export function ok({ query }: Pick<Context, 'query'>, json: object): SandboxAnswer {
  const fields = query.get('fields');
  return { status: 200, json: fields === null ? json : masked(json, fieldsOf(fields)) };
}

/** Done, and nothing to say. */
export const NO_CONTENT: SandboxAnswer = { status: 204 };

/** A refusal in the dialect of the Directory and Reports APIs. */
export function refuse(
  status: number,
  reason: string,
  message: string,
  more: { readonly domain?: string; readonly extendedHelp?: string } = {},
): SandboxAnswer {
  const { domain = 'global', extendedHelp } = more;
  const error = { domain, reason, message, ...(extendedHelp !== undefined && { extendedHelp }) };
  return { status, json: { error: { code: status, message, errors: [error] } } };
}

/** A refusal in the dialect of the Cloud Identity API. */
export function refuseNewly(status: number, word: string, message: string, reason?: string, metadata: object = {}): SandboxAnswer {
  const detail = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata };
  return { status, json: { error: { code: status, message, status: word, ...(reason !== undefined && { details: [detail] }) } } };
}

/** There is no such thing. */
export function notFound(what: string): SandboxAnswer {
  return refuse(404, 'notFound', `Resource Not Found: ${what}`);
}

/** The effects of writes that are due by now. Every read begins with it. */
export function settle({ state, now }: Context): void {
  const due = state.pending.filter(({ at }) => at <= now.getTime());
  state.pending.splice(0, state.pending.length, ...state.pending.filter(({ at }) => at > now.getTime()));
  due.forEach(({ apply }) => apply());
}

/** Takes a write's effect, at once or as late as the switch says. */
export function change(context: Context, apply: () => void): void {
  const { switches, state, now } = context;
  if (switches.readLagMs > 0) state.pending.push({ at: now.getTime() + switches.readLagMs, apply });
  else apply();
}

/** What a page token holds; to callers it is opaque. */
export interface PageToken extends LogPlace {
  readonly offset: number;
  readonly page: number;
  readonly asOf: number;
}

/** The page token of the request: none at the start, `undefined` when it is not one of ours. */
export function pageToken({ query, now, switches }: Context): PageToken | undefined {
  const text = query.get('pageToken');
  if (text === null || text === '') return { offset: 0, page: 0, asOf: now.getTime(), kept: 0, bulk: 0 };
  if (switches['forgetPages'] === true) return undefined;
  try {
    const numbers: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(numbers) || numbers.length !== 5 || !numbers.every((one) => Number.isSafeInteger(one))) return undefined;
    const [offset, page, asOf, kept, bulk] = numbers as [number, number, number, number, number];
    return { offset, page, asOf, kept, bulk };
  } catch {
    return undefined;
  }
}

/** The token as text. */
export function tokenText({ offset, page, asOf, kept, bulk }: PageToken): string {
  return Buffer.from(JSON.stringify([offset, page, asOf, kept, bulk])).toString('base64url');
}

/** A page of a list that is asked for by position; the list is left out when it is empty, as Google does. */
export function pageOf<T>(
  context: Context,
  form: { readonly kind?: string; readonly name: string; readonly most: number; readonly usual: number; readonly sizeName?: string },
  total: number,
  at: (position: number) => T | undefined,
): SandboxAnswer {
  const token = pageToken(context);
  if (!token) return refuse(400, 'invalid', 'Invalid Input: pageToken');
  const { switches, query } = context;
  const wish = Number(query.get(form.sizeName ?? 'maxResults') ?? form.usual);
  if (!Number.isInteger(wish) || wish < 0) return refuse(400, 'invalid', `Invalid value: ${form.sizeName ?? 'maxResults'}`);
  const size = Math.min(Math.max(1, wish), form.most);
  const isEmpty = switches.emptyPages && token.page % 2 === 1;
  const start = switches.duplicateRows && token.page > 0 && size > 3 ? Math.max(0, token.offset - 2) : token.offset;
  const end = isEmpty ? token.offset : Math.min(total, start + size);
  const rows: T[] = [];
  for (let position = start; position < end; position++) {
    const row = at(position);
    if (row !== undefined) rows.push(row);
  }
  const hasMore = end < total;
  return ok(context, {
    ...(form.kind !== undefined && { kind: form.kind }),
    ...(rows.length > 0 && { [form.name]: rows }),
    ...(hasMore && { nextPageToken: tokenText({ ...token, offset: end, page: token.page + 1 }) }),
  });
}

// ---------------------------------------------------------------- partial answers

interface Fields {
  readonly [name: string]: Fields | true;
}

/** Reads `kind,users(id,name/fullName)`. */
function fieldsOf(text: string): Fields {
  const fields: Record<string, Fields | true> = {};
  for (const part of partsOf(text)) {
    const [, name = '', inner, rest] = /^([^(/]+)(?:\((.*)\))?(?:\/(.*))?$/.exec(part) ?? [];
    fields[name] = inner !== undefined ? fieldsOf(inner) : rest !== undefined ? fieldsOf(rest) : true;
  }
  return fields;
}

function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (i === text.length || (text[i] === ',' && depth === 0)) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return parts;
}

function masked(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item, fields));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => fields[name] !== undefined);
  return Object.fromEntries(kept.map(([name, inner]) => [name, fields[name] === true ? inner : masked(inner, fields[name] as Fields)]));
}
