import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { Caller, Request, Tenant, type PageArguments, type RequestContext } from '#libs/platform';

import type { ActionFilter } from '../domain/action-store.js';
import type { Action, ActionAttempt } from '../domain/action.js';
import { OfferedActions } from '../usecases/offered-actions.js';
import { PreviewAction } from '../usecases/preview-action.js';
import { ReadActions } from '../usecases/read-actions.js';
import { previewCommand, type ActionInput } from './action-inputs.js';
import { actionLoader, attemptsLoader } from './action-loaders.js';
import { ownList, problemOf, reference, referenceOrNull } from './graph-shapes.js';

/** Actions, to read. */
@Resolver('Action')
export class ActionResolver {
  constructor(
    private readonly read: ReadActions,
    private readonly preview: PreviewAction,
    private readonly offered: OfferedActions,
  ) {}

  @Query()
  async actions(@Tenant() tenant: TenantId, @Args() args: PageArguments & { readonly filter?: ActionFilter }) {
    return ownList(await this.read.list(tenant, args.filter, args));
  }

  @Query()
  action(@Request() context: RequestContext, @Args('id') id: string) {
    return actionLoader(context, this.read).load(id);
  }

  @Query()
  previewAction(@Caller() caller: Principal, @Args('input') input: ActionInput) {
    return this.preview.run(caller, previewCommand(input));
  }

  @ResolveReference()
  async resolveReference(ref: { readonly id: string }, context: RequestContext) {
    return actionLoader(context, this.read).load(ref.id);
  }

  @ResolveField()
  account(@Parent() action: Action) {
    return referenceOrNull('Account', action.accountId);
  }

  @ResolveField()
  connector(@Parent() action: Action) {
    return reference('Connector', action.connectorId);
  }

  @ResolveField()
  async revertOf(@Parent() action: Action, @Request() context: RequestContext) {
    return action.revertOf && actionLoader(context, this.read).load(action.revertOf);
  }

  @ResolveField()
  async revertedBy(@Parent() action: Action, @Request() context: RequestContext) {
    return action.revertedBy && actionLoader(context, this.read).load(action.revertedBy);
  }

  @ResolveField()
  isRevertible(@Parent() action: Action) {
    return this.offered.isRevertible(action);
  }

  @ResolveField()
  attempts(@Parent() action: Action, @Request() context: RequestContext) {
    return attemptsLoader(context, this.read).load(action.id);
  }

  @ResolveField()
  problem(@Parent() action: Action) {
    return problemOf(action.problem);
  }
}

/** One try of an action. */
@Resolver('ActionAttempt')
export class ActionAttemptResolver {
  @ResolveField()
  problem(@Parent() attempt: ActionAttempt) {
    return problemOf(attempt.problem);
  }
}
