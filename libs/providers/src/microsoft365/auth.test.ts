import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { AppAnswer, AppRequest, AuthContext } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { auth, rolesIn, signatureHeader } from './auth.js';
import { microsoft365 } from './index.js';
import { sandboxCredentials } from './sandbox.js';
import type { Microsoft365State } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(microsoft365, { clock: new FakeClock(NOW), now: NOW, people: 10, days: 1 });
});
afterEach(() => made.close());

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppFailure) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('signing in to Microsoft 365', () => {
  it('gets a token for each of the two APIs and tells the permissions in them', async () => {
    const { grantedScopes, expiresAt } = await made.app.signIn();
    expect(grantedScopes).toEqual(expect.arrayContaining(['User.Read.All', 'ActivityFeed.Read']));
    expect(expiresAt!.getTime()).toBe(NOW.getTime() + 3_599_000);
    const asked = made.exchanges.map((one) => (one.body as Record<string, string>)['scope']);
    expect(asked).toEqual(['https://graph.microsoft.com/.default', 'https://manage.office.com/.default']);
  });

  it('with a certificate signs an assertion instead of sending a secret', async () => {
    const credentials = sandboxCredentials(made.sandbox.state as Microsoft365State, 'certificate');
    const app = made.connect(credentials);
    await app.call({ operation: 'GET /domains', path: '/domains' });
    const form = made.exchanges[0]!.body as Record<string, string>;
    expect(form['client_assertion_type']).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(form).not.toHaveProperty('client_secret');
  });

  it('with a certificate that the app registration does not know is refused for good', async () => {
    const { settings, secrets } = sandboxCredentials(made.sandbox.state as Microsoft365State, 'certificate');
    const app = made.connect({ settings: { ...settings, certificate: 'ab'.repeat(32) }, secrets });
    expect(await failureOf(() => app.signIn())).toMatchObject({ kind: 'auth-revoked', classified: { appCode: 'AADSTS700027' } });
  });

  it.each([
    [{ secrets: { clientSecret: 'wrong' } }, {}, { kind: 'auth-revoked', classified: { appCode: 'AADSTS7000215' } }],
    [{}, { secretExpired: true }, { kind: 'auth-revoked', classified: { problem: 'CREDENTIAL_EXPIRED' } }],
    [{}, { revoked: true }, { kind: 'auth-revoked', classified: { appCode: 'AADSTS7000112' } }],
    [{ settings: { clientId: '00000000-1111-4222-8333-444444444444' } }, {}, { kind: 'misconfigured' }],
    [{ settings: { tenantId: '00000000-1111-4222-8333-444444444444' } }, {}, { kind: 'misconfigured' }],
    [{ secrets: { clientSecret: '' } }, {}, { kind: 'misconfigured' }],
    [
      { settings: { authKind: 'certificate', certificate: 'not a certificate' }, secrets: { privateKey: 'x' } },
      {},
      { kind: 'misconfigured' },
    ],
  ])('with %j and %j ends as it should', async (change, switches, failure) => {
    made.sandbox.setSwitches(switches);
    expect(await failureOf(() => made.connect(change).signIn())).toMatchObject(failure);
  });

  it('goes on without the activity feed where the tenant lacks its API, and tries again soon', async () => {
    made.sandbox.setSwitches({ withoutFeedApi: true });
    const { expiresAt } = await made.app.signIn();
    expect(expiresAt!.getTime()).toBe(NOW.getTime() + 600_000);
    await made.app.call({ operation: 'GET /domains', path: '/domains' });
    const ask = () => made.app.call({ operation: 'GET /subscriptions/list', at: 'manage', path: '/subscriptions/list' });
    expect(await failureOf(ask)).toMatchObject({ kind: 'consent', classified: { problem: 'CONSENT_REQUIRED' } });
  });

  it('never sends the token of one API to the other', async () => {
    await made.app.call({ operation: 'GET /domains', path: '/domains' });
    const ask = () => made.app.call({ operation: 'GET /subscriptions/list', at: 'manage', path: '/subscriptions/list' });
    await ask();
    // The sandbox refuses a token of another audience, so both calls went out with their own.
    expect(made.exchanges.slice(2).map((one) => one.status)).toEqual([200, 200]);
  });

  it('is tried again later when the token service has a bad moment', async () => {
    const answer =
      (status: number, body: unknown) =>
      async (request: AppRequest): Promise<AppAnswer> => ({
        status,
        headers: { 'retry-after': '7' },
        body,
        request,
      });
    const context = (send: AuthContext['send']) =>
      ({ settings: {}, secrets: { clientSecret: 's' }, now: NOW, send }) as unknown as AuthContext;
    const failure = await failureOf(() => auth.signIn(context(answer(429, { error: 'temporarily_unavailable' }))));
    expect(failure).toMatchObject({ kind: 'throttled', retryAt: new Date(NOW.getTime() + 7_000) });
    expect(await failureOf(() => auth.signIn(context(answer(503, undefined))))).toMatchObject({ kind: 'down' });
    expect(await failureOf(() => auth.signIn(context(answer(200, '<html>'))))).toMatchObject({ kind: 'malformed' });
  });
});

describe('the header of an assertion', () => {
  it('names the certificate by the thumbprint that was entered, as the portal shows it', () => {
    expect(signatureHeader('AB:CD'.padEnd(59, ':EF'))).toMatchObject({ alg: 'RS256', x5t: expect.stringMatching(/^[\w-]{27}$/) });
    expect(signatureHeader('ab'.repeat(32))).toMatchObject({
      alg: 'PS256',
      'x5t#S256': Buffer.from('ab'.repeat(32), 'hex').toString('base64url'),
    });
  });
});

describe('the permissions in a token', () => {
  it('are none, not an error, where the token is not readable', () => {
    expect(rolesIn('opaque')).toEqual([]);
    expect(rolesIn('a.b.c')).toEqual([]);
  });
});
