import { randomBytes } from 'node:crypto';

import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { ServiceName } from '#libs/contracts';
import { Clock, SystemClock } from '#libs/kernel';

import { StreamPositions } from '../bulk/stream-position.js';
import type { Config } from '../config/config.js';
import { CoverageStore } from '../coverage/coverage-store.js';
import { Database, type MigrationClass } from '../database/database.js';
import { Outbox } from '../events/outbox.js';
import { LeaseStore } from '../leases/lease-store.js';
import type { Logger } from '../logging/logger.js';
import type { Peers } from './peers.js';

/** Nest tokens of what is no class. */
export const CONFIG = Symbol('CONFIG');
export const LOGGER = Symbol('LOGGER');
export const PEERS = Symbol('PEERS');

export interface PlatformOptions {
  readonly service: ServiceName;
  readonly config: Config;
  readonly logger: Logger;
  readonly peers: Peers;
  readonly migrations: readonly MigrationClass[];
  /** Tests set their own. */
  readonly clock?: Clock;
}

/**
 * What every service stands on, injectable anywhere in it: {@link Database}, {@link Clock}, {@link Outbox}, {@link LeaseStore}, {@link StreamPositions},
 * {@link CoverageStore}, and by token CONFIG, LOGGER, PEERS.
 */
@Global()
@Module({})
export class PlatformModule {
  static for(options: PlatformOptions): DynamicModule {
    return {
      module: PlatformModule,
      providers: [
        { provide: CONFIG, useValue: options.config },
        { provide: LOGGER, useValue: options.logger },
        { provide: PEERS, useValue: options.peers },
        { provide: Clock, useValue: options.clock ?? new SystemClock() },
        { provide: Database, useFactory: () => Database.open(options.config.database(options.service), options.migrations) },
        { provide: Outbox, useFactory: (database: Database, clock: Clock) => new Outbox(database, clock), inject: [Database, Clock] },
        {
          provide: LeaseStore,
          useFactory: (database: Database) => new LeaseStore(database, randomBytes(16).toString('hex')),
          inject: [Database],
        },
        { provide: StreamPositions, useFactory: (database: Database) => new StreamPositions(database), inject: [Database] },
        {
          provide: CoverageStore,
          useFactory: (database: Database, clock: Clock) => new CoverageStore(database, clock),
          inject: [Database, Clock],
        },
      ],
      exports: [CONFIG, LOGGER, PEERS, Clock, Database, Outbox, LeaseStore, StreamPositions, CoverageStore],
    };
  }
}
