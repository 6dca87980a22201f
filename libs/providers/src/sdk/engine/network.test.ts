import { AppFailure } from '../provider.js';
import { type FakeApp, USERS, clientOf, json, startFakeApp } from './fixtures/fake-app.js';
import { type NetworkRules, allowedAddresses } from './network.js';
import { isReachableAddress } from './public-address.js';

describe('an address that a tenant entered', () => {
  let app: FakeApp;

  beforeAll(async () => {
    app = await startFakeApp((_, response) => json(response, 200, { secret: 'of the own network' }));
  });
  afterAll(() => app.close());

  async function reach(base: string, network: NetworkRules = {}): Promise<unknown> {
    const { client } = clientOf(app, { hostMap: {}, http: { bases: () => ({ main: base }) }, network: { ports: [app.port], ...network } });
    const outcome = await client.call(USERS).catch((error: unknown) => error);
    await client.close();
    return outcome;
  }

  // All of these reach 127.0.0.1 or the machine itself when only names are checked.
  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '127.0.0.1.',
    '10.0.0.8',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '168.63.129.16',
    '[fd00::1]',
    '[fe80::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ])('%s is not connected to', async (host) => {
    expect(await reach(`https://${host}:${app.port}`)).toMatchObject({ kind: 'misconfigured' });
    expect(app.connections).toBe(0);
  });

  it.each([
    [[{ address: '127.0.0.1', family: 4 }]],
    [[{ address: '::ffff:10.0.0.1', family: 6 }]],
    [[{ address: '169.254.169.254', family: 4 }]],
    [[{ address: '64:ff9b::a00:1', family: 6 }]],
    [
      [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
  ])('by a name that leads to %j is not connected to', async (addresses) => {
    expect(await reach(`https://acme.example:${app.port}`, { resolve: async () => addresses })).toMatchObject({ kind: 'misconfigured' });
    expect(app.connections).toBe(0);
  });

  it('by a name with an endless list of addresses is not connected to', async () => {
    const addresses = Array.from({ length: 17 }, (_, i) => ({ address: `93.184.216.${i}`, family: 4 }));
    expect(await reach(`https://acme.example:${app.port}`, { resolve: async () => addresses })).toMatchObject({ kind: 'misconfigured' });
  });

  it('without https, with a user name or with a strange port is not connected to', async () => {
    const publicName: NetworkRules = { ports: [], resolve: async () => [{ address: '93.184.216.34', family: 4 }] };
    for (const base of [
      'http://acme.example',
      'https://ada:pw@acme.example',
      'https://acme.example:22',
      'file:///etc/passwd',
      'no address',
    ]) {
      expect(await reach(base, publicName)).toMatchObject({ kind: 'misconfigured' });
    }
  });

  it('in the own network is connected to when the operator allows it', async () => {
    const outcome = await reach(`https://127.0.0.1:${app.port}`, { allowPrivate: true });
    // The app speaks no TLS: what counts is that the guard let us come so far.
    expect(outcome).toBeInstanceOf(AppFailure);
    expect(outcome).not.toMatchObject({ kind: 'misconfigured' });
    expect(app.connections).toBeGreaterThan(0);
  });
});

describe('the addresses of a public name', () => {
  it('are handed on as they were checked', async () => {
    const addresses = [{ address: '93.184.216.34', family: 4 }];
    expect(await allowedAddresses('acme.example', { resolve: async () => addresses })).toBe(addresses);
  });

  it.each(['8.8.8.8', '2606:4700::1111', '[2606:4700::1111]', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(isReachableAddress(address)).toBe(true);
  });

  it.each(['198.18.0.1', '192.0.2.1', '224.0.0.1', '255.255.255.255', '2001:db8::1', 'ff02::1', 'fe80::1%eth0', 'acme.example', ''])(
    '%s is not',
    (address) => {
      expect(isReachableAddress(address)).toBe(false);
    },
  );

  it('of cloud metadata stay refused in the own network', () => {
    expect(isReachableAddress('169.254.169.254', { allowPrivate: true })).toBe(false);
    expect(isReachableAddress('168.63.129.16', { allowPrivate: true })).toBe(false);
    expect(isReachableAddress('10.1.2.3', { allowPrivate: true })).toBe(true);
  });
});
