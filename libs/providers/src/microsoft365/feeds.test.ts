import type { ActivityRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import type { AppClient } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { http } from './http.js';
import { microsoft365 } from './index.js';
import type { Microsoft365State } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const DAYS = 4;
const SINCE = new Date(NOW.getTime() - DAYS * 86_400_000);

let made: SandboxApp;
async function start(options: SandboxAppOptions = {}): Promise<void> {
  made = await sandboxApp(microsoft365, { clock: new FakeClock(NOW), now: NOW, people: 40, days: DAYS, ...options });
}
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

const state = (): Microsoft365State => made.sandbox.state as Microsoft365State;

/** Reads until caught up; with `stopAfter`, each run is cut off after so many pages and goes on from its cursor. */
async function read(name: string, stopAfter = Infinity, app: AppClient = made.app): Promise<ActivityRecord[]> {
  const feed = microsoft365.feeds[name]!;
  const events: ActivityRecord[] = [];
  let cursor = feed.start(app, SINCE);
  for (let run = 0; run < 500; run++) {
    let pages = 0;
    let isCaughtUp = false;
    for await (const page of feed.pages(app, cursor)) {
      events.push(...page.events);
      cursor = page.next;
      isCaughtUp = page.isCaughtUp;
      if (++pages >= stopAfter && !isCaughtUp) break;
    }
    if (isCaughtUp) return events;
  }
  throw new Error('It never caught up.');
}

// Waiting moves the clock, and with it the end of what can be read: only what was there from the start is compared.
const ids = (events: readonly ActivityRecord[]): Set<string> => {
  const settled = events.filter(({ occurredAt }) => occurredAt >= SINCE.getTime() && occurredAt < NOW.getTime() - 2 * 60_000);
  return new Set(settled.map((event) => event.externalId));
};

function expected(log: 'signIns' | 'audits'): Set<string> {
  const rows = state()[log].between(SINCE.getTime(), NOW.getTime() - 2 * 60_000);
  return new Set(rows.map((row) => String(row.tell()['id'])));
}

function expectedRecords(contentType: string): Set<string> {
  // Blobs gather for a quarter of an hour and are there twenty minutes later.
  const rows = state()
    .records.get(contentType)!
    .between(SINCE.getTime() + 3_600_000, NOW.getTime() - 36 * 60_000);
  return new Set(rows.map((row) => String(row.tell()['Id'])));
}

describe('the sign-ins and directory audits of Graph', () => {
  it.each([
    ['signIns', 'signIns'],
    ['directoryAudits', 'audits'],
  ] as const)('%s give every row once by its id', async (name, log) => {
    await start();
    expect(expected(log).size).toBeGreaterThan(5);
    expect(ids(await read(name))).toEqual(expected(log));
  });

  it('go on from any page after a crash, with empty pages and repeated rows in between', async () => {
    await start({ bulk: { accounts: 50, activities: 9_000 } });
    const whole = ids(await read('signIns'));
    expect(whole.size).toBeGreaterThan(9_000 - 50);
    made.sandbox.setSwitches({ emptyPages: true, duplicateRows: true });
    expect(ids(await read('signIns', 1))).toEqual(whole);
  });

  it('read a window again whose link has died', async () => {
    await start({ bulk: { accounts: 50, activities: 9_000 } });
    const feed = microsoft365.feeds['signIns']!;
    let cursor = feed.start(made.app, SINCE);
    const events: ActivityRecord[] = [];
    for await (const page of feed.pages(made.app, cursor)) {
      events.push(...page.events);
      cursor = page.next;
      break;
    }
    expect(cursor).toContain('link');
    made.sandbox.setSwitches({ linkEpoch: 1 });
    for await (const page of feed.pages(made.app, cursor)) events.push(...page.events);
    made.sandbox.setSwitches({ linkEpoch: 0 });
    expect(ids(events)).toEqual(ids(await read('signIns')));
  });

  it('step back for late rows at each run, and never behind what Entra ID keeps', async () => {
    await start();
    const feed = microsoft365.feeds['signIns']!;
    const old = feed.start(made.app, new Date('2025-01-01T00:00:00Z'));
    for await (const page of feed.pages(made.app, old)) void page;
    const filters = made.exchanges.filter((one) => one.operation === 'GET /auditLogs/signIns').map((one) => one.query.get('$filter')!);
    expect(filters[0]).toContain('createdDateTime ge 2026-10-21T15:30:00.000Z');
    expect(filters.at(-1)).toContain(`createdDateTime lt ${new Date(NOW.getTime() - 120_000).toISOString()}`);
    const again = JSON.stringify({ from: '2026-11-20T15:00:00.000Z' });
    for await (const page of feed.pages(made.app, again)) void page;
    expect(made.exchanges.at(-1)!.query.get('$filter')).toContain('ge 2026-11-20T14:30:00.000Z');
  });

  it('are not read from Graph where the connector reads sign-ins from the activity feed', async () => {
    await start({ settings: { signInSource: 'activity-feed' } });
    expect(await read('signIns')).toEqual([]);
    const events = await read('auditSignIns');
    expect(new Set(events.map((event) => event.eventType))).toEqual(new Set(['UserLoggedIn', 'UserLoginFailed']));
    expect([...expectedRecords('Audit.AzureActiveDirectory')].filter((id) => !ids(events).has(id))).toEqual([]);
  });
});

describe('the activity feed', () => {
  it('starts what is not subscribed to, and gives every record', async () => {
    await start();
    const events = await read('auditSharePoint');
    expect(expectedRecords('Audit.SharePoint').size).toBeGreaterThan(10);
    expect([...expectedRecords('Audit.SharePoint')].filter((id) => !ids(events).has(id))).toEqual([]);
    expect(events.length).toBe(ids(events).size);
    expect(made.sandbox.ledger().effects).toMatchObject([
      { operation: 'POST /subscriptions/start', query: { contentType: 'Audit.SharePoint' } },
    ]);
  });

  it('goes on from any page after a crash without fetching again what it has, and outlives dead links', async () => {
    await start();
    const whole = ids(await read('auditSharePoint'));
    made.sandbox.setSwitches({ emptyPages: true, duplicateRows: true });
    expect(ids(await read('auditSharePoint', 1))).toEqual(whole);
  });

  it('fetches no blob twice when the next run steps back', async () => {
    await start();
    const feed = microsoft365.feeds['auditSharePoint']!;
    let cursor = feed.start(made.app, SINCE);
    for await (const page of feed.pages(made.app, cursor)) cursor = page.next;
    const fetched = () => made.exchanges.filter((one) => one.operation === 'GET /audit/{contentId}').length;
    const before = fetched();
    for await (const page of feed.pages(made.app, cursor)) expect(page).toMatchObject({ events: [], isCaughtUp: true });
    expect(fetched()).toBe(before);
  });

  it('never asks for more than a day at once, nor for more than a week back', async () => {
    await start();
    const feed = microsoft365.feeds['auditExchange']!;
    for await (const page of feed.pages(made.app, feed.start(made.app, new Date('2026-10-01T00:00:00Z')))) void page;
    const asked = made.exchanges.filter((one) => one.operation === 'GET /subscriptions/content');
    expect(asked.every((one) => one.status === 200)).toBe(true);
    expect(asked.length).toBeGreaterThan(20);
  });

  it('skips what expired before it was fetched', async () => {
    await start();
    made.sandbox.setSwitches({ blobsExpired: true });
    expect(await read('auditSharePoint')).toEqual([]);
  });

  it('takes a subscription that somebody else started meanwhile as started', async () => {
    await start();
    const app = replayingApp(
      {
        'GET /subscriptions/list': { body: [] },
        'POST /subscriptions/start': { status: 400, body: { error: { code: 'AF20024', message: 'The subscription is already enabled.' } } },
        'GET /subscriptions/content': [{ body: [] }, { body: [] }],
      },
      { http, now: NOW },
    );
    const feed = microsoft365.feeds['dlp']!;
    const pages = [];
    for await (const page of feed.pages(app, feed.start(app, new Date(NOW.getTime() - 3_600_000)))) pages.push(page);
    expect(pages).toMatchObject([{ events: [], isCaughtUp: true }]);
  });

  it('is told to slow down with 403, and waits', async () => {
    await start();
    made.sandbox.setSwitches({ throttleNext: 2 });
    expect((await read('auditSharePoint')).length).toBeGreaterThan(10);
  });

  it.each([
    [{ auditingOff: true }, { kind: 'unlicensed', classified: { problem: 'CONFIGURATION_INVALID' } }],
    [{ withoutFeedApi: true }, { kind: 'consent' }],
    [{ missingScopes: ['ActivityFeed.Read'] }, { kind: 'forbidden', classified: { missingScopes: ['ActivityFeed.Read'] } }],
  ])('with %j says what to do, while Graph goes on', async (switches, failure) => {
    await start();
    made.sandbox.setSwitches(switches);
    const error = await read('auditGeneral').catch((one: unknown) => one);
    expect(error).toBeInstanceOf(AppFailure);
    expect(error).toMatchObject(failure);
    expect((await read('directoryAudits')).length).toBeGreaterThan(0);
  });
});

describe('the story of the company', () => {
  it('is told with the takeover: a sign-in from the attacker’s place, and mail sent away', async () => {
    await start({ people: 60, days: 30 });
    const { victim, from } = made.sandbox.company.takeover;
    const feed = microsoft365.feeds['signIns']!;
    const events = [];
    for await (const page of feed.pages(made.app, feed.start(made.app, new Date(NOW.getTime() - 30 * 86_400_000))))
      events.push(...page.events);
    const entry = events.find((event) => event.ip === from.ip && event.outcome === 'SUCCESS');
    expect(entry).toMatchObject({ actor: { email: victim.email }, place: { country: from.country }, isInteractive: true });
    expect(events.some((event) => event.failure === 'INVALID_CREDENTIALS')).toBe(true);
    expect(events.some((event) => event.outcomeWord === 'Interrupted')).toBe(true);
  });
});
