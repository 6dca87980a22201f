import { inList, sql } from '#libs/platform';

import type { PrivilegeTally } from '../domain/admin-mark.js';
import type { Member } from '../domain/group.js';
import type { MemberRows, PrivilegeRows } from '../domain/ports.js';
import type { Privilege } from '../domain/privilege.js';
import { number, text } from './cells.js';
import { chunks } from './grouping.js';
import { ListedTable, PER_STATEMENT } from './listed-table.js';

/** Members of groups within one transaction. */
export class MemberTable extends ListedTable<Member> implements MemberRows {
  async removeOfGroups(groupIds: readonly string[], limit: number): Promise<number> {
    const rows = await this.tx.query(
      sql`select id from group_member where tenant = ${this.tenant} and ${inList(sql`group_id`, groupIds)} order by group_id, id limit ${limit}${this.tx.dialect.forUpdate}`,
    );
    await this.remove(rows.map((row) => text(row, 'id')));
    return rows.length;
  }
}

/** Privileges within one transaction. */
export class PrivilegeTable extends ListedTable<Privilege> implements PrivilegeRows {
  async tally(accountIds: readonly string[]): Promise<ReadonlyMap<string, Omit<PrivilegeTally, 'isComplete'>>> {
    const tallies = new Map<string, Omit<PrivilegeTally, 'isComplete'>>();
    for (const some of chunks(accountIds, PER_STATEMENT)) {
      const rows = await this.tx.query(sql`
        select account_id, sum(case when is_admin = 1 then 1 else 0 end) as admin_count, sum(case when is_admin is null then 1 else 0 end) as unclear_count
        from privilege where tenant = ${this.tenant} and ${inList(sql`account_id`, some)} group by account_id`);
      for (const row of rows)
        tallies.set(text(row, 'account_id'), { admin: number(row, 'admin_count'), unclear: number(row, 'unclear_count') });
    }
    return tallies;
  }
}
