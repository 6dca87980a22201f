import { Injectable } from '@nestjs/common';
import type { ConnectorChanged } from '#libs/contracts';
import { Clock, type TenantId } from '#libs/kernel';
import { CoverageStore, type Tx } from '#libs/platform';

import { FindingStore, JudgedConnectorStore } from '../domain/ports.js';
import { RecordScore } from './record-score.js';

/** Keeps what is heard of connectors. One that was removed leaves lists and scores; the history of its score ends there. */
@Injectable()
export class HearConnector {
  constructor(
    private readonly coverage: CoverageStore,
    private readonly findings: FindingStore,
    private readonly connectors: JudgedConnectorStore,
    private readonly scores: RecordScore,
    private readonly clock: Clock,
  ) {}

  async run(tx: Tx, tenant: TenantId, change: ConnectorChanged): Promise<void> {
    await this.coverage.hear(tx, tenant, change);
    if (!change.isRemoved) return;
    const { connectorId, app } = change;
    await this.connectors.remove(tenant, tx, connectorId, app);
    await this.findings.retire(tenant, tx, connectorId);
    await this.scores.run(tx, tenant, { connectorId, app }, [], this.clock.now().getTime());
  }
}
