import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { Database, sql, type Row } from '#libs/platform';

import { IpRangeTable, type IpRange } from '../domain/ip-range.js';
import { IpRangeStore } from '../domain/ip-range-store.js';

/** How old the table may be that another replica has changed meanwhile. */
const TRUSTED_MS = 5_000;

@Injectable()
export class SqlIpRangeStore extends IpRangeStore {
  private readonly tables = new Map<string, { readonly table: IpRangeTable; readonly readAt: number }>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async all(tenant: string): Promise<readonly IpRange[]> {
    return (await this.database.query(selectAll(tenant))).map(toRange);
  }

  async table(tenant: string): Promise<IpRangeTable> {
    const now = this.clock.now().getTime();
    const known = this.tables.get(tenant);
    if (known && Math.abs(now - known.readAt) < TRUSTED_MS) return known.table;
    const table = new IpRangeTable(await this.all(tenant));
    this.tables.set(tenant, { table, readAt: now });
    return table;
  }

  async save(tenant: string, decide: (ranges: readonly IpRange[]) => IpRange): Promise<IpRange> {
    const saved = await this.database.transaction(async (tx) => {
      const range = decide((await tx.query(sql`${selectAll(tenant)}${tx.dialect.forUpdate}`)).map(toRange));
      const { id, name, category, country, city, latitude, longitude } = range;
      const row = {
        ...{ tenant, id, name, category, country, city, latitude, longitude },
        cidrs: JSON.stringify(range.cidrs),
        tags: JSON.stringify(range.tags),
        updated_at: range.updatedAt,
        updated_by: range.updatedBy,
      };
      const update = ['name', 'category', 'country', 'city', 'latitude', 'longitude', 'cidrs', 'tags', 'updated_at', 'updated_by'];
      await tx.insert('ip_range', [row], { key: ['tenant', 'id'], update });
      return range;
    });
    this.tables.delete(tenant);
    return saved;
  }

  async delete(tenant: string, id: string): Promise<boolean> {
    const deleted = await this.database.execute(sql`delete from ip_range where tenant = ${tenant} and id = ${id}`);
    this.tables.delete(tenant);
    return deleted > 0;
  }
}

function selectAll(tenant: string) {
  return sql`select id, name, cidrs, category, tags, country, city, latitude, longitude, updated_at, updated_by from ip_range where tenant = ${tenant} order by id`;
}

function toRange(row: Row): IpRange {
  const number = (value: unknown): number | null => (value === null ? null : Number(value));
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    cidrs: JSON.parse(row['cidrs'] as string) as string[],
    category: row['category'] as IpRange['category'],
    tags: JSON.parse(row['tags'] as string) as string[],
    country: row['country'] as string | null,
    city: row['city'] as string | null,
    latitude: number(row['latitude']),
    longitude: number(row['longitude']),
    updatedAt: Number(row['updated_at']),
    updatedBy: row['updated_by'] as string,
  };
}
