import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { Request, Tenant, type RequestContext } from '#libs/platform';
import type { TenantId } from '#libs/kernel';

import type { Activity } from '../domain/activity.js';
import { CountActivities, type CountArguments } from '../usecases/count-activities.js';
import { ListActivities, type ActivityListArguments } from '../usecases/list-activities.js';
import { ListAlerts } from '../usecases/list-alerts.js';
import { LookUpActivities } from '../usecases/look-up-activities.js';

@Resolver('Activity')
export class ActivityResolver {
  constructor(
    private readonly list: ListActivities,
    private readonly lookUp: LookUpActivities,
    private readonly counts: CountActivities,
    private readonly alertsOf: ListAlerts,
  ) {}

  @Query()
  activities(@Tenant() tenant: TenantId, @Args() args: ActivityListArguments) {
    return this.list.run(tenant, args);
  }

  @Query()
  activity(@Request() context: RequestContext, @Args('id') id: string) {
    return this.lookUp.one(context, id);
  }

  @Query()
  activityCounts(@Tenant() tenant: TenantId, @Args() args: CountArguments) {
    return this.counts.run(tenant, args);
  }

  @Query()
  unmappedEventTypes(@Tenant() tenant: TenantId) {
    return this.lookUp.unmapped(tenant);
  }

  @ResolveReference()
  async find(reference: { id: string }, context: RequestContext) {
    return this.lookUp.one(context, reference.id);
  }

  @ResolveField()
  connector(@Parent() { connectorId }: Activity) {
    return { __typename: 'Connector', id: connectorId };
  }

  @ResolveField()
  async actor(@Parent() activity: Activity, @Request() context: RequestContext) {
    const id = await this.lookUp.actorId(context, activity);
    return id && { __typename: 'Account', id };
  }

  @ResolveField()
  activityId(@Parent() { activityUid }: Activity) {
    return activityUid;
  }

  @ResolveField()
  ip(@Parent() { ip, ipKey }: Activity) {
    return ipKey && ip;
  }

  @ResolveField()
  alerts(@Parent() activity: Activity, @Request() context: RequestContext) {
    return this.alertsOf.ofActivity(context, activity);
  }

  @ResolveField()
  raw(@Parent() { id }: Activity, @Request() context: RequestContext) {
    return this.lookUp.raw(context, id);
  }
}
