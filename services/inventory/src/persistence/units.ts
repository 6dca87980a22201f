import { Injectable } from '@nestjs/common';
import type { AccountsChanged, BulkPage, SinkPosition, StreamKey } from '#libs/contracts';
import { canonicalJson, Clock, derivedId, type TenantId } from '#libs/kernel';
import { Database, Outbox, sql, StreamPositions, type Tx } from '#libs/platform';

import { summary, type Account } from '../domain/account.js';
import type { AppGrant } from '../domain/app-grant.js';
import type { Group } from '../domain/group.js';
import { InventoryUnits, type InventoryUnit, type Reject } from '../domain/ports.js';
import { AccountTable } from './account-table.js';
import { line, number } from './cells.js';
import { DomainTable } from './domain-table.js';
import { chunks, groupedBy } from './grouping.js';
import { MemberTable, PrivilegeTable } from './holding-tables.js';
import { appGrantShape, groupShape, memberShape, privilegeShape } from './inventory.rows.js';
import { ListedTable } from './listed-table.js';
import { ListingTable } from './listing-table.js';
import { PersonTable } from './person-table.js';
import { ThirdPartyAppTable } from './third-party-app-table.js';

const ACCOUNTS_PER_MESSAGE = 1_000;
const LONGEST_REJECT = 100_000;

/** Units of work as database transactions. */
@Injectable()
export class SqlInventoryUnits extends InventoryUnits {
  constructor(
    private readonly database: Database,
    private readonly positions: StreamPositions,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {
    super();
  }

  async run<T>(tenant: TenantId, work: (unit: InventoryUnit) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => work(new SqlInventoryUnit(tx, tenant, this.positions, this.outbox, this.clock)));
  }
}

class SqlInventoryUnit implements InventoryUnit {
  readonly accounts: AccountTable;
  readonly people: PersonTable;
  readonly groups: ListedTable<Group>;
  readonly members: MemberTable;
  readonly privileges: PrivilegeTable;
  readonly appGrants: ListedTable<AppGrant>;
  readonly thirdPartyApps: ThirdPartyAppTable;
  readonly listings: ListingTable;
  readonly domains: DomainTable;

  constructor(
    private readonly tx: Tx,
    readonly tenant: TenantId,
    private readonly positions: StreamPositions,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {
    this.accounts = new AccountTable(tx, tenant);
    this.people = new PersonTable(tx, tenant);
    this.groups = new ListedTable(tx, tenant, groupShape);
    this.members = new MemberTable(tx, tenant, memberShape);
    this.privileges = new PrivilegeTable(tx, tenant, privilegeShape);
    this.appGrants = new ListedTable(tx, tenant, appGrantShape);
    this.thirdPartyApps = new ThirdPartyAppTable(tx, tenant);
    this.listings = new ListingTable(tx, tenant, positions);
    this.domains = new DomainTable(tx, tenant, clock);
  }

  async move(page: BulkPage): Promise<SinkPosition> {
    return this.positions.move(this.tx, page, null, this.clock.now().getTime());
  }

  async setAside(key: StreamKey, rejects: readonly Reject[]): Promise<void> {
    const now = this.clock.now().getTime();
    const rows = rejects.map(({ record, reason }) => {
      const text = canonicalJson(record);
      // The id is of the content, so that the same record read again is kept once.
      const id = derivedId('evt', this.tenant, key.connectorId, key.stream, text);
      return {
        id,
        tenant: this.tenant,
        connector_id: key.connectorId,
        stream: key.stream,
        reason: line(reason),
        record: text.slice(0, LONGEST_REJECT),
        set_aside_at: now,
      };
    });
    await this.tx.insert('quarantine', rows, { key: ['id'], update: 'keep' });
  }

  async announce(accounts: readonly Account[]): Promise<void> {
    for (const [connectorId, ofOne] of groupedBy(accounts, (account) => account.connectorId)) {
      const messages: AccountsChanged[] = [];
      const parts = [...chunks(ofOne, ACCOUNTS_PER_MESSAGE)];
      let version = await this.takeVersions(connectorId, parts.length);
      for (const part of parts) {
        messages.push({ type: 'AccountsChanged', connectorId, app: part[0]!.app, version: version++, accounts: part.map(summary) });
      }
      await this.outbox.add(this.tx, this.tenant, connectorId, messages);
    }
  }

  // Grows with every message of a connector, by the clock where it can, so that versions stay comparable after a restore. The lock also keeps the
  // messages of a connector in the order of their transactions.
  private async takeVersions(connectorId: string, count: number): Promise<number> {
    const isThis = sql`tenant = ${this.tenant} and connector_id = ${connectorId}`;
    await this.tx.insert('change_count', [{ tenant: this.tenant, connector_id: connectorId, version: 0 }], {
      key: ['tenant', 'connector_id'],
      update: 'keep',
    });
    const [row] = await this.tx.query(sql`select version from change_count where ${isThis}${this.tx.dialect.forUpdate}`);
    const first = Math.max(number(row!, 'version') + 1, this.clock.now().getTime());
    await this.tx.execute(sql`update change_count set version = ${first + count - 1} where ${isThis}`);
    return first;
  }
}
