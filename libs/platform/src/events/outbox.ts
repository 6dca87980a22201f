import type { Envelope, Message } from '#libs/contracts';
import { newOrderedId, type Clock, type TenantId } from '#libs/kernel';
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

import { column } from '../database/columns.js';
import type { Database, Tx } from '../database/database.js';
import { sql } from '../database/sql.js';

/** Makes the outbox and the inbox; every service lists it among its migrations. */
export class CreateOutbox1790000000002 implements MigrationInterface {
  readonly name = 'CreateOutbox1790000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'outbox',
        columns: [
          column.key('id', { isPrimary: true }),
          column.key('tenant'),
          column.key('subject'),
          column.key('type'),
          column.text('message', { isNullable: false }),
          column.count('sent_at'),
          column.time('published_at'),
          column.count('tries', { default: 0 }),
          column.line('last_error'),
        ],
      }),
    );
    await runner.createIndex('outbox', new TableIndex({ name: 'outbox_waiting', columnNames: ['published_at', 'id'] }));
    await runner.createTable(
      new Table({
        name: 'inbox',
        columns: [column.key('id', { isPrimary: true }), column.count('received_at')],
      }),
    );
    await runner.createIndex('inbox', new TableIndex({ name: 'inbox_received', columnNames: ['received_at'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('inbox');
    await runner.dropTable('outbox');
  }
}

/** Where a service leaves its messages, in the transaction of what they tell of; a relay delivers them. */
export class Outbox {
  private wake: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Writes messages about one subject inside the caller's transaction. They arrive in this order. */
  async add(tx: Tx, tenant: TenantId, subject: string, messages: readonly Message[]): Promise<void> {
    const now = this.clock.now();
    await tx.insert(
      'outbox',
      messages.map((message) => ({
        id: newOrderedId('evt', now),
        tenant,
        subject,
        type: message.type,
        message: JSON.stringify(message),
        sent_at: now.getTime(),
        published_at: null,
        tries: 0,
      })),
    );
    // The transaction has not ended yet; the relay looks after the current turn, and polls in any case.
    setImmediate(() => this.wake());
  }

  /** Calls `wake` when there may be something to deliver. */
  onAdded(wake: () => void): void {
    this.wake = wake;
  }

  async waiting(limit: number): Promise<Envelope[]> {
    const rows = await this.database.query<OutboxRow>(
      sql`select id, tenant, subject, message, sent_at from outbox where published_at is null order by id limit ${limit}`,
    );
    return rows.map((row) => ({
      id: row.id,
      tenant: row.tenant,
      subject: row.subject,
      sentAt: Number(row.sent_at),
      message: JSON.parse(row.message) as Message,
    }));
  }

  async markPublished(ids: readonly string[]): Promise<void> {
    const now = this.clock.now().getTime();
    await this.database.transaction(async (tx) => {
      for (const id of ids) await tx.execute(sql`update outbox set published_at = ${now} where id = ${id}`);
    });
  }

  async markFailed(id: string, error: string): Promise<void> {
    await this.database.execute(sql`update outbox set tries = tries + 1, last_error = ${error.slice(0, 500)} where id = ${id}`);
  }

  /** Messages not delivered yet, and the oldest of them: for health. */
  async backlog(): Promise<{ readonly waiting: number; readonly oldestAt: number | null }> {
    const [row] = await this.database.query<{ waiting: number; oldest: number | null }>(
      sql`select count(*) as waiting, min(sent_at) as oldest from outbox where published_at is null`,
    );
    return { waiting: Number(row!.waiting), oldestAt: row!.oldest === null ? null : Number(row!.oldest) };
  }

  /** Forgets what was delivered before `before`: the broker is never the only copy of anything younger. */
  async prune(before: number): Promise<void> {
    await this.database.execute(sql`delete from outbox where published_at is not null and published_at < ${before}`);
    await this.database.execute(sql`delete from inbox where received_at < ${before - INBOX_LONGER_MS}`);
  }
}

/** The inbox outlives the outbox, so that a late repeat is still recognized. */
const INBOX_LONGER_MS = 7 * 24 * 3_600_000;

interface OutboxRow extends Record<string, unknown> {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly message: string;
  readonly sent_at: number;
}

/** Records that a message arrived, in the transaction of its effect. False: it had arrived before, do nothing. */
export async function isFirstArrival(tx: Tx, envelope: Envelope, now: Date): Promise<boolean> {
  try {
    await tx.insert('inbox', [{ id: envelope.id, received_at: now.getTime() }]);
    return true;
  } catch (error) {
    if (tx.dialect.isDuplicateKey(error)) return false;
    throw error;
  }
}
