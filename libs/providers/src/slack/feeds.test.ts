import type { ActivityRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure } from '../sdk/index.js';
import { http } from './http.js';
import { slack } from './index.js';
import type { SlackState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const SINCE = new Date(NOW.getTime() - 5 * 86_400_000);

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(slack, { clock, now: NOW, people: 60, days: 5 });
});
afterEach(async () => {
  expect(made.sandbox.ledger().unhandled).toEqual([]);
  await made.close();
});

const feed = (name: string) => slack.feeds[name]!;
const state = (): SlackState => made.sandbox.state as SlackState;

interface Read {
  readonly events: ActivityRecord[];
  readonly cursors: string[];
}

async function read(name: string, cursor = feed(name).start(made.app, SINCE)): Promise<Read> {
  const events: ActivityRecord[] = [];
  const cursors: string[] = [];
  for await (const page of feed(name).pages(made.app, cursor)) {
    events.push(...page.events);
    cursors.push(page.next);
  }
  return { events, cursors };
}

const ids = (events: readonly ActivityRecord[]): string[] => [...new Set(events.map(({ externalId }) => externalId))].sort();

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppFailure) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('the audit log', () => {
  it('is read day by day, each page from its oldest entry to its newest', async () => {
    const { events, cursors } = await read('audit-logs');
    expect(events.length).toBeGreaterThan(300);
    expect(ids(events)).toHaveLength(new Set(events.map(({ externalId }) => externalId)).size);
    expect(JSON.parse(cursors.at(-1)!)).toEqual({ since: NOW.getTime() / 1_000 });
    expect(made.exchanges.filter(({ operation }) => operation === 'GET /audit/v1/logs').length).toBe(5);
  });

  it('tells the takeover: failures, a sign-in, Slack’s own alert, downloads and an app', async () => {
    const { takeover } = state().company;
    const victim = state().userOfEmployee.get(takeover.victim.number)!.id;
    const { events } = await read('audit-logs');
    const attack = events.filter(({ actor, ip }) => actor.externalId === victim && ip === takeover.from.ip);
    const types = attack.map(({ eventType }) => eventType);
    expect(types.filter((type) => type === 'user_login_failed').length).toBeGreaterThan(10);
    expect(types).toEqual(expect.arrayContaining(['user_login', 'anomaly', 'user_passkey_created', 'app_installed']));
    expect(types.filter((type) => type === 'file_downloaded').length).toBeGreaterThanOrEqual(40);
    expect(attack.find(({ eventType }) => eventType === 'anomaly')).toMatchObject({ category: 'THREAT', severity: 'MEDIUM' });
  });

  it('gives every entry once by its id after a stop at any page', async () => {
    const small = await sandboxApp(slack, { clock: new FakeClock(NOW), now: NOW, people: 20, days: 2, bulk: { activities: 3_300 } });
    const start = feed('audit-logs').start(small.app, new Date(NOW.getTime() - 2 * 86_400_000));
    const whole: string[] = [];
    const stops: { cursor: string; read: string[] }[] = [{ cursor: start, read: [] }];
    for await (const page of feed('audit-logs').pages(small.app, start)) {
      whole.push(...page.events.map(({ externalId }) => externalId));
      stops.push({ cursor: page.next, read: [...whole] });
    }
    expect(stops.length).toBeGreaterThan(4);
    for (const stop of stops) {
      const rest: string[] = [];
      for await (const page of feed('audit-logs').pages(small.app, stop.cursor))
        rest.push(...page.events.map(({ externalId }) => externalId));
      expect(new Set([...stop.read, ...rest])).toEqual(new Set(whole));
    }
    await small.close();
  });

  it('begins its window anew when Slack has forgotten the cursor, and misses nothing', async () => {
    const { events, cursors } = await read('audit-logs');
    const stored = JSON.stringify({
      ...JSON.parse(cursors[0]!),
      until: JSON.parse(cursors[1]!).since,
      cursor: Buffer.from('0:0:5:0:0').toString('base64'),
    });
    const again = await read('audit-logs', stored);
    const after = JSON.parse(cursors[0]!).since * 1_000;
    expect(ids(again.events)).toEqual(expect.arrayContaining(ids(events.filter(({ occurredAt }) => occurredAt > after))));
  });

  it('goes on after empty pages whose cursor moves, and drops nothing where rows repeat', async () => {
    const plain = ids((await read('audit-logs')).events);
    made.sandbox.setSwitches({ emptyPages: true, duplicateRows: true });
    expect(ids((await read('audit-logs')).events)).toEqual(plain);
  });

  it('sees what came some seconds late, in the next run', async () => {
    const { cursors } = await read('audit-logs');
    const at = NOW.getTime() - 10_000;
    state().log.add({
      atMs: at,
      shownMs: NOW.getTime() + 5_000,
      action: 'user_login',
      actorId: 'W1',
      tell: () => ({ id: 'late', date_create: Math.floor(at / 1_000), action: 'user_login' }),
    });
    clock.advance(120_000);
    expect(ids((await read('audit-logs', cursors.at(-1))).events)).toContain('late');
  });

  it('begins in March 2018 at the earliest', () => {
    expect(feed('audit-logs').start(made.app, new Date('2001-01-01'))).toBe('{"since":1519862400}');
  });

  it('without Enterprise is a matter of the plan, for a token without the scope one of the scope', async () => {
    made.sandbox.setSwitches({ unlicensed: ['audit'] });
    expect(await failureOf(() => read('audit-logs'))).toMatchObject({ kind: 'unlicensed', httpStatus: 403 });
    made.sandbox.setSwitches({ unlicensed: [], missingScopes: ['auditlogs:read'] });
    expect(await failureOf(() => read('audit-logs'))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['auditlogs:read'] },
    });
  });

  it('calls a stored position dead that it cannot read, and no other failure', async () => {
    const failure = await failureOf(() => read('audit-logs', 'not a position'));
    expect(feed('audit-logs').isCursorDead!(failure)).toBe(true);
    made.sandbox.setSwitches({ revoked: true });
    expect(feed('audit-logs').isCursorDead!(await failureOf(() => read('audit-logs')))).toBe(false);
  });

  it('stops where a page leads to itself', async () => {
    const page = { entries: [], response_metadata: { next_cursor: 'c' } };
    const app = replayingApp({ 'GET /audit/v1/logs': [{ body: page }, { body: page }] }, { http, now: NOW });
    const pages = feed('audit-logs').pages(app, '{"since":1763651400}')[Symbol.asyncIterator]();
    await pages.next();
    expect(await failureOf(() => pages.next())).toMatchObject({ kind: 'malformed' });
  });
});

describe('the logs of a workspace', () => {
  it('are silent in an organization, whose audit log has it all', async () => {
    for (const name of ['access-logs', 'integration-logs']) expect((await read(name)).events).toEqual([]);
  });

  it('make a sign-in of each row of the access logs that is new', async () => {
    made.sandbox.setSwitches({ unlicensed: ['enterprise'] });
    const { events, cursors } = await read('access-logs');
    expect(events).toHaveLength([...state().accessRows.values()].length);
    expect(events[0]).toMatchObject({ category: 'SIGN_IN', outcome: 'SUCCESS', isIdDerived: true, place: { country: expect.any(String) } });
    const [row] = state().accessRows.values();
    clock.advance(2 * 3_600_000);
    row!.date_last = Math.floor(clock.now().getTime() / 1_000);
    const next = await read('access-logs', cursors.at(-1));
    expect(next.events.filter(({ occurredAt }) => occurredAt > NOW.getTime()).map(({ actor }) => actor.externalId)).toEqual([row!.user_id]);
  });

  it('show what was done with apps', async () => {
    made.sandbox.setSwitches({ unlicensed: ['enterprise'] });
    const { events } = await read('integration-logs', feed('integration-logs').start(made.app, new Date('2020-01-01')));
    expect(events.map(({ eventType }) => eventType)).toEqual(
      expect.arrayContaining(['integration_added', 'integration_removed', 'integration_expanded']),
    );
    expect(events.every(({ category, mapping }) => category === 'APP_GRANT' && mapping === 'exact')).toBe(true);
    expect(ids(events)).toHaveLength(state().integrationRows.length);
  });
});
