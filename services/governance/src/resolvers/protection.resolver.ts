import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import { Caller, toProblem } from '#libs/platform';

import { ProtectAccount, type ProtectionAnswer } from '../usecases/protect-account.js';
import { protectedAccount } from './graph-shapes.js';

/** Break-glass accounts. */
@Resolver()
export class ProtectionResolver {
  constructor(private readonly protection: ProtectAccount) {}

  @Query()
  async protectedAccounts(@Caller() caller: Principal) {
    return (await this.protection.list(caller)).map(protectedAccount);
  }

  @Mutation()
  async protectAccount(@Caller() caller: Principal, @Args('accountId') accountId: string, @Args('reason') reason: string) {
    return payload(await this.protection.protect(caller, accountId, reason));
  }

  @Mutation()
  async unprotectAccount(@Caller() caller: Principal, @Args('accountId') accountId: string, @Args('reason') reason: string) {
    return payload(await this.protection.unprotect(caller, accountId, reason));
  }
}

function payload({ protection, refusals }: ProtectionAnswer) {
  return { protectedAccount: protection && protectedAccount(protection), problems: refusals.map(toProblem) };
}
