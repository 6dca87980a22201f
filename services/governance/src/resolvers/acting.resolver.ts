import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import { Caller } from '#libs/platform';

import { RequestActions } from '../usecases/request-actions.js';
import {
  accountCommand,
  grantCommand,
  groupCommand,
  type AccountActionInput,
  type AppGrantActionInput,
  type GroupActionInput,
} from './action-inputs.js';

/** The mutations that act on accounts. */
@Resolver()
export class ActingResolver {
  constructor(private readonly request: RequestActions) {}

  @Mutation()
  suspendUser(@Caller() caller: Principal, @Args('input') input: AccountActionInput) {
    return this.request.run(caller, accountCommand('suspendUser', 'SUSPEND_USER', input));
  }

  @Mutation()
  unsuspendUser(@Caller() caller: Principal, @Args('input') input: AccountActionInput) {
    return this.request.run(caller, accountCommand('unsuspendUser', 'UNSUSPEND_USER', input));
  }

  @Mutation()
  requireSignInAgain(@Caller() caller: Principal, @Args('input') input: AccountActionInput) {
    return this.request.run(caller, accountCommand('requireSignInAgain', 'REQUIRE_SIGN_IN_AGAIN', input));
  }

  @Mutation()
  expirePassword(@Caller() caller: Principal, @Args('input') input: AccountActionInput) {
    return this.request.run(caller, accountCommand('expirePassword', 'EXPIRE_PASSWORD', input));
  }

  @Mutation()
  deactivateUser(@Caller() caller: Principal, @Args('input') input: AccountActionInput) {
    return this.request.run(caller, accountCommand('deactivateUser', 'DEACTIVATE_USER', input));
  }

  @Mutation()
  revokeAdminPrivileges(@Caller() caller: Principal, @Args('input') input: AccountActionInput) {
    return this.request.run(caller, accountCommand('revokeAdminPrivileges', 'REVOKE_ADMIN_PRIVILEGES', input));
  }

  @Mutation()
  removeFromGroup(@Caller() caller: Principal, @Args('input') input: GroupActionInput) {
    return this.request.run(caller, groupCommand('removeFromGroup', input));
  }

  @Mutation()
  revokeAppGrant(@Caller() caller: Principal, @Args('input') input: AppGrantActionInput) {
    return this.request.run(caller, grantCommand('revokeAppGrant', input));
  }
}
