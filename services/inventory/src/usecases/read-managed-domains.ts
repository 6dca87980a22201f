import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { OpenWork } from '../domain/ports.js';

/** The e-mail domains that count as the organization's own. */
@Injectable()
export class ReadManagedDomains {
  constructor(private readonly work: OpenWork) {}

  async run(tenant: TenantId): Promise<readonly string[]> {
    return this.work.domains(tenant);
  }
}
