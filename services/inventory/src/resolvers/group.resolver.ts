import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { TenantId } from '#libs/kernel';
import { Request, RequestContext, Tenant } from '#libs/platform';

import type { Group, Member } from '../domain/group.js';
import type { Page } from '../domain/ports.js';
import { AnswerCoverage } from '../usecases/answer-coverage.js';
import { FindAccounts } from '../usecases/find-accounts.js';
import { FindHoldings } from '../usecases/find-holdings.js';
import { ListGroups } from '../usecases/list-groups.js';
import { load, type Reference } from './references.js';

interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

@Resolver('Group')
export class GroupResolver {
  constructor(
    private readonly list: ListGroups,
    private readonly holdings: FindHoldings,
  ) {}

  @Query()
  groups(@Tenant() tenant: TenantId, @Args() query: object) {
    return this.list.run(tenant, query);
  }

  @ResolveReference()
  async resolveReference({ id }: Reference, context: RequestContext) {
    return load(context, 'group', id, (ids) => this.holdings.groupsById(context.tenant, ids));
  }

  @ResolveField()
  connector(@Parent() group: Group) {
    return { __typename: 'Connector', id: group.connectorId };
  }

  @ResolveField()
  async members(@Parent() group: Group, @Request() context: RequestContext, @Args() page: object) {
    const { first, after } = page as PageArgs;
    const members = await load(context, `members ${first} ${after}`, group.id, (ids) =>
      this.holdings.membersOf(context.tenant, ids, { first, after }),
    );
    return { ...members, of: group };
  }
}

interface MembersOfGroup extends Page<Member> {
  readonly of: Group;
}

@Resolver('GroupMemberConnection')
export class GroupMemberConnectionResolver {
  constructor(
    private readonly holdings: FindHoldings,
    private readonly answer: AnswerCoverage,
  ) {}

  @ResolveField()
  totalCount(@Parent() { of }: MembersOfGroup, @Request() context: RequestContext) {
    return load(context, 'memberCount', of.id, (ids) => this.holdings.memberCounts(context.tenant, ids));
  }

  @ResolveField()
  coverage(@Parent() { of }: MembersOfGroup, @Request() context: RequestContext) {
    return load(context, 'coverageOfMembers', of.connectorId, (ids) => this.answer.ofEach(context.tenant, ['GROUPS'], 'connectorId', ids));
  }
}

@Resolver('GroupMember')
export class GroupMemberResolver {
  constructor(
    private readonly find: FindAccounts,
    private readonly holdings: FindHoldings,
  ) {}

  @ResolveField()
  account(@Parent() member: Member, @Request() context: RequestContext) {
    return load(context, 'account', member.accountId, (ids) => this.find.byId(context.tenant, ids));
  }

  @ResolveField()
  group(@Parent() member: Member, @Request() context: RequestContext) {
    return load(context, 'group', member.memberGroupId, (ids) => this.holdings.groupsById(context.tenant, ids));
  }
}
