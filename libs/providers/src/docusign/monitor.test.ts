import type { ActivityRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure, type FeedPage } from '../sdk/index.js';
import { http } from './http.js';
import { docusign } from './index.js';
import { monitor } from './monitor.js';
import { OPERATIONS } from './operations.js';

const SINCE = new Date('2026-11-16T00:00:00Z');

describe("reading Monitor's log", () => {
  let box: SandboxApp;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock();
    box = await sandboxApp(docusign, { clock, now: clock.now() });
    box.app.learn(await docusign.discover!(box.app));
  });

  afterEach(() => box.close());

  const pagesFrom = async (cursor: string): Promise<FeedPage[]> => {
    const pages: FeedPage[] = [];
    for await (const page of monitor.pages(box.app, cursor)) pages.push(page);
    return pages;
  };
  const all = async (): Promise<FeedPage[]> => pagesFrom(monitor.start(box.app, SINCE));

  it('ends where the cursor stands still, and begins there again with what happened since', async () => {
    const first = await all();
    expect(first.at(-1)!.isCaughtUp).toBe(true);
    expect(first.slice(0, -1).every(({ isCaughtUp }) => !isCaughtUp)).toBe(true);
    const before = new Set(ids(first));
    clock.advance(3 * 3_600_000);
    const second = await pagesFrom(first.at(-1)!.next);
    expect(ids(second).length).toBeGreaterThan(0);
    expect(ids(second).filter((id) => before.has(id))).toEqual([]);
  });

  it('goes on after an empty page whose cursor has moved', async () => {
    const expected = ids(await all());
    box.sandbox.setSwitches({ emptyPages: true });
    const pages = await all();
    expect(pages.filter(({ events, isCaughtUp }) => events.length === 0 && !isCaughtUp).length).toBeGreaterThan(0);
    expect(ids(pages)).toEqual(expected);
  });

  it('gives every event exactly once by its id, from whichever cursor it is taken up again after a crash', async () => {
    box.sandbox.setSwitches({ duplicateRows: true, emptyPages: true });
    const pages = await all();
    const everything = new Set(ids(pages));
    for (const [index, { next }] of pages.entries()) {
      const stored = new Set(ids(pages.slice(0, index + 1)));
      const rest = ids(await pagesFrom(next));
      expect(new Set([...stored, ...rest])).toEqual(everything);
    }
  });

  it('falls back to the old address where the new one does not exist, and stays there', async () => {
    const expected = ids(await all());
    box.sandbox.setSwitches({ monitorPath: 'old' });
    const pages = await all();
    expect(ids(pages)).toEqual(expected);
    const before = box.exchanges.filter(({ operation }) => operation === OPERATIONS.stream).length;
    await pagesFrom(pages.at(-1)!.next);
    expect(box.exchanges.filter(({ operation }) => operation === OPERATIONS.stream)).toHaveLength(before);
  });

  it('moves to the new address when the old one is gone', async () => {
    box.sandbox.setSwitches({ monitorPath: 'old' });
    const pages = await all();
    box.sandbox.setSwitches({ monitorPath: 'new' });
    clock.advance(3_600_000);
    const more = await pagesFrom(pages.at(-1)!.next);
    expect(more.at(-1)!.isCaughtUp).toBe(true);
  });

  it('says that a forgotten cursor is dead, and takes it up again from a time', async () => {
    const pages = await all();
    box.sandbox.setSwitches({ deadCursors: true });
    const failure = await pagesFrom(pages.at(-1)!.next).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppFailure);
    expect(monitor.isCursorDead!(failure as AppFailure)).toBe(true);
    box.sandbox.setSwitches({ deadCursors: false });
    const newest = Math.max(...pages.flatMap(({ events }) => events.map(({ occurredAt }) => occurredAt)));
    const again = await pagesFrom(monitor.start(box.app, new Date(newest - monitor.overlapMs)));
    expect(ids(pages)).toEqual(expect.arrayContaining(ids(again)));
  });

  it('does not take throttling for a dead cursor', async () => {
    box.sandbox.setSwitches({ throttleNext: 2 });
    expect(ids(await all()).length).toBeGreaterThan(0);
  });

  it('without a licence ends as unlicensed, while all else goes on', async () => {
    box.sandbox.setSwitches({ unlicensed: ['monitor'] });
    const failed = new Map<string, unknown>();
    for (const { capability, run } of docusign.probes) await run(box.app).catch((error: AppFailure) => failed.set(capability, error.kind));
    expect(Object.fromEntries(failed)).toEqual({
      SIGN_IN_ACTIVITY: 'unlicensed',
      USER_ACTIVITY: 'unlicensed',
      ADMIN_ACTIVITY: 'unlicensed',
    });
    await expect(all()).rejects.toMatchObject({ kind: 'unlicensed', classified: { remedy: expect.stringContaining('All else works') } });
  });

  it("passes Docusign's own alert on as a threat, with its severity and the sign-ins that it is about", async () => {
    const events = (await all()).flatMap((page) => page.events);
    const alert = events.find(({ eventType }) => eventType === 'Alert.TooManyLoginFailures')!;
    expect(alert).toMatchObject({ category: 'THREAT', severity: 'HIGH' });
    const failed = events.filter(({ externalId }) => alert.relatedEvents!.includes(externalId));
    expect(failed.length).toBeGreaterThanOrEqual(15);
    expect(failed.every(({ category, outcome }) => category === 'SIGN_IN' && outcome === 'FAILURE')).toBe(true);
  });

  it('shows the takeover: failed sign-ins, then one that works from the same foreign address, then documents leaving', async () => {
    const { takeover } = box.sandbox.company;
    const attack = (await all()).flatMap((page) => page.events).filter(({ ip }) => ip === takeover.from.ip);
    const signIns = attack.filter(({ category }) => category === 'SIGN_IN');
    expect(signIns.filter(({ outcome }) => outcome === 'FAILURE').length).toBeGreaterThanOrEqual(18);
    expect(signIns.at(-1)).toMatchObject({ outcome: 'SUCCESS', place: { country: takeover.from.country }, ipTags: ['hosting'] });
    expect(attack.filter(({ eventType }) => eventType === 'Document.Downloaded').length).toBeGreaterThanOrEqual(30);
  });
});

describe("Monitor's answers", () => {
  const facts = { organizationId: 'o', accounts: [] };
  const pagesOf = async (bodies: readonly unknown[], cursor = 'stream aa_1'): Promise<FeedPage[]> => {
    const app = replayingApp({ [OPERATIONS.stream]: bodies.map((body) => ({ body })) }, { facts, http });
    const pages: FeedPage[] = [];
    for await (const page of monitor.pages(app, cursor)) pages.push(page);
    return pages;
  };
  const event = { eventId: 'e1', object: 'User', action: 'LoggedIn', timestamp: '2026-11-18T00:00:00Z' };

  it('are read under either name of the list', async () => {
    for (const name of ['data', 'resultData']) {
      const pages = await pagesOf([
        { endCursor: 'aa_2', [name]: [event] },
        { endCursor: 'aa_2', [name]: [] },
      ]);
      expect(ids(pages)).toEqual(['e1']);
    }
  });

  it('without a cursor keep the one that was sent', async () => {
    expect(await pagesOf([{ data: [event] }])).toMatchObject([{ next: 'stream aa_1', isCaughtUp: true }]);
  });

  it('without a list and without a cursor are malformed', async () => {
    await expect(pagesOf([{ hello: 'world' }])).rejects.toMatchObject({ kind: 'malformed' });
  });
});

function ids(pages: readonly { readonly events: readonly ActivityRecord[] }[]): string[] {
  return [...new Set(pages.flatMap(({ events }) => events.map(({ externalId }) => externalId)))];
}
