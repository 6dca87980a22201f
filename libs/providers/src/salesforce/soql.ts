import {
  AppFailure,
  at,
  flag,
  malformed,
  record,
  requiredList,
  text,
  walk,
  type AppClient,
  type AppRequest,
  type WireRecord,
} from '../sdk/index.js';

import { OPERATIONS, pathOf } from './operations.js';

/** Rows of one page of a query. */
export interface Rows {
  readonly rows: readonly WireRecord[];
  readonly total: number | undefined;
  /** Of a query without columns but an aggregate. */
  readonly isLast: boolean;
}

export interface QueryOptions {
  /** Of the Tooling API: Health Check. */
  readonly isTooling?: boolean;
}

/** Pages of a query, up to 2,000 rows each, until Salesforce says that it is done. A page may be empty and not the last. */
export async function* queryPages(app: AppClient, soql: string, options: QueryOptions = {}): AsyncGenerator<Rows> {
  const object = /\sFROM\s+(\w+)/.exec(soql)?.[1] ?? 'unknown';
  const template = options.isTooling ? OPERATIONS.toolingQuery : OPERATIONS.query;
  const operation = `${template} (${object})`;
  const first: AppRequest = {
    operation,
    path: pathOf(template),
    query: { q: soql },
    headers: { 'Sforce-Query-Options': 'batchSize=2000' },
  };
  for await (const answer of walk(app, first, ({ body }) => nextOf(first, body))) {
    const rows = requiredList(at(answer.body, 'records'), operation, 'the list "records"').map((row) => {
      const read = record(row);
      if (!read) throw malformed(operation, 'a record', answer.status);
      return read;
    });
    const isLast = flag(at(answer.body, 'done'));
    if (isLast === null) throw malformed(operation, 'the word "done"', answer.status);
    if (!isLast && text(at(answer.body, 'nextRecordsUrl')) === null) throw malformed(operation, 'the link to the next rows', answer.status);
    const total = at(answer.body, 'totalSize');
    yield { rows, total: typeof total === 'number' && total >= 0 ? total : undefined, isLast };
  }
}

function nextOf(first: AppRequest, body: unknown): AppRequest | undefined {
  if (flag(at(body, 'done')) === true) return undefined;
  const link = text(at(body, 'nextRecordsUrl'));
  return link === null ? undefined : { operation: first.operation, path: link, headers: first.headers };
}

/** All rows of a query that is known to be small. */
export async function queryAll(app: AppClient, soql: string, options: QueryOptions = {}): Promise<WireRecord[]> {
  const all: WireRecord[] = [];
  for await (const { rows } of queryPages(app, soql, options)) all.push(...rows);
  return all;
}

const ID = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;

/** An id inside quotes, for a query. What is no id never gets into one. */
export function quotedId(id: string | null, what: string): string {
  return `'${checkedId(id, what)}'`;
}

/** The id, or a refusal: plans are made for targets that came from outside. */
export function checkedId(id: string | null, what: string): string {
  if (id !== null && ID.test(id)) return id;
  throw new AppFailure({ kind: 'rejected', message: `This action needs the Salesforce id of ${what}.` }, 'plan', undefined);
}

/** A moment as SOQL writes it: without quotes. */
export function moment(ms: number): string {
  return new Date(ms).toISOString();
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The 18 letters of an id that was written with 15, as logs do: the last three tell which of the letters are capitals. */
export function longId(id: string): string {
  if (id.length !== 15) return id;
  let suffix = '';
  for (let block = 0; block < 3; block++) {
    let bits = 0;
    for (let place = 0; place < 5; place++) if (/[A-Z]/.test(id[block * 5 + place] ?? '')) bits |= 1 << place;
    suffix += LETTERS[bits];
  }
  return id + suffix;
}
