import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database, StreamPositions } from '#libs/platform';

import { ConnectorEraser } from '../domain/eraser.js';

/** Deletes everything of a connector in small steps, so that others get their turn; the positions last, so that a crash is gone on with. */
@Injectable()
export class EraseConnector {
  constructor(
    private readonly eraser: ConnectorEraser,
    private readonly positions: StreamPositions,
    private readonly database: Database,
  ) {}

  async run(tenant: TenantId, connectorId: string): Promise<void> {
    while (await this.eraser.step(tenant, connectorId)) await new Promise((resolve) => setImmediate(resolve));
    await this.database.transaction((tx) => this.positions.erase(tx, tenant, connectorId));
  }
}
