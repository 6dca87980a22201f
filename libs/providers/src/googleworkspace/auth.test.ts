import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure } from '../sdk/index.js';
import { googleWorkspace } from './index.js';
import { SCOPES } from './manifest.js';
import { OPERATIONS } from './operations.js';
import { request } from './pages.js';
import { SCOPE } from './scopes.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const USERS = request(OPERATIONS.users, {}, { customer: 'my_customer' });
const GROUPS = request(OPERATIONS.groups, {}, { customer: 'my_customer' });

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(googleWorkspace, { clock, now: NOW, people: 20, days: 2 });
});
afterEach(() => made.close());

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  const failure = await act().catch((error: unknown) => error);
  if (failure instanceof AppFailure) return failure;
  throw new Error(`It did not fail as an app does: ${String(failure)}`);
}

const tokensAsked = (): number => made.exchanges.filter(({ operation }) => operation === OPERATIONS.token).length;

describe('signing in', () => {
  it('asks for one token for each scope, when first needed and once however many calls wait for it', async () => {
    await Promise.all(Array.from({ length: 25 }, () => made.app.call(USERS)));
    expect(tokensAsked()).toBe(1);
    await Promise.all(Array.from({ length: 25 }, () => made.app.call(GROUPS)));
    expect(tokensAsked()).toBe(2);
  });

  it('lasts an hour, and is renewed before that', async () => {
    await made.app.call(USERS);
    clock.advance(58 * 60_000);
    await made.app.call(USERS);
    expect(tokensAsked()).toBe(2);
  });

  it('does without a scope that is not delegated, which costs only what needs it', async () => {
    made.sandbox.setSwitches({ missingScopes: [SCOPE.users] });
    expect(await failureOf(() => made.app.call(USERS))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: [SCOPE.users], problem: 'SCOPE_MISSING', remedy: expect.stringContaining('108000000000000000042') },
    });
    expect((await made.app.call(GROUPS)).status).toBe(200);
  });

  it('finds a scope that was delegated meanwhile, without a restart', async () => {
    made.sandbox.setSwitches({ missingScopes: [SCOPE.groups] });
    await failureOf(() => made.app.call(GROUPS));
    made.sandbox.setSwitches({ missingScopes: [] });
    expect((await made.app.call(GROUPS)).status).toBe(200);
  });

  it('without any delegation asks the administrator for consent, naming all scopes for reading', async () => {
    made.sandbox.setSwitches({ missingScopes: SCOPES.map(({ scope }) => scope) });
    const failure = await failureOf(() => made.app.signIn());
    expect(failure).toMatchObject({ kind: 'consent' });
    expect(failure.classified.missingScopes).toEqual(SCOPES.filter(({ forWriting }) => !forWriting).map(({ scope }) => scope));
  });

  it.each([
    ['an unknown administrator', { settings: { adminEmail: 'nobody@lindenworks.example' } }, 'auth-revoked', /administrator/],
    ['a file that is no key', { secrets: { serviceAccountKey: '{"type":"authorized_user"}' } }, 'misconfigured', /JSON key/],
    [
      'a key that is no key',
      { secrets: { serviceAccountKey: JSON.stringify({ client_email: 'a@b.example', private_key: 'x' }) } },
      'misconfigured',
      /key file/,
    ],
  ] as const)('as %s says what to do', async (_who, change, kind, remedy) => {
    const failure = await failureOf(() => made.connect(change).signIn());
    expect(failure).toMatchObject({ kind });
    expect(failure.classified.remedy).toMatch(remedy);
  });

  it('with a deleted key says that a new one is needed', async () => {
    made.sandbox.setSwitches({ revoked: true });
    expect(await failureOf(() => made.app.signIn())).toMatchObject({
      kind: 'auth-revoked',
      classified: { remedy: expect.stringMatching(/new JSON key/) },
    });
  });

  it('never asks for a scope that changes something before something is changed', async () => {
    for (const listing of Object.values(googleWorkspace.listings))
      for await (const page of listing.pages(made.app)) expect(page).toBeDefined();
    const asked = made.exchanges.filter(({ operation }) => operation === OPERATIONS.token).map(({ body }) => scopeIn(body));
    const writing = new Set(SCOPES.filter(({ forWriting }) => forWriting).map(({ scope }) => scope));
    expect(asked.filter((scope) => writing.has(scope))).toEqual([]);
    expect(asked.length).toBeGreaterThan(3);
  });
});

function scopeIn(form: unknown): string {
  const { assertion } = form as { readonly assertion: string };
  const claims = JSON.parse(Buffer.from(assertion.split('.')[1]!, 'base64url').toString()) as { readonly scope: string };
  return claims.scope;
}

describe('a refusal by Google', () => {
  it('of a lesser administrator names the role', async () => {
    made.sandbox.setSwitches({ isPlainAdmin: true });
    expect(await failureOf(() => made.app.call(request(OPERATIONS.policies)))).toMatchObject({
      kind: 'forbidden',
      classified: { problem: 'NOT_ADMINISTRATOR', remedy: expect.stringMatching(/super administrator/) },
    });
  });

  it('of an API that is not enabled shows the link to enable it, in both dialects', async () => {
    for (const call of [request(OPERATIONS.policies), GROUPS]) {
      made.sandbox.setSwitches({ apiDisabled: call.path });
      expect(await failureOf(() => made.app.call(call))).toMatchObject({
        kind: 'misconfigured',
        classified: { remedy: expect.stringContaining('https://console.developers.google.com/') },
      });
    }
  });

  it('of a token whose scope was withdrawn names the scope', async () => {
    await made.app.call(GROUPS);
    made.sandbox.setSwitches({ missingScopes: [SCOPE.groups] });
    expect(await failureOf(() => made.app.call(GROUPS))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: [SCOPE.groups] },
    });
  });

  it('with 403 is "slow down" only where it says so', async () => {
    made.sandbox.setSwitches({ throttleNext: 2 });
    expect((await made.app.call(USERS)).status).toBe(200);
  });
});
