import { Sql, type SqlValue, type Tx } from '#libs/platform';

const ROWS_PER_STATEMENT = 100;

/** A column and where its value comes from. */
export type ColumnOf<R> = readonly [name: string, value: (row: R) => SqlValue];

/**
 * Multi-row inserts whose text is made once per number of rows: for the one place where thousands of wide rows a second are stored.
 * A row whose key is there already is left as it stands.
 */
export class BulkInsert<R> {
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly table: string,
    private readonly key: readonly string[],
    private readonly columns: readonly ColumnOf<R>[],
  ) {}

  async run(tx: Tx, rows: readonly R[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
      const chunk = rows.slice(start, start + ROWS_PER_STATEMENT);
      const values: SqlValue[] = new Array<SqlValue>(chunk.length * this.columns.length);
      let at = 0;
      for (const row of chunk) for (const [, value] of this.columns) values[at++] = value(row);
      await tx.query(new Sql(this.text(tx, chunk.length), values));
    }
  }

  private text(tx: Tx, rows: number): string {
    const known = `${tx.dialect.name} ${rows}`;
    let text = this.texts.get(known);
    if (text === undefined) {
      const names = this.columns.map(([name]) => name).join(', ');
      const row = `(${this.columns.map(() => '?').join(', ')})`;
      text = `insert into ${this.table} (${names}) values ${new Array<string>(rows).fill(row).join(', ')}${tx.dialect.onDuplicate(this.key, 'keep').text}`;
      this.texts.set(known, text);
    }
    return text;
  }
}
