import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantId } from '#libs/kernel';
import { Request, Tenant, type PageArguments, type RequestContext } from '#libs/platform';

import type { LogEntry, LoggedEntry } from '../domain/governance-log.js';
import { ReadActions } from '../usecases/read-actions.js';
import { ReadLog } from '../usecases/read-log.js';
import { actionLoader } from './action-loaders.js';
import { ownList, referenceOrNull } from './graph-shapes.js';

type EntryNode = Partial<LogEntry> & Pick<LoggedEntry, 'seq' | 'hash'>;

/** The hash-chained log. */
@Resolver('GovernanceLogEntry')
export class LogResolver {
  constructor(
    private readonly log: ReadLog,
    private readonly read: ReadActions,
  ) {}

  @Query()
  async governanceLog(@Tenant() tenant: TenantId, @Args() page: PageArguments) {
    const list = await this.log.list(tenant, page);
    return ownList({ ...list, nodes: list.nodes.map(({ seq, entry, hash }): EntryNode => ({ ...entry, seq, hash })) });
  }

  @Query()
  verifyGovernanceLog(@Tenant() tenant: TenantId) {
    return this.log.verify(tenant);
  }

  @ResolveField()
  async action(@Parent() { actionId }: EntryNode, @Request() context: RequestContext) {
    return actionId ? actionLoader(context, this.read).load(actionId) : null;
  }

  @ResolveField()
  account(@Parent() { accountId }: EntryNode) {
    return referenceOrNull('Account', accountId ?? null);
  }
}
