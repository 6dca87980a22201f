import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Clock } from '#libs/kernel';

import { readManagedDomains } from '../domain/managed-domain.js';
import { InventoryUnits, OpenWork } from '../domain/ports.js';
import { payload } from './payload.js';
import { RejoinAccounts } from './rejoin-accounts.js';

/** The caller waits so long for all accounts to be gone through; the housekeeping does the rest. */
const WAIT_MS = 3_000;

/** Says which e-mail domains are the organization's own. */
@Injectable()
export class SetManagedDomains {
  constructor(
    private readonly units: InventoryUnits,
    private readonly work: OpenWork,
    private readonly rejoin: RejoinAccounts,
    private readonly clock: Clock,
  ) {}

  async run({ tenant, subject }: Principal, input: readonly string[]) {
    const known = { domains: await this.work.domains(tenant), isApplied: !(await this.work.isRejoining(tenant)) };
    return payload(known, async () => {
      const domains = readManagedDomains(input);
      await this.units.run(tenant, (unit) => unit.domains.replace(domains, subject));
      const isApplied = await this.rejoin.run(tenant, this.clock.now().getTime() + WAIT_MS);
      return { domains, isApplied };
    });
  }
}
