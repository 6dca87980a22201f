import { Injectable } from '@nestjs/common';
import type { ConnectorChanged } from '#libs/contracts';
import { Clock, type TenantId } from '#libs/kernel';
import { CoverageStore, coverageOf, type Coverage } from '#libs/platform';

/** How much of the settings an answer rests on. */
@Injectable()
export class ReadCoverage {
  constructor(
    private readonly coverage: CoverageStore,
    private readonly clock: Clock,
  ) {}

  async of(
    tenant: TenantId,
    only: { readonly connectorIds: readonly string[] | undefined; readonly apps: readonly string[] | undefined },
  ): Promise<Coverage> {
    const { connectorIds, apps } = only;
    const connectors = await this.connectors(tenant);
    return this.over(
      connectors.filter(({ connectorId, app }) => (connectorIds?.includes(connectorId) ?? true) && (apps?.includes(app) ?? true)),
    );
  }

  /** Over connectors that were looked up already. */
  over(connectors: readonly ConnectorChanged[]): Coverage {
    return coverageOf(connectors, ['SETTINGS'], this.clock.now());
  }

  connectors(tenant: TenantId): Promise<readonly ConnectorChanged[]> {
    return this.coverage.connectors(tenant);
  }
}
