import { fileURLToPath } from 'node:url';

import { Module } from '@nestjs/common';
import {
  BULK_SINK,
  CoverageStore,
  CreateConnectorView1790000000004,
  CreateOutbox1790000000002,
  CreateStreamPosition1790000000003,
  MESSAGE_HANDLERS,
  subgraphModule,
  type ServiceDefinition,
} from '#libs/platform';

import { AccountProjection } from './domain/account-projection.js';
import { ActivityStore } from './domain/activity-store.js';
import { AlertDesk, AlertStore } from './domain/alert-store.js';
import { detectors } from './domain/detection/catalogue.js';
import { AddressBook } from './domain/enrichment/address-book.js';
import type { Atlas } from './domain/enrichment/atlas.js';
import { DeviceReader } from './domain/enrichment/device.js';
import { ConnectorEraser } from './domain/eraser.js';
import { IpRangeStore } from './domain/ip-range-store.js';
import { PageStore } from './domain/page-store.js';
import { ActivityBulkSink } from './messaging/activity-bulk-sink.js';
import { heard } from './messaging/heard.js';
import { BowserDeviceReader } from './persistence/bowser-device.reader.js';
import { PackagedAddressBook } from './persistence/geo/packaged-address-book.js';
import { worldAtlas } from './persistence/geo/world-atlas.js';
import {
  CreateActivity1790000001001,
  CreateRawBlock1790000001002,
  CreateSignInFailure1790000001003,
  CreateUnmappedEventType1790000001004,
} from './persistence/migrations/activity-tables.js';
import {
  CreateAlert1790000001008,
  CreateAlertAccount1790000001009,
  CreateAlertActivity1790000001010,
  CreateAlertChange1790000001012,
  CreateAwaitedEvent1790000001011,
} from './persistence/migrations/alert-tables.js';
import {
  CreateAccountRef1790000001006,
  CreateCountrySeen1790000001014,
  CreateIpRange1790000001007,
  CreateProfile1790000001005,
} from './persistence/migrations/knowledge-tables.js';
import { ExpectStatistics1790000001013 } from './persistence/migrations/statistics.js';
import { SqlAccountProjection } from './persistence/sql-account.projection.js';
import { SqlActivityStore } from './persistence/sql-activity.store.js';
import { SqlAlertDesk } from './persistence/sql-alert.desk.js';
import { SqlAlertStore } from './persistence/sql-alert.store.js';
import { SqlConnectorEraser } from './persistence/sql-connector.eraser.js';
import { SqlIpRangeStore } from './persistence/sql-ip-range.store.js';
import { SqlPageStore } from './persistence/sql-page.store.js';
import { ActivityResolver } from './resolvers/activity.resolver.js';
import { AlertResolver } from './resolvers/alert.resolver.js';
import { IpRangeResolver } from './resolvers/ip-range.resolver.js';
import { ActivityConnectionResolver, AlertConnectionResolver, UnmappedEventTypeResolver } from './resolvers/lists.resolver.js';
import { AccountResolver, ConnectorResolver, PersonResolver } from './resolvers/others.resolver.js';
import { ExplanationResolver, PolicyResolver } from './resolvers/policy.resolver.js';
import { ATLAS } from './usecases/atlas-token.js';
import { CountActivities } from './usecases/count-activities.js';
import { EraseConnector } from './usecases/erase-connector.js';
import { ExplainActivity } from './usecases/explain-activity.js';
import { KeepAccounts } from './usecases/keep-accounts.js';
import { KeepIpRanges } from './usecases/keep-ip-ranges.js';
import { ListActivities } from './usecases/list-activities.js';
import { ListAlerts } from './usecases/list-alerts.js';
import { ListPolicies } from './usecases/list-policies.js';
import { LookUpActivities } from './usecases/look-up-activities.js';
import { DETECTORS, RaiseAlerts } from './usecases/raise-alerts.js';
import { ReadRecords } from './usecases/read-records.js';
import { StorePage } from './usecases/store-page.js';
import { UpdateAlerts } from './usecases/update-alerts.js';

const doors = [
  ...[
    ActivityResolver,
    ActivityConnectionResolver,
    UnmappedEventTypeResolver,
    AlertResolver,
    AlertConnectionResolver,
    PolicyResolver,
    ExplanationResolver,
  ],
  ...[IpRangeResolver, AccountResolver, PersonResolver, ConnectorResolver],
];
const verbs = [
  ...[StorePage, ReadRecords, RaiseAlerts, EraseConnector, KeepAccounts, KeepIpRanges],
  ...[ListActivities, LookUpActivities, CountActivities, ListAlerts, UpdateAlerts, ListPolicies, ExplainActivity],
];

@Module({
  imports: [subgraphModule(fileURLToPath(new URL('./schema', import.meta.url)))],
  providers: [
    ...doors,
    ...verbs,
    ActivityBulkSink,
    { provide: BULK_SINK, useExisting: ActivityBulkSink },
    { provide: MESSAGE_HANDLERS, useFactory: heard, inject: [CoverageStore, KeepAccounts] },
    { provide: ATLAS, useValue: worldAtlas },
    { provide: DETECTORS, useFactory: (atlas: Atlas) => detectors(atlas), inject: [ATLAS] },
    { provide: ActivityStore, useClass: SqlActivityStore },
    { provide: AlertStore, useClass: SqlAlertStore },
    { provide: AlertDesk, useClass: SqlAlertDesk },
    { provide: PageStore, useClass: SqlPageStore },
    { provide: IpRangeStore, useClass: SqlIpRangeStore },
    { provide: AccountProjection, useClass: SqlAccountProjection },
    { provide: ConnectorEraser, useClass: SqlConnectorEraser },
    { provide: AddressBook, useClass: PackagedAddressBook },
    { provide: DeviceReader, useClass: BowserDeviceReader },
  ],
})
export class ActivitiesModule {}

/** The activities service: the log, the detections and the alerts. */
export const activitiesService: ServiceDefinition = {
  name: 'activities',
  module: ActivitiesModule,
  migrations: [
    CreateOutbox1790000000002,
    CreateStreamPosition1790000000003,
    CreateConnectorView1790000000004,
    CreateActivity1790000001001,
    CreateRawBlock1790000001002,
    CreateSignInFailure1790000001003,
    CreateUnmappedEventType1790000001004,
    CreateProfile1790000001005,
    CreateAccountRef1790000001006,
    CreateIpRange1790000001007,
    CreateAlert1790000001008,
    CreateAlertAccount1790000001009,
    CreateAlertActivity1790000001010,
    CreateAwaitedEvent1790000001011,
    CreateAlertChange1790000001012,
    ExpectStatistics1790000001013,
    CreateCountrySeen1790000001014,
  ],
};
