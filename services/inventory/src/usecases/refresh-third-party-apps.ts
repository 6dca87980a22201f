import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { InventoryUnits } from '../domain/ports.js';
import { thirdPartyAppOf } from '../domain/third-party-app.js';
import { breathe } from './breathe.js';

const APPS_PER_STEP = 20;

/** Adds up the grants of the third-party apps whose grants changed. Apart from storing grants, so that an app granted by everybody is not added up on every page. */
@Injectable()
export class RefreshThirdPartyApps {
  constructor(private readonly units: InventoryUnits) {}

  async run(tenant: TenantId): Promise<void> {
    while ((await this.step(tenant)) === APPS_PER_STEP) await breathe();
  }

  private async step(tenant: TenantId): Promise<number> {
    return this.units.run(tenant, async ({ thirdPartyApps }) => {
      const stale = await thirdPartyApps.stale(APPS_PER_STEP);
      const accountsInUse = new Map<string, number>();
      for (const app of stale) {
        const tally = await thirdPartyApps.tally(app.id);
        if (!accountsInUse.has(app.app)) accountsInUse.set(app.app, await thirdPartyApps.accountsInUse(app.app));
        if (tally.grants === 0) await thirdPartyApps.remove(app.id);
        else await thirdPartyApps.save(thirdPartyAppOf(app, tally, accountsInUse.get(app.app)!));
      }
      return stale.length;
    });
  }
}
