import { setMaxListeners } from 'node:events';

import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { LeaseStore, LOGGER, PEERS, type BackgroundWork, type Lease, type Logger, type Peers } from '#libs/platform';

import { ActionRunStore, ConnectorStore, StreamStore } from '../domain/ports.js';
import { AppConnections } from './app-connections.js';
import { RunAction } from './run-action.js';
import { RunStream } from './run-stream.js';
import { Wake } from './wake.js';

const LOOK_EVERY_MS = 500;
const LEASE_MS = 20_000;
/** Many of them sleep until an app's limit has room again. */
const MOST_STREAMS = 16;
const MOST_ACTIONS = 8;

/** Runs what is due: streams, actions, erasing. A lease lets one replica at a time have each; it is renewed while the work goes on. */
@Injectable()
export class Background implements BackgroundWork {
  private readonly stopping = new AbortController();
  private readonly active = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private looksAgain = false;

  constructor(
    private readonly leases: LeaseStore,
    private readonly streams: StreamStore,
    private readonly actions: ActionRunStore,
    private readonly connectors: ConnectorStore,
    private readonly connections: AppConnections,
    private readonly runStream: RunStream,
    private readonly runAction: RunAction,
    private readonly clock: Clock,
    private readonly wake: Wake,
    @Inject(PEERS) private readonly peers: Peers,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    // Each piece of work listens; that is no leak.
    setMaxListeners(0, this.stopping.signal);
    this.wake.on(() => this.look());
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.look();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.looking;
    const actions = [...this.active].filter(([name]) => name.startsWith('action:')).map(([, work]) => work);
    // An action in hand is brought to its end; reading ends at once, its page is read again.
    await Promise.race([Promise.all(actions), new Promise((resolve) => setTimeout(resolve, 15_000).unref())]);
    await this.connections.close();
    await Promise.all(this.active.values());
  }

  private look(): void {
    if (this.stopping.signal.aborted) return;
    if (this.looking) {
      this.looksAgain = true;
      return;
    }
    this.looking = this.startWhatIsDue()
      .catch((error: unknown) => this.logger.error({ err: error }, 'looking for due work failed; trying again'))
      .finally(() => {
        this.looking = undefined;
        if (this.looksAgain) {
          this.looksAgain = false;
          this.look();
        }
      });
  }

  private async startWhatIsDue(): Promise<void> {
    for (const run of await this.actions.open(50)) {
      if (this.count('action:') >= MOST_ACTIONS) break;
      await this.begin(`action:${run.tenant}/${run.actionId}`, async () => {
        // As it is now that the lease is ours, not as it was when we looked.
        const current = await this.actions.find(run.tenant, run.actionId, run.attempt);
        if (current) await this.runAction.run(current);
      });
    }
    for (const ref of await this.streams.due(this.clock.now().getTime(), 50)) {
      if (this.count('stream:') >= MOST_STREAMS) break;
      await this.begin(`stream:${ref.tenant}/${ref.connectorId}/${ref.name}/${ref.feed}`, (lease, signal) =>
        this.runStream.run(ref, lease, signal),
      );
    }
    for (const connector of await this.connectors.toErase()) {
      await this.begin(`erase:${connector.tenant}/${connector.id}`, async () => {
        for (const service of ['inventory', 'activities', 'posture'] as const)
          await this.peers.sink(service).erase(connector.tenant, connector.id);
        await this.connectors.erased(connector.tenant, connector.id);
      });
    }
  }

  private count(prefix: string): number {
    return [...this.active.keys()].filter((name) => name.startsWith(prefix)).length;
  }

  private async begin(name: string, work: (lease: Lease, signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.active.has(name) || this.stopping.signal.aborted) return;
    const lease = await this.leases.take(name, LEASE_MS);
    if (!lease) return;
    const running = this.hold(lease, work)
      .catch((error: unknown) => this.logger.error({ err: error, work: name }, 'work failed; it is tried again'))
      .finally(() => this.active.delete(name));
    this.active.set(name, running);
  }

  private async hold(lease: Lease, work: (lease: Lease, signal: AbortSignal) => Promise<void>): Promise<void> {
    const lost = new AbortController();
    const stop = (): void => lost.abort();
    this.stopping.signal.addEventListener('abort', stop, { once: true });
    const renewal = setInterval(() => {
      this.leases.renew(lease, LEASE_MS).then(
        (isOurs) => {
          if (!isOurs) lost.abort();
        },
        (error: unknown) => this.logger.warn({ err: error, lease: lease.name }, 'a lease could not be renewed'),
      );
    }, LEASE_MS / 3);
    try {
      await work(lease, lost.signal);
    } finally {
      clearInterval(renewal);
      this.stopping.signal.removeEventListener('abort', stop);
      // A stream's token must live on; an action's name is never used again.
      await (lease.name.startsWith('stream:') ? this.leases.release(lease) : this.leases.discard(lease));
      if (!this.stopping.signal.aborted) setImmediate(() => this.look());
    }
  }
}
