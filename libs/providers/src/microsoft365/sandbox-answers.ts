import type { SandboxAnswer, SandboxContext, SandboxRoute, WireRecord } from '../sdk/index.js';
import { timeMs } from '../sdk/index.js';
import type { Operation } from './operations.js';
import { SCOPES_OF_OPERATION } from './operations.js';
import type { Microsoft365State } from './sandbox-state.js';
import { guidOf, HOSTS } from './sandbox-state.js';

/** A call on the made-up tenant. */
export type Call = SandboxContext<Microsoft365State>;

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;

/** A route of Graph that we use, opened by any of the permissions of the operation. */
export function route(operation: Operation, answer: (call: Call) => SandboxAnswer): SandboxRoute<Microsoft365State> {
  const method = METHODS.find((one) => operation.startsWith(`${one} `))!;
  const scopes: readonly string[] = SCOPES_OF_OPERATION[operation];
  // Whoever may write may read.
  const wider = scopes.flatMap((scope) => [scope, scope.replace(/\.Read\./, '.ReadWrite.')]);
  return { method, operation, host: HOSTS.graph, scopes: [...new Set(wider)], answer };
}

/** An error in Graph's form. */
export function refuse(
  call: Pick<Call, 'path' | 'now'>,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  const id = guidOf('request', call.path, call.now.getTime());
  const innerError = { date: call.now.toISOString().slice(0, 19), 'request-id': id, 'client-request-id': id };
  return { status, headers: { 'request-id': id, ...headers }, json: { error: { code, message, innerError } } };
}

export function missing(call: Call, id: string): SandboxAnswer {
  return refuse(
    call,
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** Refuses what the tenant's licence lacks, by the names of the switch `unlicensed`: `p1`, `p2`, `sharepoint`. */
export function unlicensed(call: Call, part: 'p1' | 'p2' | 'sharepoint'): SandboxAnswer | undefined {
  const has = !call.switches.unlicensed.includes(part);
  if (has) return undefined;
  if (part === 'p2')
    return refuse(
      call,
      400,
      'AadPremiumLicenseRequired',
      'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.',
    );
  return refuse(
    call,
    403,
    'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    "Neither tenant is B2C or tenant doesn't have premium license",
  );
}

/** A good answer. */
export function ok(json: unknown, headers: Readonly<Record<string, string>> = {}): SandboxAnswer {
  return { status: 200, headers, json };
}

export const DONE: SandboxAnswer = { status: 204 };

/** A list that need not exist as a whole. */
export interface Lazy<T> {
  readonly length: number;
  at(index: number): T;
}

/** A plain list as a {@link Lazy} one. */
export function listed<T>(items: readonly T[]): Lazy<T> {
  return { length: items.length, at: (index) => items[index]! };
}

/** A page of a list: `$skiptoken` is an opaque place, and dies when the switch `linkEpoch` is raised. `$skip` is not known, as with directory objects. */
export function page<T>(call: Call, items: Lazy<T>, show: (item: T) => unknown, limits: { usual: number; most: number }): SandboxAnswer {
  const { query, switches } = call;
  const top = query.get('$top');
  const size = top === null ? limits.usual : Number(top);
  if (!Number.isInteger(size) || size < 1 || size > limits.most)
    return refuse(
      call,
      400,
      'Request_BadRequest',
      `Invalid page size specified: '${top}'. Must be between 1 and ${limits.most} inclusive.`,
    );
  if (query.has('$skip')) return refuse(call, 400, 'Request_UnsupportedQuery', "'$skip' is not supported by the service.");
  const place = placeOf(query.get('$skiptoken'), epochOf(switches['linkEpoch']));
  if (!place)
    return refuse(
      call,
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    );
  const next = (start: number, isAfterEmpty: boolean): string =>
    linkTo(call, `${epochOf(switches['linkEpoch'])}:${start}:${isAfterEmpty ? 1 : 0}`);
  if (switches.emptyPages && !place.isAfterEmpty && place.start > 0)
    return ok({ ...contextOf(call), value: [], '@odata.nextLink': next(place.start, true) });
  const end = Math.min(items.length, place.start + size);
  const from = switches.duplicateRows && place.start > 0 ? place.start - 1 : place.start;
  const value = [];
  for (let i = from; i < end; i++) value.push(show(items.at(i)));
  return ok({ ...contextOf(call), ...(end < items.length && { '@odata.nextLink': next(end, false) }), value });
}

function contextOf(call: Call): WireRecord {
  return { '@odata.context': `${HOSTS.graph}/$metadata#${call.path.replace(/^\/v1\.0\//, '')}` };
}

function linkTo(call: Call, place: string): string {
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', Buffer.from(`place:${place}`).toString('base64url'));
  const path = call.path.startsWith('/v1.0') ? call.path : `/v1.0${call.path}`;
  return `${call.host}${path}?${query}`;
}

function placeOf(token: string | null, epoch: number): { start: number; isAfterEmpty: boolean } | undefined {
  if (token === null) return { start: 0, isAfterEmpty: false };
  const parts = /^place:(\d+):(\d+):([01])$/.exec(Buffer.from(token, 'base64url').toString());
  if (!parts || Number(parts[1]) < epoch) return undefined;
  return { start: Number(parts[2]), isAfterEmpty: parts[3] === '1' };
}

/** A switch that counts up: whatever was given out before is void. */
export function epochOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Only the fields asked for by `$select`, or those that Graph shows unasked. */
export function selected(call: Call, wire: WireRecord, usual: readonly string[]): WireRecord {
  const asked = call.query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim());
  const names = asked ?? usual;
  return Object.fromEntries(Object.entries(wire).filter(([name]) => name === 'id' || name.startsWith('@odata') || names.includes(name)));
}

/** Clauses of a `$filter`: comparisons joined by `and`. Undefined for one that cannot be read. */
export function readFilter(expression: string | null): readonly Clause[] | undefined {
  if (expression === null) return [];
  const clauses = expression.split(/\s+and\s+/).map((clause) => {
    const parts = /^(\w+)\s+(eq|ge|gt|le|lt)\s+(?:'((?:[^']|'')*)'|([^\s']+))$/.exec(clause.trim());
    return parts && { field: parts[1]!, operator: parts[2]!, value: (parts[3] ?? parts[4]!).replaceAll("''", "'") };
  });
  return clauses.every((clause) => clause !== null) ? clauses : undefined;
}

export interface Clause {
  readonly field: string;
  readonly operator: string;
  readonly value: string;
}

/** True when a row has what all clauses ask for; only equality is known for other things than times. */
export function fits(row: WireRecord, clauses: readonly Clause[]): boolean {
  return clauses.every(({ field, operator, value }) => operator === 'eq' && row[field] === value);
}

/** The span that a filter on times leaves, end exclusive. */
export function spanOf(clauses: readonly Clause[], field: string, now: number): { from: number; to: number } | undefined {
  let span = { from: 0, to: now + 1 };
  for (const clause of clauses) {
    const at = timeMs(clause.value);
    if (clause.field !== field || at === null || clause.operator === 'eq') return undefined;
    if (clause.operator === 'ge') span = { ...span, from: Math.max(span.from, at) };
    else if (clause.operator === 'gt') span = { ...span, from: Math.max(span.from, at + 1) };
    else span = { ...span, to: Math.min(span.to, clause.operator === 'le' ? at + 1 : at) };
  }
  return span;
}

/** A filtered list, or the error for a filter that cannot be read. */
export function filteredPage(call: Call, rows: readonly WireRecord[], show: (row: WireRecord) => unknown = (row) => row): SandboxAnswer {
  const clauses = readFilter(call.query.get('$filter'));
  if (!clauses) return refuse(call, 400, 'Request_UnsupportedQuery', 'Unsupported or invalid query filter clause.');
  return page(call, listed(rows.filter((row) => fits(row, clauses))), show, { usual: 100, most: 999 });
}
