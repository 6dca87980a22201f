import { fileURLToPath } from 'node:url';

import { Module } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import {
  BACKGROUND_WORK,
  CONFIG,
  CreateLease1790000000001,
  CreateOutbox1790000000002,
  Database,
  MESSAGE_HANDLERS,
  subgraphModule,
  type Config,
  type ServiceDefinition,
} from '#libs/platform';

import { ActionRunStore, ConnectorStore, StreamStore, SyncRunStore } from './domain/ports.js';
import { messageHandlers } from './messaging/message-handlers.js';
import { SqlActionRunStore } from './persistence/action-run.store.js';
import { SqlConnectorStore, SqlStreamStore } from './persistence/connector.store.js';
import { CreateConnectors1790000001001, CreateStreams1790000001002 } from './persistence/migrations/1790000001001-create-connectors.js';
import { SqlSyncRunStore } from './persistence/sync-run.store.js';
import { Vault } from './persistence/vault.js';
import { AppResolver } from './resolvers/app.resolver.js';
import { ConnectorResolver } from './resolvers/connector.resolver.js';
import { AppCatalogue } from './usecases/app-catalogue.js';
import { AppConnections } from './usecases/app-connections.js';
import { Background } from './usecases/background.js';
import { ConnectApp } from './usecases/connect-app.js';
import { ManageConnector } from './usecases/manage-connector.js';
import { ReadConnectors } from './usecases/read-connectors.js';
import { RunAction } from './usecases/run-action.js';
import { RunStream } from './usecases/run-stream.js';
import { StreamTiming } from './usecases/stream-timing.js';
import { TakeAction } from './usecases/take-action.js';
import { Wake } from './usecases/wake.js';

@Module({
  imports: [subgraphModule(fileURLToPath(new URL('./schema', import.meta.url)))],
  providers: [
    { provide: Vault, useFactory: (config: Config, database: Database) => Vault.open(config, database), inject: [CONFIG, Database] },
    { provide: StreamTiming, useFactory: (config: Config) => new StreamTiming(config.syncIntervalFactor), inject: [CONFIG] },
    { provide: ConnectorStore, useClass: SqlConnectorStore },
    { provide: StreamStore, useClass: SqlStreamStore },
    { provide: SyncRunStore, useClass: SqlSyncRunStore },
    { provide: ActionRunStore, useClass: SqlActionRunStore },
    { provide: MESSAGE_HANDLERS, useFactory: messageHandlers, inject: [TakeAction, Clock] },
    { provide: BACKGROUND_WORK, useExisting: Background },
    AppCatalogue,
    AppConnections,
    AppResolver,
    Background,
    ConnectApp,
    ConnectorResolver,
    ManageConnector,
    ReadConnectors,
    RunAction,
    RunStream,
    TakeAction,
    Wake,
  ],
})
export class ConnectorsModule {}

/** The connectors service: what runs, and the tables it needs. */
export const connectorsService: ServiceDefinition = {
  name: 'connectors',
  module: ConnectorsModule,
  migrations: [CreateLease1790000000001, CreateOutbox1790000000002, CreateConnectors1790000001001, CreateStreams1790000001002],
};
