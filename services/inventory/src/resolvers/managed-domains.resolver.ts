import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Caller, Tenant } from '#libs/platform';

import { ReadManagedDomains } from '../usecases/read-managed-domains.js';
import { SetManagedDomains } from '../usecases/set-managed-domains.js';

@Resolver()
export class ManagedDomainsResolver {
  constructor(
    private readonly read: ReadManagedDomains,
    private readonly set: SetManagedDomains,
  ) {}

  @Query()
  managedDomains(@Tenant() tenant: TenantId) {
    return this.read.run(tenant);
  }

  @Mutation()
  setManagedDomains(@Caller() principal: Principal, @Args('domains') domains: string[]) {
    return this.set.run(principal, domains);
  }
}
