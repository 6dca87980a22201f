import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Request, type PageArguments, type RequestContext } from '#libs/platform';

import { ListActivities, type ActivityListArguments } from '../usecases/list-activities.js';
import { ListAlerts } from '../usecases/list-alerts.js';

/** What this service adds to the entities of others. */
@Resolver('Account')
export class AccountResolver {
  constructor(
    private readonly activityList: ListActivities,
    private readonly alertList: ListAlerts,
  ) {}

  @ResolveField()
  activities(@Parent() { id }: { id: string }, @Request() context: RequestContext, @Args() args: ActivityListArguments) {
    return this.activityList.runFor(context, { kind: 'accounts', id, accountIds: [id] }, args);
  }

  @ResolveField()
  alerts(@Parent() { id }: { id: string }, @Request() context: RequestContext, @Args() args: PageArguments) {
    return this.alertList.runForAccounts(context, [id], args);
  }
}

/** A person as the gateway hands it over: with the accounts that inventory says are theirs. */
interface PersonReference {
  readonly id: string;
  readonly accounts: readonly { readonly id: string }[];
}

@Resolver('Person')
export class PersonResolver {
  constructor(
    private readonly activityList: ListActivities,
    private readonly alertList: ListAlerts,
  ) {}

  @ResolveField()
  activities(@Parent() person: PersonReference, @Request() context: RequestContext, @Args() args: ActivityListArguments) {
    return this.activityList.runFor(context, { kind: 'accounts', id: person.id, accountIds: person.accounts.map(({ id }) => id) }, args);
  }

  @ResolveField()
  alerts(@Parent() person: PersonReference, @Request() context: RequestContext, @Args() args: PageArguments) {
    return this.alertList.runForAccounts(
      context,
      person.accounts.map(({ id }) => id),
      args,
    );
  }
}

@Resolver('Connector')
export class ConnectorResolver {
  constructor(private readonly activityList: ListActivities) {}

  @ResolveField()
  activities(@Parent() { id }: { id: string }, @Request() context: RequestContext, @Args() args: ActivityListArguments) {
    return this.activityList.runFor(context, { kind: 'connector', id }, args);
  }
}
