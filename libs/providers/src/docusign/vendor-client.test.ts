import { createSign } from 'node:crypto';
import { createRequire } from 'node:module';

import { startSandbox, type RunningSandbox } from '#libs/providers/clients';

import { sandbox } from './sandbox.js';

/** The parts of the vendor's own client that are used here; it has no types. */
interface VendorClient {
  setBasePath(path: string): void;
  addDefaultHeader(name: string, value: string): void;
}
interface VendorUsers {
  readonly users: readonly { readonly userId: string; readonly isAdmin: string; readonly userStatus: string }[];
  readonly totalSetSize: string;
}
interface Vendor {
  readonly ApiClient: new () => VendorClient;
  readonly UsersApi: new (client: VendorClient) => {
    list(accountId: string, options: Readonly<Record<string, string>>): Promise<VendorUsers>;
  };
  readonly GroupsApi: new (client: VendorClient) => {
    listGroups(accountId: string, options: object): Promise<{ readonly groups: readonly { readonly groupName: string }[] }>;
  };
}

const ACCOUNT = 'd0d0d0d0-0000-4000-8000-000000000001';
const vendor = createRequire(import.meta.url)('docusign-esign') as Vendor;

describe("Docusign's own npm client", () => {
  let box: RunningSandbox;
  let client: VendorClient;

  beforeAll(async () => {
    box = await startSandbox(sandbox, { people: 120 });
    client = new vendor.ApiClient();
    client.setBasePath(`${box.url}/restapi`);
    client.addDefaultHeader('Authorization', `Bearer ${await tokenOf(box)}`);
    client.addDefaultHeader('x-forwarded-host', 'na3.docusign.net');
  });

  afterAll(() => box.close());

  it('lists the users of an account in the sandbox, page by page', async () => {
    const users = new vendor.UsersApi(client);
    const first = await users.list(ACCOUNT, { additionalInfo: 'true', count: '50' });
    const second = await users.list(ACCOUNT, { additionalInfo: 'true', count: '50', startPosition: '50' });
    const ids = [...first.users, ...second.users].map(({ userId }) => userId);
    expect(first.users).toHaveLength(50);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Number(first.totalSetSize)).toBeGreaterThan(50);
    expect(first.users.filter(({ isAdmin }) => isAdmin === 'True').length).toBeGreaterThan(0);
  });

  it('reads its groups', async () => {
    const { groups } = await new vendor.GroupsApi(client).listGroups(ACCOUNT, {});
    expect(groups.map(({ groupName }) => groupName)).toEqual(expect.arrayContaining(['Administrators', 'Everyone', 'Finance']));
  });
});

// Its own sign-in insists on https, so the token is fetched as it would do it.
async function tokenOf(box: RunningSandbox): Promise<string> {
  const { settings, secrets } = box.credentials;
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: settings['integrationKey'],
    sub: settings['userId'],
    aud: 'account.docusign.com',
    iat: seconds,
    exp: seconds + 3_600,
    scope: 'signature impersonation',
  };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = createSign('sha256')
    .update(signed)
    .sign(secrets['rsaPrivateKey'] ?? '', 'base64url');
  const response = await fetch(`${box.url}/oauth/token`, {
    method: 'POST',
    headers: { 'x-forwarded-host': 'account.docusign.com', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${signed}.${signature}` }),
  });
  return ((await response.json()) as { readonly access_token: string }).access_token;
}
