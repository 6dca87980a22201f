import { Injectable } from '@nestjs/common';
import { derivedId, type TenantId } from '#libs/kernel';
import { Database, inList, sql, type Sql } from '#libs/platform';

import type { PersonFilter } from '../domain/filters.js';
import type { Person } from '../domain/person.js';
import { PersonStore, type Found, type Page, type PageRequest } from '../domain/ports.js';
import { keyOf } from './cells.js';
import { flagConditions, manyTextConditions, nestedCondition, plain, textConditions } from './filter-sql.js';
import { byId } from './grouping.js';
import { personShape } from './inventory.rows.js';
import { pageStatement, readPage, type ListOrder } from './page-sql.js';

/** People as they are read. */
@Injectable()
export class SqlPersonStore extends PersonStore {
  constructor(private readonly database: Database) {
    super();
  }

  async list(tenant: TenantId, filter: PersonFilter, page: PageRequest): Promise<Page<Person>> {
    return readPage(this.database, this.listStatement(tenant, filter, page), BY_EMAIL, page, personShape.toValue);
  }

  /** What {@link list} runs; a test asks the database how it would. */
  listStatement(tenant: TenantId, filter: PersonFilter, page: PageRequest): Sql {
    return pageStatement(sql`select p.* from person p where p.tenant = ${tenant} and ${condition(filter)}`, BY_EMAIL, page);
  }

  async count(tenant: TenantId, filter: PersonFilter): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      sql`select count(*) as n from person p where p.tenant = ${tenant} and ${condition(filter)}`,
    );
    return Number(row!.n);
  }

  async findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<Person>> {
    const rows = await this.database.query(sql`select p.* from person p where p.tenant = ${tenant} and ${inList(sql`p.id`, ids)}`);
    return byId(rows.map(personShape.toValue));
  }

  async findByEmail(tenant: TenantId, email: string): Promise<Person | undefined> {
    const key = keyOf(email.trim());
    if (key === '') return undefined;
    const rows = await this.database.query(
      sql`select p.* from person p where p.tenant = ${tenant} and p.email_key = ${key} order by p.id limit 10`,
    );
    const people = rows.map(personShape.toValue);
    // A link by hand can give two people one address; the one whom the rule joins by it comes first.
    return people.find((person) => person.id === derivedId('per', tenant, key)) ?? people[0];
  }
}

const BY_EMAIL: ListOrder = { name: 'people', column: 'email_key', key: sql`p.email_key`, id: sql`p.id`, direction: 'ASC', keyIs: 'text' };

function condition(filter: PersonFilter): Sql {
  return nestedCondition(filter, (one) => [
    ...textConditions({ raw: sql`p.email`, key: sql`p.email_key` }, one.email),
    ...textConditions({ raw: sql`p.display_name`, key: sql`p.name_key` }, one.displayName),
    ...flagConditions(sql`p.is_terminated`, one.isTerminated),
    ...manyTextConditions(plain(sql`a.app`), one.app, hasAccount),
  ]);
}

function hasAccount(condition: Sql): Sql {
  return sql`exists (select 1 from account a where a.tenant = p.tenant and a.person_id = p.id and ${condition})`;
}
