import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import type { Feed, FeedPage } from '../sdk/index.js';
import { http } from './http.js';
import { googleWorkspace } from './index.js';
import { feeds } from './logs.js';
import { OPERATIONS } from './operations.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const SINCE = new Date('2026-11-15T00:00:00Z');
const HOUR_MS = 3_600_000;

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(googleWorkspace, { clock, now: NOW, people: 60, days: 8 });
});
afterEach(async () => {
  const { unhandled } = made.sandbox.ledger();
  await made.close();
  expect(unhandled).toEqual([]);
});

async function readFrom(feed: Feed, cursor: string): Promise<FeedPage[]> {
  const pages: FeedPage[] = [];
  for await (const page of feed.pages(made.app, cursor)) pages.push(page);
  return pages;
}

function idsOf(pages: readonly FeedPage[]): string[] {
  return pages.flatMap(({ events }) => events.map(({ externalId }) => externalId));
}

describe('an audit log', () => {
  it('is read a day at a time to its end, and each event has an id of its own', async () => {
    const pages = await readFrom(feeds.login, feeds.login.start(made.app, SINCE));
    expect(pages.length).toBeGreaterThan(4);
    expect(pages.at(-1)!.isCaughtUp).toBe(true);
    expect(pages.slice(0, -1).every(({ isCaughtUp }) => !isCaughtUp)).toBe(true);
    expect(new Set(idsOf(pages)).size).toBeGreaterThan(300);
  });

  it.each(['login', 'drive'] as const)('%s gives every event from whatever page we start again after a crash', async (name) => {
    const pages = await readFrom(feeds[name], feeds[name].start(made.app, SINCE));
    const everything = new Set(idsOf(pages));
    for (const [index, page] of pages.entries()) {
      const read = new Set([...idsOf(pages.slice(0, index + 1)), ...idsOf(await readFrom(feeds[name], page.next))]);
      expect(read).toEqual(everything);
    }
  });

  it('goes on past empty pages and over repeated rows', async () => {
    const everything = new Set(idsOf(await readFrom(feeds.login, feeds.login.start(made.app, SINCE))));
    made.sandbox.setSwitches({ emptyPages: true, duplicateRows: true });
    expect(new Set(idsOf(await readFrom(feeds.login, feeds.login.start(made.app, SINCE))))).toEqual(everything);
  });

  it('shows what came late, because each read begins before the end of the last one', async () => {
    let cursor = feeds.login.start(made.app, SINCE);
    const seen = new Set<string>();
    for (let hour = 0; hour < 24; hour++) {
      const pages = await readFrom(feeds.login, cursor);
      idsOf(pages).forEach((id) => seen.add(id));
      cursor = pages.at(-1)!.next;
      clock.advance(HOUR_MS);
    }
    idsOf(await readFrom(feeds.login, cursor)).forEach((id) => seen.add(id));
    expect(seen).toEqual(new Set(idsOf(await readFrom(feeds.login, feeds.login.start(made.app, SINCE)))));
  });

  it('is looked at again two days back once a day, where Google may be that late', async () => {
    const cursor = (await readFrom(feeds.login, feeds.login.start(made.app, SINCE))).at(-1)!.next;
    clock.advance(25 * HOUR_MS);
    await readFrom(feeds.login, cursor);
    const starts = made.exchanges
      .filter(({ operation }) => operation === OPERATIONS.activities)
      .map(({ query }) => query.get('startTime')!);
    expect(starts).toContain(new Date(clock.now().getTime() - 48 * HOUR_MS).toISOString());
  });

  it('whose page Google forgot is read anew from the start of that window, and nothing is lost', async () => {
    const page = {
      items: [{ kind: 'admin#reports#activity', id: { time: '2026-11-20T10:00:00Z', uniqueQualifier: '1', applicationName: 'admin' } }],
    };
    const app = replayingApp(
      {
        [OPERATIONS.activities]: [
          { status: 400, body: { error: { code: 400, message: 'Invalid', errors: [{ reason: 'invalid' }] } }, when: 'pageToken=old' },
          { body: { kind: 'admin#reports#activities', ...page } },
        ],
      },
      { now: NOW, http },
    );
    const from = NOW.getTime() - HOUR_MS;
    const cursor = JSON.stringify({ from, to: null, page: 'old', begunAt: NOW.getTime(), secondLookAt: from });
    const pages: FeedPage[] = [];
    for await (const one of feeds.admin.pages(app, cursor)) pages.push(one);
    expect(pages).toMatchObject([{ isCaughtUp: true, events: [{ externalId: expect.stringContaining('/1/') }] }]);
    expect(app.requests[1]!.query).not.toHaveProperty('pageToken');
    expect(app.requests[1]!.query).toMatchObject({ startTime: new Date(from).toISOString() });
  });

  it('whose stored position cannot be read is begun again from the newest stored event', async () => {
    const failure = await readFrom(feeds.login, 'not json').catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'rejected' });
    expect(feeds.login.isCursorDead!(failure as never)).toBe(true);
  });

  it('is never asked for what Google has dropped, nor for the future', async () => {
    const app = replayingApp(
      { [OPERATIONS.activities]: [{ body: { kind: 'admin#reports#activities', nextPageToken: 'x' } }] },
      { now: NOW },
    );
    const years = feeds.admin.start(app, new Date('2020-01-01T00:00:00Z'));
    await feeds.admin.pages(app, years)[Symbol.asyncIterator]().next();
    expect(Date.parse(String(app.requests[0]!.query!['startTime']))).toBeGreaterThan(NOW.getTime() - 180 * 24 * HOUR_MS);
    const open = replayingApp({ [OPERATIONS.activities]: [{ body: { kind: 'admin#reports#activities' } }] }, { now: NOW });
    await feeds.admin.pages(open, feeds.admin.start(open, NOW))[Symbol.asyncIterator]().next();
    expect(open.requests[0]!.query).not.toHaveProperty('endTime');
  });

  it('without its list and without its kind is no empty page', async () => {
    const app = replayingApp({ [OPERATIONS.activities]: [{ body: { hello: 'world' } }] }, { now: NOW });
    const read = feeds.admin.pages(app, feeds.admin.start(app, NOW))[Symbol.asyncIterator]().next();
    await expect(read).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('that the edition lacks is named as unlicensed, while the others go on', async () => {
    made.sandbox.setSwitches({ unlicensed: ['drive'] });
    await expect(readFrom(feeds.drive, feeds.drive.start(made.app, SINCE))).rejects.toMatchObject({ kind: 'unlicensed' });
    expect((await readFrom(feeds.admin, feeds.admin.start(made.app, SINCE))).at(-1)!.isCaughtUp).toBe(true);
  });

  it('waits when Google says 503, and goes on', async () => {
    made.sandbox.setSwitches({ throttleNext: 2 });
    expect((await readFrom(feeds.admin, feeds.admin.start(made.app, SINCE))).at(-1)!.isCaughtUp).toBe(true);
  });
});

describe('what stands in two logs', () => {
  it('is one event, by id and by name', async () => {
    const login = (await readFrom(feeds.login, feeds.login.start(made.app, SINCE))).flatMap(({ events }) => events);
    const accounts = (await readFrom(feeds.userAccounts, feeds.userAccounts.start(made.app, SINCE))).flatMap(({ events }) => events);
    expect(accounts.length).toBeGreaterThan(0);
    const known = new Map(login.map((event) => [event.externalId, event.eventType]));
    for (const { externalId, eventType } of accounts) expect(known.get(externalId)).toBe(eventType);
  });
});

describe('the takeover', () => {
  it('is in the logs: the guessing, the sign-in, the lost second step, the downloads and the app let in', async () => {
    const { takeover } = made.sandbox.company;
    const until = new Date(takeover.startsAt.getTime() + 2 * HOUR_MS);
    const all = [];
    for (const name of ['login', 'drive', 'tokenAuthorize'] as const) {
      all.push(...(await readFrom(feeds[name], feeds[name].start(made.app, takeover.startsAt))).flatMap(({ events }) => events));
    }
    const own = all.filter(({ ip, occurredAt }) => ip === takeover.from.ip && occurredAt < until.getTime());
    const count = (type: string): number =>
      new Set(own.filter(({ eventType }) => eventType === type).map(({ externalId }) => externalId)).size;
    expect(count('login.login_failure')).toBeGreaterThanOrEqual(18);
    expect(count('login.login_success')).toBe(1);
    expect(count('login.suspicious_login')).toBe(1);
    expect(count('login.2sv_disable')).toBe(1);
    expect(count('drive.download')).toBe(40);
    expect(count('token.authorize')).toBe(1);
    expect(own.every(({ place }) => place?.country === takeover.from.country)).toBe(true);
  });
});

describe('a very large log', () => {
  it('is read without keeping it', async () => {
    const large = await sandboxApp(googleWorkspace, {
      clock,
      now: NOW,
      people: 10,
      days: 2,
      bulk: { activities: 20_000 },
      keepExchanges: false,
    });
    const ids = new Set<string>();
    for await (const page of feeds.drive.pages(large.app, feeds.drive.start(large.app, new Date('2026-11-18T00:00:00Z')))) {
      for (const { externalId } of page.events) ids.add(externalId);
    }
    await large.close();
    expect(ids.size).toBeGreaterThanOrEqual(20_000);
  });
});
