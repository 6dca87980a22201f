import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Clock } from '#libs/kernel';
import { toProblem, type Problem } from '#libs/platform';

import { faultsOf, type ActionCommand } from '../domain/action-command.js';
import { previewsOf, type ActionPreviewItem } from './action-preview.js';
import { Allowance } from './allowance.js';
import { AssessTargets } from './assess-targets.js';
import { RecordRequest } from './record-request.js';

/** What an action would do, and to whom. */
export interface ActionPreview {
  readonly kind: ActionCommand['kind'];
  readonly items: readonly ActionPreviewItem[];
  readonly problems: readonly Problem[];
  readonly budgetLeft: number;
}

/** Tells what a request would do, without a trace: nothing is stored, sent or logged. */
@Injectable()
export class PreviewAction {
  constructor(
    private readonly targets: AssessTargets,
    private readonly record: RecordRequest,
    private readonly allowance: Allowance,
    private readonly clock: Clock,
  ) {}

  async run(principal: Principal, command: ActionCommand): Promise<ActionPreview> {
    const now = this.clock.now().getTime();
    const budgetLeft = await this.allowance.left(principal.tenant, now);
    const faults = faultsOf(principal.tenant, command, now);
    if (faults.length > 0) return { kind: command.kind, items: [], problems: faults.map(toProblem), budgetLeft };
    const prepared = await this.targets.prepare(principal.tenant, command);
    const { taken, problems } = await this.record.rehearse(principal, command, prepared);
    const ofTargets = taken.flatMap(({ refusals }) => refusals).length;
    return { kind: command.kind, items: previewsOf(taken), problems: problems.slice(0, problems.length - ofTargets), budgetLeft };
  }
}
