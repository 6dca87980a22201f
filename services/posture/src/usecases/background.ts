import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { LeaseStore, LOGGER, type BackgroundWork, type Logger } from '#libs/platform';

import { ControlCatalogue } from '../domain/control-catalogue.js';
import { JudgedConnectorStore } from '../domain/ports.js';
import { JudgeConnector } from './judge-connector.js';

const EVERY_MS = 60_000;
const LEASE = 'posture/judge-due';
const LEASE_MS = 120_000;
const AT_ONCE = 20;

/** Judges again what is due without any new reading: the daily snapshot, evidence gone stale, decisions expired, a new catalogue. One replica at a time. */
@Injectable()
export class Background implements BackgroundWork {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly connectors: JudgedConnectorStore,
    private readonly judge: JudgeConnector,
    private readonly catalogue: ControlCatalogue,
    private readonly leases: LeaseStore,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    const turn = (): void => {
      this.running = this.running
        .then(async () => void (await this.turn()))
        .catch((err: unknown) => this.logger.error({ err }, 'judging what is due failed'));
    };
    turn();
    this.timer = setInterval(turn, EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** One round; returns how many connectors were judged. */
  async turn(): Promise<number> {
    if (this.isStopping) return 0;
    const lease = await this.leases.take(LEASE, LEASE_MS);
    if (!lease) return 0;
    try {
      const due = await this.connectors.due(this.clock.now().getTime(), this.catalogue.version, AT_ONCE);
      for (const place of due) {
        if (this.isStopping || !(await this.leases.renew(lease, LEASE_MS))) break;
        await this.judge
          .run(place)
          .catch((err: unknown) => this.logger.error({ err, connector: place.connectorId }, 'judging a connector failed'));
      }
      return due.length;
    } finally {
      await this.leases.release(lease);
    }
  }
}
