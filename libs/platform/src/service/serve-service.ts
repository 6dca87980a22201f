import { randomUUID } from 'node:crypto';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';

import type { BulkPage, BulkRecord, BulkSink, Envelope, Principal, ServiceName, StreamKey } from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { RequestContext } from '../graphql/context.js';
import { STATUS_OF_KIND } from '../graphql/errors.js';
import { mustBindToken } from '../graphql/subgraph.js';
import { InternalCallRefused, type InternalTokens } from '../identity/internal-token.js';
import type { Logger } from '../logging/logger.js';
import { processMetrics } from '../health/metrics.js';
import type { StartedService } from './start-service.js';

const unzip = promisify(gunzip);
const LARGEST_BODY = 256 * 1024 * 1024;

const graphqlBody = z.object({
  query: z.string().max(1_000_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** The principal behind a token that the gateway did not sign for us: a client's own, for installations with another router. */
export type AccessTokenCheck = (token: string) => Promise<Principal>;

/** Opens a service's port: its subgraph, the internal planes, health and metrics. Answers signed calls only. */
export async function serveService(
  service: StartedService,
  where: { readonly host: string; readonly port: number },
  tokens: InternalTokens,
  logger: Logger,
  accessToken?: AccessTokenCheck,
): Promise<string> {
  const server = service.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.setErrorHandler((error, request, reply) => answerError(error, request, reply, logger));
    openHealth(scope, service);
    openSubgraph(scope, service, tokens, accessToken);
    openInternalPlanes(scope, service, tokens);
  });
  await service.app.listen(where.port, where.host);
  return addressOf(server);
}

function openHealth(server: FastifyInstance, service: StartedService): void {
  server.get('/health/live', async () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    const health = await service.health();
    return reply.code(health.isReady ? 200 : 503).send(health);
  });
  server.get('/metrics', async (_request, reply) => reply.type('text/plain').send(await processMetrics()));
}

function openSubgraph(server: FastifyInstance, service: StartedService, tokens: InternalTokens, accessToken?: AccessTokenCheck): void {
  server.post('/graphql', async (request, reply) => {
    const bytes = await bodyOf(request);
    const body = graphqlBody.parse(parseJson(bytes));
    const principal = await principalOf(
      request,
      service.name,
      tokens,
      { text: bytes, mustBeBound: mustBindToken(body.query) },
      accessToken,
    );
    const requestId = String(request.headers['x-request-id'] ?? randomUUID());
    const result = await service.subgraph.run(
      { query: body.query, variables: body.variables ?? undefined, operationName: body.operationName ?? undefined },
      new RequestContext(principal, requestId),
    );
    return reply.type('application/json').send(JSON.stringify(result));
  });
}

function openInternalPlanes(server: FastifyInstance, service: StartedService, tokens: InternalTokens): void {
  server.post('/internal/events', async (request) => {
    const { body } = await internalCall(request, service.name, tokens);
    await service.receive(body as Envelope);
    return {};
  });
  server.post<{ Params: { operation: string } }>('/internal/bulk/:operation', async (request, reply) => {
    const { body, principal } = await internalCall(request, service.name, tokens);
    if (!service.sink) return reply.code(404).send({ code: 'NOT_FOUND', message: `${service.name} takes no bulk data.` });
    return (await bulk(service.sink, request.params.operation, principal, body)) ?? {};
  });
}

async function internalCall(
  request: FastifyRequest,
  name: ServiceName,
  tokens: InternalTokens,
): Promise<{ body: unknown; principal: Principal }> {
  const principal = await principalOf(request, name, tokens, { text: request.body as Buffer, mustBeBound: true });
  if (!principal.subject.startsWith('service:')) throw new InternalCallRefused('only sister services may call this');
  const body = parseJson(await bodyOf(request));
  return { body, principal };
}

async function bulk(sink: BulkSink, operation: string, principal: Principal, body: unknown): Promise<unknown> {
  const call = body as {
    key: StreamKey;
    page: BulkPage;
    tenant: string;
    connectorId: string;
    fence: number;
    cursor: string | null;
    records: BulkRecord[];
    readAt: number;
  };
  const tenant = call.page?.key.tenant ?? call.key?.tenant ?? call.tenant;
  if (tenant !== principal.tenant) throw new InternalCallRefused('the data is of another tenant than the token');
  switch (operation) {
    case 'position':
      return sink.position(call.key);
    case 'store':
      return sink.store(call.page);
    case 'erase':
      return sink.erase(call.tenant, call.connectorId);
    case 'restart':
      return sink.restart(call.key, call.fence, call.cursor);
    case 'touch':
      return sink.touch(call.key, call.records, call.readAt);
    default:
      throw new InternalCallRefused(`there is no bulk operation ${operation.slice(0, 40)}`);
  }
}

async function principalOf(
  request: FastifyRequest,
  name: ServiceName,
  tokens: InternalTokens,
  body: { readonly text: Buffer; readonly mustBeBound: boolean },
  accessToken?: AccessTokenCheck,
): Promise<Principal> {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!token) throw new InternalCallRefused('there is no token');
  try {
    return await tokens.verify(token, name, body);
  } catch (error) {
    if (!accessToken) throw error;
    return accessToken(token);
  }
}

async function bodyOf(request: FastifyRequest): Promise<Buffer> {
  const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
  if (request.headers['content-encoding'] !== 'gzip') return bytes;
  return unzip(bytes, { maxOutputLength: LARGEST_BODY });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new BodyUnreadable();
  }
}

/** The body of an internal call is not JSON. */
export class BodyUnreadable extends DomainError {
  readonly code = 'BODY_UNREADABLE';
  readonly kind = 'invalid';

  constructor() {
    super('The body is not JSON.');
  }
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  if (error instanceof DomainError) return reply.code(STATUS_OF_KIND[error.kind]).send({ code: error.code, message: error.message });
  if (error instanceof z.ZodError)
    return reply.code(400).send({ code: 'BODY_UNREADABLE', message: 'The body has not the expected shape.' });
  logger.error({ err: error, path: request.url.split('?')[0] }, 'an internal call failed');
  return reply.code(500).send({ code: 'INTERNAL', message: 'Something went wrong inside; see the log of this service.' });
}

function addressOf(server: FastifyInstance): string {
  const address = server.server.address();
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : String(address);
}
