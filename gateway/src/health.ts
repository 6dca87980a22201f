import { type AccessTokens, processMetrics, ScopeMissing } from '#libs/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { bearerOf } from './authentication.js';
import type { SubgraphClient } from './subgraphs/subgraph-client.js';

/** What the health routes look at. */
export interface HealthOptions {
  readonly subgraphs: readonly SubgraphClient[];
  readonly accessTokens: AccessTokens;
  isClosing(): boolean;
}

// Anyone may ask, so asking must not become load on the services.
const FRESH_MS = 1_000;

/** `/health/live`, `/health/ready` and `/metrics`. Ready means that the graph is served; a service that is away is reported, and costs only its fields. */
export function serveHealth(server: FastifyInstance, { subgraphs, accessTokens, isClosing }: HealthOptions): void {
  let known: { readonly at: number; readonly checks: Promise<Record<string, { isOk: boolean }>> } | undefined;
  server.get('/health/live', async () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    if (!known || performance.now() - known.at > FRESH_MS) known = { at: performance.now(), checks: checksOf(subgraphs) };
    const isReady = !isClosing();
    return reply.code(isReady ? 200 : 503).send({ isReady, checks: { supergraph: { isOk: true }, ...(await known.checks) } });
  });
  server.get('/metrics', async (request, reply) => {
    if (!isLocal(request)) {
      const principal = await accessTokens.verify(bearerOf(request));
      if (!principal.scopes.includes('connectors:read')) throw new ScopeMissing('connectors:read');
    }
    return reply.type('text/plain; version=0.0.4').send(await processMetrics());
  });
}

async function checksOf(subgraphs: readonly SubgraphClient[]): Promise<Record<string, { isOk: boolean }>> {
  const checks = await Promise.all(subgraphs.map(async (one) => [one.name, { isOk: await one.isReachable() }] as const));
  return Object.fromEntries(checks);
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** From this machine itself; what a proxy on this machine passes on is not. */
function isLocal(request: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in request.headers);
  return LOOPBACK.has(request.socket.remoteAddress ?? '') && !isForwarded;
}
