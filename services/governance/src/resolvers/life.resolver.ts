import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import { Caller } from '#libs/platform';

import { CancelAction } from '../usecases/cancel-action.js';
import { ReadActions } from '../usecases/read-actions.js';
import { RetryAction } from '../usecases/retry-action.js';
import { RevertAction } from '../usecases/revert-action.js';
import { actionsPayload } from './graph-shapes.js';

/** The mutations that act on actions. */
@Resolver()
export class LifeResolver {
  constructor(
    private readonly cancel: CancelAction,
    private readonly retry: RetryAction,
    private readonly revert: RevertAction,
    private readonly read: ReadActions,
  ) {}

  @Mutation()
  async cancelAction(@Caller() caller: Principal, @Args('id') id: string) {
    const { actions, refusals } = await this.cancel.run(caller, id);
    return actionsPayload(actions, refusals);
  }

  @Mutation()
  async retryAction(@Caller() caller: Principal, @Args('id') id: string) {
    const refusals = await this.retry.run(caller.tenant, { who: caller.subject, isPerson: true }, id);
    return actionsPayload(await this.read.find(caller.tenant, [id]), refusals);
  }

  @Mutation()
  async revertAction(@Caller() caller: Principal, @Args('id') id: string, @Args('reason') reason: string) {
    const { actionId, refusals } = await this.revert.run(caller.tenant, { who: caller.subject, isPerson: true }, id, reason);
    return actionsPayload(await this.read.find(caller.tenant, actionId === null ? [] : [actionId]), refusals);
  }
}
