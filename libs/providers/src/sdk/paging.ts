import { createHash } from 'node:crypto';

import { canonicalJson } from '#libs/kernel';

import type { AppAnswer, AppClient, AppRequest } from './provider.js';
import { AppFailure } from './provider.js';
import { at, text, whole } from './wire.js';

/** More pages than any listing has: a cursor that goes in circles is stopped here at the latest. */
export const MOST_PAGES = 100_000;

/**
 * The address of the link with the relation `next` (RFC 8288), or `undefined`. Several Link headers and several links in one header are the same.
 */
export function nextLink(answer: Pick<AppAnswer, 'headers'>, relation = 'next'): string | undefined {
  const header = answer.headers['link'];
  const values = header === undefined ? [] : typeof header === 'string' ? [header] : header;
  for (const value of values) {
    for (const link of linksOf(value)) if (link.relations.includes(relation)) return link.url;
  }
  return undefined;
}

interface Link {
  readonly url: string;
  readonly relations: readonly string[];
}

// Commas and semicolons occur inside <…> and "…", so the header is read from left to right instead of split.
function linksOf(header: string): Link[] {
  const links: Link[] = [];
  let from = header.indexOf('<');
  while (from >= 0) {
    const to = header.indexOf('>', from);
    if (to < 0) break;
    const end = endOfParameters(header, to + 1);
    links.push({ url: header.slice(from + 1, to).trim(), relations: relationsOf(header.slice(to + 1, end)) });
    from = header.indexOf('<', end);
  }
  return links;
}

function endOfParameters(header: string, start: number): number {
  let isQuoted = false;
  for (let i = start; i < header.length; i++) {
    const char = header[i];
    if (char === '\\' && isQuoted) i++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === ',' && !isQuoted) return i;
  }
  return header.length;
}

const PARAMETER = /;\s*([^\s;,="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

// Every parameter is taken whole, so that "; rel=self" inside a title is none.
function relationsOf(parameters: string): string[] {
  for (const [, name, quoted, plain] of parameters.matchAll(PARAMETER)) {
    if (name?.toLowerCase() === 'rel') return (quoted ?? plain ?? '').toLowerCase().split(/\s+/);
  }
  return [];
}

/** Pages that name the next one in a Link header; the last has none. An empty page is not the end. */
export async function* linkPages(app: AppClient, request: AppRequest): AsyncGenerator<AppAnswer, void, undefined> {
  yield* walk(app, request, (answer) => follow(answer.request, nextLink(answer)));
}

/** Pages whose body holds the address of the next one at `path`; the last has none, null or an empty text. */
export async function* urlPages(
  app: AppClient,
  request: AppRequest,
  path: readonly (string | number)[],
): AsyncGenerator<AppAnswer, void, undefined> {
  yield* walk(app, request, (answer) => follow(answer.request, text(at(answer.body, ...path)) ?? undefined));
}

/** How an app counts its pages by position. */
export interface OffsetRules {
  /** Query parameter of the position: `start_position`, `startIndex`, `page`. */
  readonly offsetName: string;
  readonly limitName?: string;
  readonly limit?: number;
  /** The first position: 0 unless told, 1 for SCIM and for page numbers. */
  readonly first?: number;
  /** The rows of a page; `undefined` is a malformed answer. */
  readonly rows: (answer: AppAnswer) => readonly unknown[] | undefined;
  /** How far the position moves after a page: by its rows unless told; page numbers move by 1. */
  readonly step?: (answer: AppAnswer, rows: number) => number;
  /**
   * True when this page is the last. Without it: when the app's total (`total`) is reached, or when there is no total and a page came empty.
   * A short page is never the end: apps cut pages for reasons of their own.
   */
  readonly isLast?: (answer: AppAnswer, progress: OffsetProgress) => boolean;
  /** How many rows there are in all, as the app says: number or text. */
  readonly total?: (answer: AppAnswer) => unknown;
}

/** How far a listing by position has come with this page. */
export interface OffsetProgress {
  /** The position that was asked for. */
  readonly offset: number;
  /** The position after this page. */
  readonly next: number;
  /** Rows on this page. */
  readonly rows: number;
  /** Rows on this page and all before it. */
  readonly read: number;
  readonly total: number | null;
}

/** Pages by position, until the app's own total, an empty page, or the rule given says that it was the last. */
export async function* offsetPages(app: AppClient, request: AppRequest, rules: OffsetRules): AsyncGenerator<AppAnswer, void, undefined> {
  let offset = rules.first ?? 0;
  let read = 0;
  const asked = (position: number): AppRequest => ({
    ...request,
    query: {
      ...request.query,
      [rules.offsetName]: String(position),
      ...(rules.limitName && rules.limit ? { [rules.limitName]: String(rules.limit) } : {}),
    },
  });
  yield* walk(app, asked(offset), (answer) => {
    const rows = rules.rows(answer);
    if (!rows)
      throw new AppFailure(
        { kind: 'malformed', message: `A page of ${request.operation} has no list of rows.` },
        request.operation,
        answer.status,
      );
    const next = offset + (rules.step?.(answer, rows.length) ?? rows.length);
    read += rows.length;
    const progress: OffsetProgress = { offset, next, rows: rows.length, read, total: rules.total ? whole(rules.total(answer)) : null };
    if (rules.isLast ? rules.isLast(answer, progress) : isLastByCount(answer, progress)) return undefined;
    offset = next;
    return asked(next);
  });
}

function isLastByCount(answer: AppAnswer, { rows, read, total, offset }: OffsetProgress): boolean {
  if (total === null) return rows === 0;
  // To end here quietly would let the rows that were not shown count as deleted.
  if (rows === 0 && read < total) {
    const message = `${answer.request.operation} says that there are ${total} rows, but its page at ${offset} is empty after ${read} of them.`;
    throw new AppFailure({ kind: 'malformed', message }, answer.request.operation, answer.status);
  }
  return read >= total;
}

/** Pages of any other kind: `next` reads the request of the next page from an answer, `undefined` ends. Repeats and endless runs are `malformed`. */
export async function* walk(
  app: AppClient,
  first: AppRequest,
  next: (answer: AppAnswer) => AppRequest | undefined,
  mostPages = MOST_PAGES,
): AsyncGenerator<AppAnswer, void, undefined> {
  const seen = new Set<string>();
  let request: AppRequest | undefined = first;
  while (request !== undefined) {
    const print = fingerprint(request);
    if (seen.has(print)) throw loop(request, 'it named a page that was read before');
    if (seen.size >= mostPages) throw loop(request, `it has more than ${mostPages} pages`);
    seen.add(print);
    const answer: AppAnswer = await app.call(request);
    yield answer;
    request = next(answer);
  }
}

function loop(request: AppRequest, why: string): AppFailure {
  return new AppFailure({ kind: 'malformed', message: `${request.operation} was stopped: ${why}.` }, request.operation, undefined);
}

// A short print per page, since a run of many pages must not keep their bodies.
function fingerprint({ method, at: base, path, query, json, form }: AppRequest): string {
  const parts = canonicalJson([method ?? 'GET', base ?? 'main', path, query ?? null, json ?? null, form ?? null]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 22);
}

// The link carries the whole query; adding the first page's query again would send it twice.
function follow(request: AppRequest, link: string | undefined): AppRequest | undefined {
  return link === undefined || link === '' ? undefined : { ...request, path: link, query: undefined };
}
