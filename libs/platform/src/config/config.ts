import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { SERVICE_NAMES, type ServiceName } from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import { z } from 'zod';

export interface SqliteConfig {
  readonly kind: 'sqlite';
  readonly file: string;
}

export interface MysqlConfig {
  readonly kind: 'mysql';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly poolSize: number;
  readonly allowUnsafeFlush: boolean;
}

export type DatabaseConfig = SqliteConfig | MysqlConfig;

/** Everything that can be configured, read once at start; see docs/configuration.md, which a test compares with this file. */
export interface Config {
  /** `embedded`: all in one process. `distributed`: each service its own, HTTP between them. */
  readonly shape: 'embedded' | 'distributed';
  readonly dataDir: string;
  readonly keysDir: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly logPretty: boolean;
  readonly host: string;
  readonly gatewayPort: number;
  readonly servicePorts: Readonly<Record<ServiceName, number>>;
  /** Where each service answers, for the distributed shape. */
  readonly serviceUrls: Readonly<Record<ServiceName, string>>;
  readonly database: (service: ServiceName) => DatabaseConfig;
  /** The key that seals credentials: a file beside the data, or 32 bytes in base64 from the environment. */
  readonly sealingKey: { readonly from: 'file'; readonly path: string } | { readonly from: 'environment'; readonly base64: string };
  /** Other places for the apps' hosts, such as sandboxes (`https://acme.okta.com` → `http://127.0.0.1:4101`) or a server in the house, which may then be private. */
  readonly appHosts: Readonly<Record<string, string>>;
  readonly defaultBackfillDays: number;
  /** Scales the intervals of periodic syncs; 0.01 in the demo so that changes show at once. */
  readonly syncIntervalFactor: number;
  /** How many times the published call limits the apps grant this organization (bought limits), 1 unless told. */
  readonly appLimitFactor: number;
  readonly operationTimeoutMs: number;
  readonly subgraphTimeoutMs: number;
  readonly introspection: boolean;
  /** Tests only: the crash point at which the process kills itself. */
  readonly crashAt: string | undefined;
}

/** The environment does not make a valid configuration; every fault is listed at once. */
export class ConfigurationInvalid extends DomainError {
  readonly code = 'CONFIGURATION_INVALID';
  readonly kind = 'invalid';

  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nSee docs/configuration.md.`);
  }
}

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const DEFAULT_PORTS: Record<ServiceName, number> = { connectors: 4001, inventory: 4002, activities: 4003, posture: 4004, governance: 4005 };

const hostMap = z.string().transform((text, context) => {
  const map: Record<string, string> = {};
  for (const pair of text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [from, to, ...rest] = pair.split('=');
    if (!from || !to || rest.length > 0 || !URL.canParse(from) || !URL.canParse(to)) {
      context.addIssue(`"${pair}" is not a pair such as https://acme.okta.com=http://127.0.0.1:4101`);
      continue;
    }
    map[new URL(from).origin] = new URL(to).origin;
  }
  return map;
});

const schema = z.object({
  CASTELLAN_SHAPE: z.enum(['embedded', 'distributed']).default('embedded'),
  CASTELLAN_DATA_DIR: z.string().min(1).default('data'),
  CASTELLAN_KEYS_DIR: z.string().min(1).optional(),
  CASTELLAN_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  CASTELLAN_LOG_PRETTY: flag.optional(),
  CASTELLAN_HOST: z.string().min(1).default('127.0.0.1'),
  CASTELLAN_PORT: port.default(4000),
  CASTELLAN_CONNECTORS_PORT: port.default(DEFAULT_PORTS.connectors),
  CASTELLAN_INVENTORY_PORT: port.default(DEFAULT_PORTS.inventory),
  CASTELLAN_ACTIVITIES_PORT: port.default(DEFAULT_PORTS.activities),
  CASTELLAN_POSTURE_PORT: port.default(DEFAULT_PORTS.posture),
  CASTELLAN_GOVERNANCE_PORT: port.default(DEFAULT_PORTS.governance),
  CASTELLAN_CONNECTORS_URL: z.url().optional(),
  CASTELLAN_INVENTORY_URL: z.url().optional(),
  CASTELLAN_ACTIVITIES_URL: z.url().optional(),
  CASTELLAN_POSTURE_URL: z.url().optional(),
  CASTELLAN_GOVERNANCE_URL: z.url().optional(),
  CASTELLAN_DB: z.enum(['sqlite', 'mysql']).optional(),
  CASTELLAN_DB_HOST: z.string().min(1).default('127.0.0.1'),
  CASTELLAN_DB_PORT: port.default(3306),
  CASTELLAN_DB_USER: z.string().min(1).default('castellan_{service}'),
  CASTELLAN_DB_PASSWORD: z.string().default(''),
  CASTELLAN_DB_NAME: z
    .string()
    .regex(/^[a-z0-9_]*\{service\}[a-z0-9_]*$/, 'must hold {service}, such as castellan_{service}')
    .default('castellan_{service}'),
  CASTELLAN_DB_POOL: z.coerce.number().int().min(1).max(200).default(10),
  CASTELLAN_DB_ALLOW_UNSAFE_FLUSH: flag.default(false),
  CASTELLAN_SEALING_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
    .optional(),
  CASTELLAN_APP_HOSTS: hostMap.default({}),
  CASTELLAN_BACKFILL_DAYS: z.coerce.number().int().min(0).max(3_650).default(30),
  CASTELLAN_SYNC_INTERVAL_FACTOR: z.coerce.number().min(0.001).max(100).default(1),
  CASTELLAN_APP_LIMIT_FACTOR: z.coerce.number().min(0.01).max(1_000_000).default(1),
  CASTELLAN_OPERATION_TIMEOUT_MS: z.coerce.number().int().min(100).default(60_000),
  CASTELLAN_SUBGRAPH_TIMEOUT_MS: z.coerce.number().int().min(100).default(15_000),
  CASTELLAN_INTROSPECTION: flag.default(true),
  CASTELLAN_CRASH_AT: z.string().optional(),
  // Read by `npm start` itself, before there is a process to configure.
  CASTELLAN_HEAP_MB: z.coerce.number().int().min(200).optional(),
});

/** The names of all variables, for the test that compares them with docs/configuration.md. */
export const CONFIGURATION_VARIABLES: readonly string[] = Object.keys(schema.shape);

/** Reads the configuration from the environment; unknown `CASTELLAN_` variables are faults too, since a misspelt one would be ignored. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([key, value]) => key.startsWith('CASTELLAN_') && value !== ''));
  const unknown = Object.keys(given).filter((key) => !(key in schema.shape) && !OTHER_VARIABLES.includes(key));
  const parsed = schema.safeParse(given);
  const faults = unknown.map((key) => `${key} is not a setting of Castellan`);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (!parsed.success || faults.length > 0) throw new ConfigurationInvalid(faults);
  return toConfig(parsed.data);
}

/** Reads `.env` in the working directory where there is one; variables that are set already win, `defaults` lose against both. */
export function readConfigOfProcess(defaults: Readonly<Record<string, string>> = {}): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readConfig({ ...defaults, ...process.env });
}

// Variables of the tests and of CI, no settings of the product.
const OTHER_VARIABLES = ['CASTELLAN_REQUIRE_SERVICES'];

function toConfig(values: z.infer<typeof schema>): Config {
  const dataDir = resolve(values.CASTELLAN_DATA_DIR);
  const keysDir = resolve(values.CASTELLAN_KEYS_DIR ?? join(dataDir, 'keys'));
  const servicePorts = perService((service) => values[`CASTELLAN_${upper(service)}_PORT`]);
  const kind = values.CASTELLAN_DB ?? (values.CASTELLAN_SHAPE === 'distributed' ? 'mysql' : 'sqlite');
  return {
    shape: values.CASTELLAN_SHAPE,
    dataDir,
    keysDir,
    logLevel: values.CASTELLAN_LOG_LEVEL,
    logPretty: values.CASTELLAN_LOG_PRETTY ?? false,
    host: values.CASTELLAN_HOST,
    gatewayPort: values.CASTELLAN_PORT,
    servicePorts,
    serviceUrls: perService((service) => values[`CASTELLAN_${upper(service)}_URL`] ?? `http://127.0.0.1:${servicePorts[service]}`),
    database: (service) =>
      kind === 'sqlite'
        ? { kind, file: join(dataDir, `${service}.sqlite`) }
        : {
            kind,
            host: values.CASTELLAN_DB_HOST,
            port: values.CASTELLAN_DB_PORT,
            user: values.CASTELLAN_DB_USER.replace('{service}', service),
            password: values.CASTELLAN_DB_PASSWORD,
            database: values.CASTELLAN_DB_NAME.replace('{service}', service),
            poolSize: values.CASTELLAN_DB_POOL,
            allowUnsafeFlush: values.CASTELLAN_DB_ALLOW_UNSAFE_FLUSH,
          },
    sealingKey: values.CASTELLAN_SEALING_KEY
      ? { from: 'environment', base64: values.CASTELLAN_SEALING_KEY }
      : { from: 'file', path: join(keysDir, 'sealing.key') },
    appHosts: values.CASTELLAN_APP_HOSTS,
    defaultBackfillDays: values.CASTELLAN_BACKFILL_DAYS,
    syncIntervalFactor: values.CASTELLAN_SYNC_INTERVAL_FACTOR,
    appLimitFactor: values.CASTELLAN_APP_LIMIT_FACTOR,
    operationTimeoutMs: values.CASTELLAN_OPERATION_TIMEOUT_MS,
    subgraphTimeoutMs: values.CASTELLAN_SUBGRAPH_TIMEOUT_MS,
    introspection: values.CASTELLAN_INTROSPECTION,
    crashAt: values.CASTELLAN_CRASH_AT,
  };
}

function upper<S extends ServiceName>(service: S): Uppercase<S> {
  return service.toUpperCase() as Uppercase<S>;
}

function perService<T>(make: (service: ServiceName) => T): Record<ServiceName, T> {
  return Object.fromEntries(SERVICE_NAMES.map((service) => [service, make(service)])) as Record<ServiceName, T>;
}
