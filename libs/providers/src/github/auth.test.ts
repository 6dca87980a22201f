import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import type { AppAnswer } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { grantedBy } from './auth.js';
import { graphSettings, memberGraph } from './graph.js';
import { apiHost, http } from './http.js';
import { github } from './index.js';
import { membersRequest } from './people.js';
import { sandboxCredentials } from './sandbox.js';
import type { GithubState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(github, { clock, now: NOW, people: 20, days: 2 });
});
afterEach(() => made.close());

const count = (operation: string): number => made.exchanges.filter((exchange) => exchange.operation === operation).length;
const TOKEN = 'POST /app/installations/{installation_id}/access_tokens';

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppFailure) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

const members = (app = made.app) => app.call(membersRequest(app));

describe('signing in as a GitHub App', () => {
  it('finds the installation by the name of the organization and gets a token for an hour', async () => {
    expect(await made.app.signIn()).toMatchObject({
      expiresAt: new Date('2026-11-20T16:30:00Z'),
      grantedScopes: expect.arrayContaining(['members:write', 'members:read', 'organization_hooks:read']),
    });
    await members();
    await members();
    expect(count(TOKEN)).toBe(1);
    clock.advance(61 * 60_000);
    await members();
    expect(count(TOKEN)).toBe(2);
  });

  it('renews a token that GitHub refuses once, and no more', async () => {
    await members();
    made.sandbox.setSwitches({ tokenEpoch: 1 });
    await members();
    expect(count(TOKEN)).toBe(2);
    made.sandbox.setSwitches({ revoked: true });
    expect(await failureOf(() => members())).toMatchObject({ kind: 'auth-revoked' });
  });

  it('asks for reading only when governance is switched off', async () => {
    const app = made.connect({ settings: { governance: 'false' } });
    const { grantedScopes } = await app.signIn();
    expect(grantedScopes!.every((scope) => scope.endsWith(':read'))).toBe(true);
    const removal = {
      operation: 'DELETE /orgs/{org}/memberships/{username}',
      method: 'DELETE',
      path: '/orgs/lindenworks/memberships/-nobody-',
    } as const;
    expect(await failureOf(() => app.call(removal))).toMatchObject({ kind: 'forbidden', classified: { missingScopes: ['members:write'] } });
  });

  it.each([
    ['uninstalled', 'auth-revoked', /not installed/],
    ['suspendedInstallation', 'auth-revoked', /suspended/],
  ])('tells that it is %s', async (name, kind, message) => {
    made.sandbox.setSwitches({ [name]: true });
    expect(await failureOf(() => members())).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it('says what to check when the key is of another app, and never repeats the key', async () => {
    const failure = await failureOf(() => members(made.connect({ settings: { appId: 'Iv23other' } })));
    expect(failure).toMatchObject({ kind: 'auth-revoked', classified: { remedy: expect.stringMatching(/private key/) } });
    expect(JSON.stringify(failure.classified)).not.toContain('BEGIN');
  });

  it('sends the enterprise’s own token to the enterprise alone', async () => {
    const operation = 'GET /scim/v2/enterprises/{enterprise}/Users';
    await made.app.call({ operation, path: '/scim/v2/enterprises/lindenworks-group/Users' });
    const without = made.connect({ secrets: { enterpriseToken: undefined } });
    expect(await failureOf(() => without.call({ operation, path: '/scim/v2/enterprises/lindenworks-group/Users' }))).toMatchObject({
      kind: 'forbidden',
    });
    await members();
    expect(grantedBy({ members: 'write', metadata: 'read' })).toEqual(['members:read', 'members:write', 'metadata:read']);
  });
});

describe('signing in with a token', () => {
  const connect = () => made.connect(sandboxCredentials(made.sandbox.state as GithubState, 'token'));

  it('that was revoked says so', async () => {
    made.sandbox.setSwitches({ revoked: true });
    expect(await failureOf(() => members(connect()))).toMatchObject({ kind: 'auth-revoked' });
  });

  it('that is not authorized for single sign-on shows where to do that', async () => {
    made.sandbox.setSwitches({ ssoRequired: true });
    expect(await failureOf(() => members(connect()))).toMatchObject({
      kind: 'consent',
      classified: { remedy: expect.stringContaining('https://github.com/orgs/lindenworks/sso') },
    });
  });

  it('without the scope names the scope', async () => {
    made.sandbox.setSwitches({ missingScopes: ['read:org'] });
    expect(await failureOf(() => members(connect()))).toMatchObject({ kind: 'forbidden', classified: { missingScopes: ['read:org'] } });
  });
});

describe('what GitHub answers', () => {
  it('from outside the IP allow list says so', async () => {
    made.sandbox.setSwitches({ ipAllowList: true });
    expect(await failureOf(() => members())).toMatchObject({ kind: 'forbidden', classified: { problem: 'CONFIGURATION_INVALID' } });
  });

  it('with 403 and an empty quota is waited for', async () => {
    made.sandbox.setSwitches({ throttleNext: 1 });
    const before = clock.now().getTime();
    expect((await members()).status).toBe(200);
    expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(1_000);
  });

  it('with 403 and words about the secondary limit is waited for a minute', async () => {
    await made.app.signIn();
    made.sandbox.setSwitches({ throttleNext: 1, secondaryLimit: true });
    const before = clock.now().getTime();
    expect((await members()).status).toBe(200);
    expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(60_000);
  });

  const answer = (status: number, body: unknown, headers: AppAnswer['headers'] = {}, operation = 'GET /orgs/{org}/members'): AppAnswer => ({
    status,
    body,
    headers,
    request: { operation, path: '/x' },
  });

  it.each([
    [
      answer(403, { message: 'Resource not accessible by integration' }, { 'x-accepted-github-permissions': 'members=read' }),
      { kind: 'forbidden', missingScopes: ['members:read'] },
    ],
    [answer(403, { message: 'Must have admin rights' }, { 'retry-after': '30' }), { kind: 'throttled' }],
    [answer(404, { message: 'Not Found' }, {}, 'GET /orgs/{org}/audit-log'), { kind: 'unlicensed' }],
    [answer(404, { message: 'Not Found' }), { kind: 'missing' }],
    [
      answer(422, { message: 'Validation Failed', errors: [{ message: 'role is wrong' }] }),
      { kind: 'rejected', message: 'Validation Failed role is wrong' },
    ],
    [answer(451, {}), { kind: 'missing' }],
    [answer(200, { data: null, errors: [{ type: 'RATE_LIMITED', message: 'x' }] }, {}, 'POST /graphql'), { kind: 'throttled' }],
    [
      answer(200, { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] }, {}, 'POST /graphql'),
      { kind: 'forbidden' },
    ],
    [
      answer(200, { errors: [{ type: 'INSUFFICIENT_SCOPES', message: "requires one of ['read:org', 'admin:org']" }] }, {}, 'POST /graphql'),
      { kind: 'forbidden', missingScopes: ['read:org'] },
    ],
    [answer(200, { errors: [{ type: 'NOT_FOUND', message: 'x' }] }, {}, 'POST /graphql'), { kind: 'missing' }],
    [answer(200, { errors: [{ message: 'Something went wrong while executing your query' }] }, {}, 'POST /graphql'), { kind: 'down' }],
  ])('is named for what it is: %#', (given, expected) => expect(http.classify!(given)).toMatchObject(expected));

  it('to a query that GraphQL was too slow for is asked for again', async () => {
    const slow = { data: null, errors: [{ message: 'Something went wrong while executing your query' }] };
    const good = { data: { organization: { membersWithRole: { pageInfo: { hasNextPage: false }, edges: [] } } } };
    const app = replayingApp({ 'POST /graphql': [{ body: slow }, { body: good }] }, { settings: { organization: 'acme' }, http });
    for await (const page of memberGraph(app, 'acme')) expect(page.members).toEqual([]);
    expect(app.requests).toHaveLength(2);
  });

  it('to a query that was refused names the permission of that query', async () => {
    made.sandbox.setSwitches({ missingScopes: ['organization_administration:read'] });
    expect(await failureOf(() => graphSettings(made.app, 'lindenworks'))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['organization_administration:read'] },
    });
  });

  it('that is good is good', () => {
    expect(http.classify!(answer(200, []))).toBeUndefined();
    expect(http.classify!(answer(200, { data: {} }, {}, 'POST /graphql'))).toBeUndefined();
  });

  it('comes from the address of the enterprise with data residency', () => {
    expect(apiHost({ dataResidency: 'acme' })).toBe('https://api.acme.ghe.com');
    expect(apiHost({})).toBe('https://api.github.com');
    expect(() => apiHost({ dataResidency: 'evil.example/x' })).toThrow(AppFailure);
  });
});
