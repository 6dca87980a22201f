import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Request, RequestContext } from '#libs/platform';

import type { Privilege } from '../domain/privilege.js';
import { FindHoldings } from '../usecases/find-holdings.js';
import { load } from './references.js';

@Resolver('Privilege')
export class PrivilegeResolver {
  constructor(private readonly holdings: FindHoldings) {}

  @ResolveField()
  viaGroup(@Parent() privilege: Privilege, @Request() context: RequestContext) {
    return load(context, 'group', privilege.viaGroupId, (ids) => this.holdings.groupsById(context.tenant, ids));
  }
}
