import type { TenantId } from '#libs/kernel';
import { inList, sql, type Row, type Tx } from '#libs/platform';

import type { AccountChange, AccountState } from '../domain/account.js';
import type { Shown } from '../domain/listing.js';
import type { PersonalAccount } from '../domain/person.js';
import type { AccountMark, AccountRows } from '../domain/ports.js';
import { accountCells, toAccountMark, toAccountState } from './account.row.js';
import { text, textOrNull } from './cells.js';
import { chunks, groupedBy } from './grouping.js';
import { markShown, PER_STATEMENT } from './listed-table.js';

/** The account table within one transaction. */
export class AccountTable implements AccountRows {
  constructor(
    private readonly tx: Tx,
    private readonly tenant: TenantId,
  ) {}

  async lock(ids: readonly string[]): Promise<ReadonlyMap<string, AccountState>> {
    const found = new Map<string, AccountState>();
    // Always in the order of the ids, so that two workers never wait for each other.
    for (const some of chunks([...ids].sort(), PER_STATEMENT)) {
      const rows = await this.tx.query(
        sql`select * from account where tenant = ${this.tenant} and ${inList(sql`id`, some)} order by id${this.tx.dialect.forUpdate}`,
      );
      for (const row of rows) found.set(text(row, 'id'), toAccountState(row));
    }
    return found;
  }

  async save(changes: readonly AccountChange[]): Promise<void> {
    const added = changes.filter(({ before }) => before === undefined).map(({ after }) => accountCells(this.tenant, after));
    const changed = changes.flatMap(({ before, after }) =>
      before ? [{ before: accountCells(this.tenant, before), after: accountCells(this.tenant, after) }] : [],
    );
    // Only columns that differ somewhere are set: each one more costs the indexes it is in.
    const columns = Object.keys(added[0] ?? changed[0]?.after ?? {}).filter((column) => !FIXED.has(column));
    const different = columns.filter((column) => changed.some(({ before, after }) => before[column] !== after[column]));
    await this.tx.insert('account', added, { key: ['tenant', 'id'], update: columns });
    if (different.length > 0) {
      await this.tx.insert(
        'account',
        changed.map(({ after }) => after),
        { key: ['tenant', 'id'], update: different },
      );
    }
  }

  async markShown(ids: readonly string[], shown: Shown): Promise<void> {
    await markShown(this.tx, 'account', this.tenant, ids, shown);
  }

  async markFactsShown(ids: readonly string[], shown: Shown): Promise<void> {
    for (const some of chunks(ids, PER_STATEMENT)) {
      await this.tx.execute(
        sql`update account set facts_shown_by = ${shown.by}, facts_shown_in = ${shown.in} where tenant = ${this.tenant} and ${inList(sql`id`, some)}`,
      );
    }
  }

  async ofPeople(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly PersonalAccount[]>> {
    const rows: Row[] = [];
    for (const some of chunks(personIds, PER_STATEMENT)) {
      rows.push(
        ...(await this.tx.query(
          sql`select id, app, email, display_name, status, link, person_id from account where tenant = ${this.tenant} and ${inList(sql`person_id`, some)}`,
        )),
      );
    }
    const accounts = rows.map((row) => ({ personId: text(row, 'person_id'), ...toPersonalAccount(row) }));
    return groupedBy(accounts, (account) => account.personId);
  }

  async nextOfConnector(
    connectorId: string,
    after: readonly string[] | null,
    limit: number,
  ): Promise<{ readonly accounts: readonly AccountMark[]; readonly next: readonly string[] | null }> {
    const [email = '', id = ''] = after ?? [];
    const rows = await this.tx.query(sql`
      select id, email_key, person_id, status, first_read_at, has_all_privileges, shown_by, shown_in, facts_shown_by, facts_shown_in from account
      where tenant = ${this.tenant} and connector_id = ${connectorId} and email_key >= ${email} and (email_key > ${email} or id > ${id})
      order by email_key, id limit ${limit}`);
    const last = rows.length < limit ? undefined : rows.at(-1);
    return { accounts: rows.map(toAccountMark), next: last ? [text(last, 'email_key'), text(last, 'id')] : null };
  }

  async next(afterId: string, limit: number): Promise<readonly AccountState[]> {
    const rows = await this.tx.query(
      sql`select * from account where tenant = ${this.tenant} and id > ${afterId} order by id limit ${limit}${this.tx.dialect.forUpdate}`,
    );
    return rows.map(toAccountState);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids, PER_STATEMENT)) {
      await this.tx.execute(sql`delete from account where tenant = ${this.tenant} and ${inList(sql`id`, some)}`);
    }
  }
}

const FIXED: ReadonlySet<string> = new Set(['tenant', 'id', 'connector_id', 'app', 'external_id', 'first_read_at']);

function toPersonalAccount(row: Row): PersonalAccount {
  return {
    id: text(row, 'id'),
    app: text(row, 'app'),
    email: textOrNull(row, 'email'),
    displayName: textOrNull(row, 'display_name'),
    status: text(row, 'status') as PersonalAccount['status'],
    link: text(row, 'link') as PersonalAccount['link'],
  };
}
