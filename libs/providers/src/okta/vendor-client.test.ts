import { createRequire } from 'node:module';

import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { okta } from './index.js';
import { sandboxCredentials } from './sandbox.js';
import type { OktaState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

/** The parts of Okta's own client that are used here. */
interface VendorClient {
  readonly userApi: {
    listUsers(query: object): Promise<AsyncIterable<{ readonly id: string }>>;
    getUser(query: object): Promise<{ readonly status: string }>;
    suspendUser(query: object): Promise<void>;
  };
  readonly groupApi: { listGroups(query: object): Promise<AsyncIterable<{ readonly id: string }>> };
  readonly systemLogApi: { listLogEvents(query: object): Promise<AsyncIterable<{ readonly uuid: string; readonly published: Date }>> };
}

const { Client } = createRequire(import.meta.url)('@okta/okta-sdk-nodejs') as { readonly Client: new (options: object) => VendorClient };

describe('Okta’s own client', () => {
  let made: SandboxApp;
  let client: VendorClient;

  beforeAll(async () => {
    made = await sandboxApp(okta, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 3 });
    const { apiToken } = sandboxCredentials(made.sandbox.state as OktaState, 'api-token').secrets;
    client = new Client({ orgUrl: made.sandbox.url, token: apiToken });
  });
  afterAll(() => made.close());

  async function ids(items: AsyncIterable<{ readonly id: string }>): Promise<string[]> {
    const found: string[] = [];
    for await (const item of items) found.push(item.id);
    return found;
  }

  it('lists users over several pages', async () => {
    const state = made.sandbox.state as OktaState;
    const found = await ids(await client.userApi.listUsers({ limit: 10 }));
    const expected = [...state.users.values()].filter((user) => user.standing.now.status !== 'DEPROVISIONED').map((user) => user.id);
    expect(found.sort()).toEqual(expected.sort());
  });

  it('lists groups', async () => {
    expect(await ids(await client.groupApi.listGroups({}))).toHaveLength((made.sandbox.state as OktaState).groups.size);
  });

  it('reads the log', async () => {
    const events = await client.systemLogApi.listLogEvents({ since: '2026-11-19T00:00:00Z', until: '2026-11-20T00:00:00Z', limit: 100 });
    const uuids: string[] = [];
    for await (const event of events) uuids.push(event.uuid);
    expect(uuids.length).toBeGreaterThan(100);
    expect(new Set(uuids).size).toBe(uuids.length);
  });

  it('suspends a user', async () => {
    const [user] = [...(made.sandbox.state as OktaState).users.values()].filter((one) => one.standing.now.status === 'ACTIVE');
    await client.userApi.suspendUser({ userId: user!.id });
    expect((await client.userApi.getUser({ userId: user!.id })).status).toBe('SUSPENDED');
  });
});
