import { Args, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Caller, Request, Tenant, type PageArguments, type RequestContext } from '#libs/platform';

import type { Alert } from '../domain/alert.js';
import { ListActivities } from '../usecases/list-activities.js';
import { ListAlerts, type AlertListArguments } from '../usecases/list-alerts.js';
import { ListPolicies } from '../usecases/list-policies.js';
import { UpdateAlerts, type UpdateAlertInput } from '../usecases/update-alerts.js';

@Resolver('Alert')
export class AlertResolver {
  constructor(
    private readonly list: ListAlerts,
    private readonly activityList: ListActivities,
    private readonly policies: ListPolicies,
    private readonly update: UpdateAlerts,
  ) {}

  @Query()
  alerts(@Tenant() tenant: TenantId, @Args() args: AlertListArguments) {
    return this.list.run(tenant, args);
  }

  @Query()
  alert(@Request() context: RequestContext, @Args('id') id: string) {
    return this.list.one(context, id);
  }

  @Mutation()
  updateAlerts(@Caller() principal: Principal, @Args('ids') ids: string[], @Args('input') input: UpdateAlertInput) {
    return this.update.run(principal, ids, input);
  }

  @ResolveReference()
  async find(reference: { id: string }, context: RequestContext) {
    return this.list.one(context, reference.id);
  }

  @ResolveField()
  policy(@Parent() { policyId }: Alert) {
    return this.policies.one(policyId);
  }

  @ResolveField()
  firstActivityAt(@Parent() { firstAt }: Alert) {
    return firstAt;
  }

  @ResolveField()
  lastActivityAt(@Parent() { lastAt }: Alert) {
    return lastAt;
  }

  @ResolveField()
  async accounts(@Parent() alert: Alert, @Request() context: RequestContext) {
    const ids = await this.list.accountIds(context, alert);
    return ids.map((id) => ({ __typename: 'Account', id }));
  }

  @ResolveField()
  activities(@Parent() { id }: Alert, @Request() context: RequestContext, @Args() args: PageArguments) {
    return this.activityList.runFor(context, { kind: 'alert', id }, args);
  }

  @ResolveField()
  history(@Parent() alert: Alert, @Request() context: RequestContext) {
    return this.list.history(context, alert);
  }
}
