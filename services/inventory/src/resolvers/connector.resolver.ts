import { Args, Parent, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { TenantId } from '#libs/kernel';
import { Tenant } from '#libs/platform';

import { ListAccounts, type AccountQuery } from '../usecases/list-accounts.js';
import type { Reference } from './references.js';

/** What the inventory adds to the connectors service's type. */
@Resolver('Connector')
export class ConnectorResolver {
  constructor(private readonly list: ListAccounts) {}

  @ResolveReference()
  async resolveReference({ id }: Reference) {
    return { __typename: 'Connector', id };
  }

  @ResolveField()
  accounts(@Parent() connector: Reference, @Tenant() tenant: TenantId, @Args() query: object) {
    return this.list.ofConnector(tenant, connector.id, query as AccountQuery);
  }
}
