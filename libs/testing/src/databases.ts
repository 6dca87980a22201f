import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Database, type DatabaseConfig, type MigrationClass } from '#libs/platform';
import { createConnection } from 'mysql2/promise';

const HOST = '127.0.0.1';
const PORT = 3306;

/** A login of this machine's MariaDB that may make databases: root without a password, as a test machine has it. */
const ROOT = { host: HOST, port: PORT, user: 'root', password: '' } as const;

/** Runs the same tests on SQLite and, where one runs on this machine, on MariaDB; each `open()` is an empty database of its own. */
export function describeOnEachDatabase(
  title: string,
  migrations: readonly MigrationClass[],
  tests: (open: () => Promise<Database>) => void,
): void {
  describe(`${title} on SQLite`, () => withDatabases(migrations, sqliteDatabase, tests));
  const isThere = mariadbIsThere;
  const run = isThere ? describe : describe.skip;
  run(`${title} on MariaDB${isThere ? '' : ' (skipped: no server on 127.0.0.1:3306)'}`, () =>
    withDatabases(migrations, mariadbDatabase, tests),
  );
}

/** A database that a test made, and how to get rid of it. */
export interface TemporaryDatabase {
  readonly config: DatabaseConfig;
  remove(): Promise<void>;
}

export async function sqliteDatabase(): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'castellan-'));
  return { config: { kind: 'sqlite', file: join(folder, 'test.sqlite') }, remove: () => rm(folder, { recursive: true, force: true }) };
}

export async function mariadbDatabase(name = `castellan_test_${randomBytes(6).toString('hex')}`): Promise<TemporaryDatabase> {
  await asRoot(`create database ${name} character set utf8mb4 collate utf8mb4_nopad_bin`);
  return {
    config: { kind: 'mysql', ...ROOT, database: name, poolSize: 8, allowUnsafeFlush: false },
    remove: () => asRoot(`drop database if exists ${name}`),
  };
}

export async function asRoot(statement: string): Promise<void> {
  const connection = await createConnection(ROOT);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

function withDatabases(
  migrations: readonly MigrationClass[],
  make: () => Promise<TemporaryDatabase>,
  tests: (open: () => Promise<Database>) => void,
): void {
  const opened: { database: Database; temporary: TemporaryDatabase }[] = [];
  afterEach(async () => {
    for (const { database, temporary } of opened.splice(0)) {
      await database.close();
      await temporary.remove();
    }
  });
  tests(async () => {
    const temporary = await make();
    const database = await Database.open(temporary.config, migrations);
    opened.push({ database, temporary });
    return database;
  });
}

/** True when something listens where MariaDB should. With `CASTELLAN_REQUIRE_SERVICES=1` its absence is a failure, not a skip. */
export const mariadbIsThere: boolean = await listens(PORT);

async function listens(port: number): Promise<boolean> {
  const isThere = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: HOST, port, timeout: 1_000 });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
  if (!isThere && process.env['CASTELLAN_REQUIRE_SERVICES'] === '1')
    throw new Error(`CASTELLAN_REQUIRE_SERVICES is set, but nothing listens on ${HOST}:${port}.`);
  return isThere;
}

/** As {@link describeOnEachDatabase}, for tests that start a whole service: they get the way to a fresh, empty database. */
export function describeEachConfig(title: string, tests: (make: () => Promise<DatabaseConfig>) => void): void {
  const block = (make: () => Promise<TemporaryDatabase>) => (): void => {
    const made: TemporaryDatabase[] = [];
    afterAll(async () => {
      for (const temporary of made.splice(0)) await temporary.remove();
    });
    tests(async () => {
      const temporary = await make();
      made.push(temporary);
      return temporary.config;
    });
  };
  describe(`${title} on SQLite`, block(sqliteDatabase));
  (mariadbIsThere ? describe : describe.skip)(
    `${title} on MariaDB${mariadbIsThere ? '' : ' (skipped: no server on 127.0.0.1:3306)'}`,
    block(() => mariadbDatabase()),
  );
}
