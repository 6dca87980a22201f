import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { makeCompany } from '../sdk/index.js';
import { auditLog } from './audit-log.js';
import { github } from './index.js';
import { memberGraph } from './graph.js';
import { sandboxCredentials } from './sandbox.js';
import { seedState } from './sandbox-seed.js';
import type { GithubState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const UNLIMITED = { ...github, manifest: { ...github.manifest, budgets: [] } };

let made: SandboxApp | undefined;
afterEach(async () => {
  expect(made?.sandbox.ledger().unhandled ?? []).toEqual([]);
  await made?.close();
  made = undefined;
});

async function auditFrom(app: SandboxApp['app'], since: Date): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of auditLog.pages(app, auditLog.start(app, since))) for (const event of page.events) ids.push(event.externalId);
  return ids;
}

describe('the made-up organization', () => {
  it('is the same at every start, with the same credentials', () => {
    const company = makeCompany({ people: 40, now: NOW, days: 3 });
    const [a, b] = [seedState(company, { now: NOW, days: 3 }), seedState(company, { now: NOW, days: 3 })];
    expect([...a.users.values()].map((user) => [user.id, user.login])).toEqual([...b.users.values()].map((user) => [user.id, user.login]));
    expect(sandboxCredentials(a, 'github-app')).toEqual(sandboxCredentials(b, 'github-app'));
    expect(a.log.size).toBe(b.log.size);
  });

  it('has logins that are all different', () => {
    const state = seedState(makeCompany({ people: 200, now: NOW, days: 1 }), { now: NOW, days: 1 });
    const logins = [...state.users.values()].map((user) => user.login);
    expect(new Set(logins).size).toBe(logins.length);
    expect(logins.every((login) => /^[a-z0-9-]+$/.test(login))).toBe(true);
  });

  it('tells events of a recorded log, also those older than GitHub keeps', async () => {
    made = await sandboxApp(github, { clock: new FakeClock(NOW), now: NOW, people: 20, days: 1 });
    const old = { action: 'org.disable_saml', actor: 'cat', created_at: 1_621_305_118_553 };
    const recent = { raw: { action: 'team.create', actor: 'cat', '@timestamp': NOW.getTime() - 3_600_000, _document_id: 'recorded-doc' } };
    github.sandbox.load!(made.sandbox.state, [old, recent, { nothing: true }]);
    const ids = await auditFrom(made.app, new Date(NOW.getTime() - 7_200_000));
    expect(ids).toEqual(expect.arrayContaining(['recorded-doc', 'recorded-0']));
  });

  it('lives on while it runs', async () => {
    made = await sandboxApp(github, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 2 });
    const state = made.sandbox.state as GithubState;
    const before = state.log.size;
    github.sandbox.tick!(made.sandbox.state, new Date(NOW.getTime() + 3_600_000));
    expect(state.log.size).toBeGreaterThan(before);
  });
});

describe('the sandbox', () => {
  const raw = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${made!.sandbox.url}${path}`, { headers: { 'user-agent': 'test', ...headers } });

  it('refuses calls without a token that is alive, as GitHub does', async () => {
    made = await sandboxApp(github, { clock: new FakeClock(NOW), now: NOW, people: 20, days: 1 });
    expect((await raw('/orgs/lindenworks/members')).status).toBe(401);
    expect(await (await raw('/orgs/lindenworks/members', { authorization: 'Bearer ghs_other' })).json()).toMatchObject({
      message: 'Bad credentials',
    });
    expect((await raw('/nothing/here')).status).toBe(404);
  });

  it('numbers its pages and links to the next by its own address', async () => {
    made = await sandboxApp(github, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 1 });
    const { token } = sandboxCredentials(made.sandbox.state as GithubState, 'token').secrets;
    const answer = await raw('/orgs/lindenworks/members?per_page=10', { authorization: `Bearer ${token}` });
    expect((await answer.json()) as unknown[]).toHaveLength(10);
    expect(answer.headers.get('link')).toBe(`<${made.sandbox.url}/orgs/lindenworks/members?per_page=10&page=2>; rel="next"`);
    expect(Number(answer.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(1_000);
  });

  it('takes a cursor of the log only with the question that it belongs to', async () => {
    made = await sandboxApp(github, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 2 });
    const { token } = sandboxCredentials(made.sandbox.state as GithubState, 'token').secrets;
    const headers = { authorization: `Bearer ${token}` };
    const first = await raw('/orgs/lindenworks/audit-log?order=asc&per_page=5', headers);
    const after = /after=([^&>]+)/.exec(first.headers.get('link') ?? '')![1]!;
    expect((await raw(`/orgs/lindenworks/audit-log?order=asc&per_page=5&after=${after}`, headers)).status).toBe(200);
    expect((await raw(`/orgs/lindenworks/audit-log?order=desc&per_page=5&after=${after}`, headers)).status).toBe(422);
  });
});

describe('for volume tests', () => {
  it('has as many members as asked for, without keeping them', async () => {
    made = await sandboxApp(UNLIMITED, {
      clock: new FakeClock(NOW),
      now: NOW,
      people: 20,
      days: 1,
      bulk: { accounts: 3_000 },
      keepExchanges: false,
    });
    const ids = new Set<string>();
    for await (const page of memberGraph(made.app, 'lindenworks')) for (const member of page.members) ids.add(member.id);
    expect(ids.size).toBeGreaterThanOrEqual(3_000);
    expect((made.sandbox.state as GithubState).users.size).toBeLessThan(100);
  });

  it('has as many events as asked for, each once', async () => {
    made = await sandboxApp(UNLIMITED, {
      clock: new FakeClock(NOW),
      now: NOW,
      people: 20,
      days: 3,
      bulk: { activities: 4_000 },
      keepExchanges: false,
    });
    const ids = await auditFrom(made.app, new Date(NOW.getTime() - 4 * 86_400_000));
    expect(ids.filter((id) => id.startsWith('Bulk')).length).toBeGreaterThan(3_990);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
