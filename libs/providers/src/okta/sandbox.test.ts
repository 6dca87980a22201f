import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import type { AppAnswer } from '../sdk/index.js';
import { makeCompany, nextLink } from '../sdk/index.js';
import { okta } from './index.js';
import { sandboxCredentials } from './sandbox.js';
import type { OktaState } from './sandbox-state.js';
import { selfOf } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const SAMPLES = fileURLToPath(new URL('../../../../../shared/samples/activities/okta.jsonl', import.meta.url));

let made: SandboxApp;
afterEach(() => made.close());

async function connect(options: SandboxAppOptions = {}): Promise<OktaState> {
  made = await sandboxApp(okta, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 8, ...options });
  return made.sandbox.state as OktaState;
}

async function logs(query: Record<string, string | number>): Promise<AppAnswer> {
  return made.app.call({ operation: 'GET /api/v1/logs', path: '/api/v1/logs', query, accept: [400] });
}

function rows(answer: AppAnswer): { uuid: string; published: string; eventType: string }[] {
  return answer.body as { uuid: string; published: string; eventType: string }[];
}

async function everyEvent(since: Date): Promise<string[]> {
  const feed = okta.feeds['main']!;
  const ids: string[] = [];
  for await (const page of feed.pages(made.app, feed.start(made.app, since))) ids.push(...page.events.map((event) => event.externalId));
  return ids;
}

const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

describe('the System Log of the sandbox', () => {
  it('links on from an empty page in polling mode, and back to the same page', async () => {
    await connect();
    const answer = await logs({ since: NOW.toISOString(), limit: 10 });
    expect(answer.body).toEqual([]);
    const again = await made.app.call({ operation: 'GET /api/v1/logs', path: nextLink(answer)! });
    expect(nextLink(again)).toBe(nextLink(answer));
  });

  it('ends in bounded mode, and is in the order of the events’ own time', async () => {
    await connect();
    const range = { since: daysAgo(2).toISOString(), until: daysAgo(1).toISOString(), limit: 500 };
    const found: string[] = [];
    let answer = await logs(range);
    for (;;) {
      found.push(...rows(answer).map((row) => row.published));
      const next = nextLink(answer);
      if (!next) break;
      answer = await made.app.call({ operation: 'GET /api/v1/logs', path: next });
    }
    expect(found.length).toBeGreaterThan(50);
    expect(found).toEqual([...found].sort());
    expect(found.every((at) => at >= range.since && at <= range.until)).toBe(true);
  });

  it('has late events in polling mode that a bounded reader had missed', async () => {
    const state = await connect();
    const at = daysAgo(1);
    state.log.add({
      publishedAt: at.getTime(),
      persistedAt: NOW.getTime(),
      eventType: 'user.session.start',
      tell: () => ({ uuid: 'late', published: at.toISOString(), eventType: 'user.session.start' }),
    });
    expect(rows(await logs({ since: new Date(NOW.getTime() - 60_000).toISOString() })).map((row) => row.uuid)).toContain('late');
    expect(
      rows(await logs({ since: new Date(NOW.getTime() - 60_000).toISOString(), until: NOW.toISOString() })).map((row) => row.uuid),
    ).not.toContain('late');
  });

  it('goes back a week when it is not told how far', async () => {
    await connect({ days: 20 });
    const [first] = rows(await logs({ limit: 1 }));
    expect(Date.parse(first!.published)).toBeGreaterThanOrEqual(daysAgo(7).getTime() - 3_600_000);
  });

  it('filters, and refuses filters that it cannot read', async () => {
    await connect();
    const filtered = rows(
      await logs({
        since: daysAgo(8).toISOString(),
        filter: 'eventType eq "user.session.start" and outcome.result eq "FAILURE"',
        limit: 1_000,
      }),
    );
    expect(filtered.length).toBeGreaterThan(15);
    expect(new Set(filtered.map((row) => row.eventType))).toEqual(new Set(['user.session.start']));
    expect((await logs({ filter: 'eventType like "x"' })).body).toMatchObject({ errorCode: 'E0000031' });
    expect((await logs({ since: 'yesterday' })).body).toMatchObject({ errorCode: 'E0000001' });
    expect((await logs({ limit: 1_001 })).body).toMatchObject({ errorCode: 'E0000001' });
  });

  it('takes recorded events from a file, as they are', async () => {
    const recorded: Json[] = [
      { uuid: 'r1', published: daysAgo(3).toISOString(), eventType: 'user.session.start' },
      { source: 'elsewhere', raw: { uuid: 'r2', published: '2021-01-01T00:00:00Z', eventType: 'policy.rule.update' } },
      { note: 'no event' },
    ];
    await connect({ events: recorded });
    const ids = await everyEvent(daysAgo(5));
    expect(ids).toEqual(expect.arrayContaining(['r1', 'r2']));
    expect(new Set(ids).size).toBe(ids.length);
  });

  const areThere = existsSync(SAMPLES);
  (areThere ? it : it.skip)(`takes other people's events too${areThere ? '' : ' (skipped: ../shared/samples not found)'}`, async () => {
    const lines = readFileSync(SAMPLES, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    await connect();
    const before = (await everyEvent(daysAgo(8))).length;
    await made.close();
    await connect({ events: lines });
    expect(await everyEvent(daysAgo(8))).toHaveLength(before + lines.length);
  });

  it('goes on while it runs, and gives each event once', async () => {
    const clock = new FakeClock(NOW);
    made = await sandboxApp(okta, { clock, now: NOW, people: 40, days: 3 });
    const before = await everyEvent(daysAgo(2));
    clock.advance(3 * 3_600_000);
    okta.sandbox.tick!(made.sandbox.state, clock.now());
    okta.sandbox.tick!(made.sandbox.state, clock.now());
    clock.advance(3_600_000);
    const after = await everyEvent(daysAgo(2));
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(new Set(after).size).toBe(after.length);
  });
});

describe('the sandbox for volume tests', () => {
  it('makes up accounts and events from their number', async () => {
    const state = await connect({ people: 10, bulk: { accounts: 1_500, activities: 5_000 }, keepExchanges: false });
    expect(await everyEvent(daysAgo(9))).toHaveLength(state.log.size);
    const ids = new Set<string>();
    for await (const page of okta.listings.ACCOUNTS!.pages(made.app))
      for (const record of page.records) if (record.kind === 'account') ids.add(record.externalId);
    expect(ids.size).toBe(state.users.size + 1_500);
  });

  it('takes a part of the log from the middle', async () => {
    await connect({ people: 10, bulk: { activities: 8_000 }, keepExchanges: false });
    const half = (await everyEvent(daysAgo(4))).length;
    expect(half).toBeGreaterThan(4_000);
    expect(half).toBeLessThan(5_500);
  });

  it('acts on made-up accounts, and remembers it', async () => {
    await connect({ people: 10, bulk: { accounts: 20 } });
    const id = '00ubulk0000000000007';
    const target = { accountExternalId: id, groupExternalId: null, grantExternalId: null };
    const plan = okta.actions.SUSPEND_USER!;
    await plan.run(made.app, target, null);
    expect(plan.isDone(await plan.observe(made.app, target), target)).toBe(true);
  });
});

describe('the sandbox’s token endpoint', () => {
  it('gives the same credentials at every start, so that what was connected stays connected', async () => {
    const state = await connect();
    expect(selfOf(state.company.domain)).toEqual(state.self);
    const again = okta.sandbox.seed(makeCompany({ now: NOW, people: 40 }), { now: NOW, days: 1 }) as OktaState;
    expect(sandboxCredentials(again, 'service-app')).toEqual(sandboxCredentials(state, 'service-app'));
  });

  it('takes an assertion once', async () => {
    const state = await connect();
    await made.app.signIn();
    expect(state.usedAssertions.size).toBe(1);
    const [used] = made.exchanges.filter((exchange) => exchange.operation === 'POST /oauth2/v1/token');
    const answer = await fetchToken(used!.body as Record<string, string>);
    expect(answer).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringMatching(/used before/) },
    });
  });

  it('refuses a call with a proof of another call', async () => {
    await connect();
    made.sandbox.setSwitches({ requireDpop: true });
    await made.app.signIn();
    const answer = await fetch(`${made.sandbox.url}/api/v1/users`, { headers: { authorization: 'DPoP nothing' } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP .*invalid_token/);
  });

  async function fetchToken(form: Record<string, string>): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${made.sandbox.url}/oauth2/v1/token`, { method: 'POST', body: new URLSearchParams(form) });
    return { status: answer.status, body: await answer.json() };
  }
});

describe('the sandbox refuses', () => {
  it.each([
    ['a path that does not exist', '/api/v1/nowhere', 404, 'E0000022'],
    ['a user who does not exist', '/api/v1/users/00uNobody', 404, 'E0000007'],
    ['a wrong search', '/api/v1/users?search=nonsense', 400, 'E0000031'],
    ['a wrong page size', '/api/v1/users?limit=0', 400, 'E0000001'],
    ['a wrong cursor', '/api/v1/users?after=nonsense', 400, 'E0000001'],
  ])('%s', async (_what, path, status, errorCode) => {
    const state = await connect();
    const answer = await fetch(`${made.sandbox.url}${path}`, { headers: { authorization: `SSWS ${state.self.apiToken}` } });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errorCode });
  });

  it('or a call without a token', async () => {
    await connect();
    const answer = await fetch(`${made.sandbox.url}/api/v1/users`, { headers: { authorization: 'SSWS wrong' } });
    expect([answer.status, await answer.json()]).toMatchObject([401, { errorCode: 'E0000011' }]);
  });
});
