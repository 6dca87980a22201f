import { Inject, Injectable } from '@nestjs/common';
import { SINK_OF_STREAM, type BulkPage, type BulkRecord, type BulkSink, type SinkPosition, type StreamKey } from '#libs/contracts';
import { Clock, DAY_MS, newId } from '#libs/kernel';
import { BulkPageStale, crashPoint, LOGGER, PeerUnavailable, PEERS, type Lease, type Logger, type Peers } from '#libs/platform';
import { AppFailure, type Feed, type Listing, type Provider } from '#libs/providers';
import { problemOf, type EngineClient } from '#libs/providers/clients';

import { isConnectionBroken, lasting, type Connector } from '../domain/connector.js';
import { ConnectorStore, StreamStore, SyncRunStore, type StreamRef } from '../domain/ports.js';
import { afterFailure, nextRun } from '../domain/schedule.js';
import { AppConnections } from './app-connections.js';
import { Progress } from './progress.js';
import { StreamTiming } from './stream-timing.js';

/** The lease was lost, or the process stops: the run ends without a word, and another one goes on. */
class RunInterrupted extends Error {}

/** One run of one stream, from the sink's cursor until the app has no more: read a page, have it stored with its cursor, go on. */
@Injectable()
export class RunStream {
  constructor(
    private readonly connectors: ConnectorStore,
    private readonly streams: StreamStore,
    private readonly runs: SyncRunStore,
    private readonly connections: AppConnections,
    private readonly clock: Clock,
    private readonly timing: StreamTiming,
    @Inject(PEERS) private readonly peers: Peers,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** `signal` ends the run at the next page: the lease is lost, or the process stops. */
  async run(ref: StreamRef, lease: Lease, signal: AbortSignal): Promise<void> {
    const connector = await this.connectors.find(ref.tenant, ref.connectorId);
    if (!connector || connector.isDisabled || connector.removedAt !== null) return;
    if (!(await this.isStillDue(ref))) return;
    const progress = new Progress(this.streams, ref, this.clock);
    const runId = newId('run', this.clock.now());
    await this.runs.begin(ref, {
      id: runId,
      stream: ref.name,
      feed: ref.feed,
      startedAt: this.now(),
      endedAt: null,
      itemsRead: 0,
      itemsChanged: 0,
      problem: null,
    });
    try {
      const { provider, client } = await this.connections.of(connector);
      const everySeconds = await this.read(ref, connector, provider, client, lease, signal, progress);
      await this.ended(ref, connector, everySeconds, progress);
      await this.runs.end(ref.tenant, runId, this.now(), progress.items, progress.changed, null);
    } catch (error) {
      await this.failed(ref, error, signal, progress, runId);
    }
  }

  /** Another replica may have run it between our look and our lease. */
  private async isStillDue(ref: StreamRef): Promise<boolean> {
    const streams = await this.streams.list(ref.tenant, [ref.connectorId]);
    const due = streams.find((stream) => stream.name === ref.name && stream.feed === ref.feed)?.nextRunAt;
    return due !== null && due !== undefined && due <= this.now();
  }

  private async read(
    ref: StreamRef,
    connector: Connector,
    provider: Provider,
    client: EngineClient,
    lease: Lease,
    signal: AbortSignal,
    progress: Progress,
  ): Promise<number> {
    const key: StreamKey = { tenant: ref.tenant, connectorId: ref.connectorId, app: connector.app, stream: ref.name, feed: ref.feed };
    const reader: Reader = {
      key,
      fence: lease.token,
      sink: this.peers.sink(SINK_OF_STREAM[ref.name]),
      client,
      signal,
      progress,
      connector,
    };
    if (ref.name === 'ACTIVITIES') {
      const feed = provider.feeds[ref.feed];
      if (!feed) return DAY_MS / 1_000;
      await progress.begin('reading the log');
      await this.readFeed(feed, reader);
      return feed.everySeconds;
    }
    const listing = (ref.name === 'SETTINGS' ? provider.evidence : provider.listings[ref.name as keyof Provider['listings']]) as
      Listing<BulkRecord> | undefined;
    if (!listing) return DAY_MS / 1_000;
    await progress.begin('listing');
    await this.readListing(listing, reader);
    return listing.everySeconds;
  }

  /** A listing is begun anew each time; the sink chains its pages by a cursor that means nothing to the app. */
  private async readListing(listing: Listing<BulkRecord>, reader: Reader): Promise<void> {
    const syncId = newId('run', this.clock.now());
    let position = await reader.sink.position(reader.key);
    let number = 0;
    const store = async (records: readonly BulkRecord[], isLast: boolean): Promise<void> => {
      number += 1;
      const next = `${syncId}#${number}`;
      position = await this.store(reader, position, { next, records, listing: { syncId, isLast, complete: listing.complete } });
    };
    for await (const page of ahead(listing.pages(reader.client))) {
      stopIf(reader.signal);
      reader.progress.expect(page.total);
      await store(page.records, false);
    }
    // Ended only here, after the app has shown everything: a listing that broke off marks nothing as deleted.
    stopIf(reader.signal);
    await store([], true);
  }

  private async readFeed(feed: Feed, reader: Reader): Promise<void> {
    let position = await reader.sink.position(reader.key);
    if (position.cursor === null) position = await reader.sink.restart(reader.key, reader.fence, this.firstCursor(feed, reader));
    try {
      await this.followFeed(feed, reader, position);
    } catch (error) {
      if (!(error instanceof AppFailure) || !feed.isCursorDead?.(error)) throw error;
      const since = await this.afterDeadCursor(feed, reader);
      this.logger.warn(
        { connector: reader.key.connectorId, feed: reader.key.feed, since },
        'the app no longer knows our cursor; going on from the newest stored event',
      );
      await this.followFeed(feed, reader, await reader.sink.position(reader.key));
    }
  }

  private async followFeed(feed: Feed, reader: Reader, from: SinkPosition): Promise<void> {
    let position = from;
    for await (const page of ahead(feed.pages(reader.client, position.cursor!))) {
      stopIf(reader.signal);
      if (page.events.length > 0 || page.next !== position.cursor) {
        position = await this.store(reader, position, {
          next: page.next,
          records: page.events,
          isBackfill: isHistory(page.events, reader.connector.createdAt),
        });
      }
      if (page.isCaughtUp) return;
    }
  }

  private firstCursor(feed: Feed, reader: Reader): string {
    return feed.start(reader.client, new Date(reader.connector.createdAt - reader.connector.backfillDays * DAY_MS));
  }

  private async afterDeadCursor(feed: Feed, reader: Reader): Promise<string> {
    const { newestAt } = await reader.sink.position(reader.key);
    const cursor = newestAt === null ? this.firstCursor(feed, reader) : feed.start(reader.client, new Date(newestAt - feed.overlapMs));
    await reader.sink.restart(reader.key, reader.fence, cursor);
    return cursor;
  }

  private async store(
    reader: Reader,
    position: SinkPosition,
    page: Pick<BulkPage, 'next' | 'records' | 'listing' | 'isBackfill'>,
  ): Promise<SinkPosition> {
    crashPoint('stream:page-read');
    const stored = await reader.sink.store({ key: reader.key, fence: reader.fence, from: position.cursor, readAt: this.now(), ...page });
    crashPoint('stream:page-stored');
    await reader.progress.stored(page.records.length, stored.changed, stored.position.newestAt);
    return stored.position;
  }

  private async ended(ref: StreamRef, connector: Connector, everySeconds: number, progress: Progress): Promise<void> {
    const now = this.now();
    const { problem } = connector;
    await progress.end((stream) => ({
      ...stream,
      status: 'UP_TO_DATE',
      lastSuccessAt: now,
      nextRunAt: nextRun(now, everySeconds, this.timing.factor, Math.random()),
      isFirstSyncDone: true,
      failures: 0,
      problem: null,
    }));
    // A run that read nothing may not have asked the app anything: only what the app told proves that the connection works again.
    if (problem && progress.items > 0) await this.connectors.change(ref.tenant, ref.connectorId, (one) => ({ ...one, problem: null }));
    if (ref.name === 'ACCOUNTS') await this.letOthersBegin(ref, now);
  }

  /** The other streams wait for the first listing of accounts, or for its failure. */
  private async letOthersBegin(ref: StreamRef, now: number): Promise<void> {
    for (const stream of await this.streams.list(ref.tenant, [ref.connectorId])) {
      if (stream.nextRunAt !== null || stream.name === 'ACCOUNTS' || stream.status === 'RUNNING') continue;
      await this.streams.change(
        { ...ref, name: stream.name, feed: stream.feed },
        (one) => ({ ...one, nextRunAt: one.nextRunAt ?? now }),
        false,
      );
    }
  }

  private async failed(ref: StreamRef, error: unknown, signal: AbortSignal, progress: Progress, runId: string): Promise<void> {
    const now = this.now();
    // Another worker has it, or will have: the stream is still due, and its state is no longer ours to write.
    if (signal.aborted || error instanceof RunInterrupted || error instanceof BulkPageStale) return;
    const problem = error instanceof AppFailure ? problemOf(error) : internalProblem(error);
    if (!(error instanceof AppFailure))
      this.logger.error({ err: error, connector: ref.connectorId, stream: ref.name }, 'a stream failed inside');
    const retryAt = error instanceof AppFailure ? error.retryAt?.getTime() : undefined;
    await progress.end((stream) => {
      const failures = stream.failures + 1;
      return {
        ...stream,
        ...afterFailure(problem, failures, now, retryAt, Math.random()),
        failures,
        problem: lasting(problem, stream.problem, now),
      };
    });
    if (isConnectionBroken(problem))
      await this.connectors.change(ref.tenant, ref.connectorId, (one) => ({ ...one, problem: lasting(problem, one.problem, now) }));
    await this.runs.end(ref.tenant, runId, now, progress.items, progress.changed, lasting(problem, null, now));
    if (ref.name === 'ACCOUNTS') await this.letOthersBegin(ref, now);
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

interface Reader {
  readonly key: StreamKey;
  readonly fence: number;
  readonly sink: BulkSink;
  readonly client: EngineClient;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly connector: Connector;
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new RunInterrupted();
}

/** True when every event of the page is older than the connection. */
function isHistory(events: readonly { readonly occurredAt: number }[], connectedAt: number): boolean {
  return events.length > 0 && events.every((event) => event.occurredAt < connectedAt);
}

/** Reads one page ahead while the one before is stored: the app and our database work at the same time. */
async function* ahead<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]();
  const fetch = (): Promise<IteratorResult<T>> => {
    const next = iterator.next();
    // Its failure is thrown where it is awaited; until then it must not count as unhandled.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = fetch(); ;) {
      const page = await next;
      if (page.done) return;
      next = fetch();
      yield page.value;
    }
  } finally {
    // Not awaited: a generator that waits for a page can't end before that page comes.
    void iterator.return?.().catch(() => undefined);
  }
}

function internalProblem(error: unknown): { code: 'APP_UNAVAILABLE'; message: string; remedy: string } {
  const isPeer = error instanceof PeerUnavailable;
  return {
    code: 'APP_UNAVAILABLE',
    message: isPeer ? 'Another part of Castellan does not answer; reading waits for it.' : 'Reading failed inside Castellan.',
    remedy: isPeer
      ? 'Nothing to do: it goes on by itself. If it lasts, look at the services that are not ready.'
      : "Look at the connectors service's log, and report what it says.",
  };
}
