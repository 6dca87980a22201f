import { fileURLToPath } from 'node:url';

import { Module } from '@nestjs/common';
import { BACKGROUND_WORK, BULK_SINK, CoverageStore, MESSAGE_HANDLERS, subgraphModule, type ServiceDefinition } from '#libs/platform';

import {
  AccountStore,
  AppGrantStore,
  GroupStore,
  InventoryUnits,
  OpenWork,
  PersonStore,
  PrivilegeStore,
  ThirdPartyAppStore,
} from './domain/ports.js';
import { InventoryBulkSink } from './messaging/inventory-bulk-sink.js';
import { messageHandlers } from './messaging/message-handlers.js';
import { SqlAccountStore } from './persistence/account.store.js';
import { SqlAppGrantStore } from './persistence/app-grant.store.js';
import { SqlGroupStore } from './persistence/group.store.js';
import { migrations } from './persistence/migrations/index.js';
import { SqlOpenWork } from './persistence/open-work.store.js';
import { SqlPersonStore } from './persistence/person.store.js';
import { SqlPrivilegeStore } from './persistence/privilege.store.js';
import { SqlThirdPartyAppStore } from './persistence/third-party-app.store.js';
import { SqlInventoryUnits } from './persistence/units.js';
import { AccountResolver } from './resolvers/account.resolver.js';
import { AppGrantResolver } from './resolvers/app-grant.resolver.js';
import { ConnectorResolver } from './resolvers/connector.resolver.js';
import { GroupMemberConnectionResolver, GroupMemberResolver, GroupResolver } from './resolvers/group.resolver.js';
import { ManagedDomainsResolver } from './resolvers/managed-domains.resolver.js';
import { PersonResolver } from './resolvers/person.resolver.js';
import { PrivilegeResolver } from './resolvers/privilege.resolver.js';
import { ThirdPartyAppResolver } from './resolvers/third-party-app.resolver.js';
import { AnswerCoverage } from './usecases/answer-coverage.js';
import { EraseConnector } from './usecases/erase-connector.js';
import { FindAccounts } from './usecases/find-accounts.js';
import { FindHoldings } from './usecases/find-holdings.js';
import { Housekeeping, HousekeepingTasks } from './usecases/housekeeping.js';
import { LinkAccount } from './usecases/link-account.js';
import { ListAccounts } from './usecases/list-accounts.js';
import { ListAppGrants } from './usecases/list-app-grants.js';
import { ListGroups } from './usecases/list-groups.js';
import { ListPeople } from './usecases/list-people.js';
import { ListThirdPartyApps } from './usecases/list-third-party-apps.js';
import { ReadManagedDomains } from './usecases/read-managed-domains.js';
import { RefreshThirdPartyApps } from './usecases/refresh-third-party-apps.js';
import { RejoinAccounts } from './usecases/rejoin-accounts.js';
import { SetManagedDomains } from './usecases/set-managed-domains.js';
import { SettleListings } from './usecases/settle-listings.js';
import { StorePage } from './usecases/store-page.js';
import { TouchRecords } from './usecases/touch-records.js';

const resolvers = [
  AccountResolver,
  PersonResolver,
  GroupResolver,
  GroupMemberConnectionResolver,
  GroupMemberResolver,
  PrivilegeResolver,
  AppGrantResolver,
  ThirdPartyAppResolver,
  ConnectorResolver,
  ManagedDomainsResolver,
];

const usecases = [
  ListAccounts,
  ListPeople,
  ListGroups,
  ListAppGrants,
  ListThirdPartyApps,
  AnswerCoverage,
  FindAccounts,
  FindHoldings,
  LinkAccount,
  ReadManagedDomains,
  SetManagedDomains,
  RejoinAccounts,
  StorePage,
  TouchRecords,
  EraseConnector,
  SettleListings,
  RefreshThirdPartyApps,
  HousekeepingTasks,
];

const stores = [
  { provide: AccountStore, useClass: SqlAccountStore },
  { provide: PersonStore, useClass: SqlPersonStore },
  { provide: GroupStore, useClass: SqlGroupStore },
  { provide: PrivilegeStore, useClass: SqlPrivilegeStore },
  { provide: AppGrantStore, useClass: SqlAppGrantStore },
  { provide: ThirdPartyAppStore, useClass: SqlThirdPartyAppStore },
  { provide: OpenWork, useClass: SqlOpenWork },
  { provide: InventoryUnits, useClass: SqlInventoryUnits },
];

/** Wires the inventory: people, accounts, groups, privileges and app grants of all connectors. */
@Module({
  imports: [subgraphModule(fileURLToPath(new URL('./schema', import.meta.url)))],
  providers: [
    ...resolvers,
    ...usecases,
    ...stores,
    { provide: BULK_SINK, useClass: InventoryBulkSink },
    { provide: BACKGROUND_WORK, useClass: Housekeeping },
    { provide: MESSAGE_HANDLERS, useFactory: messageHandlers, inject: [CoverageStore] },
  ],
})
export class InventoryModule {}

/** The inventory service, for whoever starts it: alone or with its sisters in one process. */
export const inventoryService: ServiceDefinition = { name: 'inventory', module: InventoryModule, migrations };
