import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, inList, sql } from '#libs/platform';

import { PrivilegeStore, type Found } from '../domain/ports.js';
import type { Privilege } from '../domain/privilege.js';
import { groupedBy } from './grouping.js';
import { privilegeShape } from './inventory.rows.js';

/** Privileges as they are read: those that make an administrator first, then by name. */
@Injectable()
export class SqlPrivilegeStore extends PrivilegeStore {
  constructor(private readonly database: Database) {
    super();
  }

  async ofAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<Found<readonly Privilege[]>> {
    const rows = await this.database.query(
      sql`select * from privilege where tenant = ${tenant} and ${inList(sql`account_id`, accountIds)} order by is_admin desc, name_key, id`,
    );
    return groupedBy(rows.map(privilegeShape.toValue), (privilege) => privilege.accountId);
  }
}
