import { FakeClock, sandboxApp, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import { AppFailure, type Feed, type FeedPage } from '../sdk/index.js';
import { salesforce } from './index.js';
import { OPERATIONS } from './operations.js';
import { userIdOfEmployee } from './sandbox-events.js';

const SINCE = new Date('2026-11-14T00:00:00Z');
const NAMES = ['sign-ins', 'setup-audit', 'event-log-files'] as const;

const boxes: SandboxApp[] = [];
afterEach(async () => {
  await Promise.all(boxes.splice(0).map((box) => box.close()));
});

async function open(options: SandboxAppOptions = {}): Promise<{ box: SandboxApp; clock: FakeClock }> {
  const clock = new FakeClock();
  const box = await sandboxApp(salesforce, { clock, now: clock.now(), ...options });
  boxes.push(box);
  box.app.learn(await salesforce.discover!(box.app));
  return { box, clock };
}

async function pagesFrom(box: SandboxApp, feed: Feed, cursor: string): Promise<FeedPage[]> {
  const pages: FeedPage[] = [];
  for await (const page of feed.pages(box.app, cursor)) pages.push(page);
  return pages;
}

const ids = (pages: readonly FeedPage[]): string[] => pages.flatMap(({ events }) => events.map(({ externalId }) => externalId));

describe.each(NAMES)('reading the log %s', (name) => {
  const feed = salesforce.feeds[name]!;

  it('tells everything since then, and afterwards what has happened since', async () => {
    const { box, clock } = await open();
    const pages = await pagesFrom(box, feed, feed.start(box.app, SINCE));
    expect(pages.at(-1)!.isCaughtUp).toBe(true);
    expect(pages.slice(0, -1).every(({ isCaughtUp }) => !isCaughtUp)).toBe(true);
    const first = new Set(ids(pages));
    expect(first.size).toBeGreaterThan(3);
    clock.advance(3 * 86_400_000);
    const more = ids(await pagesFrom(box, feed, pages.at(-1)!.next));
    expect(more.filter((id) => !first.has(id)).length).toBeGreaterThan(0);
  });

  it('gives every event once by its id, from whichever cursor it is taken up again after a crash', async () => {
    const { box } = await open();
    box.sandbox.setSwitches({ pageSize: 40, emptyPages: true, duplicateRows: true });
    const since = new Date('2026-11-19T00:00:00Z');
    const pages = await pagesFrom(box, feed, feed.start(box.app, since));
    const everything = new Set(ids(pages));
    const step = Math.max(1, Math.floor(pages.length / 3));
    for (let index = 0; index < pages.length; index += step) {
      const stored = new Set(ids(pages.slice(0, index + 1)));
      const rest = ids(await pagesFrom(box, feed, pages[index]!.next));
      expect(new Set([...stored, ...rest])).toEqual(everything);
    }
  });

  it('says that a cursor which is not ours is dead', async () => {
    const { box } = await open();
    for (const cursor of ['gone', '{}', '{"from":"yesterday"}']) {
      const failure: unknown = await pagesFrom(box, feed, cursor).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AppFailure);
      expect(feed.isCursorDead!(failure as AppFailure)).toBe(true);
    }
  });

  it('asks for nothing older than what Salesforce keeps', async () => {
    const { box } = await open();
    const from = (JSON.parse(feed.start(box.app, new Date(0))) as { from: string }).from;
    expect(box.app.now().getTime() - Date.parse(from)).toBeLessThanOrEqual(184 * 86_400_000);
  });
});

describe('the login history', () => {
  const feed = salesforce.feeds['sign-ins']!;

  it('tells the takeover: guesses that fail, then a success from the same place', async () => {
    const { box } = await open();
    const { takeover } = box.sandbox.company;
    const events = (await pagesFrom(box, feed, feed.start(box.app, takeover.startsAt))).flatMap((page) => page.events);
    const victim = events.filter(({ actor }) => actor.externalId === userIdOfEmployee(takeover.victim.number));
    expect(victim.filter(({ outcome, failure }) => outcome === 'FAILURE' && failure === 'INVALID_CREDENTIALS').length).toBeGreaterThan(3);
    expect(victim).toContainEqual(
      expect.objectContaining({
        outcome: 'SUCCESS',
        ip: takeover.from.ip,
        place: expect.objectContaining({ country: takeover.from.country }),
      }),
    );
    expect(victim[0]!.actor).toMatchObject({ email: takeover.victim.email });
  });

  it('does without names where users are not shown', async () => {
    const { box } = await open();
    box.sandbox.setSwitches({ missingScopes: ['View All Users'] });
    await expect(pagesFrom(box, feed, feed.start(box.app, SINCE))).resolves.not.toHaveLength(0);
  });

  it('asks anew from where it was when the query is forgotten halfway', async () => {
    const { box } = await open();
    const expected = new Set(ids(await pagesFrom(box, feed, feed.start(box.app, SINCE))));
    box.sandbox.setSwitches({ pageSize: 500, forgetQueries: 2 });
    const pages = await pagesFrom(box, feed, feed.start(box.app, SINCE));
    expect(new Set(ids(pages))).toEqual(expected);
    expect(box.exchanges.filter(({ status }) => status === 400)).toHaveLength(2);
  });

  it('reads a hundred thousand sign-ins without holding them', async () => {
    const { box } = await open({ bulk: { activities: 100_000 }, keepExchanges: false });
    let count = 0;
    for await (const { events } of feed.pages(box.app, feed.start(box.app, new Date(0)))) count += events.length;
    expect(count).toBeGreaterThan(100_000);
  }, 120_000);
});

describe('event log files', () => {
  const feed = salesforce.feeds['event-log-files']!;

  it('come hours late, are read once each, and not those that tell sign-ins again', async () => {
    const { box, clock } = await open();
    const pages = await pagesFrom(box, feed, feed.start(box.app, SINCE));
    const events = pages.flatMap((page) => page.events);
    expect(new Set(events.map(({ eventType }) => eventType))).not.toContain('Login');
    expect(new Set(events.map(({ eventType }) => eventType))).toContain('Report');
    expect(Math.max(...events.map(({ occurredAt }) => occurredAt))).toBeLessThan(clock.now().getTime() - 4 * 3_600_000);
    const files = (): number => box.exchanges.filter(({ operation }) => operation === OPERATIONS.logFile).length;
    const before = files();
    await pagesFrom(box, feed, pages.at(-1)!.next);
    expect(files()).toBe(before);
  });

  it('are daily where there is no Event Monitoring', async () => {
    const { box } = await open();
    box.sandbox.setSwitches({ unlicensed: ['event-monitoring'] });
    const events = (await pagesFrom(box, feed, feed.start(box.app, SINCE))).flatMap((page) => page.events);
    expect(new Set(events.map(({ eventType }) => eventType))).toEqual(new Set(['Logout']));
  });
});

describe('a recorded log', () => {
  it('can be put into the sandbox and is read from it again', async () => {
    const { box, clock } = await open();
    const time = new Date(clock.now().getTime() - 6 * 3_600_000).toISOString();
    salesforce.sandbox.load!(box.sandbox.state, [
      {
        Id: '0YaXX0000000001AAA',
        UserId: '005XX0000012345AAA',
        LoginTime: time,
        LoginType: 'Application',
        SourceIp: '198.51.100.23',
        LoginUrl: 'x',
        Browser: 'Chrome',
        Platform: 'Mac',
        Status: 'Restricted IP',
        Application: 'Browser',
      },
      {
        Id: '0YmXX0000000001AAA',
        Action: 'PermSetAssign',
        Section: 'Manage Users',
        Display: 'x',
        CreatedDate: time,
        CreatedById: '005XX0000012345AAA',
        CreatedBy: { Username: 'a@b.example' },
      },
      { raw: { EVENT_TYPE: 'ReportExport', TIMESTAMP_DERIVED: time, REQUEST_ID: 'loaded', USER_ID: '005XX0000012345' } },
    ]);
    const since = new Date(clock.now().getTime() - 86_400_000);
    const read = async (name: string) =>
      (await pagesFrom(box, salesforce.feeds[name]!, salesforce.feeds[name]!.start(box.app, since))).flatMap((page) => page.events);
    expect(await read('sign-ins')).toContainEqual(expect.objectContaining({ externalId: '0YaXX0000000001AAA', failure: 'IP_NOT_ALLOWED' }));
    expect(await read('setup-audit')).toContainEqual(expect.objectContaining({ externalId: '0YmXX0000000001AAA', category: 'PRIVILEGE' }));
    expect(await read('event-log-files')).toContainEqual(
      expect.objectContaining({
        correlationId: 'loaded',
        actor: expect.objectContaining({ externalId: expect.stringMatching(/^005XX0000012345.{3}$/) }),
      }),
    );
  });
});
