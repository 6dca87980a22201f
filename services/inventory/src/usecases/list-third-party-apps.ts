import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { checkFilter, type ThirdPartyAppFilter } from '../domain/filters.js';
import { ThirdPartyAppStore, type PageRequest } from '../domain/ports.js';
import { AnswerCoverage } from './answer-coverage.js';

/** Third-party apps by name. Count and coverage are worked out when they are asked for. */
@Injectable()
export class ListThirdPartyApps {
  constructor(
    private readonly apps: ThirdPartyAppStore,
    private readonly coverage: AnswerCoverage,
  ) {}

  async run(tenant: TenantId, query: PageRequest & { readonly filter?: ThirdPartyAppFilter | null }) {
    const filter = query.filter ?? {};
    checkFilter(filter);
    return {
      ...(await this.apps.list(tenant, filter, query)),
      totalCount: () => this.apps.count(tenant, filter),
      coverage: () => this.coverage.run(tenant, ['APP_GRANTS'], filter),
    };
  }
}
