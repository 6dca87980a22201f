import { createHash, createHmac } from 'node:crypto';

import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { aws } from './index.js';
import { sandboxCredentials } from './sandbox.js';
import type { AwsState } from './sandbox-state.js';
import { scopeOfHost, signatureOf, type Hashes } from './sigv4.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const hashes: Hashes = {
  sha256: (text) => createHash('sha256').update(text).digest(),
  hmacSha256: (key, text) => createHmac('sha256', key).update(text).digest(),
};

describe('Signature Version 4', () => {
  const EMPTY = createHash('sha256').update('').digest('hex');
  const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

  it("gives the signature of AWS's own example, ListUsers", () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      host: 'iam.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
    };
    const signed = {
      method: 'GET',
      path: '/',
      query: [
        ['Version', '2010-05-08'],
        ['Action', 'ListUsers'],
      ] as const,
      headers,
      signedHeaders: ['content-type', 'host', 'x-amz-date'],
      payloadHash: EMPTY,
      time: '20150830T123600Z',
      scope: { service: 'iam', region: 'us-east-1' },
    };
    expect(signatureOf(hashes, SECRET, signed)).toBe('5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
  });

  it('gives the signature of the plainest case of the test suite of AWS', () => {
    const signed = {
      method: 'GET',
      path: '/',
      query: [],
      headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' },
      signedHeaders: ['host', 'x-amz-date'],
      payloadHash: EMPTY,
      time: '20150830T123600Z',
      scope: { service: 'service', region: 'us-east-1' },
    };
    expect(signatureOf(hashes, SECRET, signed)).toBe('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31');
  });

  it.each([
    ['iam.amazonaws.com', 'iam', 'us-east-1'],
    ['iam.us-gov.amazonaws.com', 'iam', 'us-gov-west-1'],
    ['iam.cn-north-1.amazonaws.com.cn', 'iam', 'cn-north-1'],
    ['sts.eu-west-1.amazonaws.com', 'sts', 'eu-west-1'],
    ['sts.amazonaws.com', 'sts', 'us-east-1'],
    ['cloudtrail.eu-west-1.amazonaws.com', 'cloudtrail', 'eu-west-1'],
    ['111122223333.s3-control.eu-west-1.amazonaws.com', 's3', 'eu-west-1'],
  ])('signs for %s as %s in %s', (host, service, region) => {
    expect(scopeOfHost(host)).toEqual({ service, region });
  });
});

describe('signing in to AWS', () => {
  let made: SandboxApp;
  let clock: FakeClock;
  beforeEach(async () => {
    clock = new FakeClock(NOW);
    made = await sandboxApp(aws, { clock, now: NOW, people: 10, days: 1 });
  });
  afterEach(() => made.close());

  const probe = (capability: string) => aws.probes.find((one) => one.capability === capability)!;
  const own = () => sandboxCredentials(made.sandbox.state as AwsState, 'role');

  it('as a role gives temporary keys and their end', async () => {
    expect((await made.app.signIn()).expiresAt).toEqual(new Date(NOW.getTime() + 3_600_000));
    await probe('LIST_ACCOUNTS').run(made.app);
    await probe('ADMIN_ACTIVITY').run(made.app);
  });

  it('with an access key works as well, and shows whose it is', async () => {
    const app = made.connect(sandboxCredentials(made.sandbox.state as AwsState, 'access-key'));
    await probe('LIST_ACCOUNTS').run(app);
    expect((await aws.identify(app)).accountExternalId).toBe('arn:aws:iam::111122223333:user/svc/castellan');
  });

  it('is refused without the right external ID, and says what to look at', async () => {
    const app = made.connect({ settings: { ...own().settings, externalId: 'guessed' } });
    await expect(app.signIn()).rejects.toMatchObject({
      kind: 'auth-revoked',
      classified: { appCode: 'AccessDenied', remedy: expect.stringMatching(/trust policy/) },
    });
  });

  it('is refused with a wrong secret', async () => {
    const app = made.connect({ secrets: { secretAccessKey: 'not-it' } });
    await expect(app.signIn()).rejects.toMatchObject({ kind: 'auth-revoked', classified: { appCode: 'SignatureDoesNotMatch' } });
  });

  it('says what is missing when a role is named without its ARN', async () => {
    const app = made.connect({ settings: { roleArn: undefined } });
    await expect(app.signIn()).rejects.toMatchObject({ kind: 'misconfigured' });
  });

  it('renews the keys of a role that expired, once', async () => {
    await made.app.signIn();
    const { credentials } = made.sandbox.state as AwsState;
    for (const [id, credential] of credentials) if (id.startsWith('ASIA')) credentials.set(id, { ...credential, expiresAt: 1 });
    await probe('LIST_ACCOUNTS').run(made.app);
    expect([...credentials.keys()].filter((id) => id.startsWith('ASIA'))).toHaveLength(2);
  });

  it('ends when every key is refused', async () => {
    await made.app.signIn();
    made.sandbox.setSwitches({ revoked: true });
    await expect(probe('LIST_ACCOUNTS').run(made.app)).rejects.toMatchObject({ kind: 'auth-revoked' });
  });

  it('signs by their clock when ours is off', async () => {
    const late = new FakeClock(new Date(NOW.getTime() - 40 * 60_000));
    const app = made.connect({ client: {} });
    await app.close();
    const { createAppClient } = await import('#libs/providers/clients');
    const slow = createAppClient({
      provider: aws,
      ...made.sandbox.credentials,
      hostMap: made.sandbox.hosts,
      clock: late,
      sleep: late.sleep,
    });
    await probe('LIST_ACCOUNTS').run(slow);
    await slow.close();
  });
});
