import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { AppAnswer, AppRequest, AuthContext } from '../sdk/index.js';
import { auth } from './auth.js';
import { docusign } from './index.js';
import { OPERATIONS } from './operations.js';

const SETTINGS = {
  environment: 'demo',
  integrationKey: '11111111-2222-4333-8444-555555555555',
  userId: '66666666-7777-4888-9999-aaaaaaaaaaaa',
  governance: 'true',
};
const NOW = new Date('2026-11-20T15:30:00Z');

type Claims = {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly scope: string;
};

describe('signing in', () => {
  it('asserts the integration key for the administrator, to the bare host, a little in the past and for one hour', async () => {
    const { context, claims, requests } = fake(() => granted());
    const session = await auth.signIn(context);
    expect(claims[0]).toEqual({
      iss: SETTINGS.integrationKey,
      sub: SETTINGS.userId,
      aud: 'account-d.docusign.com',
      iat: NOW.getTime() / 1_000 - 30,
      exp: NOW.getTime() / 1_000 - 30 + 3_600,
      scope: expect.stringContaining('signature'),
    });
    expect(requests[0]).toMatchObject({ at: 'oauth', form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' } });
    expect(session.expiresAt).toEqual(new Date(NOW.getTime() + 3_600_000));
    await expect(session.headers({ method: 'GET', url: '' })).resolves.toEqual({ authorization: 'Bearer t1' });
  });

  it('asks for the writing scope only when acting on users is wanted', async () => {
    const { context, claims } = fake(() => granted());
    await auth.signIn({ ...context, settings: { ...SETTINGS, governance: 'false' } });
    expect(claims[0]!.scope.split(' ')).not.toContain('user_write');
  });

  it('leaves out the scopes without consent, one by one, since Docusign does not name them', async () => {
    const { context } = fake(({ scope }) => (/domain_read|user_write/.test(scope) ? refused('consent_required') : granted(scope)));
    const session = await auth.signIn(context);
    expect(session.grantedScopes).toEqual(expect.arrayContaining(['signature', 'impersonation', 'user_read', 'identity_provider_read']));
    expect(session.grantedScopes).not.toEqual(expect.arrayContaining(['domain_read']));
    expect(session.grantedScopes).not.toEqual(expect.arrayContaining(['user_write']));
  });

  it('without any consent says where to give it', async () => {
    const { context } = fake(() => refused('consent_required'));
    await expect(auth.signIn(context)).rejects.toMatchObject({
      kind: 'consent',
      classified: {
        remedy: expect.stringContaining('https://account-d.docusign.com/oauth/auth?'),
        missingScopes: expect.arrayContaining(['signature']),
      },
    });
  });

  it.each([
    ['invalid_grant', 'issuer_not_found', /integration key/],
    ['invalid_grant', 'user_not_found', /User ID/],
    ['invalid_grant', 'no_valid_keys_or_signatures', /private key/],
    ['invalid_grant', 'something_else', /clock/],
    ['invalid_request', undefined, /integration key/],
  ])('with %s (%s) is misconfigured, and says what to check', async (error, description, remedy) => {
    const { context } = fake(() => refused(error, description));
    await expect(auth.signIn(context)).rejects.toMatchObject({
      kind: 'misconfigured',
      classified: { remedy: expect.stringMatching(remedy), problem: 'CREDENTIAL_INVALID' },
    });
  });

  it.each([
    [500, 'down'],
    [429, 'throttled'],
  ])('answered with %d is %s', async (status, kind) => {
    const { context } = fake(() => ({ status, body: undefined }));
    await expect(auth.signIn(context)).rejects.toMatchObject({ kind });
  });

  it("tries once more by Docusign's clock when ours is off", async () => {
    const theirs = new Date(NOW.getTime() + 20 * 60_000);
    const { context, claims } = fake(({ iat }) =>
      iat < theirs.getTime() / 1_000 - 60 ? refused('invalid_grant', 'expired_grant', theirs) : granted(),
    );
    await expect(auth.signIn(context)).resolves.toBeDefined();
    expect(claims.map(({ iat }) => iat)).toEqual([NOW.getTime() / 1_000 - 30, theirs.getTime() / 1_000 - 30]);
  });

  it('with a key that is none says so, without showing it', async () => {
    const { context } = fake(() => granted());
    const failing: AuthContext = { ...context, signJwt: () => Promise.reject(new Error('bad key -----BEGIN')) };
    await expect(auth.signIn(failing)).rejects.toMatchObject({
      kind: 'misconfigured',
      message: 'The RSA private key cannot be used for signing.',
    });
  });
});

describe('a session with the sandbox', () => {
  let box: SandboxApp;
  const clock = new FakeClock();

  beforeEach(async () => {
    box = await sandboxApp(docusign, { clock, now: clock.now() });
  });
  afterEach(() => box.close());

  it('is renewed before its hour is over, once for many calls', async () => {
    box.app.learn(await docusign.discover!(box.app));
    clock.advance(56 * 60_000);
    await Promise.all(Array.from({ length: 12 }, () => docusign.probes[0]!.run(box.app)));
    expect(box.exchanges.filter(({ operation }) => operation === OPERATIONS.token)).toHaveLength(2);
  });

  it('is refused with a key that does not belong to the integration key', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const rsaPrivateKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({
      type: 'pkcs1',
      format: 'pem',
    }) as string;
    await expect(box.connect({ secrets: { rsaPrivateKey } }).signIn()).rejects.toMatchObject({
      kind: 'misconfigured',
      classified: { appCode: 'no_valid_keys_or_signatures' },
    });
  });

  it.each([
    ['integrationKey', 'issuer_not_found'],
    ['userId', 'user_not_found'],
  ])('is refused with another %s', async (name, appCode) => {
    const client = box.connect({ settings: { [name]: '00000000-0000-4000-8000-000000000000' } });
    await expect(client.signIn()).rejects.toMatchObject({ kind: 'misconfigured', classified: { appCode } });
  });

  it('without one scope goes on with what is left, and names the scope where it is missed', async () => {
    box.sandbox.setSwitches({ missingScopes: ['user_write', 'domain_read'] });
    const { grantedScopes } = await box.app.signIn();
    expect(grantedScopes).toContain('user_read');
    box.app.learn(await docusign.discover!(box.app));
    const missing: Record<string, unknown> = {};
    for (const { capability, run } of docusign.probes) {
      await run(box.app).catch(
        (failure: { readonly classified: { readonly missingScopes: unknown } }) => (missing[capability] = failure.classified.missingScopes),
      );
    }
    expect(missing).toEqual({ USER_GOVERNANCE: ['user_write'] });
  });

  it('after the consent was taken back ends as "consent required"', async () => {
    box.app.learn(await docusign.discover!(box.app));
    box.sandbox.setSwitches({ revoked: true });
    await expect(docusign.probes[0]!.run(box.app)).rejects.toMatchObject({ kind: 'consent' });
  });
});

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly date?: Date;
}

function fake(reply: (claims: Claims) => Reply): { context: AuthContext; claims: Claims[]; requests: AppRequest[] } {
  const claims: Claims[] = [];
  const requests: AppRequest[] = [];
  const context: AuthContext = {
    settings: SETTINGS,
    secrets: { rsaPrivateKey: 'key' },
    now: NOW,
    signJwt: async (asserted) => {
      claims.push(asserted as unknown as Claims);
      return 'assertion';
    },
    send: async (request): Promise<AppAnswer> => {
      requests.push(request);
      const { status, body, date } = reply(claims.at(-1)!);
      return { status, body, request, headers: date ? { date: date.toUTCString() } : {} };
    },
    makeProofKey: () => Promise.reject(new Error('not used')),
    sha256: () => new Uint8Array(),
    hmacSha256: () => new Uint8Array(),
  };
  return { context, claims, requests };
}

function granted(scope?: string): Reply {
  return { status: 200, body: { access_token: 't1', token_type: 'Bearer', expires_in: 3_600, ...(scope && { scope }) } };
}

function refused(error: string, error_description?: string, date?: Date): Reply {
  return { status: 400, body: { error, error_description }, date };
}
