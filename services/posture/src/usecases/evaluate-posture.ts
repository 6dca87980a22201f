import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { CoverageStore } from '#libs/platform';

import { ConnectorNotFound } from '../domain/errors.js';
import { JudgedConnectorStore } from '../domain/ports.js';
import { JudgeConnector } from './judge-connector.js';

/** Judges a connector now, on what was collected: a person asked. */
@Injectable()
export class EvaluatePosture {
  constructor(
    private readonly connectors: JudgedConnectorStore,
    private readonly coverage: CoverageStore,
    private readonly judge: JudgeConnector,
  ) {}

  /** Returns how many controls were judged. */
  async run(tenant: TenantId, connectorId: string): Promise<number> {
    const heard = await this.coverage.connector(tenant, connectorId);
    const app = heard && !heard.isRemoved ? heard.app : (await this.connectors.find(tenant, connectorId))?.app;
    if (app === undefined || heard?.isRemoved) throw new ConnectorNotFound(connectorId);
    return this.judge.run({ tenant, connectorId, app });
  }
}
