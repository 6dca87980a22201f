import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Clock } from '#libs/kernel';
import { Request, RequestContext, Tenant, type PageArguments } from '#libs/platform';

import type { Finding } from '../domain/finding.js';
import { ReadFindings } from '../usecases/read-findings.js';
import { toDrift, toFinding, type DriftView } from './views.js';

@Resolver('PostureDrift')
export class DriftResolver {
  constructor(
    private readonly read: ReadFindings,
    private readonly clock: Clock,
  ) {}

  @Query()
  async postureDrift(@Tenant() tenant: string, @Args('connector') connector: string | null = null, @Args() page: PageArguments) {
    const { nodes, pageInfo } = await this.read.driftPage(tenant, connector, page);
    return { nodes: nodes.map(toDrift), pageInfo, connectorId: connector };
  }

  @ResolveField()
  async finding(@Request() context: RequestContext, @Parent() { findingId }: DriftView) {
    const finding = await context.loader<string, Finding | null>('finding', (ids) => this.read.byIds(context.tenant, ids)).load(findingId);
    return finding && toFinding(finding, this.clock.now().getTime());
  }
}

interface DriftPage {
  readonly connectorId: string | null;
}

@Resolver('PostureDriftConnection')
export class DriftConnectionResolver {
  constructor(private readonly read: ReadFindings) {}

  @ResolveField()
  totalCount(@Tenant() tenant: string, @Parent() { connectorId }: DriftPage) {
    return this.read.driftCount(tenant, connectorId);
  }

  @ResolveField()
  coverage(@Tenant() tenant: string, @Parent() { connectorId }: DriftPage) {
    return this.read.driftCoverage(tenant, connectorId);
  }
}
