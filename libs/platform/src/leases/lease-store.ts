import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { column } from '../database/columns.js';
import type { Database } from '../database/database.js';
import { sql } from '../database/sql.js';

/** The right to run something alone for a while. The token grows with every taking: the receiver refuses a smaller one. */
export interface Lease {
  readonly name: string;
  readonly owner: string;
  readonly token: number;
}

/** Makes the table that {@link LeaseStore} needs; a service that leases lists it among its migrations. */
export class CreateLease1790000000001 implements MigrationInterface {
  readonly name = 'CreateLease1790000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'lease',
        columns: [
          column.key('name', { isPrimary: true }),
          { name: 'owner', type: 'varchar', length: '40' },
          column.count('token'),
          column.count('expires_at'),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('lease');
  }
}

/** Leases with fencing tokens, timed by the database's clock only. */
export class LeaseStore {
  constructor(
    private readonly database: Database,
    /** A fresh random name per process start, never the host's. */
    private readonly owner: string,
  ) {}

  /** Takes a lease that nobody holds; `undefined` when somebody does. */
  async take(name: string, ttlMs: number): Promise<Lease | undefined> {
    const { now } = this.database.dialect;
    await this.database.insert('lease', [{ name, owner: '', token: 0, expires_at: 0 }], { key: ['name'], update: 'keep' });
    return this.database.transaction(async (tx) => {
      const taken = await tx.execute(
        sql`update lease set token = token + 1, owner = ${this.owner}, expires_at = ${now} + ${ttlMs} where name = ${name} and expires_at <= ${now}`,
      );
      if (taken === 0) return undefined;
      const [row] = await tx.query<{ token: number }>(sql`select token from lease where name = ${name}`);
      return { name, owner: this.owner, token: Number(row!.token) };
    });
  }

  /** False: the lease is lost, stop at once. */
  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    const { now } = this.database.dialect;
    const renewed = await this.database.execute(
      sql`update lease set expires_at = ${now} + ${ttlMs} where name = ${lease.name} and owner = ${lease.owner} and token = ${lease.token} and expires_at > ${now}`,
    );
    return renewed === 1;
  }

  /** Gives it back; the token stays, since it must never go down. */
  async release(lease: Lease): Promise<void> {
    await this.database.execute(
      sql`update lease set expires_at = 0 where name = ${lease.name} and owner = ${lease.owner} and token = ${lease.token}`,
    );
  }

  /** Gives back a lease whose name is never used again, so that the table does not grow. Never for one whose token a sink has seen. */
  async discard(lease: Lease): Promise<void> {
    await this.database.execute(sql`delete from lease where name = ${lease.name} and owner = ${lease.owner} and token = ${lease.token}`);
  }
}
