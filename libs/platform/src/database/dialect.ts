import { joinSql, name, type Sql, sql } from './sql.js';

export type DialectName = 'sqlite' | 'mysql';

/** The few places where SQLite and MySQL (or MariaDB) differ. */
export class Dialect {
  constructor(readonly name: DialectName) {}

  /** The database's own time, in epoch milliseconds: the only clock that leases may use. */
  get now(): Sql {
    return this.name === 'sqlite'
      ? sql`cast(unixepoch('subsec') * 1000 as integer)`
      : sql`(timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000)`;
  }

  /** Locks the rows read until the transaction ends. SQLite needs nothing: a transaction is the only writer. */
  get forUpdate(): Sql {
    return this.name === 'sqlite' ? sql`` : sql` for update`;
  }

  /** As {@link forUpdate}, but passes over rows that another worker holds. */
  get forUpdateSkipLocked(): Sql {
    return this.name === 'sqlite' ? sql`` : sql` for update skip locked`;
  }

  onDuplicate(key: readonly string[], update: readonly string[] | 'keep'): Sql {
    if (this.name === 'sqlite') {
      const target = joinSql(key.map(name), ', ');
      if (update === 'keep') return sql` on conflict (${target}) do nothing`;
      return sql` on conflict (${target}) do update set ${joinSql(
        update.map((column) => sql`${name(column)} = excluded.${name(column)}`),
        ', ',
      )}`;
    }
    // A no-op assignment and not INSERT IGNORE, which would also swallow a NULL in a NOT NULL column.
    const columns = update === 'keep' ? key.slice(0, 1) : update;
    const assignments = columns.map((column) =>
      update === 'keep' ? sql`${name(column)} = ${name(column)}` : sql`${name(column)} = values(${name(column)})`,
    );
    return sql` on duplicate key update ${joinSql(assignments, ', ')}`;
  }

  /** Lost against another transaction; running it again is right. */
  isRetryable(error: unknown): boolean {
    const code = driverCode(error);
    return this.name === 'mysql' && (code === 'ER_LOCK_DEADLOCK' || code === 'ER_LOCK_WAIT_TIMEOUT' || code === 'ER_CHECKREAD');
  }

  /** The row was there already: how one learns who won. */
  isDuplicateKey(error: unknown): boolean {
    const code = driverCode(error);
    return code === 'ER_DUP_ENTRY' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
  }
}

function driverCode(error: unknown): string | undefined {
  const outer = error as { code?: unknown; driverError?: { code?: unknown } } | undefined;
  const code = outer?.driverError?.code ?? outer?.code;
  return typeof code === 'string' ? code : undefined;
}
