import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';
import { Database, inList, joinSql, sql, type Sql, type Tx } from '#libs/platform';

import {
  ActionStore,
  type ActionChange,
  type ActionFilter,
  type ActionPage,
  type NewAttempt,
  type Standing,
} from '../domain/action-store.js';
import type { Action, ActionAttempt, ActionState } from '../domain/action.js';
import { mayMove } from '../domain/action.js';
import type { Transaction } from '../domain/transaction.js';
import { filterSql } from './action-filter-sql.js';
import { attemptRow, COLUMNS, rowOf, toAction, toAttempt } from './action.row.js';

/** Actions and attempts in this service's tables. */
@Injectable()
export class SqlActionStore extends ActionStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async insert(tenant: TenantId, tx: Transaction, actions: readonly Action[], sweepAt: number): Promise<void> {
    await (tx as Tx).insert(
      'action',
      actions.map((action) => rowOf(tenant, action, sweepAt)),
    );
    await (tx as Tx).insert(
      'action_attempt',
      actions.map((action) => attemptRow(tenant, action.id, 1, action)),
    );
  }

  async find(tenant: TenantId, ids: readonly string[]): Promise<readonly Action[]> {
    const rows = await this.database.query(sql`select ${COLUMNS} from action where tenant = ${tenant} and ${inList(sql`id`, ids)}`);
    return rows.map(toAction);
  }

  async lock(tenant: TenantId, tx: Transaction, id: string): Promise<Action | undefined> {
    const inTx = tx as Tx;
    const [row] = await inTx.query(sql`select ${COLUMNS} from action where tenant = ${tenant} and id = ${id}${inTx.dialect.forUpdate}`);
    return row && toAction(row);
  }

  async move(tenant: TenantId, tx: Transaction, from: Standing, to: ActionState, change: ActionChange): Promise<boolean> {
    if (!mayMove(from.status, to)) return false;
    const inTx = tx as Tx;
    const problem = change.problem ? JSON.stringify(change.problem) : null;
    const sets: Sql[] = [sql`status = ${to}`];
    if (change.startedAt !== undefined) sets.push(sql`started_at = ${change.startedAt}`);
    if (change.settledAt !== undefined) sets.push(sql`settled_at = ${change.settledAt}`);
    if (change.before !== undefined) sets.push(sql`before_state = ${JSON.stringify(change.before)}`);
    if (change.wasAlreadySo !== undefined) sets.push(sql`was_already_so = ${change.wasAlreadySo}`);
    if (change.problem !== undefined) sets.push(sql`problem = ${problem}`, sql`problem_code = ${change.problem?.code ?? null}`);
    if (change.sweepAt !== undefined) sets.push(sql`sweep_at = ${change.sweepAt}`);
    const moved = await inTx.execute(sql`update action set ${joinSql(sets, ', ')} where ${standing(tenant, from)}`);
    if (moved === 0) return false;
    const ofAttempt: Sql[] = [sql`status = ${to}`, sql`problem = ${problem}`];
    if (change.startedAt !== undefined) ofAttempt.push(sql`started_at = ${change.startedAt}`);
    if (change.settledAt !== undefined) ofAttempt.push(sql`settled_at = ${change.settledAt}`);
    await inTx.execute(
      sql`update action_attempt set ${joinSql(ofAttempt, ', ')} where tenant = ${tenant} and action_id = ${from.id} and attempt = ${from.attempt}`,
    );
    return true;
  }

  async startAttempt(tenant: TenantId, tx: Transaction, from: Standing, attempt: NewAttempt): Promise<boolean> {
    if (!mayMove(from.status, 'QUEUED')) return false;
    const moved = await (tx as Tx).execute(sql`
      update action set status = 'QUEUED', attempt = attempt + 1, started_at = null, settled_at = null, problem = null, problem_code = null,
        is_cancel_requested = 0, charged_hour = ${attempt.chargedHour}, sweep_at = ${attempt.sweepAt}
      where ${standing(tenant, from)}`);
    if (moved === 0) return false;
    await (tx as Tx).insert('action_attempt', [attemptRow(tenant, from.id, from.attempt + 1, attempt)]);
    return true;
  }

  async markReverted(tenant: TenantId, tx: Transaction, id: string, revertedBy: string): Promise<boolean> {
    const marked = await (tx as Tx).execute(
      sql`update action set reverted_by = ${revertedBy}, sweep_at = null where tenant = ${tenant} and id = ${id} and status = 'SUCCEEDED' and reverted_by is null`,
    );
    return marked === 1;
  }

  async unmarkReverted(tenant: TenantId, tx: Transaction, id: string, revertedBy: string): Promise<void> {
    await (tx as Tx).execute(
      sql`update action set reverted_by = null where tenant = ${tenant} and id = ${id} and reverted_by = ${revertedBy}`,
    );
  }

  async requestCancel(tenant: TenantId, tx: Transaction, from: Standing): Promise<boolean> {
    return (await (tx as Tx).execute(sql`update action set is_cancel_requested = 1 where ${standing(tenant, from)}`)) === 1;
  }

  async sweepAgainAt(tenant: TenantId, tx: Transaction, id: string, at: number | null): Promise<void> {
    await (tx as Tx).execute(sql`update action set sweep_at = ${at} where tenant = ${tenant} and id = ${id}`);
  }

  async dueForSweep(now: number, limit: number): Promise<readonly { readonly tenant: TenantId; readonly id: string }[]> {
    const rows = await this.database.query(
      sql`select tenant, id from action where sweep_at <= ${now} order by sweep_at, id limit ${limit}`,
    );
    return rows.map((row) => ({ tenant: String(row['tenant']), id: String(row['id']) }));
  }

  async openOf(tenant: TenantId, tx: Transaction, accountId: string): Promise<readonly Action[]> {
    const rows = await (tx as Tx).query(
      sql`select ${COLUMNS} from action where tenant = ${tenant} and account_id = ${accountId} and status in ('QUEUED', 'RUNNING') order by requested_at, id`,
    );
    return rows.map(toAction);
  }

  async attempts(tenant: TenantId, actionIds: readonly string[]): Promise<readonly ActionAttempt[]> {
    const rows = await this.database.query(sql`
      select action_id, attempt, status, requested_by, requested_at, started_at, settled_at, problem from action_attempt
      where tenant = ${tenant} and ${inList(sql`action_id`, actionIds)} order by action_id, attempt`);
    return rows.map(toAttempt);
  }

  async list(tenant: TenantId, filter: ActionFilter | undefined, page: ActionPage): Promise<readonly Action[]> {
    const rows = await this.database.query(sql`
      select ${COLUMNS} from action where tenant = ${tenant} and ${filterSql(filter, this.now())} and ${older(page)}
      order by requested_at desc, id desc limit ${page.first + 1}`);
    return rows.map(toAction);
  }

  async count(tenant: TenantId, filter: ActionFilter | undefined): Promise<number> {
    const [row] = await this.database.query(
      sql`select count(*) as found from action where tenant = ${tenant} and ${filterSql(filter, this.now())}`,
    );
    return Number(row!['found']);
  }

  async listOfAccounts(tenant: TenantId, accountIds: readonly string[], page: ActionPage): Promise<ReadonlyMap<string, readonly Action[]>> {
    const rows = await this.database.query(sql`
      select * from (
        select ${COLUMNS}, row_number() over (partition by account_id order by requested_at desc, id desc) as place
        from action where tenant = ${tenant} and ${inList(sql`account_id`, accountIds)} and ${older(page)}
      ) placed where place <= ${page.first + 1} order by account_id, place`);
    const found = new Map<string, Action[]>();
    for (const action of rows.map(toAction)) found.set(action.accountId!, [...(found.get(action.accountId!) ?? []), action]);
    return found;
  }

  async countOfAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.query(sql`
      select account_id, count(*) as found from action where tenant = ${tenant} and ${inList(sql`account_id`, accountIds)} group by account_id`);
    return new Map(rows.map((row) => [String(row['account_id']), Number(row['found'])]));
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

function standing(tenant: TenantId, from: Standing): Sql {
  return sql`tenant = ${tenant} and id = ${from.id} and status = ${from.status} and attempt = ${from.attempt}`;
}

// Written out, since SQLite takes the row-value form `(a, b) < (?, ?)` and MariaDB does not use an index for it.
function older({ after }: ActionPage): Sql {
  if (!after) return sql`1 = 1`;
  const [requestedAt, id] = after;
  return sql`requested_at <= ${requestedAt} and (requested_at < ${requestedAt} or id < ${id})`;
}
