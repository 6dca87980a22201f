import type { TenantId } from '#libs/kernel';
import { inList, sql, type Tx } from '#libs/platform';

import type { Person } from '../domain/person.js';
import type { PersonRows } from '../domain/ports.js';
import { text } from './cells.js';
import { chunks } from './grouping.js';
import { personShape } from './inventory.rows.js';
import { PER_STATEMENT } from './listed-table.js';

/** The person table within one transaction. */
export class PersonTable implements PersonRows {
  constructor(
    private readonly tx: Tx,
    private readonly tenant: TenantId,
  ) {}

  async lock(ids: readonly string[]): Promise<ReadonlyMap<string, Person>> {
    const sorted = [...new Set(ids)].sort();
    const found = await this.read(sorted);
    const missing = sorted.filter((id) => !found.has(id));
    // SQLite has one writer: there is nobody to wait for.
    if (missing.length === 0 || this.tx.dialect.name === 'sqlite') return found;
    await this.tx.insert(
      'person',
      missing.map((id) => ({ tenant: this.tenant, ...personShape.toCells({ id, email: null, displayName: null, isTerminated: false }) })),
      { key: ['tenant', 'id'], update: 'keep' },
    );
    // Another worker may have made one meanwhile: what it wrote counts.
    return this.read(sorted);
  }

  async find(id: string): Promise<Person | undefined> {
    return (await this.read([id])).get(id);
  }

  async save(people: readonly Person[]): Promise<void> {
    const rows = people.map((person) => ({ tenant: this.tenant, ...personShape.toCells(person) }));
    await this.tx.insert('person', rows, {
      key: ['tenant', 'id'],
      update: ['email', 'email_key', 'display_name', 'name_key', 'is_terminated'],
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids, PER_STATEMENT)) {
      await this.tx.execute(sql`delete from person where tenant = ${this.tenant} and ${inList(sql`id`, some)}`);
    }
  }

  private async read(ids: readonly string[]): Promise<Map<string, Person>> {
    const found = new Map<string, Person>();
    for (const some of chunks(ids, PER_STATEMENT)) {
      const rows = await this.tx.query(
        sql`select * from person where tenant = ${this.tenant} and ${inList(sql`id`, some)} order by id${this.tx.dialect.forUpdate}`,
      );
      for (const row of rows) found.set(text(row, 'id'), personShape.toValue(row));
    }
    return found;
  }
}
