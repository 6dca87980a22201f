import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { Clock } from '#libs/kernel';
import { pageSize, Request, RequestContext, Tenant, type Connection, type PageArguments } from '#libs/platform';

import { ControlCatalogue } from '../domain/control-catalogue.js';
import type { Decision } from '../domain/decision.js';
import type { FindingFilter } from '../domain/filter.js';
import type { Finding } from '../domain/finding.js';
import type { FindingDetail } from '../domain/ports.js';
import { ReadFindings } from '../usecases/read-findings.js';
import { toDecision, toFinding, type FindingView } from './views.js';

@Resolver('Finding')
export class FindingResolver {
  constructor(
    private readonly read: ReadFindings,
    private readonly catalogue: ControlCatalogue,
    private readonly clock: Clock,
  ) {}

  @Query()
  async findings(@Tenant() tenant: string, @Args('filter') filter: FindingFilter | null = null, @Args() page: PageArguments) {
    const { nodes, pageInfo } = await this.read.page(tenant, filter, page);
    return { nodes: nodes.map((node) => this.view(node)), pageInfo, filter };
  }

  @Query()
  finding(@Request() context: RequestContext, @Args('id') id: string) {
    return this.load(context, id);
  }

  @ResolveReference()
  async reference({ id }: { id: string }, context: RequestContext) {
    return this.load(context, id);
  }

  @ResolveField()
  control(@Parent() { controlId }: FindingView) {
    return this.catalogue.find(controlId);
  }

  @ResolveField()
  async evidence(@Request() context: RequestContext, @Parent() { id }: FindingView) {
    return (await this.detail(context, id)).evidence;
  }

  @ResolveField()
  async affected(@Request() context: RequestContext, @Parent() { id, connectorId }: FindingView, @Args() page: PageArguments) {
    const { affected } = await this.detail(context, id);
    return affected.slice(0, pageSize(page)).map((entity) => ({ ...entity, connectorId }));
  }

  @ResolveField()
  async decisions(@Request() context: RequestContext, @Parent() { id }: FindingView) {
    const loader = context.loader<string, readonly Decision[]>('decisions', (ids) => this.read.decisionsOf(context.tenant, ids));
    const now = this.clock.now().getTime();
    return (await loader.load(id)).map((decision) => toDecision(decision, now));
  }

  private async load(context: RequestContext, id: string) {
    const finding = await context.loader<string, Finding | null>('finding', (ids) => this.read.byIds(context.tenant, ids)).load(id);
    return finding && this.view(finding);
  }

  private detail(context: RequestContext, id: string): Promise<FindingDetail> {
    return context.loader<string, FindingDetail>('finding detail', (ids) => this.read.details(context.tenant, ids)).load(id);
  }

  private view(finding: Finding) {
    return toFinding(finding, this.clock.now().getTime());
  }
}

/** A page of findings, with the filter that it answers: what is costly is asked only when it is selected. */
type FindingPage = Pick<Connection<Finding>, 'pageInfo'> & { readonly filter: FindingFilter | null };

@Resolver('FindingConnection')
export class FindingConnectionResolver {
  constructor(private readonly read: ReadFindings) {}

  @ResolveField()
  totalCount(@Tenant() tenant: string, @Parent() { filter }: FindingPage) {
    return this.read.count(tenant, filter);
  }

  @ResolveField()
  coverage(@Tenant() tenant: string, @Parent() { filter }: FindingPage) {
    return this.read.coverage(tenant, filter);
  }
}
