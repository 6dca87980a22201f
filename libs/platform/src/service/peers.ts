import type {
  BulkPage,
  BulkRecord,
  BulkSink,
  Envelope,
  Principal,
  ServiceName,
  SinkPosition,
  StoredPage,
  StreamKey,
} from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Pool } from 'undici';

import type { EventTransport } from '../events/relay.js';
import type { InternalTokens } from '../identity/internal-token.js';
import { BulkPageStale } from '../bulk/stream-position.js';
import type { RunningService } from './running-service.js';

/** A sister service can't be reached or failed; what was to be sent is kept and sent again. */
export class PeerUnavailable extends DomainError {
  readonly code = 'SERVICE_UNAVAILABLE';
  readonly kind = 'unavailable';

  constructor(service: ServiceName, why: string, options?: ErrorOptions) {
    super(`The ${service} service does not take our call (${why}). Check that it runs; nothing is lost meanwhile.`, options);
  }
}

/** How a service reaches its sisters, in one process or over HTTP: the two adapters of the bulk and event planes. */
export interface Peers extends EventTransport {
  sink(service: ServiceName): BulkSink;
}

/** All services in one process: calls are function calls. Filled as the services start. */
export class EmbeddedPeers implements Peers {
  private readonly services = new Map<ServiceName, RunningService>();

  join(service: RunningService): void {
    this.services.set(service.name, service);
  }

  leave(name: ServiceName): void {
    this.services.delete(name);
  }

  async deliver(to: ServiceName, envelope: Envelope): Promise<void> {
    await this.get(to).receive(envelope);
  }

  sink(service: ServiceName): BulkSink {
    const find = (): BulkSink => {
      const { sink } = this.get(service);
      if (!sink) throw new Error(`${service} takes no bulk data.`);
      return sink;
    };
    return {
      position: async (key) => find().position(key),
      store: async (page) => find().store(page),
      erase: async (tenant, connectorId) => find().erase(tenant, connectorId),
      restart: async (key, fence, cursor) => find().restart(key, fence, cursor),
      touch: async (key, records, readAt) => find().touch(key, records, readAt),
    };
  }

  private get(name: ServiceName): RunningService {
    const service = this.services.get(name);
    if (!service) throw new PeerUnavailable(name, 'it is not started yet');
    return service;
  }
}

const zip = promisify(gzip);
const TIMEOUT_MS = 60_000;

/** Sister services over HTTP, each call signed and bound to its body. */
export class HttpPeers implements Peers {
  private readonly pools = new Map<ServiceName, Pool>();

  constructor(
    private readonly from: ServiceName,
    private readonly urls: Readonly<Record<ServiceName, string>>,
    private readonly tokens: InternalTokens,
  ) {}

  async deliver(to: ServiceName, envelope: Envelope): Promise<void> {
    await this.post(to, '/internal/events', envelope.tenant, envelope);
  }

  sink(service: ServiceName): BulkSink {
    const call = async <T>(operation: string, tenant: string, body: unknown): Promise<T> =>
      (await this.post(service, `/internal/bulk/${operation}`, tenant, body)) as T;
    return {
      position: async (key: StreamKey) => call<SinkPosition>('position', key.tenant, { key }),
      store: async (page: BulkPage) => call<StoredPage>('store', page.key.tenant, { page }),
      erase: async (tenant, connectorId) => call<void>('erase', tenant, { tenant, connectorId }),
      restart: async (key, fence, cursor) => call<SinkPosition>('restart', key.tenant, { key, fence, cursor }),
      touch: async (key, records: readonly BulkRecord[], readAt) => call<void>('touch', key.tenant, { key, records, readAt }),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private async post(to: ServiceName, path: string, tenant: string, body: unknown): Promise<unknown> {
    const bytes = await zip(JSON.stringify(body), { level: 1 });
    const principal: Principal = { tenant, subject: `service:${this.from}`, roles: [], scopes: [], tokenId: '' };
    const token = await this.tokens.sign(principal, to, bytes);
    let status: number;
    let text: string;
    try {
      const answer = await this.pool(to).request({
        method: 'POST',
        path,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: bytes,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (cause) {
      throw new PeerUnavailable(to, 'no connection or no answer in time', { cause });
    }
    if (status === 200) return text === '' ? undefined : (JSON.parse(text) as unknown);
    if (status === 409 && text.includes('BULK_PAGE_STALE'))
      throw new BulkPageStale((body as { page?: BulkPage; key?: StreamKey }).page?.key ?? (body as { key: StreamKey }).key);
    throw new PeerUnavailable(to, `it answered ${status}`);
  }

  private pool(service: ServiceName): Pool {
    let pool = this.pools.get(service);
    if (!pool) {
      pool = new Pool(this.urls[service], { connections: 16, pipelining: 1, connectTimeout: 5_000 });
      this.pools.set(service, pool);
    }
    return pool;
  }
}
