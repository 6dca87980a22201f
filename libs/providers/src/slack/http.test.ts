import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure, type AppAnswer } from '../sdk/index.js';
import { http } from './http.js';
import { slack } from './index.js';
import type { OperationName } from './operations.js';

const NOW = new Date('2026-11-20T15:30:00Z');

function answer(operation: OperationName, status: number, body: unknown): AppAnswer {
  return { status, headers: {}, body, request: { operation, path: '/' } };
}

const web = (error: string, more: object = {}) => http.classify!(answer('GET /api/users.list', 200, { ok: false, error, ...more }));

describe('an answer of the Web API', () => {
  it.each([
    ['invalid_auth', 'auth-revoked'],
    ['token_revoked', 'auth-revoked'],
    ['account_inactive', 'auth-revoked'],
    ['not_authed', 'auth-revoked'],
    ['token_expired', 'auth-expired'],
    ['missing_scope', 'forbidden'],
    ['not_allowed_token_type', 'forbidden'],
    ['not_an_admin', 'forbidden'],
    ['team_access_not_granted', 'forbidden'],
    ['not_an_enterprise', 'unlicensed'],
    ['feature_not_enabled', 'unlicensed'],
    ['paid_only', 'unlicensed'],
    ['user_not_found', 'missing'],
    ['users_not_found', 'missing'],
    ['session_not_found', 'missing'],
    ['app_not_found', 'missing'],
    ['ratelimited', 'throttled'],
    ['internal_error', 'down'],
    ['fatal_error', 'down'],
    ['service_unavailable', 'down'],
    ['accesslimited', 'conflict'],
    ['ekm_access_denied', 'conflict'],
    ['restricted_action', 'conflict'],
    ['cannot_deactivate_primary_owner', 'conflict'],
    ['invalid_cursor', 'rejected'],
    ['something_new', 'rejected'],
  ])('with status 200 and the error %s is %s', (error, kind) => {
    expect(web(error)).toMatchObject({ kind, appCode: error });
  });

  it('names the scopes that Slack says are needed, or else the one of the method', () => {
    expect(web('missing_scope', { needed: 'users:read,users:read.email', provided: 'team:read' })).toMatchObject({
      missingScopes: ['users:read', 'users:read.email'],
    });
    expect(web('missing_scope')).toMatchObject({ missingScopes: ['users:read'], problem: 'SCOPE_MISSING' });
  });

  it('is good only when it says ok', () => {
    expect(http.classify!(answer('GET /api/users.list', 200, { ok: true, members: [] }))).toBeUndefined();
    expect(http.classify!(answer('GET /api/users.list', 200, { members: [] }))).toMatchObject({ kind: 'malformed' });
  });
});

describe('an answer of the Audit Logs API', () => {
  it.each([
    [401, 'invalid_auth', 'auth-revoked'],
    [403, 'missing_scope', 'forbidden'],
    [403, 'feature_not_enabled', 'unlicensed'],
    [400, 'invalid_workspace', 'unlicensed'],
    [403, 'a_new_word', 'forbidden'],
    [401, 'a_new_word', 'auth-expired'],
    [503, 'a_new_word', 'down'],
  ])('with status %d and %s is %s', (status, error, kind) => {
    expect(http.classify!(answer('GET /audit/v1/logs', status, { ok: false, error }))).toMatchObject({ kind });
  });

  it('needs no ok to be good', () => {
    expect(http.classify!(answer('GET /audit/v1/logs', 200, { entries: [] }))).toBeUndefined();
  });
});

describe('an answer of SCIM', () => {
  it.each([
    [401, 'invalid_authentication', 'auth-revoked'],
    [401, 'missing_scope', 'forbidden'],
    [403, 'plan_upgrade_required', 'unlicensed'],
    [403, 'cannot_deactivate_primary_owner', 'forbidden'],
    [404, 'user_not_found', 'missing'],
    [409, 'conflict', 'conflict'],
    [429, 'ratelimited', 'throttled'],
    [500, 'internal', 'down'],
    [400, 'invalid_operation', 'rejected'],
  ])('with the code %d and "%s" is %s', (code, description, kind) => {
    expect(http.classify!(answer('GET /scim/v2/Users/{id}', code, { Errors: { description, code } }))).toMatchObject({ kind });
  });
});

it('reaches GovSlack on its own hosts', () => {
  expect(http.bases({ environment: 'govslack' }, undefined)).toEqual({ main: 'https://slack-gov.com', api: 'https://api.slack-gov.com' });
  expect(http.bases({}, undefined)).toEqual({ main: 'https://slack.com', api: 'https://api.slack.com' });
});

describe('against the sandbox', () => {
  let made: SandboxApp;
  beforeEach(async () => {
    made = await sandboxApp(slack, { clock: new FakeClock(NOW), now: NOW, people: 20, days: 1 });
  });
  afterEach(() => made.close());

  const call = () => made.app.call({ operation: 'GET /api/users.info', path: '/api/users.info', query: { user: 'W1' } });

  async function kindOf(act: () => Promise<unknown>): Promise<string> {
    try {
      await act();
    } catch (error) {
      if (error instanceof AppFailure) return error.kind;
      throw error;
    }
    return 'ok';
  }

  it('waits as long as Retry-After says, and goes on', async () => {
    made.sandbox.setSwitches({ throttleNext: 2 });
    expect(await kindOf(() => slack.identify(made.app))).toBe('ok');
    expect(made.sandbox.ledger().operations['GET /api/auth.test']!.statuses['429']).toBe(2);
  });

  it('tells a dead token, a failing method, broken JSON and a web page apart', async () => {
    expect(await kindOf(call)).toBe('missing');
    made.sandbox.setSwitches({ malformed: 'users.info' });
    expect(await kindOf(call)).toBe('malformed');
    made.sandbox.setSwitches({ malformed: '', htmlPage: 'users.info' });
    expect(await kindOf(call)).toBe('malformed');
    made.sandbox.setSwitches({ htmlPage: '', webError: 'fatal_error' });
    expect(await kindOf(call)).toBe('down');
    made.sandbox.setSwitches({ webError: false, revoked: true });
    expect(await kindOf(call)).toBe('auth-revoked');
  });

  it('signs in with the token only when Slack still takes it, and knows its scopes', async () => {
    const wrong = made.connect({ secrets: { userToken: 'xoxp-111111111111-wrong' } });
    expect(await kindOf(() => slack.identify(wrong))).toBe('auth-revoked');
    const session = await slack.auth.signIn({
      settings: {},
      secrets: { userToken: 'xoxp-1' },
      now: NOW,
      send: () =>
        Promise.resolve({ ...answer('GET /api/auth.test', 200, { ok: true }), headers: { 'x-oauth-scopes': 'admin, users:read' } }),
    } as unknown as Parameters<typeof slack.auth.signIn>[0]);
    expect(session.grantedScopes).toEqual(['admin', 'users:read']);
    expect(await session.headers({ method: 'GET', url: 'https://slack.com/api/auth.test' })).toEqual({ authorization: 'Bearer xoxp-1' });
  });

  it('says of an expired token that its app has token rotation', async () => {
    const send = () => Promise.resolve(answer('GET /api/auth.test', 200, { ok: false, error: 'token_expired' }));
    const context = { settings: {}, secrets: {}, now: NOW, send } as unknown as Parameters<typeof slack.auth.signIn>[0];
    await expect(slack.auth.signIn(context)).rejects.toMatchObject({
      kind: 'auth-revoked',
      classified: { remedy: expect.stringMatching(/rotation/) },
    });
  });
});
