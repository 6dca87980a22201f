import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { checkFilter, type AppGrantFilter } from '../domain/filters.js';
import { AppGrantStore, type PageRequest } from '../domain/ports.js';
import { AnswerCoverage } from './answer-coverage.js';

/** App grants by the name of the third-party app. Count and coverage are worked out when they are asked for. */
@Injectable()
export class ListAppGrants {
  constructor(
    private readonly grants: AppGrantStore,
    private readonly coverage: AnswerCoverage,
  ) {}

  async run(tenant: TenantId, query: PageRequest & { readonly filter?: AppGrantFilter | null }) {
    const filter = query.filter ?? {};
    checkFilter(filter);
    return {
      ...(await this.grants.list(tenant, filter, query)),
      totalCount: () => this.grants.count(tenant, filter),
      coverage: () => this.coverage.run(tenant, ['APP_GRANTS'], filter),
    };
  }
}
