import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Caller, Tenant } from '#libs/platform';

import { KeepIpRanges, type IpRangeInput } from '../usecases/keep-ip-ranges.js';

@Resolver('IpRange')
export class IpRangeResolver {
  constructor(private readonly ranges: KeepIpRanges) {}

  @Query()
  ipRanges(@Tenant() tenant: TenantId) {
    return this.ranges.all(tenant);
  }

  @Mutation()
  saveIpRange(@Caller() principal: Principal, @Args('input') input: IpRangeInput) {
    return this.ranges.save(principal, input);
  }

  @Mutation()
  deleteIpRange(@Tenant() tenant: TenantId, @Args('id') id: string) {
    return this.ranges.delete(tenant, id);
  }
}
