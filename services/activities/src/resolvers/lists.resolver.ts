import { Parent, ResolveField, Resolver } from '@nestjs/graphql';

import type { UnmappedEventType } from '../domain/activity.js';
import type { ActivityList } from '../usecases/list-activities.js';
import type { AlertList } from '../usecases/list-alerts.js';

/** What a list tells beyond its page, worked out only when it is asked for. */
@Resolver('ActivityConnection')
export class ActivityConnectionResolver {
  @ResolveField()
  totalCount(@Parent() list: ActivityList) {
    return list.total();
  }

  @ResolveField()
  coverage(@Parent() list: ActivityList) {
    return list.coverage();
  }
}

@Resolver('AlertConnection')
export class AlertConnectionResolver {
  @ResolveField()
  totalCount(@Parent() list: AlertList) {
    return list.total();
  }

  @ResolveField()
  coverage(@Parent() list: AlertList) {
    return list.coverage();
  }
}

@Resolver('UnmappedEventType')
export class UnmappedEventTypeResolver {
  @ResolveField()
  connector(@Parent() { connectorId }: UnmappedEventType) {
    return { __typename: 'Connector', id: connectorId };
  }
}
