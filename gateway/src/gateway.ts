import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';

import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { ServiceName } from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import { type AccessTokens, type Config, type Logger, STATUS_OF_KIND } from '#libs/platform';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { authenticate, knownPrincipalOf, principalOf } from './authentication.js';
import { federation } from './federation.js';
import { GRAPHIQL_FOLDERS, serveGraphiql } from './graphiql.js';
import { graphqlServer } from './graphql-server.js';
import { serveHealth } from './health.js';
import { DocumentLimits } from './limits/document-limits.js';
import { InFlight } from './limits/in-flight.js';
import { RateLimited, RequestTooLarge } from './limits/refusals.js';
import { operationSeconds, operationsTotal } from './metrics.js';
import type { OperationContext, OperationFacts } from './operation-context.js';
import { errorBody, internalError } from './public-error.js';
import type { SubgraphClient } from './subgraphs/subgraph-client.js';

/** What the gateway is started with. */
export interface GatewayOptions {
  readonly config: Pick<Config, 'host' | 'gatewayPort' | 'operationTimeoutMs' | 'subgraphTimeoutMs' | 'introspection'>;
  readonly logger: Logger;
  /** One client for each service of the supergraph; the gateway closes them when it closes. */
  readonly subgraphs: Readonly<Partial<Record<ServiceName, SubgraphClient>>>;
  readonly accessTokens: AccessTokens;
  readonly supergraphSdl: string;
  /** Where GraphiQL was built; the first of these that holds it. */
  readonly graphiqlFolders?: readonly string[];
}

/** A gateway that listens. */
export interface RunningGateway {
  /** The graph's address, such as `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Without the path: GraphiQL is there. */
  readonly origin: string;
  /** Refuses new requests, ends those in hand, then closes the clients. */
  close(): Promise<void>;
}

const LARGEST_BODY = 256 * 1024;
const RECEIVE_TIMEOUT_MS = 30_000;

/** Serves one graph over the services: authenticates, limits, plans, joins; holds no data. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { config, accessTokens } = options;
  const logger = options.logger.child({ service: 'gateway' });
  const clients = Object.values(options.subgraphs);
  const apollo = graphqlServer(federation({ ...options, ...config, logger }), config, logger);
  await apollo.start();

  let isClosing = false;
  const server = newServer(logger);
  const run = fastifyApolloHandler(apollo, { context: async (request) => contextOf(request, config.operationTimeoutMs) });
  serveGraph(server, accessTokens, async (request, reply) => run.call(server, request, reply));
  serveHealth(server, { subgraphs: clients, accessTokens, isClosing: () => isClosing });
  await serveGraphiql(server, options.graphiqlFolders ?? GRAPHIQL_FOLDERS, logger);
  await server.listen({ host: config.host, port: config.gatewayPort });

  const origin = originOf(server, config.host);
  logger.info({ url: `${origin}/graphql` }, 'the graph is served');
  return {
    origin,
    url: `${origin}/graphql`,
    close: async () => {
      isClosing = true;
      await server.close();
      await apollo.stop();
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function newServer(logger: Logger): FastifyInstance {
  const server = fastify({
    bodyLimit: LARGEST_BODY,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    requestIdHeader: false,
  });
  // GraphQL is sent as JSON; text/plain is what a foreign page can send without asking.
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
  });
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, logger));
  server.setNotFoundHandler((request, reply) => answerError(new RouteUnknown(), request, reply, logger));
  server.addHook('onResponse', async (request, reply) => logAccess(request, reply, logger));
  return server;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

function serveGraph(server: FastifyInstance, accessTokens: AccessTokens, run: Handler): void {
  const documents = new DocumentLimits();
  const inFlight = new InFlight();
  server.post('/graphql', { onRequest: (request) => authenticate(request, accessTokens) }, async (request, reply) => {
    const leave = inFlight.enter(principalOf(request));
    try {
      const { query } = (request.body ?? {}) as { query?: unknown };
      if (typeof query === 'string') documents.check(query);
      return await run(request, reply);
    } finally {
      leave();
    }
  });
  server.get('/graphql', async (_request, reply) => reply.header('allow', 'POST').code(405).send(errorBody(new MethodNotAllowed())));
}

const factsOf = new WeakMap<FastifyRequest, OperationFacts>();

async function contextOf(request: FastifyRequest, timeoutMs: number): Promise<OperationContext> {
  const facts: OperationFacts = {};
  factsOf.set(request, facts);
  return { principal: principalOf(request), requestId: request.id, deadline: performance.now() + timeoutMs, facts };
}

function logAccess(request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  if (request.method !== 'POST' || request.routeOptions.url !== '/graphql') return;
  const principal = knownPrincipalOf(request);
  const { operation, kind, cost, errors, hasData } = factsOf.get(request) ?? {};
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  const outcome = hasData ? (errors?.length ? 'partial' : 'ok') : 'refused';
  operationsTotal.inc({ kind: kind ?? 'none', outcome });
  operationSeconds.observe({ kind: kind ?? 'none' }, reply.elapsedTime / 1_000);
  const codes = errors && errors.length > 0 ? errors : undefined;
  const line = { requestId: request.id, method: request.method, operation, kind, status: reply.statusCode, outcome, codes, cost, ms };
  logger.info({ ...line, tenant: principal?.tenant, subject: principal?.subject, tokenId: principal?.tokenId }, 'request');
}

/** There is nothing at this path. */
export class RouteUnknown extends DomainError {
  readonly code = 'ROUTE_UNKNOWN';
  readonly kind = 'missing';

  constructor() {
    super('There is nothing here. The graph is at POST /graphql, GraphiQL at /.');
  }
}

/** The graph takes POST only. */
export class MethodNotAllowed extends DomainError {
  readonly code = 'METHOD_NOT_ALLOWED';
  readonly kind = 'invalid';

  constructor() {
    super('Send operations by POST with a JSON body. To try some by hand, open / in a browser.');
  }
}

/** The body of a request is not JSON, or is not said to be. */
export class RequestUnreadable extends DomainError {
  readonly code = 'REQUEST_UNREADABLE';
  readonly kind = 'invalid';

  constructor() {
    super('The body of the request is not JSON. Send {"query": "...", "variables": {...}} with content-type: application/json.');
  }
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const fault = error instanceof DomainError ? error : requestFault(error);
  if (!fault) {
    logger.error({ err: error, requestId: request.id }, 'a request failed inside');
    return reply.code(500).send({ errors: [internalError(request.id)] });
  }
  if (fault.kind === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  if (fault instanceof RateLimited) reply.header('retry-after', String(fault.retryAfterSeconds));
  const status = error instanceof DomainError ? STATUS_OF_KIND[fault.kind] : (error as { statusCode: number }).statusCode;
  return reply.code(status).send(errorBody(fault));
}

/** Fastify's own refusals of what was sent. */
function requestFault(error: unknown): DomainError | undefined {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new RequestTooLarge(LARGEST_BODY);
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? new RequestUnreadable() : undefined;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

function originOf(server: FastifyInstance, host: string): string {
  const { port } = server.server.address() as AddressInfo;
  // Listening everywhere is no address to call.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
