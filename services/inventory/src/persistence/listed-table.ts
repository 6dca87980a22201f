import type { TenantId } from '#libs/kernel';
import { inList, name, sql, type Row, type SqlValue, type Tx } from '#libs/platform';

import type { Shown } from '../domain/listing.js';
import type { ListedRows, RowChange } from '../domain/ports.js';
import { number, text, type Cells } from './cells.js';
import { chunks } from './grouping.js';
import type { RowShape } from './inventory.rows.js';

/** How many rows one statement reads or changes: the flat part of the curve on both databases. */
export const PER_STATEMENT = 500;

/** A table whose rows are shown by listings, within one transaction. */
export class ListedTable<T extends { readonly id: string }> implements ListedRows<T> {
  constructor(
    protected readonly tx: Tx,
    protected readonly tenant: TenantId,
    protected readonly shape: RowShape<T>,
  ) {}

  async store(rows: readonly T[], shown: Shown): Promise<readonly RowChange<T>[]> {
    const wanted = new Map(rows.map((row) => [row.id, row]));
    const known = await this.lockById([...wanted.keys()]);
    const changed: RowChange<T>[] = [];
    const cells: Cells[] = [];
    const unchanged: string[] = [];
    for (const row of wanted.values()) {
      const own = this.shape.toCells(row);
      const before = known.get(row.id);
      if (before && isSame(before, own)) unchanged.push(row.id);
      else {
        changed.push({ before: before && this.shape.toValue(before), after: row });
        cells.push({ tenant: this.tenant, ...own, shown_by: shown.by, shown_in: shown.in });
      }
    }
    if (cells.length > 0)
      await this.tx.insert(this.shape.table, cells, {
        key: ['tenant', 'id'],
        update: Object.keys(cells[0]!).filter((column) => column !== 'tenant' && column !== 'id'),
      });
    await markShown(this.tx, this.shape.table, this.tenant, unchanged, shown);
    return changed;
  }

  async next(connectorId: string, afterId: string, limit: number): Promise<readonly { readonly row: T; readonly shown: Shown }[]> {
    const rows = await this.tx.query(sql`
      select * from ${name(this.shape.table)} where tenant = ${this.tenant} and connector_id = ${connectorId} and id > ${afterId}
      order by id limit ${limit}${this.tx.dialect.forUpdate}`);
    return rows.map((row) => ({ row: this.shape.toValue(row), shown: { by: text(row, 'shown_by'), in: number(row, 'shown_in') } }));
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids, PER_STATEMENT)) {
      await this.tx.execute(sql`delete from ${name(this.shape.table)} where tenant = ${this.tenant} and ${inList(sql`id`, some)}`);
    }
  }

  private async lockById(ids: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    const known = new Map<string, Row>();
    for (const some of chunks(ids, PER_STATEMENT)) {
      const rows = await this.tx.query(
        sql`select * from ${name(this.shape.table)} where tenant = ${this.tenant} and ${inList(sql`id`, some)} order by id${this.tx.dialect.forUpdate}`,
      );
      for (const row of rows) known.set(text(row, 'id'), row);
    }
    return known;
  }
}

/** Marks rows as shown again, and changes nothing else of them. */
export async function markShown(tx: Tx, table: string, tenant: TenantId, ids: readonly string[], shown: Shown): Promise<void> {
  for (const some of chunks(ids, PER_STATEMENT)) {
    await tx.execute(
      sql`update ${name(table)} set shown_by = ${shown.by}, shown_in = ${shown.in} where tenant = ${tenant} and ${inList(sql`id`, some)}`,
    );
  }
}

function isSame(known: Row, cells: Cells): boolean {
  return Object.entries(cells).every(([column, value]) => isSameValue(known[column], value));
}

// MySQL hands out large whole numbers as text where it must.
function isSameValue(stored: unknown, value: SqlValue): boolean {
  if (stored === null || stored === undefined || value === null) return (stored ?? null) === value;
  return stored === value || String(stored) === String(value);
}
