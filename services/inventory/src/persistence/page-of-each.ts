import { joinSql, name, sql, type Database, type Row } from '#libs/platform';
import type { TenantId } from '#libs/kernel';

import type { Found, Page, PageRequest } from '../domain/ports.js';
import { chunks, groupedBy } from './grouping.js';
import type { RowShape } from './inventory.rows.js';
import { pageStatement, toPage, type ListOrder } from './page-sql.js';

// SQLite takes 500 parts of one union.
const PARENTS_PER_STATEMENT = 100;

/** The same page of the children of several parents, ordered by id, in one statement for many parents and by index for each. */
export async function pageOfEach<T>(
  database: Database,
  tenant: TenantId,
  shape: RowShape<T>,
  parentColumn: string,
  parentIds: readonly string[],
  page: PageRequest,
): Promise<Found<Page<T>>> {
  const order: ListOrder = {
    name: `${shape.table} of ${parentColumn}`,
    column: 'id',
    key: sql`id`,
    id: sql`id`,
    direction: 'ASC',
    keyIs: 'text',
  };
  const found = new Map<string, Page<T>>();
  for (const ids of chunks(parentIds, PARENTS_PER_STATEMENT)) {
    const parts = ids.map((id) => {
      const from = sql`select * from ${name(shape.table)} where tenant = ${tenant} and ${name(parentColumn)} = ${id}`;
      return sql`select * from (${pageStatement(from, order, page)}) as page_of_one`;
    });
    const rows = await database.query<Row>(joinSql(parts, ' union all '));
    const ofEach = groupedBy(rows, (row) => String(row[parentColumn]));
    for (const id of ids) found.set(id, toPage(ofEach.get(id) ?? [], order, page, shape.toValue));
  }
  return found;
}
