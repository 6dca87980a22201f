import { FakeClock, sandboxApp, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import { salesforce } from './index.js';
import { OPERATIONS } from './operations.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import { CLIENT_SECRET } from './sandbox-oauth.js';
import type { SalesforceSandbox } from './sandbox-state.js';

describe('signing in to Salesforce', () => {
  let box: SandboxApp;
  beforeEach(async () => {
    const clock = new FakeClock();
    box = await sandboxApp(salesforce, { clock, now: clock.now() });
  });
  afterEach(() => box.close());

  const whoAmI = (change?: Pick<SandboxAppOptions, 'settings' | 'secrets'>) => salesforce.identify(change ? box.connect(change) : box.app);
  const tokenCalls = (): number => box.exchanges.filter(({ operation }) => operation === OPERATIONS.token).length;

  it('with a key: an assertion for the login host, and one token for all calls', async () => {
    await whoAmI();
    await whoAmI();
    expect(tokenCalls()).toBe(1);
  });

  it('with a secret, at the host of the org', async () => {
    await expect(whoAmI({ settings: { authKind: 'clientCredentials' }, secrets: { clientSecret: CLIENT_SECRET } })).resolves.toMatchObject({
      name: expect.any(String),
    });
  });

  it('again when the session has ended, once', async () => {
    await whoAmI();
    (box.sandbox.state as SalesforceSandbox).access.clear();
    await whoAmI();
    expect(tokenCalls()).toBe(2);
  });

  it.each([
    ['an unknown user', { settings: { username: 'nobody@lindenworks.example' } }, 'consent', 'pre-authorized'],
    ['another consumer key', { settings: { clientId: '3MVG9anotherConsumerKey' } }, 'misconfigured', 'consumer key'],
    ['the login host of sandboxes', { settings: { loginHost: 'test.salesforce.com' } }, 'unreachable', ''],
    ['a key of no certificate', { secrets: { privateKey: sandboxKey('another', 'pkcs8').pem } }, 'misconfigured', 'certificate'],
    ['a key that is none', { secrets: { privateKey: 'hello' } }, 'misconfigured', 'PEM'],
    [
      'a wrong secret',
      { settings: { authKind: 'clientCredentials' }, secrets: { clientSecret: 'wrong' } },
      'misconfigured',
      'client credentials flow',
    ],
  ] as const)('says what to do about %s', async (_what, change, kind, remedy) => {
    await expect(whoAmI(change)).rejects.toMatchObject({
      kind,
      ...(remedy && { classified: { remedy: expect.stringContaining(remedy) } }),
    });
  });

  it('names the org that a credential belongs to when another My Domain was entered', async () => {
    await expect(whoAmI({ settings: { myDomain: 'other.my.salesforce.com' } })).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining('lindenworks.my.salesforce.com'),
    });
  });

  it('ends when the user was taken out of the app', async () => {
    await whoAmI();
    box.sandbox.setSwitches({ revoked: true });
    await expect(whoAmI()).rejects.toMatchObject({ kind: 'consent' });
  });
});
