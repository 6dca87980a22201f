import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { checkFilter, type PersonFilter } from '../domain/filters.js';
import { PersonStore, type PageRequest } from '../domain/ports.js';
import { AnswerCoverage } from './answer-coverage.js';

/** People by e-mail address. Count and coverage are worked out when they are asked for. */
@Injectable()
export class ListPeople {
  constructor(
    private readonly people: PersonStore,
    private readonly coverage: AnswerCoverage,
  ) {}

  async run(tenant: TenantId, query: PageRequest & { readonly filter?: PersonFilter | null }) {
    const filter = query.filter ?? {};
    checkFilter(filter);
    return {
      ...(await this.people.list(tenant, filter, query)),
      totalCount: () => this.people.count(tenant, filter),
      coverage: () => this.coverage.run(tenant, ['ACCOUNTS'], filter),
    };
  }
}
