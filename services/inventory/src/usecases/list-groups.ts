import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { checkFilter, type GroupFilter } from '../domain/filters.js';
import { GroupStore, type PageRequest } from '../domain/ports.js';
import { AnswerCoverage } from './answer-coverage.js';

/** Groups by name. Count and coverage are worked out when they are asked for. */
@Injectable()
export class ListGroups {
  constructor(
    private readonly groups: GroupStore,
    private readonly coverage: AnswerCoverage,
  ) {}

  async run(tenant: TenantId, query: PageRequest & { readonly filter?: GroupFilter | null }) {
    const filter = query.filter ?? {};
    checkFilter(filter);
    return {
      ...(await this.groups.list(tenant, filter, query)),
      totalCount: () => this.groups.count(tenant, filter),
      coverage: () => this.coverage.run(tenant, ['GROUPS'], filter),
    };
  }
}
