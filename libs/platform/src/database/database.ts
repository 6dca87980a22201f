import { DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';

import type { DatabaseConfig } from '../config/config.js';
import { Dialect, type DialectName } from './dialect.js';
import { DatabaseBusy, DatabaseUnsafe, describeConnection } from './errors.js';
import { Mutex } from './mutex.js';
import { bindable, joinSql, name, Sql, sql, type SqlValue } from './sql.js';

export type Row = Record<string, unknown>;
export type MigrationClass = new () => MigrationInterface;

/** Runs SQL inside one transaction. */
export interface Tx {
  readonly dialect: Dialect;
  query<T extends Row = Row>(statement: Sql): Promise<T[]>;
  /** Rows that matched (UPDATE) or were removed (DELETE). Never ask it who won an upsert: see RELIABILITY. */
  execute(statement: Sql): Promise<number>;
  /** Inserts many rows in few statements; with `onDuplicate` the named columns are updated, or the row is left as it stands (`'keep'`). */
  insert(table: string, rows: readonly Readonly<Record<string, SqlValue>>[], onDuplicate?: OnDuplicate): Promise<void>;
}

export type OnDuplicate = 'fail' | { readonly key: readonly string[]; readonly update: readonly string[] | 'keep' };

/** One service's own database: SQLite in a file, or a schema of MySQL or MariaDB. TypeORM connects, pools and migrates; stores write SQL. */
export class Database implements Tx {
  readonly dialect: Dialect;
  // SQLite has one connection: two transactions on it would run into each other.
  private readonly writer = new Mutex();

  private constructor(
    private readonly source: DataSource,
    // On SQLite reads go through a connection of their own, so that they never see half a transaction.
    private readonly reader: DataSource,
  ) {
    this.dialect = new Dialect(source.options.type === 'mysql' ? 'mysql' : 'sqlite');
  }

  /** Connects, refuses a server that could lose acknowledged writes, and brings the tables up to date. */
  static async open(config: DatabaseConfig, migrations: readonly MigrationClass[]): Promise<Database> {
    const source = new DataSource(optionsOf(config, migrations));
    try {
      await source.initialize();
    } catch (cause) {
      throw new DatabaseBusy(
        `The database (${describeConnection(config)}) can't be opened: ${cause instanceof Error ? cause.message : 'unknown cause'}. Check that it runs and that the login may use it.`,
        { cause },
      );
    }
    await refuseUnsafe(source, config);
    await source.runMigrations({ transaction: 'each' });
    if (config.kind !== 'sqlite') return new Database(source, source);
    const reader = new DataSource({ type: 'better-sqlite3', database: config.file, readonly: true, statementCacheSize: 500 });
    await reader.initialize();
    return new Database(source, reader);
  }

  get migrations(): readonly string[] {
    return this.source.migrations.map((migration) => migration.name ?? migration.constructor.name);
  }

  /** Reads what is committed. A statement that writes is refused on SQLite: use {@link execute} or {@link transaction}. */
  async query<T extends Row = Row>(statement: Sql): Promise<T[]> {
    return (await this.reader.query(statement.text, [...statement.values])) as T[];
  }

  /** Outside a transaction: one statement, atomic by itself. */
  async execute(statement: Sql): Promise<number> {
    return this.transaction((tx) => tx.execute(statement));
  }

  async insert(table: string, rows: readonly Readonly<Record<string, SqlValue>>[], onDuplicate: OnDuplicate = 'fail'): Promise<void> {
    await this.transaction((tx) => tx.insert(table, rows, onDuplicate));
  }

  /**
   * All or nothing. Never await the network inside: on SQLite every other writer of the service waits.
   * On MySQL a transaction that lost against another (deadlock, lock wait, snapshot) is run again, so `work` must have no effects but its SQL.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.dialect.name === 'sqlite') return this.writer.run(() => this.attempt(work));
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (attempt >= 5 || !this.dialect.isRetryable(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt * Math.random()));
      }
    }
  }

  async close(): Promise<void> {
    if (this.reader !== this.source && this.reader.isInitialized) await this.reader.destroy();
    if (this.source.isInitialized) await this.source.destroy();
  }

  /** Undoes the last migration; for the migration tests. */
  async migrateDown(): Promise<void> {
    await this.source.undoLastMigration({ transaction: 'each' });
  }

  async migrateUp(): Promise<void> {
    await this.source.runMigrations({ transaction: 'each' });
  }

  private async attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner();
    await runner.connect();
    try {
      await this.begin(runner);
      const result = await work(new RunnerTx(runner, this.dialect));
      await runner.query('COMMIT');
      return result;
    } catch (error) {
      // SQLITE_FULL has rolled back already, a lock wait on MySQL has not: always end it, whatever the state.
      await runner.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  private async begin(runner: QueryRunner): Promise<void> {
    if (this.dialect.name === 'sqlite') {
      await runner.query('BEGIN IMMEDIATE');
      return;
    }
    await runner.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await runner.query('START TRANSACTION');
  }
}

class RunnerTx implements Tx {
  constructor(
    private readonly runner: QueryRunner,
    readonly dialect: Dialect,
  ) {}

  async query<T extends Row = Row>(statement: Sql): Promise<T[]> {
    return (await this.runner.query(statement.text, [...statement.values])) as T[];
  }

  async execute(statement: Sql): Promise<number> {
    // Structured results: `affected` means matched rows on both databases (FOUND_ROWS is on for mysql2).
    const result = await this.runner.query(statement.text, [...statement.values], true);
    return Number(result.affected ?? 0);
  }

  async insert(table: string, rows: readonly Readonly<Record<string, SqlValue>>[], onDuplicate: OnDuplicate = 'fail'): Promise<void> {
    const first = rows[0];
    if (!first) return;
    const columns = Object.keys(first);
    const tail = onDuplicate === 'fail' ? sql`` : this.dialect.onDuplicate(onDuplicate.key, onDuplicate.update);
    const head = sql`insert into ${name(table)} (${joinSql(columns.map(name), ', ')}) values `;
    const perStatement = Math.max(1, Math.min(500, Math.floor(30_000 / columns.length)));
    for (let start = 0; start < rows.length; start += perStatement) {
      // Written as one text: a piece of SQL for each cell would cost more than the insert itself.
      const some = rows.slice(start, start + perStatement);
      const row = `(${columns.map(() => '?').join(', ')})`;
      const cells = some.flatMap((values) => columns.map((column) => bindable(values[column] ?? null)));
      const values = new Sql(some.map(() => row).join(', '), cells);
      await this.query(sql`${head}${values}${tail}`);
    }
  }
}

async function refuseUnsafe(source: DataSource, config: DatabaseConfig): Promise<void> {
  if (config.kind === 'sqlite') return;
  const [row] = (await source.query(
    'select @@innodb_flush_log_at_trx_commit as flush, @@log_bin as binlog, @@sync_binlog as sync',
  )) as Row[];
  const flush = Number(row?.['flush']);
  const sync = Number(row?.['sync']);
  const isSafe = flush === 1 && (Number(row?.['binlog']) === 0 || sync === 1);
  if (isSafe || config.allowUnsafeFlush) return;
  await source.destroy();
  throw new DatabaseUnsafe(flush, sync);
}

function optionsOf(config: DatabaseConfig, migrations: readonly MigrationClass[]): DataSourceOptions {
  const common = { migrations: [...migrations], migrationsTableName: 'migration', synchronize: false, logging: false };
  if (config.kind === 'sqlite') {
    return {
      ...common,
      type: 'better-sqlite3',
      database: config.file,
      statementCacheSize: 200,
      prepareDatabase: (raw: { pragma(text: string): unknown }) => {
        raw.pragma('journal_mode = WAL');
        raw.pragma('synchronous = FULL');
        raw.pragma('foreign_keys = ON');
        raw.pragma('busy_timeout = 5000');
        raw.pragma('cache_size = -16000');
        raw.pragma('temp_store = MEMORY');
        raw.pragma('journal_size_limit = 67108864');
      },
    };
  }
  return {
    ...common,
    type: 'mysql',
    host: config.host,
    port: config.port,
    username: config.user,
    password: config.password,
    database: config.database,
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: false,
    poolSize: config.poolSize,
    connectTimeout: 10_000,
    extra: { maxIdle: config.poolSize, idleTimeout: 60_000 },
  };
}

export type { DialectName };
