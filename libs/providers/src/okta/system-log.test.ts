import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import type { FeedPage } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { http } from './http.js';
import { okta } from './index.js';
import type { OktaState } from './sandbox-state.js';
import { systemLog } from './system-log.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const SINCE = new Date('2026-11-15T00:00:00Z');
const SETTINGS = { orgHost: 'acme.okta.com' };

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(okta, { clock, now: NOW, people: 40, days: 8 });
});
afterEach(() => made.close());

/** What is read from a cursor on, until the log says that this is all. */
async function readFrom(cursor: string): Promise<FeedPage[]> {
  const pages: FeedPage[] = [];
  for await (const page of systemLog.pages(made.app, cursor)) pages.push(page);
  return pages;
}

function idsOf(pages: readonly FeedPage[]): string[] {
  return pages.flatMap((page) => page.events.map((event) => event.externalId));
}

function start(): string {
  return systemLog.start(made.app, SINCE);
}

describe('the System Log', () => {
  it('is read from a time on, to its end, and goes on from there', async () => {
    const first = await readFrom(start());
    expect(idsOf(first).length).toBeGreaterThan(1_000);
    expect(first.at(-1)!.isCaughtUp).toBe(true);
    expect(idsOf(await readFrom(first.at(-1)!.next))).toEqual([]);
  });

  it('gives every event exactly once from whatever page we start again after a crash', async () => {
    const pages = await readFrom(start());
    const everything = idsOf(pages);
    expect(new Set(everything).size).toBe(everything.length);
    for (const [index, page] of pages.entries()) {
      const before = idsOf(pages.slice(0, index + 1));
      const after = idsOf(await readFrom(page.next));
      expect([...before, ...after]).toEqual(everything);
    }
  });

  it('shows new events after an empty page, by the link of that page', async () => {
    const caughtUp = (await readFrom(start())).at(-1)!;
    const user = [...(made.sandbox.state as OktaState).users.values()].find((one) => one.standing.now.status === 'ACTIVE')!;
    await made.app.call({
      operation: 'POST /api/v1/users/{id}/lifecycle/suspend',
      method: 'POST',
      path: `/api/v1/users/${user.id}/lifecycle/suspend`,
    });
    const news = (await readFrom(caughtUp.next)).flatMap((page) => page.events);
    expect(news).toMatchObject([{ eventType: 'user.lifecycle.suspend', isAdminActivity: true, targets: [{ externalId: user.id }] }]);
  });

  it('shows events that were stored late, though their own time has passed', async () => {
    const caughtUp = (await readFrom(start())).at(-1)!;
    const { log } = made.sandbox.state as OktaState;
    const publishedAt = NOW.getTime() - 40 * 60_000;
    log.add({
      publishedAt,
      persistedAt: NOW.getTime(),
      eventType: 'user.session.start',
      tell: () => ({ uuid: 'late-one', published: new Date(publishedAt).toISOString(), eventType: 'user.session.start' }),
    });
    expect(idsOf(await readFrom(caughtUp.next))).toEqual(['late-one']);
  });

  it('does not end at an empty page in its middle', async () => {
    const everything = idsOf(await readFrom(start()));
    made.sandbox.setSwitches({ emptyPages: true });
    const pages = await readFrom(start());
    expect(pages.filter((page) => page.events.length === 0).length).toBeGreaterThan(1);
    expect(idsOf(pages)).toEqual(everything);
  });

  it('may repeat rows, which have the same ids', async () => {
    const everything = idsOf(await readFrom(start()));
    made.sandbox.setSwitches({ duplicateRows: true });
    const repeated = idsOf(await readFrom(start()));
    expect(repeated.length).toBeGreaterThan(everything.length);
    expect(new Set(repeated)).toEqual(new Set(everything));
  });

  it('tells when a link is no longer good, so that we step back and start anew', async () => {
    const page = (await readFrom(start())).at(-1)!;
    made.sandbox.setSwitches({ cursorEpoch: 1 });
    const failure = await readFrom(page.next).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(AppFailure);
    expect(systemLog.isCursorDead!(failure as AppFailure)).toBe(true);
    const again = await readFrom(systemLog.start(made.app, new Date(NOW.getTime() - systemLog.overlapMs)));
    expect(again.at(-1)!.isCaughtUp).toBe(true);
  });

  it('tells the takeover', async () => {
    const { takeover } = made.sandbox.company;
    const events = (await readFrom(start())).flatMap((page) => page.events);
    const attack = events.filter((event) => event.ip === takeover.from.ip && event.actor.email === takeover.victim.email);
    expect(attack.filter((event) => event.failure === 'INVALID_CREDENTIALS').length).toBeGreaterThanOrEqual(15);
    expect(attack.map((event) => event.eventType)).toEqual(
      expect.arrayContaining(['user.session.start', 'user.mfa.factor.reset_all', 'system.api_token.create', 'security.threat.detected']),
    );
    expect(attack.find((event) => event.category === 'THREAT')).toMatchObject({
      severity: 'HIGH',
      place: { country: takeover.from.country },
    });
  });
});

describe('a page of the log', () => {
  const event = { uuid: 'u1', published: '2026-11-20T15:00:00.000Z', eventType: 'user.session.start' };
  const next = (after: string) => ({ link: [`<https://acme.okta.com/api/v1/logs?after=${after}>; rel="next"`] });

  async function replayed(
    ...answers: { body?: unknown; headers?: Record<string, readonly string[]>; when?: string }[]
  ): Promise<FeedPage[]> {
    const app = replayingApp({ 'GET /api/v1/logs': answers }, { settings: SETTINGS, http });
    const pages: FeedPage[] = [];
    for await (const page of systemLog.pages(app, systemLog.start(app, SINCE))) pages.push(page);
    return pages;
  }

  it('asks in polling mode: from a time on, oldest first, without an end', () => {
    const cursor = systemLog.start(replayingApp({}, { settings: SETTINGS }), SINCE);
    const query = new URL(cursor, 'https://acme.okta.com').searchParams;
    expect(Object.fromEntries(query)).toEqual({ since: '2026-11-15T00:00:00.000Z', sortOrder: 'ASCENDING', limit: '1000' });
  });

  it('that is empty twice ends the run even where its link goes on moving', async () => {
    const pages = await replayed(
      { body: [event], headers: next('c1') },
      { body: [], headers: next('c2') },
      { body: [], headers: next('c3') },
    );
    expect(pages.map((page) => page.isCaughtUp)).toEqual([false, false, true]);
    expect(pages.at(-1)!.next).toBe('https://acme.okta.com/api/v1/logs?after=c3');
  });

  it('without a link ends the run at its newest event', async () => {
    const [page] = await replayed({ body: [event] });
    expect(page).toMatchObject({ isCaughtUp: true, next: expect.stringContaining(encodeURIComponent('2026-11-20T15:00:00.000Z')) });
  });

  it('that is no list is malformed', async () => {
    await expect(replayed({ body: {}, headers: next('c1') })).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('that links to another host is refused before the link is kept', async () => {
    const link = ['<https://acme.okta.com.evil.example/api/v1/logs?after=c1>; rel="next"'];
    await expect(replayed({ body: [event], headers: { link } })).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('that links to itself although it has events is refused', async () => {
    const app = replayingApp({ 'GET /api/v1/logs': { body: [event], headers: next('c1') } }, { settings: SETTINGS, http });
    const run = async () => {
      for await (const page of systemLog.pages(app, 'https://acme.okta.com/api/v1/logs?after=c1')) expect(page.isCaughtUp).toBe(false);
    };
    await expect(run()).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('of a host that the connector no longer uses is a dead cursor, and nothing is sent there', async () => {
    const app = replayingApp({}, { settings: { orgHost: 'apex.okta.com' }, http });
    const failure = await systemLog
      .pages(app, 'https://acme.okta.com/api/v1/logs?after=c1')
      [Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error);
    expect(systemLog.isCursorDead!(failure as AppFailure)).toBe(true);
    expect(app.requests).toEqual([]);
  });
});
