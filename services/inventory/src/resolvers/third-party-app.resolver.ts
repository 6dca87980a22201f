import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { TenantId } from '#libs/kernel';
import { Request, RequestContext, Tenant } from '#libs/platform';

import type { ThirdPartyApp } from '../domain/third-party-app.js';
import { AnswerCoverage } from '../usecases/answer-coverage.js';
import { FindHoldings } from '../usecases/find-holdings.js';
import { ListThirdPartyApps } from '../usecases/list-third-party-apps.js';
import { load, type Reference } from './references.js';

interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

@Resolver('ThirdPartyApp')
export class ThirdPartyAppResolver {
  constructor(
    private readonly list: ListThirdPartyApps,
    private readonly holdings: FindHoldings,
    private readonly answer: AnswerCoverage,
  ) {}

  @Query()
  thirdPartyApps(@Tenant() tenant: TenantId, @Args() query: object) {
    return this.list.run(tenant, query);
  }

  @ResolveReference()
  async resolveReference({ id }: Reference, context: RequestContext) {
    return load(context, 'thirdPartyApp', id, (ids) => this.holdings.appsById(context.tenant, ids));
  }

  @ResolveField()
  async grants(@Parent() app: ThirdPartyApp, @Request() context: RequestContext, @Args() page: object) {
    const { first, after } = page as PageArgs;
    const grants = await load(context, `grants ${first} ${after}`, app.id, (ids) =>
      this.holdings.grantsOfApps(context.tenant, ids, { first, after }),
    );
    const coverage = () =>
      load(context, 'coverageOfGrants', app.app, (apps) => this.answer.ofEach(context.tenant, ['APP_GRANTS'], 'app', apps));
    return { ...grants, totalCount: app.grantCount, coverage };
  }
}
