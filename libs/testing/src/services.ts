import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SCOPES, type BulkSink, type Envelope, type Principal, type ServiceName } from '#libs/contracts';
import type { Clock } from '#libs/kernel';
import {
  makeLogger,
  readConfig,
  RequestContext,
  startService,
  type Config,
  type DatabaseConfig,
  type Peers,
  type ServiceDefinition,
  type StartedService,
} from '#libs/platform';

/** An administrator of a tenant, with every scope. */
export function anAdmin(change: Partial<Principal> = {}): Principal {
  return { tenant: 'acme', subject: 'ada@acme.example', roles: ['admin'], scopes: SCOPES, tokenId: 'tok_test', ...change };
}

/** Sister services that are not there: keeps what they were sent, for the test to look at. */
export class RecordingPeers implements Peers {
  readonly delivered: { to: ServiceName; envelope: Envelope }[] = [];

  constructor(private readonly sinks: { readonly [name in ServiceName]?: BulkSink } = {}) {}

  async deliver(to: ServiceName, envelope: Envelope): Promise<void> {
    this.delivered.push({ to, envelope });
  }

  sink(service: ServiceName): BulkSink {
    const sink = this.sinks[service];
    if (!sink) throw new Error(`This test has no ${service} sink.`);
    return sink;
  }
}

/** One service alone on a database of its own. */
export interface TestService {
  readonly service: StartedService;
  readonly peers: RecordingPeers;
  readonly config: Config;
  /** Runs an operation as `principal` (an administrator of acme by default) and returns data and errors. */
  ask(
    query: string,
    variables?: Record<string, unknown>,
    principal?: Principal,
  ): Promise<{ data: any; errors?: readonly { message: string; extensions?: { code?: string } }[] }>; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it asked for
  close(): Promise<void>;
}

export interface TestServiceOptions {
  readonly database?: DatabaseConfig;
  readonly clock?: Clock;
  readonly peers?: RecordingPeers;
  readonly environment?: Readonly<Record<string, string>>;
  /** Also starts the relay and the background work. */
  readonly begin?: boolean;
}

export async function startTestService(definition: ServiceDefinition, options: TestServiceOptions = {}): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), 'castellan-service-'));
  const read = readConfig({ CASTELLAN_DATA_DIR: folder, CASTELLAN_LOG_LEVEL: 'silent', ...options.environment });
  const { database } = options;
  const config: Config = database ? { ...read, database: () => database } : read;
  const peers = options.peers ?? new RecordingPeers();
  const service = await startService(definition, { config, logger: makeLogger(config), peers, clock: options.clock });
  if (options.begin) await service.begin();
  return {
    service,
    peers,
    config,
    ask: async (query, variables, principal = anAdmin()) => {
      const result = await service.subgraph.run({ query, variables }, new RequestContext(principal, 'req_test'));
      return JSON.parse(JSON.stringify(result)) as Awaited<ReturnType<TestService['ask']>>;
    },
    close: async () => {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
