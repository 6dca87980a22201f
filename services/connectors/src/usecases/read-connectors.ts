import { Injectable } from '@nestjs/common';
import type { ConnectorStatus, StreamName } from '#libs/contracts';
import { Clock, type TenantId } from '#libs/kernel';
import {
  coverageOf,
  decodeCursor,
  encodeCursor,
  pageSize,
  toConnection,
  type Connection,
  type Coverage,
  type PageArguments,
} from '#libs/platform';

import { connectorChanged, statusOf, type Connector, type Stream } from '../domain/connector.js';
import { ConnectorStore, StreamStore, SyncRunStore, type SyncRun } from '../domain/ports.js';
import { AppCatalogue } from './app-catalogue.js';

/** A connector with its streams: what all of its fields are made from. */
export interface ConnectorView {
  readonly connector: Connector;
  readonly streams: readonly Stream[];
  readonly status: ConnectorStatus;
}

/** Everything that is asked of connectors. */
@Injectable()
export class ReadConnectors {
  constructor(
    private readonly connectors: ConnectorStore,
    private readonly streams: StreamStore,
    private readonly runs: SyncRunStore,
    private readonly catalogue: AppCatalogue,
    private readonly clock: Clock,
  ) {}

  async list(
    tenant: TenantId,
    filter: { readonly app?: string | null; readonly status?: readonly ConnectorStatus[] | null },
  ): Promise<readonly ConnectorView[]> {
    const views = await this.withStreams(tenant, await this.connectors.list(tenant));
    return views.filter(
      (view) => (!filter.app || view.connector.app === filter.app) && (!filter.status || filter.status.includes(view.status)),
    );
  }

  /** In the order of the ids; removed connectors too, since activities still point to them. */
  async byIds(tenant: TenantId, ids: readonly string[]): Promise<readonly (ConnectorView | null)[]> {
    const views = await this.withStreams(tenant, await this.connectors.findMany(tenant, ids));
    const byId = new Map(views.map((view) => [view.connector.id, view]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  coverage({ connector, streams }: ConnectorView): Coverage {
    return coverageOf([connectorChanged(connector, streams)], [...new Set(streams.map((stream) => stream.name))], this.clock.now());
  }

  lag(stream: Stream): number | null {
    if (stream.name !== ('ACTIVITIES' satisfies StreamName) || stream.lastSuccessAt === null) return null;
    return Math.max(0, this.clock.now().getTime() - stream.lastSuccessAt);
  }

  appOf(connector: Connector): ReturnType<AppCatalogue['get']> {
    return this.catalogue.get(connector.app);
  }

  async syncRuns(tenant: TenantId, connectorId: string, page: PageArguments): Promise<Connection<SyncRun>> {
    const first = pageSize(page);
    const after = decodeCursor('syncRuns', page.after, 1);
    const runs = await this.runs.list(tenant, connectorId, first + 1, after ? String(after[0]) : null);
    return toConnection(runs, first, (run) => encodeCursor('syncRuns', [run.id]));
  }

  private async withStreams(tenant: TenantId, connectors: readonly Connector[]): Promise<ConnectorView[]> {
    const streams = await this.streams.list(
      tenant,
      connectors.map((connector) => connector.id),
    );
    return connectors.map((connector) => {
      const own = streams.filter((stream) => stream.connectorId === connector.id);
      return { connector, streams: own, status: statusOf(connector, own) };
    });
  }
}
