import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Principal } from '#libs/contracts';
import { Clock } from '#libs/kernel';
import { Caller, Tenant, toProblem } from '#libs/platform';

import type { StatusInput } from '../domain/decision.js';
import { ConnectorNotFound } from '../domain/errors.js';
import { DecideFindings } from '../usecases/decide-findings.js';
import { EvaluatePosture } from '../usecases/evaluate-posture.js';
import { reference, toFinding } from './views.js';

@Resolver()
export class PostureMutationResolver {
  constructor(
    private readonly evaluate: EvaluatePosture,
    private readonly decide: DecideFindings,
    private readonly clock: Clock,
  ) {}

  @Mutation()
  async evaluatePosture(@Tenant() tenant: string, @Args('connectorId') connectorId: string) {
    try {
      const judged = await this.evaluate.run(tenant, connectorId);
      return { connector: reference('Connector', connectorId), controlsEvaluated: judged, problems: [] };
    } catch (error) {
      if (!(error instanceof ConnectorNotFound)) throw error;
      return { connector: null, controlsEvaluated: 0, problems: [toProblem(error)] };
    }
  }

  @Mutation()
  async setFindingStatus(@Caller() principal: Principal, @Args('ids') ids: readonly string[], @Args('input') input: StatusInput) {
    const { findings, problems } = await this.decide.run(principal, ids, input);
    const now = this.clock.now().getTime();
    return { findings: findings.map((finding) => toFinding(finding, now)), problems: problems.map(toProblem) };
  }
}
