import type {
  AccountRecord,
  AppGrantRecord,
  BulkPage,
  ConnectorChanged,
  GroupRecord,
  InventoryRecord,
  PrivilegeRecord,
  StreamKey,
  StreamName,
} from '#libs/contracts';
import { Clock } from '#libs/kernel';

/** What the tests of this service build their stories from: each states only what matters to it. */
export const OKTA = 'con_okta';
export const DOCUSIGN = 'con_docusign';
export const NOON = Date.UTC(2026, 1, 1, 12);

export class SetClock extends Clock {
  constructor(public ms = NOON) {
    super();
  }

  now(): Date {
    return new Date(this.ms);
  }
}

export function streamOf(connectorId: string, stream: StreamName, tenant = 'acme'): StreamKey {
  return { tenant, connectorId, app: connectorId.replace('con_', '').replace(/\d+$/, ''), stream, feed: 'main' };
}

export function anAccount(change: Partial<AccountRecord> & { readonly externalId: string }): AccountRecord {
  return { kind: 'account', username: null, email: null, displayName: null, status: 'ACTIVE', type: 'person', ...change };
}

export function aGroup(name: string, change: Partial<GroupRecord> = {}): GroupRecord {
  return { kind: 'group', externalId: name, name, ...change };
}

export function aPrivilege(account: string, name: string, isAdmin: boolean | null): PrivilegeRecord {
  return { kind: 'privilege', externalId: name, account, name, isAdmin };
}

export function aGrant(externalId: string, change: Partial<AppGrantRecord> = {}): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId,
    type: 'OAUTH_CONSENT',
    appExternalId: 'calendly',
    appName: 'Calendly',
    account: null,
    scopes: ['mail.read'],
    level: 'HIGH',
    ...change,
  };
}

/** Feeds one stream the way the connectors service does: each page from where the last one ended. */
export class Feeder {
  private cursor: string | null = null;
  private pages = 0;
  private listings = 0;

  constructor(
    private readonly store: (page: BulkPage<InventoryRecord>) => Promise<{ readonly changed: number; readonly quarantined: number }>,
    readonly key: StreamKey,
  ) {}

  /** A page outside any listing, or of the one given. */
  page(records: readonly InventoryRecord[], change: Partial<BulkPage<InventoryRecord>> = {}): BulkPage<InventoryRecord> {
    this.pages += 1;
    return { key: this.key, fence: 1, from: this.cursor, next: `after ${this.pages}`, records, readAt: NOON, ...change };
  }

  async send(page: BulkPage<InventoryRecord>): Promise<{ readonly changed: number; readonly quarantined: number }> {
    const stored = await this.store(page);
    this.cursor = page.next;
    return stored;
  }

  /** A whole listing that shows everything of these kinds, in the pages given. */
  async list(complete: readonly InventoryRecord['kind'][], ...pages: readonly (readonly InventoryRecord[])[]): Promise<number> {
    const syncId = `sync ${(this.listings += 1)}`;
    let changed = 0;
    for (const [index, records] of pages.entries()) {
      const listing = { syncId, isLast: index === pages.length - 1, complete };
      changed += (await this.send(this.page(records, { listing }))).changed;
    }
    return changed;
  }
}

/** Word from the connectors service that a connector's streams were all read. */
export function connectorRead(connectorId: string, change: Partial<ConnectorChanged> = {}): ConnectorChanged {
  return {
    type: 'ConnectorChanged',
    connectorId,
    app: streamOf(connectorId, 'ACCOUNTS').app,
    name: connectorId,
    status: 'CONNECTED',
    version: 1,
    connectedAt: NOON,
    streams: (['ACCOUNTS', 'GROUPS', 'PRIVILEGES', 'APP_GRANTS'] as const).map((name) => ({
      name,
      status: 'UP_TO_DATE',
      lastSuccessAt: NOON,
      isFirstSyncDone: true,
    })),
    capabilities: [],
    ownAccountExternalId: null,
    isRemoved: false,
    ...change,
  };
}
