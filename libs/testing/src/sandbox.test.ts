import { CAPABILITIES, type Capability } from '#libs/contracts';
import type { CapabilityClaim, Provider } from '#libs/providers';

import { FakeClock } from './clock.js';
import { sandboxApp, type SandboxApp, type SandboxAppOptions } from './sandbox.js';
import { specOf } from './specs.js';

const nothing: CapabilityClaim = { support: 'NOT_APPLICABLE', note: 'only lists people' };
const capabilities = Object.fromEntries(CAPABILITIES.map((capability) => [capability, nothing])) as Record<Capability, CapabilityClaim>;

/** An app with a list of people, as small as one can be. */
const people: Provider = {
  manifest: {
    key: 'people',
    name: 'People',
    vendor: 'Test',
    category: 'test',
    capabilities,
    limitations: [],
    budgets: [],
    concurrency: 2,
    retentionDays: 1,
    readLagMs: 0,
    docs: [],
    setup: { prerequisites: [], fields: [], scopes: [] },
  },
  http: { bases: () => ({ main: 'https://people.example' }) },
  auth: { signIn: async ({ secrets }) => ({ headers: async () => ({ authorization: `Bearer ${secrets['token'] ?? ''}` }) }) },
  identify: async () => ({ accountExternalId: null, name: null }),
  probes: [],
  listings: {},
  feeds: {},
  controls: [],
  actions: {},
  sandbox: {
    hosts: ['https://people.example'],
    seed: (company) => company.people.map(({ number, email }) => ({ id: number, email })),
    throttled: () => ({ status: 429, headers: { 'retry-after': '20' }, json: {} }),
    authorize: ({ headers }) => (headers['authorization'] === 'Bearer sesame' ? undefined : { status: 401, json: {} }),
    credentials: () => ({ settings: {}, secrets: { token: 'sesame' } }),
    routes: [{ method: 'GET', operation: 'GET /people', answer: ({ state }) => ({ status: 200, json: state }) }],
  },
};

const spec = specOf(
  {
    openapi: '3.0.0',
    paths: {
      '/people': {
        get: {
          parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }],
          responses: {
            200: {
              content: {
                'application/json': { schema: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } } },
              },
            },
          },
        },
      },
    },
  },
  'people.json',
);

const list = { operation: 'GET /people', path: '/people' };
let running: SandboxApp;

async function start(options: SandboxAppOptions = {}): Promise<SandboxApp> {
  running = await sandboxApp(people, { people: 10, days: 1, ...options });
  return running;
}

afterEach(() => running.close());

describe('a provider on its sandbox', () => {
  it('signs in with the sandbox’s credentials and is recorded', async () => {
    const { app, exchanges } = await start();
    expect((await app.call(list)).body).toHaveLength(10);
    expect(exchanges.map(({ operation, status }) => [operation, status])).toEqual([['GET /people', 200]]);
  });

  it('is held against the description, in what it asks and in what is answered', async () => {
    const { app, problems } = await start({ spec });
    await app.call({ ...list, query: { colour: 'red' } });
    expect(problems()).toContain('GET /people: query: colour is not a parameter of GET /people');
    expect(problems()).toContain('GET /people: answer/0/id: must be string');
  });

  it('is not blamed for what a switch did, nor for what the description is known to lack', async () => {
    const { app, sandbox, problems } = await start({ spec, beyondSpec: ['GET /people'] });
    await app.call(list);
    sandbox.setSwitches({ malformed: 'people' });
    await expect(app.call(list)).rejects.toMatchObject({ kind: 'malformed' });
    expect(problems()).toEqual([]);
  });

  it('sits out throttling at once on a fake clock', async () => {
    const clock = new FakeClock();
    const { app, sandbox } = await start({ clock });
    const before = clock.now().getTime();
    sandbox.setSwitches({ throttleNext: 1 });
    expect((await app.call(list)).status).toBe(200);
    expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(20_000);
  });

  it('can be met with a wrong secret', async () => {
    const { connect } = await start();
    await expect(connect({ secrets: { token: 'wrong' } }).call(list)).rejects.toMatchObject({ kind: 'auth-revoked' });
  });
});
