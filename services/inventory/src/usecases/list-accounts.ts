import { Injectable } from '@nestjs/common';
import type { StreamName } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';

import { checkFilter, type AccountFilter, type AccountOrder } from '../domain/filters.js';
import { AccountStore, type PageRequest } from '../domain/ports.js';
import { AnswerCoverage } from './answer-coverage.js';

export interface AccountQuery extends PageRequest {
  readonly filter?: AccountFilter | null;
  readonly orderBy?: AccountOrder | null;
}

/** Accounts, of all connectors or of one. Count and coverage are worked out when they are asked for. */
@Injectable()
export class ListAccounts {
  constructor(
    private readonly accounts: AccountStore,
    private readonly coverage: AnswerCoverage,
  ) {}

  async run(tenant: TenantId, query: AccountQuery) {
    const filter = query.filter ?? {};
    checkFilter(filter);
    return {
      ...(await this.accounts.list(tenant, filter, query.orderBy ?? BY_EMAIL, query)),
      totalCount: () => this.accounts.count(tenant, filter),
      coverage: () => this.coverage.run(tenant, streamsOf(filter), filter),
    };
  }

  async ofConnector(tenant: TenantId, connectorId: string, query: AccountQuery) {
    const ofConnector: AccountFilter = { connector: { eq: connectorId } };
    return this.run(tenant, { ...query, filter: query.filter ? { ...ofConnector, allOf: [query.filter] } : ofConnector });
  }
}

const BY_EMAIL: AccountOrder = { field: 'EMAIL', direction: 'ASC' };

// A question about groups is only as good as the groups that were read.
function streamsOf(filter: AccountFilter): readonly StreamName[] {
  const streams: StreamName[] = ['ACCOUNTS'];
  if (asks(filter, 'group')) streams.push('GROUPS');
  if (asks(filter, 'privilege') || asks(filter, 'isAdmin')) streams.push('PRIVILEGES');
  return streams;
}

function asks(filter: AccountFilter, field: 'group' | 'privilege' | 'isAdmin'): boolean {
  if (filter[field]) return true;
  return [...(filter.allOf ?? []), ...(filter.anyOf ?? []), ...(filter.not ? [filter.not] : [])].some((inner) => asks(inner, field));
}
