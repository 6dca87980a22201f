import { Inject, Injectable } from '@nestjs/common';
import type { ActionRequested, ActionResult, InventoryRecord } from '#libs/contracts';
import { Clock, type Json } from '#libs/kernel';
import { crashPoint, LOGGER, PEERS, type Logger, type Peers } from '#libs/platform';
import { AppFailure, type ActionPlan, type AppClient, type PlanTarget, type Provider } from '#libs/providers';
import { problemOf } from '#libs/providers/clients';

import type { Connector } from '../domain/connector.js';
import { ActionRunStore, ConnectorStore, type ActionRun } from '../domain/ports.js';
import { AppConnections } from './app-connections.js';

const VERIFY_FOR_MS = 10_000;
const VERIFY_PAUSES_MS = [0, 200, 500, 1_000, 2_000] as const;

/** What is to be done to the app: the plan itself, or its way back. */
interface Step {
  readonly isDone: (observed: Json) => boolean;
  readonly run: (client: AppClient, before: Json) => Promise<void>;
  /** Administrators are counted only where rights are taken away. */
  readonly takesRights: boolean;
}

/**
 * Carries out one action: look, record the intent, act, look again. Found half-done after a crash it looks first, and acts only if the wanted state
 * is not there: every plan sets a state, so that acting twice changes nothing more, and the look keeps it from happening at all.
 */
@Injectable()
export class RunAction {
  constructor(
    private readonly connectors: ConnectorStore,
    private readonly runs: ActionRunStore,
    private readonly connections: AppConnections,
    private readonly clock: Clock,
    @Inject(PEERS) private readonly peers: Peers,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(run: ActionRun): Promise<void> {
    const result = await this.attempt(run);
    if (result) await this.runs.settle(run, result, this.now());
  }

  private async attempt(run: ActionRun): Promise<ActionResult | undefined> {
    const { request } = run;
    const connector = await this.connectors.find(run.tenant, request.connectorId);
    if (!connector || connector.removedAt !== null)
      return refusal('CONNECTOR_UNKNOWN', 'The connector was removed.', 'Connect the app again first.');
    if (connector.isDisabled) return refusal('CONNECTOR_DISABLED', 'The connector is disabled.', 'Enable it, then retry the action.', true);
    try {
      const { provider, client } = await this.connections.of(connector);
      return await this.act(run, connector, provider, client.urgent);
    } catch (error) {
      return this.failure(error, run);
    }
  }

  private async act(run: ActionRun, connector: Connector, provider: Provider, client: AppClient): Promise<ActionResult | undefined> {
    const { request } = run;
    const plan = provider.actions[request.kind];
    if (!plan)
      return refusal('ACTION_NOT_OFFERED', `${provider.manifest.name} does not offer this action.`, 'See availableActions of the account.');
    const target = planTarget(request);
    const step = stepOf(plan, target, request);
    if (!step)
      return refusal(
        'ACTION_NOT_REVERTIBLE',
        'impossible' in plan.revert ? plan.revert.impossible : 'This can not be undone.',
        'Undo it in the app itself.',
      );
    await this.runs.started(run, this.now());

    const observed = await plan.observe(client, target);
    if (step.isDone(observed))
      return this.succeed(run, connector, plan, target, client, run.before ?? observed, observed, run.state !== 'intent');
    const guard = await this.guard(connector, plan, target, step, client, request, observed);
    if (guard) return guard;
    if (run.state === 'requested') {
      crashPoint('action:before-intent');
      if (!(await this.runs.intent(run, observed, this.now()))) return undefined;
      crashPoint('action:intent');
    } else {
      await this.waitForReadLag(run, provider);
      if (step.isDone(await plan.observe(client, target)))
        return this.succeed(run, connector, plan, target, client, run.before ?? observed, observed, false);
    }
    const before = run.before ?? observed;
    const lost = await this.call(step, client, before);
    crashPoint('action:called');
    const after = await this.readBack(plan, target, step, client, provider.manifest.readLagMs);
    if (after !== undefined) return this.succeed(run, connector, plan, target, client, before, after, false);
    if (lost) throw lost;
    return refusal(
      'ACTION_NOT_CONFIRMED',
      'The app took the request, but reading it back does not show the effect.',
      'Look at the account in the app; then retry, or cancel.',
      true,
      before,
    );
  }

  /** A lost answer leaves the outcome open: the read-back decides. Anything else the app said is final. */
  private async call(step: Step, client: AppClient, before: Json): Promise<AppFailure | undefined> {
    try {
      await step.run(client, before);
      return undefined;
    } catch (error) {
      if (error instanceof AppFailure && (error.kind === 'down' || error.kind === 'unreachable' || error.kind === 'malformed'))
        return error;
      throw error;
    }
  }

  private async guard(
    connector: Connector,
    plan: ActionPlan,
    target: PlanTarget,
    step: Step,
    client: AppClient,
    request: ActionRequested,
    observed: Json,
  ): Promise<ActionResult | undefined> {
    if (target.accountExternalId !== null && target.accountExternalId === connector.ownAccountExternalId) {
      return refusal(
        'OWN_CREDENTIAL_ACCOUNT',
        'Castellan itself acts as this account in the app; acting on it would cut us off.',
        'Act on it in the app, after giving the connector another credential.',
      );
    }
    if (request.revert) return undefined;
    const refused = plan.refuse?.(observed, target);
    if (refused) return refusal(refused.code, refused.message, refused.remedy, false, observed);
    if (!step.takesRights || !plan.administratorsLeft) return undefined;
    const left = await plan.administratorsLeft(client, target);
    if (left === 0)
      return refusal(
        'LAST_ADMINISTRATOR',
        'This is the last administrator; nobody could undo it.',
        'Make someone else an administrator first.',
        false,
        observed,
      );
    return undefined;
  }

  private async readBack(
    plan: ActionPlan,
    target: PlanTarget,
    step: Step,
    client: AppClient,
    readLagMs: number,
  ): Promise<Json | undefined> {
    const until = this.now() + VERIFY_FOR_MS + readLagMs;
    for (let look = 0; ; look++) {
      await pause(VERIFY_PAUSES_MS[Math.min(look, VERIFY_PAUSES_MS.length - 1)]!);
      try {
        const observed = await plan.observe(client, target);
        if (step.isDone(observed)) return observed;
      } catch (error) {
        if (!(error instanceof AppFailure) || this.now() >= until) throw error;
      }
      if (this.now() >= until) return undefined;
    }
  }

  private async succeed(
    run: ActionRun,
    connector: Connector,
    plan: ActionPlan,
    target: PlanTarget,
    client: AppClient,
    before: Json,
    after: Json,
    alreadySo: boolean,
  ): Promise<ActionResult> {
    await this.tellInventory(run, connector, plan, target, client);
    return { is: 'succeeded', alreadySo, before, after };
  }

  /** So that the graph shows the account as it now is, without waiting for the next listing. Its failure does not undo the action. */
  private async tellInventory(
    run: ActionRun,
    connector: Connector,
    plan: ActionPlan,
    target: PlanTarget,
    client: AppClient,
  ): Promise<void> {
    try {
      const records: readonly InventoryRecord[] = await plan.refresh(client, target);
      const key = { tenant: run.tenant, connectorId: connector.id, app: connector.app, stream: 'ACCOUNTS', feed: 'main' } as const;
      await this.peers.sink('inventory').touch(key, records, this.now());
    } catch (error) {
      this.logger.warn(
        { err: error, actionId: run.actionId },
        'the account could not be read again after the action; the next listing will show it',
      );
    }
  }

  private async waitForReadLag(run: ActionRun, provider: Provider): Promise<void> {
    const left = (run.intentAt ?? 0) + provider.manifest.readLagMs - this.now();
    if (left > 0) await pause(left);
  }

  private failure(error: unknown, run: ActionRun): ActionResult {
    if (error instanceof AppFailure) {
      if (error.kind === 'missing')
        return refusal(
          'TARGET_NOT_FOUND',
          'The app no longer has it.',
          'Nothing to do; the next listing will show it as deleted.',
          false,
          run.before,
        );
      const problem = problemOf(error);
      const mayRetry = error.kind !== 'rejected' && error.kind !== 'unlicensed';
      return refusal(problem.code, problem.message, problem.remedy, mayRetry, run.before);
    }
    this.logger.error({ err: error, actionId: run.actionId }, 'an action failed inside');
    return refusal(
      'INTERNAL',
      'The action failed inside Castellan.',
      "Look at the connectors service's log; then retry.",
      true,
      run.before,
    );
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

function stepOf(plan: ActionPlan, target: PlanTarget, request: ActionRequested): Step | undefined {
  if (!request.revert)
    return {
      isDone: (observed) => plan.isDone(observed, target),
      run: (client, before) => plan.run(client, target, before),
      takesRights: true,
    };
  const { revert } = plan;
  if ('impossible' in revert) return undefined;
  const original = request.revert.before;
  return {
    isDone: (observed) => revert.isDone(observed, original),
    run: (client) => revert.by(client, target, original),
    takesRights: false,
  };
}

function planTarget({ target }: ActionRequested): PlanTarget {
  return {
    accountExternalId: target.accountExternalId,
    groupExternalId: target.groupExternalId ?? null,
    grantExternalId: target.grantExternalId ?? null,
  };
}

function refusal(code: string, message: string, remedy: string, mayRetry = false, before?: Json | null): ActionResult {
  return { is: 'failed', code, message, remedy, mayRetry, ...(before === undefined || before === null ? {} : { before }) };
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
