import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, sql, type Tx } from '#libs/platform';

import { BudgetStore } from '../domain/budget.js';
import type { Transaction } from '../domain/transaction.js';

/** The count of actions of each hour. */
@Injectable()
export class SqlBudgetStore extends BudgetStore {
  constructor(private readonly database: Database) {
    super();
  }

  async take(tenant: TenantId, tx: Transaction, hour: number, limit: number): Promise<boolean> {
    const inTx = tx as Tx;
    await inTx.insert('action_budget', [{ tenant, hour, used: 0 }], { key: ['tenant', 'hour'], update: 'keep' });
    const taken = await inTx.execute(
      sql`update action_budget set used = used + 1 where tenant = ${tenant} and hour = ${hour} and used + 1 <= ${limit}`,
    );
    return taken === 1;
  }

  async giveBack(tenant: TenantId, tx: Transaction, hour: number): Promise<void> {
    await (tx as Tx).execute(sql`update action_budget set used = used - 1 where tenant = ${tenant} and hour = ${hour} and used > 0`);
  }

  async used(tenant: TenantId, hour: number): Promise<number> {
    const [row] = await this.database.query<{ used: number }>(
      sql`select used from action_budget where tenant = ${tenant} and hour = ${hour}`,
    );
    return Number(row?.used ?? 0);
  }
}
