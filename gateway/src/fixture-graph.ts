import { mkdtemp, rm } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Role } from '#libs/contracts';
import { AccessTokens, InternalTokens, loadSigningKeys, makeLogger } from '#libs/platform';
import request from 'supertest';

import { composeSupergraph } from '../../scripts/compose-supergraph.js';
import { FIXTURE_SDL, fixtureService, serveFixture, type FixtureLog, type FixtureName, type FixtureServer } from './fixture-subgraphs.js';
import { startGateway, type GatewayOptions, type RunningGateway } from './gateway.js';
import { HttpDataSource } from './subgraphs/http.js';
import { InProcessDataSource } from './subgraphs/in-process.js';
import type { SubgraphClient } from './subgraphs/subgraph-client.js';

const NAMES = ['inventory', 'posture', 'activities'] as const;
export const supergraphSdl = composeSupergraph(NAMES.map((name) => ({ name, sdl: FIXTURE_SDL[name] }))).supergraphSdl!;
export const TIMEOUTS = { subgraphTimeoutMs: 400, operationTimeoutMs: 2_000 };

// One set for each test file, made by setUpFixture.
let folder: string;
export let accessTokens: AccessTokens;
export let internal: InternalTokens;
/** An access token of an administrator of acme. */
export let admin: string;
/** The lines that the gateway has logged. */
export const logged: string[] = [];
const lines = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    logged.push(chunk.toString());
    done();
  },
});
export const logger = makeLogger({ logLevel: 'info', logPretty: false }, lines);

/** For `beforeAll` of a test file. */
export async function setUpFixture(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'castellan-gateway-'));
  accessTokens = await AccessTokens.open({ keysDir: folder }, { mayCreate: true });
  internal = new InternalTokens(await loadSigningKeys(folder, 'internal', { mayCreate: true }));
  admin = await tokenFor('ada', ['admin']);
}

/** For `afterAll`. */
export async function tearDownFixture(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

export async function tokenFor(subject: string, roles: readonly Role[], tenant = 'acme'): Promise<string> {
  return (await accessTokens.issue({ tenant, subject, roles, days: 1 })).token;
}

/** A gateway over the three small services. */
export interface Graph {
  readonly gateway: RunningGateway;
  readonly log: FixtureLog;
  readonly servers: Partial<Record<FixtureName, FixtureServer>>;
  close(): Promise<void>;
}

export async function startGraph(shape: 'in process' | 'over HTTP', change: Partial<GatewayOptions['config']> = {}): Promise<Graph> {
  const log: FixtureLog = { entityBatches: [], acted: [] };
  const servers: Graph['servers'] = {};
  const subgraphs: Partial<Record<FixtureName, SubgraphClient>> = {};
  for (const name of NAMES) {
    if (shape === 'in process') subgraphs[name] = new InProcessDataSource(fixtureService(name, log));
    else {
      const server = await serveFixture(name, internal, log);
      servers[name] = server;
      subgraphs[name] = new HttpDataSource({ name, url: server.url, tokens: internal, logger });
    }
  }
  const config = { host: '127.0.0.1', gatewayPort: 0, introspection: true, ...TIMEOUTS, ...change };
  const gateway = await startGateway({ config, logger, subgraphs, accessTokens, supergraphSdl, graphiqlFolders: [] });
  const close = async () => {
    await gateway.close();
    await Promise.all(Object.values(servers).map((server) => server.close()));
  };
  return { gateway, log, servers, close };
}

/** Sends an operation; `null` sends no token. */
export function post(graph: Graph, query: string, variables: Record<string, unknown> = {}, token: string | null = admin) {
  const call = request(graph.gateway.origin).post('/graphql');
  if (token !== null) void call.set('authorization', `Bearer ${token}`);
  return call.send({ query, variables });
}

/** The codes of an answer's errors. */
export const codesOf = (answer: { body: { errors?: { extensions: { code: string } }[] } }) =>
  (answer.body.errors ?? []).map((error) => error.extensions.code);
