import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type BackgroundWork, type Logger } from '#libs/platform';

import { ForgetOldKeys } from '../usecases/forget-old-keys.js';
import { SweepActions } from '../usecases/sweep-actions.js';

const EVERY_MS = 1_000;
const FORGET_EVERY_ROUNDS = 3_600;

/** Runs the sweep every second while the service runs. */
@Injectable()
export class Clockwork implements BackgroundWork {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private rounds = 0;

  constructor(
    private readonly sweep: SweepActions,
    private readonly forget: ForgetOldKeys,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.tick(), EVERY_MS);
    this.timer.unref();
    this.tick();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  private tick(): void {
    // A round that takes longer than the interval is not overtaken by the next.
    if (this.round) return;
    this.round = this.run()
      .catch((error: unknown) => this.logger.error({ err: error }, 'the sweep of actions failed; it runs again in a second'))
      .finally(() => (this.round = undefined));
  }

  private async run(): Promise<void> {
    for (const { tenant, actionId, cause } of await this.sweep.run())
      this.logger.warn({ err: cause, tenant, actionId }, 'an action could not be swept; it is looked at again');
    if (this.rounds++ % FORGET_EVERY_ROUNDS === 0) await this.forget.run();
  }
}
