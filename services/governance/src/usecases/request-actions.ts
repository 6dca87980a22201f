import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Clock } from '#libs/kernel';
import { toProblem, type Problem } from '#libs/platform';

import { faultsOf, type ActionCommand } from '../domain/action-command.js';
import type { Action } from '../domain/action.js';
import { previewsOf, type ActionPreviewItem } from './action-preview.js';
import { AssessTargets } from './assess-targets.js';
import { RecordRequest } from './record-request.js';
import { Settlements } from './settlements.js';

/** What every acting mutation answers. */
export interface ActionsAnswer {
  readonly actions: readonly Action[];
  readonly problems: readonly Problem[];
  /** For dry runs, which make no actions. */
  readonly previews: readonly ActionPreviewItem[];
}

/** Takes a request to act: checks it, records it, and waits for the outcome as long as the caller wishes. */
@Injectable()
export class RequestActions {
  constructor(
    private readonly targets: AssessTargets,
    private readonly record: RecordRequest,
    private readonly settlements: Settlements,
    private readonly clock: Clock,
  ) {}

  async run(principal: Principal, command: ActionCommand): Promise<ActionsAnswer> {
    const now = this.clock.now().getTime();
    const faults = faultsOf(principal.tenant, command, now);
    if (faults.length > 0) {
      if (!command.isDryRun) await this.record.refuse(principal, command, faults);
      return { actions: [], problems: faults.map(toProblem), previews: [] };
    }
    const prepared = await this.targets.prepare(principal.tenant, command);
    if (command.isDryRun) {
      const rehearsed = await this.record.rehearse(principal, command, prepared);
      return { actions: [], problems: rehearsed.problems, previews: previewsOf(rehearsed.taken) };
    }
    const recorded = await this.record.run(principal, command, prepared, now);
    const actions = await this.settlements.wait(principal.tenant, recorded.actionIds, command.waitMs);
    return { actions, problems: recorded.problems, previews: [] };
  }
}
