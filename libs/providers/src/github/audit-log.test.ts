import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import type { AppFailure, Feed, FeedPage } from '../sdk/index.js';
import { auditLog, gitEvents } from './audit-log.js';
import { http } from './http.js';
import { github } from './index.js';
import type { GithubState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const SINCE = new Date('2026-11-14T00:00:00Z');
const SETTINGS = { organization: 'lindenworks' };
const MINUTE_MS = 60_000;

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(github, { clock, now: NOW, people: 60, days: 7 });
});
afterEach(async () => {
  expect(made.sandbox.ledger().unhandled).toEqual([]);
  await made.close();
});

const state = (): GithubState => made.sandbox.state as GithubState;

async function readFrom(cursor: string, feed: Feed = auditLog): Promise<FeedPage[]> {
  const pages: FeedPage[] = [];
  for await (const page of feed.pages(made.app, cursor)) pages.push(page);
  return pages;
}

function idsOf(pages: readonly FeedPage[]): string[] {
  return pages.flatMap((page) => page.events.map((event) => event.externalId));
}

describe('the audit log', () => {
  it('is read from a time on, to its end, oldest first', async () => {
    const pages = await readFrom(auditLog.start(made.app, SINCE));
    const events = pages.flatMap((page) => page.events);
    expect(events.length).toBeGreaterThan(300);
    expect(pages.at(-1)!.isCaughtUp).toBe(true);
    expect(pages.slice(0, -1).every((page) => !page.isCaughtUp)).toBe(true);
    const times = events.map((event) => event.occurredAt);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it('gives every event exactly once by its id from whatever page we start again after a crash', async () => {
    const pages = await readFrom(auditLog.start(made.app, SINCE));
    const everything = new Set(idsOf(pages));
    for (const [index, page] of pages.entries()) {
      const before = idsOf(pages.slice(0, index + 1));
      const after = idsOf(await readFrom(page.next));
      expect(new Set([...before, ...after])).toEqual(everything);
    }
  });

  it('shows events that were filled in late, minutes after their own time', async () => {
    const cursor = (await readFrom(auditLog.start(made.app, SINCE))).at(-1)!.next;
    const at = NOW.getTime() - 10 * MINUTE_MS;
    const tell = () => ({ '@timestamp': at, _document_id: 'late-one', action: 'user.login' });
    state().log.add({ at, shownAt: NOW.getTime() + MINUTE_MS, isGit: false, action: 'user.login', tell });
    clock.advance(2 * MINUTE_MS);
    expect(idsOf(await readFrom(cursor))).toContain('late-one');
  });

  it('is read again once a day for the last hours, for events that came hours late', async () => {
    const cursor = (await readFrom(auditLog.start(made.app, SINCE))).at(-1)!.next;
    const at = NOW.getTime() + 20 * 60 * MINUTE_MS;
    const tell = () => ({ '@timestamp': at, _document_id: 'very-late', action: 'user.login' });
    clock.advance(23 * 60 * MINUTE_MS);
    const before = (await readFrom(cursor)).at(-1)!.next;
    state().log.add({ at, shownAt: clock.now().getTime(), isGit: false, action: 'user.login', tell });
    expect(idsOf(await readFrom(before))).not.toContain('very-late');
    clock.advance(61 * MINUTE_MS);
    const swept = await readFrom(before);
    expect(idsOf(swept)).toContain('very-late');
    expect(idsOf(await readFrom(swept.at(-1)!.next))).not.toContain('very-late');
  });

  it('does not end at an empty page in its middle', async () => {
    const everything = idsOf(await readFrom(auditLog.start(made.app, SINCE)));
    made.sandbox.setSwitches({ emptyPages: true });
    const pages = await readFrom(auditLog.start(made.app, SINCE));
    expect(pages.filter((page) => page.events.length === 0).length).toBeGreaterThan(1);
    expect(idsOf(pages)).toEqual(everything);
  });

  it('may repeat rows, which have the same ids', async () => {
    const everything = idsOf(await readFrom(auditLog.start(made.app, SINCE)));
    made.sandbox.setSwitches({ duplicateRows: true });
    const repeated = idsOf(await readFrom(auditLog.start(made.app, SINCE)));
    expect(repeated.length).toBeGreaterThan(everything.length);
    expect(new Set(repeated)).toEqual(new Set(everything));
  });

  it('is asked for shorter times where a question is too heavy for GitHub', async () => {
    const everything = new Set(idsOf(await readFrom(auditLog.start(made.app, SINCE))));
    made.sandbox.setSwitches({ heavyQueries: true });
    expect(new Set(idsOf(await readFrom(auditLog.start(made.app, SINCE))))).toEqual(everything);
  });

  it('tells the takeover', async () => {
    const { takeover } = made.sandbox.company;
    const events = (await readFrom(auditLog.start(made.app, SINCE))).flatMap((page) => page.events);
    const attack = events.filter((event) => event.ip === takeover.from.ip);
    expect(attack.filter((event) => event.failure === 'INVALID_CREDENTIALS').length).toBeGreaterThanOrEqual(15);
    expect(attack.map((event) => event.eventType)).toEqual(
      expect.arrayContaining(['user.login', 'repo.download_zip', 'personal_access_token.access_granted']),
    );
    expect(attack.every((event) => event.place?.country === takeover.from.country)).toBe(true);
  });

  it('keeps Git apart, which GitHub keeps for a week only', async () => {
    const web = (await readFrom(auditLog.start(made.app, SINCE))).flatMap((page) => page.events);
    const git = (await readFrom(gitEvents.start(made.app, SINCE), gitEvents)).flatMap((page) => page.events);
    expect(web.some((event) => event.eventType.startsWith('git.'))).toBe(false);
    expect(git.length).toBeGreaterThan(50);
    expect(git.every((event) => event.category === 'DATA' && event.userAgent === 'git/2.47.0')).toBe(true);
    expect(JSON.parse(gitEvents.start(made.app, new Date('2025-01-01'))) as unknown).toMatchObject({
      from: NOW.getTime() - 7 * 86_400_000,
    });
    expect(JSON.parse(auditLog.start(made.app, new Date('2025-01-01'))) as unknown).toMatchObject({
      from: NOW.getTime() - 180 * 86_400_000,
    });
  });

  it('without Enterprise Cloud is a part of the plan that is missing', async () => {
    made.sandbox.setSwitches({ unlicensed: ['enterprise-cloud'] });
    await expect(readFrom(auditLog.start(made.app, SINCE))).rejects.toMatchObject({ kind: 'unlicensed' });
  });
});

describe('a question to the log', () => {
  it('asks for whole seconds, oldest first, and leaves the newest minutes out', async () => {
    const app = replayingApp({ 'GET /orgs/{org}/audit-log': { body: [] } }, { settings: SETTINGS, http, now: NOW });
    const cursor = auditLog.start(app, new Date('2026-11-20T14:00:00.500Z'));
    const pages: FeedPage[] = [];
    for await (const page of auditLog.pages(app, cursor)) pages.push(page);
    expect(pages.map((page) => page.isCaughtUp)).toEqual([false, true]);
    expect(app.requests[0]!.query).toEqual({
      phrase: 'created:>=2026-11-20T13:45:00Z created:<=2026-11-20T15:28:00Z',
      include: 'web',
      order: 'asc',
      per_page: 100,
    });
  });

  it('that is answered with anything but a list is malformed', async () => {
    const app = replayingApp({ 'GET /orgs/{org}/audit-log': { body: {} } }, { settings: SETTINGS, http, now: NOW });
    const pages = auditLog.pages(app, auditLog.start(app, new Date('2026-11-20T14:00:00Z')));
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('from a position that cannot be read is a dead cursor', async () => {
    const app = replayingApp({}, { settings: SETTINGS, http, now: NOW });
    const failure: unknown = await auditLog
      .pages(app, 'not ours')
      [Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error);
    expect(auditLog.isCursorDead!(failure as AppFailure)).toBe(true);
  });
});
