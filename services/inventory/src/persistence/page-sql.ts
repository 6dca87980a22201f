import { CursorInvalid, decodeCursor, encodeCursor, pageSize, sql, toConnection, type Database, type Row, type Sql } from '#libs/platform';

import type { Page, PageRequest } from '../domain/ports.js';

/** The order of a list: a column that is never null, then the id. */
export interface ListOrder {
  /** Names list and order in the cursor, so that it is refused elsewhere. */
  readonly name: string;
  readonly column: string;
  readonly key: Sql;
  readonly id: Sql;
  readonly direction: 'ASC' | 'DESC';
  readonly keyIs: 'text' | 'number';
}

/** The statement that reads one page and one row more. `from`: `select ... from ... where ...` with the tenant first. */
export function pageStatement(from: Sql, order: ListOrder, page: PageRequest): Sql {
  return sql`${from}${afterCursor(order, page.after)} ${orderBy(order)} limit ${pageSize(page) + 1}`;
}

/** Runs it and makes the connection. */
export async function readPage<T>(
  database: Database,
  statement: Sql,
  order: ListOrder,
  page: PageRequest,
  toValue: (row: Row) => T,
): Promise<Page<T>> {
  return toPage(await database.query(statement), order, page, toValue);
}

export function toPage<T>(rows: readonly Row[], order: ListOrder, page: PageRequest, toValue: (row: Row) => T): Page<T> {
  const { nodes, pageInfo } = toConnection(rows, pageSize(page), (row) =>
    encodeCursor(order.name, [row[order.column] as string | number, String(row['id'])]),
  );
  return { nodes: nodes.map(toValue), pageInfo };
}

// `key >= ? and (key > ? or id > ?)` and no row comparison: MySQL finds the range in the index only so.
function afterCursor(order: ListOrder, after: string | null | undefined): Sql {
  const position = decodeCursor(order.name, after, 2);
  if (!position) return sql``;
  const [key, id] = position;
  const isRight = typeof key === (order.keyIs === 'text' ? 'string' : 'number') && typeof id === 'string';
  if (!isRight) throw new CursorInvalid();
  return order.direction === 'ASC'
    ? sql` and ${order.key} >= ${key!} and (${order.key} > ${key!} or ${order.id} > ${id!})`
    : sql` and ${order.key} <= ${key!} and (${order.key} < ${key!} or ${order.id} < ${id!})`;
}

function orderBy(order: ListOrder): Sql {
  return order.direction === 'ASC' ? sql`order by ${order.key}, ${order.id}` : sql`order by ${order.key} desc, ${order.id} desc`;
}
