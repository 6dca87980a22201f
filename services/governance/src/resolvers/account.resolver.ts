import { Args, Parent, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { ActionKind } from '#libs/contracts';
import { Request, type PageArguments, type RequestContext } from '#libs/platform';

import { OfferedActions } from '../usecases/offered-actions.js';
import { ReadActions, type ActionList } from '../usecases/read-actions.js';
import { ownList } from './graph-shapes.js';

interface Reference {
  readonly id: string;
}

/** What governance adds to accounts. */
@Resolver('Account')
export class AccountResolver {
  constructor(
    private readonly read: ReadActions,
    private readonly offered: OfferedActions,
  ) {}

  @ResolveReference()
  async resolveReference({ id }: Reference) {
    return { __typename: 'Account', id };
  }

  @ResolveField()
  async actions(@Parent() { id }: Reference, @Args() page: PageArguments, @Request() context: RequestContext) {
    // One batch for each way of asking: all accounts of a selection are asked alike.
    const name = `accountActions ${page.first} ${page.after}`;
    return ownList(await context.loader<string, ActionList>(name, (ids) => this.read.listOfAccounts(context.tenant, ids, page)).load(id));
  }

  @ResolveField()
  availableActions(@Parent() { id }: Reference, @Request() context: RequestContext) {
    const { tenant, principal } = context;
    return context
      .loader<string, readonly ActionKind[]>('accountOffers', (ids) => this.offered.ofAccounts(tenant, principal.subject, ids))
      .load(id);
  }
}

/** What governance adds to connectors. */
@Resolver('Connector')
export class ConnectorResolver {
  constructor(private readonly offered: OfferedActions) {}

  @ResolveReference()
  async resolveReference({ id }: Reference) {
    return { __typename: 'Connector', id };
  }

  @ResolveField()
  availableActions(@Parent() { id }: Reference, @Request() context: RequestContext) {
    return context
      .loader<string, readonly ActionKind[]>('connectorOffers', (ids) => this.offered.ofConnectors(context.tenant, ids))
      .load(id);
  }
}
