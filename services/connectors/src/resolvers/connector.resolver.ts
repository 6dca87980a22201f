import { Args, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { ConnectorStatus, StreamName } from '#libs/contracts';
import type { DomainError } from '#libs/kernel';
import { Request, RequestContext, Tenant, toProblem, type PageArguments } from '#libs/platform';

import type { Stream, TestedCapability } from '../domain/connector.js';
import { AppConnections } from '../usecases/app-connections.js';
import { ConnectApp, testedCapabilities, type ConnectInput, type ConnectOutcome } from '../usecases/connect-app.js';
import { asProblems } from '../usecases/expected-errors.js';
import { ManageConnector, type UpdateInput } from '../usecases/manage-connector.js';
import { ReadConnectors, type ConnectorView } from '../usecases/read-connectors.js';
import { toApp } from './app.resolver.js';

@Resolver('Connector')
export class ConnectorResolver {
  constructor(
    private readonly read: ReadConnectors,
    private readonly connectApp_: ConnectApp,
    private readonly manage: ManageConnector,
    private readonly connections: AppConnections,
  ) {}

  @Query()
  connectors(@Tenant() tenant: string, @Args('app') app?: string, @Args('status') status?: ConnectorStatus[]) {
    return this.read.list(tenant, { app, status });
  }

  @Query()
  connector(@Request() context: RequestContext, @Args('id') id: string) {
    return this.load(context, id);
  }

  @ResolveReference()
  async reference({ id }: { id: string }, context: RequestContext) {
    return this.load(context, id);
  }

  @Mutation()
  async testConnection(@Tenant() tenant: string, @Args('input') input: ConnectInput) {
    return toTestPayload(await asProblems(() => this.connectApp_.test(tenant, input)));
  }

  @Mutation()
  async connectApp(@Tenant() tenant: string, @Request() context: RequestContext, @Args('input') input: ConnectInput) {
    return this.toPayload(context, await asProblems(() => this.connectApp_.connect(tenant, input)));
  }

  @Mutation()
  async updateConnector(
    @Tenant() tenant: string,
    @Request() context: RequestContext,
    @Args('id') id: string,
    @Args('input') input: UpdateInput,
  ) {
    return this.toPayload(context, await asProblems(() => this.manage.update(tenant, id, input)));
  }

  @Mutation()
  async rotateCredentials(
    @Tenant() tenant: string,
    @Request() context: RequestContext,
    @Args('id') id: string,
    @Args('secrets') secrets: unknown,
  ) {
    return this.toPayload(context, await asProblems(() => this.manage.rotate(tenant, id, secrets)));
  }

  @Mutation()
  async testConnector(@Tenant() tenant: string, @Args('id') id: string) {
    return toTestPayload(await asProblems(() => this.manage.test(tenant, id)));
  }

  @Mutation()
  async syncConnector(
    @Tenant() tenant: string,
    @Request() context: RequestContext,
    @Args('id') id: string,
    @Args('streams') streams?: StreamName[],
  ) {
    return this.toPayload(context, await asProblems(() => this.manage.sync(tenant, id, streams)));
  }

  @Mutation()
  async disableConnector(@Tenant() tenant: string, @Request() context: RequestContext, @Args('id') id: string) {
    return this.toPayload(context, await asProblems(() => this.manage.disable(tenant, id)));
  }

  @Mutation()
  async enableConnector(@Tenant() tenant: string, @Request() context: RequestContext, @Args('id') id: string) {
    return this.toPayload(context, await asProblems(() => this.manage.enable(tenant, id)));
  }

  @Mutation()
  async removeConnector(@Tenant() tenant: string, @Args('id') id: string, @Args('deleteData') deleteData: boolean) {
    const outcome = await asProblems(async () => ({ ...nothing, removedId: await this.manage.remove(tenant, id, deleteData) }));
    return { removedId: 'removedId' in outcome ? outcome.removedId : null, problems: outcome.problems.map(toProblem) };
  }

  @ResolveField()
  id(@Parent() view: ConnectorView) {
    return view.connector.id;
  }

  @ResolveField()
  app(@Parent() view: ConnectorView) {
    return toApp(this.read.appOf(view.connector));
  }

  @ResolveField()
  name(@Parent() view: ConnectorView) {
    return view.connector.name;
  }

  @ResolveField()
  problem(@Parent() view: ConnectorView) {
    return toConnectorProblem(view.connector.problem);
  }

  @ResolveField()
  capabilities(@Parent() view: ConnectorView) {
    return view.connector.capabilities.map(toCapability);
  }

  @ResolveField()
  streams(@Parent() view: ConnectorView) {
    return view.streams.map((stream) => ({ ...stream, lag: this.read.lag(stream), problem: toConnectorProblem(stream.problem) }));
  }

  @ResolveField()
  credentialExpiresAt(@Parent() view: ConnectorView) {
    return view.connector.credentialExpiresAt;
  }

  @ResolveField()
  lastTestedAt(@Parent() view: ConnectorView) {
    return view.connector.lastTestedAt;
  }

  @ResolveField()
  createdAt(@Parent() view: ConnectorView) {
    return view.connector.createdAt;
  }

  @ResolveField()
  settings(@Parent() view: ConnectorView) {
    return view.connector.settings;
  }

  @ResolveField()
  actsAs(@Parent() view: ConnectorView) {
    return view.connector.actsAs;
  }

  @ResolveField()
  coverage(@Parent() view: ConnectorView) {
    return this.read.coverage(view);
  }

  @ResolveField()
  async syncRuns(@Tenant() tenant: string, @Parent() view: ConnectorView, @Args() page: PageArguments) {
    const { nodes, pageInfo } = await this.read.syncRuns(tenant, view.connector.id, page);
    return { nodes: nodes.map((run) => ({ ...run, problem: toConnectorProblem(run.problem) })), pageInfo };
  }

  @ResolveField()
  quota(@Parent() view: ConnectorView) {
    return this.connections.quota(view.connector.id);
  }

  private load(context: RequestContext, id: string) {
    return context.loader<string, ConnectorView | null>('connector', (ids) => this.read.byIds(context.tenant, ids)).load(id);
  }

  private async toPayload(context: RequestContext, outcome: ConnectOutcome) {
    const [view] = outcome.connector ? await this.read.byIds(context.tenant, [outcome.connector.id]) : [null];
    return { connector: view, capabilities: capabilitiesOf(outcome), problems: outcome.problems.map(toProblem) };
  }
}

const nothing: ConnectOutcome = { connector: null, test: null, problems: [] as readonly DomainError[] };

function toTestPayload({ test, problems }: ConnectOutcome) {
  return {
    isConnected: test?.isConnected ?? false,
    capabilities: capabilitiesOf({ connector: null, test, problems }),
    actsAs: test?.actsAs ?? null,
    credentialExpiresAt: test?.credentialExpiresAt ?? null,
    problems: problems.map(toProblem),
  };
}

function capabilitiesOf({ connector, test }: ConnectOutcome) {
  const tested = connector?.capabilities ?? (test ? testedCapabilities(test, [], Date.now()) : []);
  return tested.map(toCapability);
}

function toCapability(capability: TestedCapability) {
  return { ...capability, problem: toConnectorProblem(capability.problem) };
}

function toConnectorProblem(problem: Stream['problem']) {
  return problem && { ...problem, missingScopes: problem.missingScopes ?? [] };
}
