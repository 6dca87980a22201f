import { FakeClock, sandboxApp, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import type { AppAnswer } from '../sdk/index.js';
import { rows } from './calls.js';
import { slack } from './index.js';
import { sandbox } from './sandbox.js';
import type { SlackState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
let clock: FakeClock;
afterEach(async () => {
  expect(made.sandbox.ledger().unhandled).toEqual([]);
  await made.close();
});

async function connect(options: SandboxAppOptions = {}): Promise<SlackState> {
  clock = new FakeClock(NOW);
  made = await sandboxApp(slack, { clock, now: NOW, people: 40, days: 4, ...options });
  return made.sandbox.state as SlackState;
}

const logs = (query: Record<string, string | number>): Promise<AppAnswer> =>
  made.app.call({ operation: 'GET /audit/v1/logs', at: 'api', path: '/audit/v1/logs', query, accept: [400] });
const nowS = NOW.getTime() / 1_000;

describe('the audit log of the sandbox', () => {
  it('comes newest first, with both ends of the range', async () => {
    const state = await connect();
    const add = (id: string, atS: number): void =>
      state.log.add({ atMs: atS * 1_000, shownMs: 0, action: 'x', actorId: '', tell: () => ({ id, date_create: atS, action: 'x' }) });
    add('before', nowS - 101);
    add('first', nowS - 100);
    add('last', nowS - 50);
    add('after', nowS - 49);
    const answer = await logs({ oldest: nowS - 100, latest: nowS - 50, action: 'x' });
    expect(rows(answer, 'entries').map(({ id }) => id)).toEqual(['last', 'first']);
    expect(answer.body).toMatchObject({ response_metadata: { next_cursor: '' } });
  });

  it('forgets its cursors after ten minutes', async () => {
    await connect();
    const { body } = await logs({ limit: 5 });
    const cursor = (body as { response_metadata: { next_cursor: string } }).response_metadata.next_cursor;
    expect(cursor).not.toBe('');
    expect((await logs({ limit: 5, cursor })).status).toBe(200);
    clock.advance(11 * 60_000);
    expect((await logs({ limit: 5, cursor })).body).toEqual({ ok: false, error: 'invalid_cursor' });
  });

  it('refuses limits and times that it cannot read', async () => {
    await connect();
    for (const query of [{ limit: 10_000 }, { limit: 0 }, { oldest: 'yesterday' }] as Record<string, string | number>[])
      expect((await logs(query)).body).toMatchObject({ error: 'invalid_arguments' });
  });

  it('takes recorded entries from a file, bare or in an envelope', async () => {
    const recorded = [
      { id: 'r1', date_create: nowS - 3_600, action: 'user_login', actor: { type: 'user', user: { id: 'W9' } } },
      { source: 'elsewhere', raw: { id: 'r2', date_create: '2026-11-19 10:00:00', action: 'app_installed' } },
      { note: 'no entry' },
    ];
    await connect({ events: recorded });
    const ids: string[] = [];
    const feed = slack.feeds['audit-logs']!;
    for await (const page of feed.pages(made.app, feed.start(made.app, new Date('2026-11-18T00:00:00Z'))))
      ids.push(...page.events.map(({ externalId }) => externalId));
    expect(ids).toEqual(expect.arrayContaining(['r1', 'r2']));
  });

  it('goes on while the sandbox runs', async () => {
    const state = await connect();
    const before = state.log.size;
    sandbox.tick!(state, new Date(NOW.getTime() + 86_400_000 * 4));
    expect(state.log.size).toBeGreaterThan(before);
  });
});

describe('the Web API of the sandbox', () => {
  it('answers 200 even when it refuses, and names the scopes of the token', async () => {
    await connect();
    made.sandbox.setSwitches({ missingScopes: ['users:read'] });
    await expect(made.app.call({ operation: 'GET /api/users.info', path: '/api/users.info', query: { user: 'W1' } })).rejects.toMatchObject(
      { httpStatus: 200, kind: 'forbidden' },
    );
    const { answer, status } = made.exchanges.at(-1)!;
    expect({ status, answer }).toMatchObject({ status: 200, answer: { ok: false, error: 'missing_scope', needed: 'users:read' } });
  });

  it('takes POST for reads too, as Slack’s own clients send it, and refuses what it does not know', async () => {
    const state = await connect();
    const headers = { authorization: `Bearer ${state.self.token}`, 'content-type': 'application/x-www-form-urlencoded' };
    const post = async (method: string): Promise<unknown> =>
      (await fetch(`${made.sandbox.url}/api/${method}`, { method: 'POST', headers, body: `user=${state.self.userId}` })).json();
    expect(await post('users.info')).toMatchObject({ ok: true, user: { id: state.self.userId } });
    expect(await post('users.conversations')).toEqual({ ok: false, error: 'unknown_method' });
  });

  it('wants the workspace from a token of an organization', async () => {
    await connect();
    await expect(made.app.call({ operation: 'GET /api/usergroups.list', path: '/api/usergroups.list' })).rejects.toMatchObject({
      classified: { appCode: 'missing_argument' },
    });
  });
});
