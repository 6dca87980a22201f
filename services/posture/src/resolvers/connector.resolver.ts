import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Clock, canonicalJson } from '#libs/kernel';
import { Request, RequestContext } from '#libs/platform';

import type { FindingFilter } from '../domain/filter.js';
import type { Finding } from '../domain/finding.js';
import { ReadFindings } from '../usecases/read-findings.js';
import { ReadScore, type ScoreView } from '../usecases/read-score.js';
import { toFinding, toScore } from './views.js';

interface ConnectorReference {
  readonly id: string;
}

@Resolver('Connector')
export class ConnectorResolver {
  constructor(
    private readonly scores: ReadScore,
    private readonly read: ReadFindings,
    private readonly clock: Clock,
  ) {}

  @ResolveField()
  async secureScore(@Request() context: RequestContext, @Parent() { id }: ConnectorReference) {
    const view = await context.loader<string, ScoreView | null>('connector score', (ids) => this.scores.each(context.tenant, ids)).load(id);
    return view && toScore(view);
  }

  @ResolveField()
  async findings(
    @Request() context: RequestContext,
    @Parent() { id }: ConnectorReference,
    @Args('filter') filter: FindingFilter | null = null,
  ) {
    const loader = context.loader<string, Finding[]>(`connector findings ${canonicalJson(filter)}`, (ids) =>
      this.read.ofConnectors(context.tenant, ids, filter),
    );
    const now = this.clock.now().getTime();
    return (await loader.load(id)).map((finding) => toFinding(finding, now));
  }
}
