import { Injectable } from '@nestjs/common';
import type { ConnectorChanged, StreamName } from '#libs/contracts';
import { Clock, type TenantId } from '#libs/kernel';
import { coverageOf, CoverageStore, type Coverage } from '#libs/platform';

import { connectorsOf, type StringMatch } from '../domain/filters.js';

/** How much of the truth a list can show, of the connectors that its filter leaves. */
@Injectable()
export class AnswerCoverage {
  constructor(
    private readonly store: CoverageStore,
    private readonly clock: Clock,
  ) {}

  async run(
    tenant: TenantId,
    streams: readonly StreamName[],
    filter?: { readonly connector?: StringMatch | null; readonly app?: StringMatch | null } | null,
  ): Promise<Coverage> {
    const ids = connectorsOf(filter);
    const apps = typeof filter?.app?.eq === 'string' ? [filter.app.eq] : filter?.app?.in;
    const isAsked = (connector: ConnectorChanged): boolean =>
      (!ids || ids.includes(connector.connectorId)) && (!apps || apps.includes(connector.app));
    return coverageOf((await this.store.connectors(tenant)).filter(isAsked), streams, this.clock.now());
  }

  /** For each of these connectors by itself, or for each of these apps. */
  async ofEach(
    tenant: TenantId,
    streams: readonly StreamName[],
    by: 'connectorId' | 'app',
    keys: readonly string[],
  ): Promise<readonly Coverage[]> {
    const connectors = await this.store.connectors(tenant);
    return keys.map((key) =>
      coverageOf(
        connectors.filter((connector) => connector[by] === key),
        streams,
        this.clock.now(),
      ),
    );
  }
}
