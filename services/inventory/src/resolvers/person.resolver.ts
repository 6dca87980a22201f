import { Args, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Caller, Request, RequestContext, Tenant } from '#libs/platform';

import type { Person } from '../domain/person.js';
import { FindAccounts } from '../usecases/find-accounts.js';
import { LinkAccount } from '../usecases/link-account.js';
import { ListPeople } from '../usecases/list-people.js';
import { load, type Reference } from './references.js';

@Resolver('Person')
export class PersonResolver {
  constructor(
    private readonly list: ListPeople,
    private readonly find: FindAccounts,
    private readonly links: LinkAccount,
  ) {}

  @Query()
  people(@Tenant() tenant: TenantId, @Args() query: object) {
    return this.list.run(tenant, query);
  }

  @Query()
  person(@Tenant() tenant: TenantId, @Args() named: object) {
    return this.find.person(tenant, named);
  }

  @Mutation()
  linkAccount(@Caller() principal: Principal, @Args('accountId') accountId: string, @Args('personId') personId: string) {
    return this.links.link(principal, accountId, personId);
  }

  @Mutation()
  unlinkAccount(@Caller() principal: Principal, @Args('accountId') accountId: string) {
    return this.links.unlink(principal, accountId);
  }

  @ResolveReference()
  async resolveReference({ id }: Reference, context: RequestContext) {
    return load(context, 'person', id, (ids) => this.find.peopleById(context.tenant, ids));
  }

  @ResolveField()
  accounts(@Parent() person: Person, @Request() context: RequestContext) {
    return load(context, 'accountsOfPerson', person.id, (ids) => this.find.ofPeople(context.tenant, ids));
  }
}
