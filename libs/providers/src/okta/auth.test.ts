import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';

import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { AppAnswer, AuthContext } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { auth } from './auth.js';
import { okta } from './index.js';
import { sandboxCredentials } from './sandbox.js';
import type { OktaState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

async function connected(): Promise<SandboxApp> {
  return sandboxApp(okta, { clock: new FakeClock(NOW), now: NOW, people: 10, days: 2 });
}

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppFailure) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

const oneUser = { operation: 'GET /api/v1/users', path: '/api/v1/users', query: { limit: 1 } };

describe('signing in to Okta', () => {
  let made: SandboxApp;
  beforeEach(async () => {
    made = await connected();
  });
  afterEach(() => made.close());

  it('as a service app gives the granted scopes and when to sign in again', async () => {
    const session = await made.app.signIn();
    expect(session.grantedScopes).toContain('okta.users.read');
    expect(session.expiresAt).toEqual(new Date(NOW.getTime() + 3_600_000));
    expect((await made.app.call(oneUser)).status).toBe(200);
  });

  it('with an API token needs no sign-in', async () => {
    const app = made.connect(sandboxCredentials(made.sandbox.state as OktaState, 'api-token'));
    expect((await app.call(oneUser)).status).toBe(200);
    expect(made.sandbox.ledger().operations['POST /oauth2/v1/token']).toBeUndefined();
  });

  it('proves possession of a key where the app asks for it, once for the token and afresh for each call', async () => {
    made.sandbox.setSwitches({ requireDpop: true });
    expect((await made.app.call(oneUser)).status).toBe(200);
    expect((await made.app.call({ ...oneUser, query: { limit: 2 } })).status).toBe(200);
    expect(made.sandbox.ledger().unhandled).toEqual([]);
  });

  it('goes on with the scopes that were granted when one of them was not', async () => {
    made.sandbox.setSwitches({ missingScopes: ['okta.logs.read', 'okta.users.manage'] });
    const { grantedScopes } = await made.app.signIn();
    expect(grantedScopes).toContain('okta.users.read');
    expect(grantedScopes).not.toContain('okta.logs.read');
    const failure = await failureOf(() => made.app.call({ operation: 'GET /api/v1/logs', path: '/api/v1/logs' }));
    expect(failure).toMatchObject({ kind: 'forbidden', classified: { missingScopes: ['okta.logs.read'], problem: 'SCOPE_MISSING' } });
  });

  it('asks for no write scope when governance is switched off', async () => {
    const { grantedScopes } = await made.connect({ settings: { governance: 'false' } }).signIn();
    expect(grantedScopes!.filter((scope) => scope.endsWith('.manage'))).toEqual([]);
  });

  it('gets a new token once when the old one is refused', async () => {
    await made.app.call(oneUser);
    made.sandbox.setSwitches({ tokenEpoch: 1 });
    expect((await made.app.call(oneUser)).status).toBe(200);
  });

  it('names a wrong client', async () => {
    const failure = await failureOf(() => made.connect({ settings: { clientId: '0oaSomebodyElse' } }).signIn());
    expect(failure).toMatchObject({
      kind: 'auth-revoked',
      classified: { appCode: 'invalid_client', remedy: expect.stringMatching(/client ID, private key/) },
    });
  });

  it('names a key that is not the app’s', async () => {
    const privateKey = JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));
    expect(await failureOf(() => made.connect({ secrets: { privateKey } }).signIn())).toMatchObject({ kind: 'auth-revoked' });
  });

  it('names a dead credential of either kind', async () => {
    made.sandbox.setSwitches({ revoked: true });
    expect(await failureOf(() => made.app.signIn())).toMatchObject({ kind: 'auth-revoked' });
    const app = made.connect(sandboxCredentials(made.sandbox.state as OktaState, 'api-token'));
    expect(await failureOf(() => app.call(oneUser))).toMatchObject({ kind: 'auth-revoked', classified: { appCode: 'E0000011' } });
  });

  it('names a role that is missing although the scopes are there', async () => {
    made.sandbox.setSwitches({ withoutRole: true });
    expect(await failureOf(() => made.app.call(oneUser))).toMatchObject({
      kind: 'forbidden',
      classified: { problem: 'NOT_ADMINISTRATOR' },
    });
  });
});

describe('the token endpoint', () => {
  function contextAnswering(...answers: readonly Partial<AppAnswer>[]): AuthContext & { readonly sent: string[] } {
    const left = [...answers];
    const sent: string[] = [];
    return {
      sent,
      settings: { orgHost: 'acme.okta.com', authKind: 'service-app', clientId: '0oa1', keyId: 'k1' },
      secrets: { privateKey: '-----BEGIN PRIVATE KEY-----' },
      now: NOW,
      signJwt: async (claims, _key, header) => JSON.stringify({ claims, header }),
      sha256: (text) => createHash('sha256').update(text).digest(),
      hmacSha256: (key, text) => createHmac('sha256', key).update(text).digest(),
      makeProofKey: async () => ({ proof: async (call) => `proof ${JSON.stringify(call)}` }),
      send: async (request) => {
        sent.push(request.form?.['client_assertion'] ?? '');
        const { status = 200, headers = {}, body } = left.shift() ?? {};
        return { status, headers, body, request };
      },
    };
  }
  const token = { body: { token_type: 'Bearer', access_token: 'made-up', expires_in: 3_600, scope: 'okta.users.read' } };
  const noScope = { status: 400, body: { error: 'invalid_scope', error_description: 'One or more scopes are not configured' } };

  it('is sent an assertion for itself, which lives five minutes and is used once', async () => {
    const context = contextAnswering(noScope, ...Array.from({ length: 40 }, () => token));
    await auth.signIn(context);
    const assertions = context.sent.map((text) => JSON.parse(text) as { claims: Record<string, unknown>; header: unknown });
    expect(assertions[0]).toMatchObject({
      header: { alg: 'RS256', kid: 'k1' },
      claims: {
        iss: '0oa1',
        sub: '0oa1',
        aud: 'https://acme.okta.com/oauth2/v1/token',
        iat: NOW.getTime() / 1_000,
        exp: NOW.getTime() / 1_000 + 300,
      },
    });
    expect(new Set(assertions.map(({ claims }) => claims['jti'])).size).toBe(assertions.length);
  });

  it('that grants no scope at all is told apart from a wrong key', async () => {
    const failure = await failureOf(() => auth.signIn(contextAnswering(...Array.from({ length: 40 }, () => noScope))));
    expect(failure).toMatchObject({ kind: 'forbidden', classified: { problem: 'SCOPE_MISSING' } });
    expect(failure.classified.missingScopes).toContain('okta.users.read');
  });

  it('that is throttled or down is waited for', async () => {
    const throttled = contextAnswering({ status: 429, headers: { 'x-rate-limit-reset': String(NOW.getTime() / 1_000 + 30) } });
    expect(await failureOf(() => auth.signIn(throttled))).toMatchObject({ kind: 'throttled', retryAt: new Date(NOW.getTime() + 30_000) });
    expect(await failureOf(() => auth.signIn(contextAnswering({ status: 503 })))).toMatchObject({ kind: 'down' });
  });

  it('that answers without a token, or with a page, is malformed', async () => {
    expect(await failureOf(() => auth.signIn(contextAnswering({ body: {} })))).toMatchObject({ kind: 'malformed' });
    expect(await failureOf(() => auth.signIn(contextAnswering({ status: 404, body: '<html>' })))).toMatchObject({ kind: 'malformed' });
  });

  it('never finds a quoted key in the failure of a broken JWK', async () => {
    const context = { ...contextAnswering(), secrets: { privateKey: '{"d":"not-a-real-key' } };
    const failure = await failureOf(() => auth.signIn(context));
    expect(failure.kind).toBe('misconfigured');
    expect(JSON.stringify([failure.message, failure.classified])).not.toContain('not-a-real-key');
  });
});
