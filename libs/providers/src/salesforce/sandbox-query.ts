import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';

import { OPERATIONS } from './operations.js';
import { PERMISSION_FOR } from './permissions.js';
import { answer, refuse, settle, type Context } from './sandbox-answers.js';
import { fileContent } from './sandbox-files.js';
import { parseSoql, pick, unknownField, type Row, type Soql } from './sandbox-soql.js';
import type { Locator, Reading, SalesforceSandbox } from './sandbox-state.js';
import { FACTOR_COLUMNS, ORG_RIGHTS, TABLES, TOOLING_TABLES } from './sandbox-tables.js';

/** More open queries than these, and the oldest are forgotten. */
const MOST_LOCATORS = 10;

/** Reading: SOQL with its pages, descriptions of objects, and files. */
export const queryRoutes: readonly SandboxRoute<SalesforceSandbox>[] = [
  { method: 'GET', operation: OPERATIONS.query, answer: (context) => query(context, TABLES) },
  { method: 'GET', operation: OPERATIONS.toolingQuery, answer: (context) => query(context, TOOLING_TABLES) },
  { method: 'GET', operation: OPERATIONS.moreRows, answer: moreRows },
  { method: 'GET', operation: OPERATIONS.describe, answer: describeObject },
  { method: 'GET', operation: OPERATIONS.logFile, answer: logFile },
];

// Who lacks these sees less, and is not told so.
const SILENT = new Set(['LoginHistory', 'OauthToken', 'User']);

/** True when our user may not see this object, which then seems not to exist. */
export function isHidden({ switches }: Context, object: string): boolean {
  return !SILENT.has(object) && switches.missingScopes.includes(PERMISSION_FOR[object] ?? '');
}

function query(context: Context, tables: typeof TABLES): SandboxAnswer {
  settle(context);
  const { state, now, switches } = context;
  let soql: Soql;
  try {
    soql = parseSoql(context.query.get('q') ?? '');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse(context, 400, 'MALFORMED_QUERY', error.message);
  }
  const table = tables[soql.object];
  if (!table || isHidden(context, soql.object))
    return refuse(context, 400, 'INVALID_TYPE', `sObject type '${soql.object}' is not supported.`);
  const reading: Reading = { now: now.getTime(), missing: switches.missingScopes, unlicensed: switches.unlicensed, from: soql.from };
  const named = [...soql.fields, ...soql.tested, ...soql.order.map(({ field }) => field)];
  const [sample] = first(table(state, reading));
  const unknown = sample && unknownField(sample, named);
  if (unknown !== undefined) return refuse(context, 400, 'INVALID_FIELD', `No such column '${unknown}' on entity '${soql.object}'.`);
  const rows = (): Iterator<Row> => limited(sorted(soql, accepted(soql, table(state, reading))), soql.limit);
  const total = count(rows());
  if (soql.count !== undefined) {
    return answer(context, 200, { totalSize: 1, done: true, records: [{ attributes: { type: 'AggregateResult' }, expr0: total }] });
  }
  const version = context.params['version'] ?? '';
  const told = mapped(rows(), (row) => pick(soql.object, row, soql.fields, version));
  return page(
    context,
    { total, rows: told, size: batchSize(context), position: 0, last: undefined, ahead: undefined },
    `01g${state.serial++}`,
  );
}

function* first(rows: Iterable<Row>): Generator<Row> {
  for (const row of rows) {
    yield row;
    return;
  }
}

function* accepted({ accepts }: Soql, rows: Iterable<Row>): Generator<Row> {
  for (const row of rows) if (accepts(row)) yield row;
}

// Logs are told in time order; sorting a million rows again would cost all the memory.
const IN_ORDER = new Set(['LoginHistory LoginTime', 'SetupAuditTrail CreatedDate', 'EventLogFile CreatedDate']);

function sorted({ object, order }: Soql, rows: Iterable<Row>): Iterable<Row> {
  const [by] = order;
  if (!by || (!by.isDescending && IN_ORDER.has(`${object} ${by.field}`))) return rows;
  const sign = by.isDescending ? -1 : 1;
  return [...rows].sort((a, b) => sign * String(a[by.field] ?? '').localeCompare(String(b[by.field] ?? '')));
}

function* limited(rows: Iterable<Row>, limit: number): Generator<Row> {
  let told = 0;
  for (const row of rows) {
    if (told++ >= limit) return;
    yield row;
  }
}

function* mapped(rows: Iterator<Row>, change: (row: Row) => Row): Generator<Row> {
  for (let next = rows.next(); !next.done; next = rows.next()) yield change(next.value);
}

function count(rows: Iterator<Row>): number {
  let total = 0;
  while (!rows.next().done) total += 1;
  return total;
}

function batchSize({ headers }: Context): number {
  const wanted = Number(/batchSize=(\d+)/.exec(headers['sforce-query-options'] ?? '')?.[1] ?? 2_000);
  return Math.min(2_000, Math.max(200, wanted));
}

// ---------------------------------------------------------------- pages

function page(context: Context, locator: Locator, id: string): SandboxAnswer {
  const { state, switches, params } = context;
  const from = locator.position;
  const size = typeof switches['pageSize'] === 'number' ? switches['pageSize'] : locator.size;
  const isEmpty = switches.emptyPages && from > 0 && locator.last?.from !== from && locator.last?.rows.length !== 0;
  const repeated = switches.duplicateRows ? (locator.last?.rows.slice(-3) ?? []) : [];
  const rows: Row[] = [];
  while (!isEmpty && rows.length < size) {
    const next = locator.ahead === undefined ? locator.rows.next() : { done: false, value: locator.ahead };
    locator.ahead = undefined;
    if (next.done) break;
    rows.push(next.value as Row);
  }
  const ahead = locator.ahead ?? locator.rows.next().value;
  locator.ahead = ahead as Row | undefined;
  locator.last = { from, rows };
  locator.position = from + rows.length;
  const isDone = locator.ahead === undefined;
  if (isDone) state.locators.delete(id);
  else remember(state, id, locator);
  const serial = isEmpty ? `e${from}` : String(locator.position);
  const nextRecordsUrl = `/services/data/${params['version']}/query/${id}-${serial}`;
  return answer(context, 200, {
    totalSize: locator.total,
    done: isDone,
    ...(!isDone && { nextRecordsUrl }),
    records: [...repeated, ...rows],
  });
}

function remember(state: SalesforceSandbox, id: string, locator: Locator): void {
  state.locators.delete(id);
  state.locators.set(id, locator);
  const oldest = state.locators.keys().next().value;
  if (state.locators.size > MOST_LOCATORS && oldest !== undefined) state.locators.delete(oldest);
}

function moreRows(context: Context): SandboxAnswer {
  settle(context);
  const [, id = '', serial = ''] = /^(.+)-(e?\d+)$/.exec(context.params['locator'] ?? '') ?? [];
  const locator = context.state.locators.get(id);
  const isKnown = locator !== undefined && Number(serial.replace('e', '')) === locator.position;
  if (!isKnown || takeForgotten(context)) return refuse(context, 400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  return page(context, locator, id);
}

// The switch counts how many of the next links are refused.
function takeForgotten({ switches, state }: Context): boolean {
  const wanted = Number(switches['forgetQueries'] ?? 0);
  if (!(wanted > state.forgotten)) return false;
  state.forgotten += 1;
  return true;
}

// ---------------------------------------------------------------- objects and files

function describeObject(context: Context): SandboxAnswer {
  const object = context.params['object'] ?? '';
  if (isHidden(context, object)) return refuse(context, 404, 'NOT_FOUND', 'The requested resource does not exist');
  const extra = object === 'PermissionSet' ? ORG_RIGHTS : object === 'TwoFactorMethodsInfo' ? FACTOR_COLUMNS : undefined;
  if (!extra) return refuse(context, 404, 'NOT_FOUND', 'The requested resource does not exist');
  return answer(context, 200, { name: object, fields: ['Id', ...extra].map((name) => ({ name, type: name === 'Id' ? 'id' : 'boolean' })) });
}

function logFile(context: Context): SandboxAnswer {
  const content = isHidden(context, 'EventLogFile') ? undefined : fileContent(context.state, context.params['id'] ?? '');
  if (content === undefined) return refuse(context, 404, 'NOT_FOUND', 'The requested resource does not exist');
  return { ...answer(context, 200), headers: { ...answer(context, 200).headers, 'Content-Type': 'text/csv' }, text: content };
}
