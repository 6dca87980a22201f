import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { TenantId } from '#libs/kernel';
import { Tenant } from '#libs/platform';

import type { Explanation } from '../domain/explanation.js';
import type { PolicyKind } from '../domain/vocabulary.js';
import { ExplainActivity } from '../usecases/explain-activity.js';
import { ListPolicies } from '../usecases/list-policies.js';

@Resolver('Policy')
export class PolicyResolver {
  constructor(
    private readonly list: ListPolicies,
    private readonly why: ExplainActivity,
  ) {}

  @Query()
  policies(@Args('kind') kind?: PolicyKind[] | null, @Args('enabled') enabled?: boolean | null) {
    return this.list.run(kind, enabled);
  }

  @Query()
  policy(@Args('id') id: string) {
    return this.list.one(id);
  }

  @Query()
  explain(@Tenant() tenant: TenantId, @Args('activityId') activityId: string, @Args('policyId') policyId: string) {
    return this.why.run(tenant, activityId, policyId);
  }

  @ResolveReference()
  async find(reference: { id: string }) {
    return this.list.one(reference.id);
  }
}

@Resolver('Explanation')
export class ExplanationResolver {
  constructor(private readonly list: ListPolicies) {}

  @ResolveField()
  policy(@Parent() { policyId }: Explanation) {
    return this.list.one(policyId);
  }
}
