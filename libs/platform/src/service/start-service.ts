import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { DynamicModule, Type } from '@nestjs/common';
import type { BulkSink, Envelope, Message, ServiceName } from '#libs/contracts';
import { Clock } from '#libs/kernel';

import type { Config } from '../config/config.js';
import { Database, type MigrationClass } from '../database/database.js';
import { isFirstArrival, Outbox } from '../events/outbox.js';
import { Relay } from '../events/relay.js';
import { Subgraph } from '../graphql/subgraph.js';
import { NestLogger, type Logger } from '../logging/logger.js';
import type { Peers } from './peers.js';
import { PlatformModule } from './platform.module.js';
import {
  BACKGROUND_WORK,
  BULK_SINK,
  MESSAGE_HANDLERS,
  type BackgroundWork,
  type Health,
  type MessageHandlers,
  type RunningService,
} from './running-service.js';

/** What a service's `<name>.module.ts` exports. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  /** Imports nothing of the platform: it is global. Provides MESSAGE_HANDLERS, and BULK_SINK and BACKGROUND_WORK where it has them. */
  readonly module: Type;
  readonly migrations: readonly MigrationClass[];
}

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly peers: Peers;
  readonly clock?: Clock;
}

export interface StartedService extends RunningService {
  /** Begins delivering messages and the background work; call it once all services of the process are up. */
  begin(): Promise<void>;
  readonly app: NestFastifyApplication;
}

/** Starts one service's Nest application on its database, without listening: `serveService` opens the port where there is one. */
export async function startService(definition: ServiceDefinition, options: StartOptions): Promise<StartedService> {
  const logger = options.logger.child({ service: definition.name });
  const platform = PlatformModule.for({ ...options, logger, service: definition.name, migrations: definition.migrations });
  const root: DynamicModule = { module: class ServiceRoot {}, imports: [platform, definition.module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter({ bodyLimit: BODY_LIMIT }), {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  await app.init();
  return assemble(definition.name, app, options.peers, logger);
}

const BODY_LIMIT = 64 * 1024 * 1024;
const BACKLOG_LATE_MS = 120_000;

function assemble(name: ServiceName, app: NestFastifyApplication, peers: Peers, logger: Logger): StartedService {
  const database = app.get(Database);
  const clock = app.get(Clock);
  const outbox = app.get(Outbox);
  const handlers = app.get<MessageHandlers>(MESSAGE_HANDLERS, { strict: false });
  const sink = optional<BulkSink>(app, BULK_SINK);
  const work = optional<BackgroundWork>(app, BACKGROUND_WORK);
  const relay = new Relay(outbox, peers, logger);
  const subgraph = new Subgraph(app.get(GraphQLSchemaHost, { strict: false }).schema, logger);
  let isClosing = false;

  return {
    name,
    app,
    subgraph,
    sink,
    receive: async (envelope) => {
      const handle = handlers[envelope.message.type] as ((tx: unknown, envelope: Envelope<Message>) => Promise<void>) | undefined;
      if (!handle) return;
      await database.transaction(async (tx) => {
        if (await isFirstArrival(tx, envelope, clock.now())) await handle(tx, envelope);
      });
    },
    begin: async () => {
      relay.start();
      await work?.start();
    },
    health: async () => healthOf(database, outbox, isClosing, clock),
    close: async () => {
      isClosing = true;
      await work?.stop();
      await relay.stop();
      await app.close();
      await database.close();
    },
  };
}

async function healthOf(database: Database, outbox: Outbox, isClosing: boolean, clock: Clock): Promise<Health> {
  if (isClosing) return { isReady: false, checks: { process: { isOk: false, detail: 'stopping' } } };
  try {
    const backlog = await outbox.backlog();
    const isLate = backlog.oldestAt !== null && clock.now().getTime() - backlog.oldestAt > BACKLOG_LATE_MS;
    return {
      isReady: true,
      checks: {
        database: { isOk: true, detail: database.dialect.name },
        messages: { isOk: !isLate, detail: `${backlog.waiting} waiting` },
      },
    };
  } catch {
    return { isReady: false, checks: { database: { isOk: false, detail: 'does not answer' } } };
  }
}

/** What a service may leave out. Looked for before it is asked for, since Nest logs a miss as an error. */
function optional<T>(app: NestFastifyApplication, token: symbol): T | undefined {
  const isProvided = [...app.get(ModulesContainer).values()].some((module) => module.providers.has(token));
  return isProvided ? app.get<T>(token, { strict: false }) : undefined;
}
