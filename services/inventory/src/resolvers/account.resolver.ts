import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { TenantId } from '#libs/kernel';
import { Request, RequestContext, Tenant } from '#libs/platform';

import type { Account } from '../domain/account.js';
import { FindAccounts } from '../usecases/find-accounts.js';
import { FindHoldings } from '../usecases/find-holdings.js';
import { ListAccounts, type AccountQuery } from '../usecases/list-accounts.js';
import { load, type Reference } from './references.js';

@Resolver('Account')
export class AccountResolver {
  constructor(
    private readonly list: ListAccounts,
    private readonly find: FindAccounts,
    private readonly holdings: FindHoldings,
  ) {}

  @Query()
  accounts(@Tenant() tenant: TenantId, @Args() query: object) {
    return this.list.run(tenant, query as AccountQuery);
  }

  @Query()
  account(@Request() context: RequestContext, @Args('id') id: string) {
    return this.byId(context, id);
  }

  @ResolveReference()
  async resolveReference({ id }: Reference, context: RequestContext) {
    return this.byId(context, id);
  }

  @ResolveField()
  connector(@Parent() account: Account) {
    return { __typename: 'Connector', id: account.connectorId };
  }

  @ResolveField()
  type(@Parent() account: Account) {
    return account.type.toUpperCase();
  }

  @ResolveField()
  person(@Parent() account: Account, @Request() context: RequestContext) {
    return load(context, 'person', account.personId, (ids) => this.find.peopleById(context.tenant, ids));
  }

  @ResolveField()
  groups(@Parent() account: Account, @Request() context: RequestContext) {
    return load(context, 'groupsOfAccount', account.id, (ids) => this.holdings.groupsOf(context.tenant, ids));
  }

  @ResolveField()
  privileges(@Parent() account: Account, @Request() context: RequestContext) {
    return load(context, 'privilegesOfAccount', account.id, (ids) => this.holdings.privilegesOf(context.tenant, ids));
  }

  @ResolveField()
  appGrants(@Parent() account: Account, @Request() context: RequestContext) {
    return load(context, 'grantsOfAccount', account.id, (ids) => this.holdings.grantsOf(context.tenant, ids));
  }

  private byId(context: RequestContext, id: string) {
    return load(context, 'account', id, (ids) => this.find.byId(context.tenant, ids));
  }
}
