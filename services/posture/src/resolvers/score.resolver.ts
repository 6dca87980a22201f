import { Args, Query, Resolver } from '@nestjs/graphql';
import { Tenant } from '#libs/platform';

import { ReadScore } from '../usecases/read-score.js';
import { toHistoryPoint, toScore } from './views.js';

interface ScoreScope {
  readonly app?: string | null;
  readonly connector?: string | null;
}

@Resolver('SecureScore')
export class ScoreResolver {
  constructor(private readonly read: ReadScore) {}

  @Query()
  async secureScore(@Tenant() tenant: string, @Args() scope: ScoreScope) {
    return toScore(await this.read.total(tenant, scope));
  }

  @Query()
  async secureScoreHistory(
    @Tenant() tenant: string,
    @Args() { from, to, ...scope }: ScoreScope & { readonly from: number; readonly to: number },
  ) {
    return (await this.read.history(tenant, from, to, scope)).map(toHistoryPoint);
  }
}
