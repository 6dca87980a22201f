import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { TenantId } from '#libs/kernel';
import { Request, RequestContext, Tenant } from '#libs/platform';

import type { AppGrant } from '../domain/app-grant.js';
import { FindAccounts } from '../usecases/find-accounts.js';
import { FindHoldings } from '../usecases/find-holdings.js';
import { ListAppGrants } from '../usecases/list-app-grants.js';
import { load, type Reference } from './references.js';

@Resolver('AppGrant')
export class AppGrantResolver {
  constructor(
    private readonly list: ListAppGrants,
    private readonly find: FindAccounts,
    private readonly holdings: FindHoldings,
  ) {}

  @Query()
  appGrants(@Tenant() tenant: TenantId, @Args() query: object) {
    return this.list.run(tenant, query);
  }

  @ResolveReference()
  async resolveReference({ id }: Reference, context: RequestContext) {
    return load(context, 'appGrant', id, (ids) => this.holdings.grantsById(context.tenant, ids));
  }

  @ResolveField()
  connector(@Parent() grant: AppGrant) {
    return { __typename: 'Connector', id: grant.connectorId };
  }

  @ResolveField()
  account(@Parent() grant: AppGrant, @Request() context: RequestContext) {
    return load(context, 'account', grant.accountId, (ids) => this.find.byId(context.tenant, ids));
  }

  @ResolveField()
  thirdPartyApp(@Parent() grant: AppGrant, @Request() context: RequestContext) {
    return load(context, 'thirdPartyApp', grant.thirdPartyAppId, (ids) => this.holdings.appsById(context.tenant, ids));
  }
}
