import { makeCompany } from './company-model.js';
import type { SandboxContext, SandboxDefinition } from './definition.js';
import { startSandbox, type Exchange, type RunningSandbox, type SandboxOptions } from './server.js';

interface Notes {
  readonly notes: Map<string, { id: string; text: string }>;
  ticks: number;
}

const NOW = new Date('2026-11-20T15:30:00Z');
const company = makeCompany({ people: 10, now: NOW, days: 2 });

/** The smallest app that has everything: a token, a list, a write, two hosts. */
const notesApp: SandboxDefinition<Notes> = {
  hosts: ['https://acme.notes.example', 'https://api.notes.example/Management'],
  switches: { pinkNotes: 'Notes are pink.' },
  seed: ({ people }) => ({
    notes: new Map(people.map(({ number, email }) => [`n${number}`, { id: `n${number}`, text: email }])),
    ticks: 0,
  }),
  load: (state, events) =>
    events.forEach((event, index) => void state.notes.set(`e${index}`, { id: `e${index}`, text: JSON.stringify(event) })),
  throttled: ({ now }) => ({ status: 429, headers: { 'x-reset': String(now.getTime()) }, json: { code: 'SLOW_DOWN' } }),
  authorize: ({ headers, switches, route }) => {
    if (switches.revoked || headers['authorization'] !== 'Bearer open-sesame') return { status: 401, json: { code: 'WHO_ARE_YOU' } };
    return route.scopes?.some((scope) => switches.missingScopes.includes(scope)) ? { status: 403, json: { code: 'NO_SCOPE' } } : undefined;
  },
  credentials: () => ({ settings: { org: 'acme' }, secrets: { token: 'open-sesame' } }),
  notFound: ({ method, path }) => ({ status: 404, json: { code: 'NOTHING_AT', at: `${method} ${path}` } }),
  tick: (state) => void state.ticks++,
  routes: [
    { method: 'POST', operation: 'POST /token', open: true, answer: ({ body }) => ({ status: 200, json: { got: body } }) },
    {
      method: 'GET',
      operation: 'GET /notes',
      scopes: ['read'],
      answer: ({ state }) => ({ status: 200, json: { value: [...state.notes.values()] } }),
    },
    { method: 'GET', operation: 'GET /notes/{id}', answer: oneNote },
    { method: 'GET', operation: 'GET /notes/mine', answer: () => ({ status: 200, json: { mine: true } }) },
    { method: 'GET', operation: 'GET /policies', answer: () => ({ status: 200, json: 'all' }) },
    { method: 'GET', operation: 'GET /policies?type=PASSWORD', answer: () => ({ status: 200, json: 'password' }) },
    { method: 'PUT', operation: 'PUT /notes/{id}', answer: writeNote },
    {
      method: 'GET',
      operation: 'GET /broken',
      answer: () => {
        throw new Error('a bug in a route');
      },
    },
    {
      method: 'GET',
      operation: 'GET /v{version}/orgs/{id}',
      host: 'https://api.notes.example/Management',
      answer: ({ params, host }) => ({ status: 200, json: { params, host } }),
    },
  ],
};

function oneNote({ state, params, host }: SandboxContext<Notes>) {
  const note = state.notes.get(params['id']!);
  return note ? { status: 200, json: { ...note, link: `${host}/notes/${note.id}` } } : { status: 404, json: { code: 'GONE' } };
}

function writeNote({ state, params, body }: SandboxContext<Notes>) {
  state.notes.set(params['id']!, { id: params['id']!, text: (body as { text: string }).text });
  return { status: 204 };
}

let sandbox: RunningSandbox<Notes>;
const exchanges: Exchange[] = [];

async function start(options: SandboxOptions = {}): Promise<void> {
  exchanges.length = 0;
  sandbox = await startSandbox(notesApp, { company, now: NOW, onExchange: (exchange) => void exchanges.push(exchange), ...options });
}

async function ask(
  path: string,
  init: RequestInit = {},
  host = 'acme.notes.example',
): Promise<{ status: number; type: string | null; text: string; json: () => unknown }> {
  const headers = { authorization: 'Bearer open-sesame', 'x-forwarded-host': host, ...(init.headers as Record<string, string>) };
  const response = await fetch(`${sandbox.url}${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), text, json: () => JSON.parse(text) as unknown };
}

const put = (id: string, text: string): RequestInit & { path: string } => ({
  path: `/notes/${id}`,
  method: 'PUT',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ text }),
});

beforeEach(() => start());
afterEach(async () => {
  await sandbox.close();
});

describe('a sandbox', () => {
  it('stands in for the hosts of the app on one loopback port', async () => {
    expect(sandbox.hosts).toEqual({ 'https://acme.notes.example': sandbox.url, 'https://api.notes.example': sandbox.url });
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await ask('/Management/v2/orgs/7', {}, 'api.notes.example')).json()).toEqual({
      params: { version: '2', id: '7' },
      host: 'https://api.notes.example',
    });
    expect((await ask('/Management/v2/orgs/7')).status).toBe(404);
  });

  it('serves all hosts to a caller that knows only the loopback address, and links back to it', async () => {
    const loopback = `127.0.0.1:${sandbox.port}`;
    expect((await ask('/v2/orgs/7', {}, loopback)).json()).toMatchObject({ host: sandbox.url });
    expect((await ask('/notes/n1', {}, loopback)).json()).toMatchObject({ link: `${sandbox.url}/notes/n1` });
    expect((await ask('/notes/n1')).json()).toMatchObject({ link: 'https://acme.notes.example/notes/n1' });
  });

  it('matches paths in any letter case, decodes what stands for braces, and prefers literal text and named queries', async () => {
    await ask('/notes/a%2Fb%20c', put('x', 'slash'));
    expect((await ask('/NOTES/a%2Fb%20c')).json()).toMatchObject({ id: 'a/b c', text: 'slash' });
    expect((await ask('/notes/mine')).json()).toEqual({ mine: true });
    expect((await ask('/policies?type=PASSWORD&limit=2')).json()).toBe('password');
    expect((await ask('/policies?type=OTHER')).json()).toBe('all');
  });

  it('reads JSON and forms', async () => {
    const form = { method: 'POST', body: new URLSearchParams({ grant_type: 'jwt', scope: 'a b' }) };
    expect((await ask('/token', form)).json()).toEqual({ got: { grant_type: 'jwt', scope: 'a b' } });
    const json = { method: 'POST', body: '{"a":[1]}', headers: { 'content-type': 'application/json' } };
    expect((await ask('/token', json)).json()).toEqual({ got: { a: [1] } });
  });

  it('asks for a token except where a route is open', async () => {
    expect((await ask('/notes', { headers: { authorization: 'none' } })).status).toBe(401);
    expect((await ask('/token', { method: 'POST', headers: { authorization: 'none' } })).status).toBe(200);
  });

  it('says in the app’s words that a path does not exist', async () => {
    expect((await ask('/nowhere')).json()).toEqual({ code: 'NOTHING_AT', at: 'GET /nowhere' });
    expect(sandbox.ledger().unknown).toEqual(['GET /nowhere']);
  });

  it('counts an exception in a route, so that tests can want none', async () => {
    expect((await ask('/broken')).status).toBe(500);
    expect(sandbox.ledger().unhandled).toEqual([{ operation: 'GET /broken', message: 'a bug in a route' }]);
  });

  it('writes down what took effect, in order, and counts calls and rows', async () => {
    await ask('/notes/n1', put('n1', 'first'));
    await ask('/notes/n2', put('n2', 'second'));
    await ask('/notes');
    await ask('/notes/none');
    const { effects, operations, requests } = sandbox.ledger();
    expect(effects.map(({ params, body, wasAnswered }) => [params['id'], body, wasAnswered])).toEqual([
      ['n1', { text: 'first' }, true],
      ['n2', { text: 'second' }, true],
    ]);
    expect(operations['GET /notes']).toEqual({ calls: 1, rows: 10, statuses: { 200: 1 } });
    expect(operations['GET /notes/{id}']).toEqual({ calls: 1, rows: 0, statuses: { 404: 1 } });
    expect(requests).toBe(4);
  });

  it('tells a listener of every call and answer', async () => {
    await ask('/notes/n1?view=full');
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({
      operation: 'GET /notes/{id}',
      path: '/notes/n1',
      status: 200,
      isFault: false,
      host: 'https://acme.notes.example',
    });
    expect(exchanges[0]!.query.get('view')).toBe('full');
  });

  it('can start from a recorded log, and goes on by itself when live', async () => {
    await sandbox.close();
    await start({ events: [{ a: 1 }], live: true });
    expect((await ask('/notes/e0')).json()).toMatchObject({ text: '{"a":1}' });
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(sandbox.state.ticks).toBeGreaterThan(0);
  });

  it('tells the same story from the same options', async () => {
    const first = sandbox.credentials;
    const people = sandbox.company.people;
    await sandbox.close();
    await start({ company: undefined, people: 10, days: 2 });
    expect(sandbox.company.people).toEqual(people);
    expect(sandbox.credentials).toEqual(first);
  });
});

describe('switches', () => {
  it('throttleNext refuses that many calls in the app’s words, then lets through; calls for tokens do not count', async () => {
    sandbox.setSwitches({ throttleNext: 2 });
    await ask('/token', { method: 'POST' });
    const statuses = [(await ask('/notes')).status, (await ask('/notes')).status, (await ask('/notes')).status];
    expect(statuses).toEqual([429, 429, 200]);
    expect(sandbox.switches().throttleNext).toBe(0);
  });

  it('throttleEvery refuses every n-th call', async () => {
    sandbox.setSwitches({ throttleEvery: 3 });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await ask('/notes')).status);
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429]);
  });

  it('serverError, malformed and htmlPage spoil the operations they name and no others', async () => {
    sandbox.setSwitches({ serverError: 'GET /notes/{id}', malformed: 'GET /policies', htmlPage: 'PUT' });
    expect((await ask('/notes/n1')).status).toBe(500);
    const broken = await ask('/policies');
    expect([broken.status, broken.type]).toEqual([200, 'application/json; charset=utf-8']);
    expect(broken.json).toThrow(SyntaxError);
    const page = await ask('/notes/n1', put('n1', 'lost'));
    expect([page.status, page.type, page.text.includes('<html>')]).toEqual([200, 'text/html; charset=utf-8', true]);
    expect((await ask('/notes')).status).toBe(200);
    expect(sandbox.ledger().effects).toEqual([]);
    expect(exchanges.filter(({ isFault }) => isFault)).toHaveLength(3);
  });

  it('hang accepts a call and never answers', async () => {
    sandbox.setSwitches({ hang: 'GET /notes/{id}' });
    await expect(ask('/notes/n1', { signal: AbortSignal.timeout(300) })).rejects.toThrow(/time/i);
    expect((await ask('/notes')).status).toBe(200);
    expect(sandbox.ledger().operations['GET /notes/{id}']?.statuses).toEqual({ hung: 1 });
  });

  it('close ends also while calls hang', async () => {
    sandbox.setSwitches({ hang: 'notes' });
    const hanging = ask('/notes').then(
      () => 'answered',
      () => 'cut off',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await sandbox.close();
    expect(await hanging).toBe('cut off');
    await start();
  });

  it('loseAnswer takes the effect and cuts the line', async () => {
    sandbox.setSwitches({ loseAnswer: 'PUT' });
    await expect(ask('/notes/n1', put('n1', 'taken'))).rejects.toThrow();
    expect(sandbox.state.notes.get('n1')?.text).toBe('taken');
    expect(sandbox.ledger().effects.map(({ wasAnswered }) => wasAnswered)).toEqual([false]);
  });

  it('delayMs makes every answer slow', async () => {
    sandbox.setSwitches({ delayMs: 200 });
    const before = performance.now();
    await ask('/notes');
    expect(performance.now() - before).toBeGreaterThan(190);
  });

  it('revoked and missingScopes reach the app’s own refusals', async () => {
    sandbox.setSwitches({ missingScopes: ['read'] });
    expect((await ask('/notes')).status).toBe(403);
    sandbox.setSwitches({ revoked: true });
    expect((await ask('/notes/mine')).status).toBe(401);
  });

  it('are set over HTTP, an app’s own ones too', async () => {
    const post = (body: string) => ask('/__sandbox/switches', { method: 'POST', body });
    expect((await post('{"pinkNotes":true,"readLagMs":500}')).json()).toMatchObject({ switches: { pinkNotes: true, readLagMs: 500 } });
    expect((await ask('/__sandbox/switches')).json()).toMatchObject({
      switches: { pinkNotes: true },
      meaning: { pinkNotes: 'Notes are pink.' },
    });
  });

  it.each([
    ['{"throttleNxet":1}', /no switch "throttleNxet".*throttleNext/],
    ['{"toString":1}', /no switch "toString"/],
    ['{"delayMs":-1}', /"delayMs" wants a whole number/],
    ['{"revoked":"yes"}', /"revoked" wants true or false/],
    ['{"missingScopes":"read"}', /wants a list of texts/],
    ['[1]', /JSON object/],
    ['{', /not JSON/],
  ])('refuse %s and say what is known', async (body, message) => {
    const refused = await ask('/__sandbox/switches', { method: 'POST', body });
    expect(refused.status).toBe(400);
    expect((refused.json() as { error: string }).error).toMatch(message);
    expect(sandbox.switches()).toMatchObject({ throttleNext: 0, delayMs: 0, revoked: false });
  });

  it('have a ledger and a summary beside them, and nothing else', async () => {
    await ask('/notes');
    expect((await ask('/__sandbox/ledger')).json()).toMatchObject({ requests: 1, operations: { 'GET /notes': { calls: 1 } } });
    expect((await ask('/__sandbox/summary')).json()).toMatchObject({
      company: { people: 10 },
      requests: 1,
      unhandled: 0,
      takeover: { victim: company.takeover.victim.email },
    });
    expect((await ask('/__sandbox/state')).status).toBe(404);
  });
});
