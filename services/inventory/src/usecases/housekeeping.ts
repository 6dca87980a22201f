import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { LOGGER, type BackgroundWork, type Logger } from '#libs/platform';

import { OpenWork } from '../domain/ports.js';
import { RefreshThirdPartyApps } from './refresh-third-party-apps.js';
import { RejoinAccounts } from './rejoin-accounts.js';
import { SettleListings } from './settle-listings.js';

const EVERY_MS = 2_000;
const AT_ONCE = 20;
/** One piece of work gets so long before the next has its turn. */
const TURN_MS = 5_000;

/** The pieces of work that the housekeeping goes on with. */
@Injectable()
export class HousekeepingTasks {
  constructor(
    readonly settle: SettleListings,
    readonly rejoin: RejoinAccounts,
    readonly refresh: RefreshThirdPartyApps,
  ) {}
}

/** Ends what a call began and could not end: after a crash, or because it took longer than a caller waits. Any replica may do it, all may try. */
@Injectable()
export class Housekeeping implements BackgroundWork {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly work: OpenWork,
    private readonly tasks: HousekeepingTasks,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS);
    this.wake();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** One round over all that is open. */
  async round(): Promise<void> {
    for (const { tenant, id } of await this.work.sweeps(AT_ONCE)) await this.turn((until) => this.tasks.settle.sweep(tenant, id, until));
    for (const tenant of await this.work.rejoins(AT_ONCE)) await this.turn((until) => this.tasks.rejoin.run(tenant, until));
    for (const tenant of await this.work.staleThirdPartyApps(AT_ONCE)) await this.turn(() => this.tasks.refresh.run(tenant));
  }

  private wake(): void {
    this.running ??= this.round()
      .catch((error: unknown) => this.logger.error({ err: error }, 'the housekeeping of the inventory failed; it is tried again'))
      .finally(() => {
        this.running = undefined;
      });
  }

  private async turn(piece: (until: number) => Promise<unknown>): Promise<void> {
    if (!this.isStopped) await piece(this.clock.now().getTime() + TURN_MS);
  }
}
