import { Injectable } from '@nestjs/common';
import type { ActionCancelRequested, ActionRequested, ActionResult } from '#libs/contracts';
import type { Json, TenantId, Transaction } from '#libs/kernel';
import { Database, Outbox, sql, type Row, type Sql, type Tx } from '#libs/platform';

import { ActionRunStore, type ActionRun } from '../domain/ports.js';

@Injectable()
export class SqlActionRunStore extends ActionRunStore {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async take(transaction: Transaction, tenant: TenantId, request: ActionRequested, at: number): Promise<void> {
    const tx = transaction as Tx;
    const row = {
      tenant,
      action_id: request.actionId,
      attempt: request.attempt,
      state: 'requested',
      request: JSON.stringify(request),
      before_state: null,
      intent_at: null,
      requested_at: at,
      settled_at: null,
    };
    await tx.insert('action_run', [row], { key: ['tenant', 'action_id', 'attempt'], update: 'keep' });
  }

  async cancel(
    transaction: Transaction,
    tenant: TenantId,
    { actionId, attempt, requestedBy }: ActionCancelRequested,
    at: number,
  ): Promise<void> {
    const tx = transaction as Tx;
    const dropped = await tx.execute(sql`
      update action_run set state = 'settled', settled_at = ${at}
      where ${isRun({ tenant, actionId, attempt })} and state = 'requested' and settled_at is null`);
    if (dropped === 0) return;
    const result: ActionResult = {
      is: 'failed',
      code: 'ACTION_CANCELLED',
      message: `Cancelled by ${requestedBy} before the app was called.`,
      remedy: 'Nothing to do; nothing was changed.',
      mayRetry: false,
    };
    await this.outbox.add(tx, tenant, actionId, [{ type: 'ActionSettled', actionId, attempt, at, result }]);
  }

  async open(limit: number): Promise<readonly ActionRun[]> {
    const rows = await this.database.query(sql`select * from action_run where settled_at is null order by requested_at limit ${limit}`);
    return rows.map(toRun);
  }

  async find(tenant: TenantId, actionId: string, attempt: number): Promise<ActionRun | undefined> {
    const [row] = await this.database.query(
      sql`select * from action_run where tenant = ${tenant} and action_id = ${actionId} and attempt = ${attempt} and settled_at is null`,
    );
    return row && toRun(row);
  }

  async started(run: ActionRun, at: number): Promise<void> {
    await this.database.transaction((tx) =>
      this.outbox.add(tx, run.tenant, run.actionId, [{ type: 'ActionStarted', actionId: run.actionId, attempt: run.attempt, at }]),
    );
  }

  async intent(run: ActionRun, before: Json, at: number): Promise<boolean> {
    const moved = await this.database.execute(sql`
      update action_run set state = 'intent', before_state = ${JSON.stringify(before)}, intent_at = ${at} where ${isRun(run)} and state = 'requested'`);
    return moved === 1;
  }

  async settle(run: ActionRun, result: ActionResult, at: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const settled = await tx.execute(
        sql`update action_run set state = 'settled', settled_at = ${at} where ${isRun(run)} and settled_at is null`,
      );
      if (settled === 0) return;
      await this.outbox.add(tx, run.tenant, run.actionId, [
        { type: 'ActionSettled', actionId: run.actionId, attempt: run.attempt, at, result },
      ]);
    });
  }
}

function isRun(run: Pick<ActionRun, 'tenant' | 'actionId' | 'attempt'>): Sql {
  return sql`tenant = ${run.tenant} and action_id = ${run.actionId} and attempt = ${run.attempt}`;
}

function toRun(row: Row): ActionRun {
  return {
    tenant: row['tenant'] as string,
    actionId: row['action_id'] as string,
    attempt: Number(row['attempt']),
    state: row['state'] as ActionRun['state'],
    request: JSON.parse(row['request'] as string) as ActionRequested,
    before: row['before_state'] === null ? null : (JSON.parse(row['before_state'] as string) as Json),
    intentAt: row['intent_at'] === null ? null : Number(row['intent_at']),
  };
}
