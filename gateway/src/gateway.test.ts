import { mkdtemp, rm } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SCOPES, type Role } from '#libs/contracts';
import { InternalTokens, loadSigningKeys, makeLogger } from '#libs/platform';
import { getIntrospectionQuery } from 'graphql';
import request from 'supertest';

import { composeSupergraph } from '../../scripts/compose-supergraph.js';
import { AccessTokens } from './access-tokens.js';
import { FIXTURE_SDL, fixtureService, SECRET, serveFixture, type FixtureLog, type FixtureName, type FixtureServer } from './fixture-subgraphs.js';
import { startGateway, type RunningGateway } from './gateway.js';
import { HttpDataSource } from './subgraphs/http.js';
import { InProcessDataSource } from './subgraphs/in-process.js';
import type { SubgraphClient } from './subgraphs/subgraph-client.js';

const NAMES = ['inventory', 'posture', 'activities'] as const;
const supergraphSdl = composeSupergraph(NAMES.map((name) => ({ name, sdl: FIXTURE_SDL[name] }))).supergraphSdl!;
const TIMEOUTS = { subgraphTimeoutMs: 400, operationTimeoutMs: 2_000 };

let folder: string;
let accessTokens: AccessTokens;
let internal: InternalTokens;
let admin: string;
const logged: string[] = [];
const lines = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    logged.push(chunk.toString());
    done();
  },
});
const logger = makeLogger({ logLevel: 'info', logPretty: false }, lines);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'castellan-gateway-'));
  accessTokens = await AccessTokens.open({ keysDir: folder }, { mayCreate: true });
  internal = new InternalTokens(await loadSigningKeys(folder, 'internal', { mayCreate: true }));
  admin = await tokenFor('ada', ['admin']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function tokenFor(subject: string, roles: readonly Role[], tenant = 'acme'): Promise<string> {
  return (await accessTokens.issue({ tenant, subject, roles, days: 1 })).token;
}

interface Graph {
  readonly gateway: RunningGateway;
  readonly log: FixtureLog;
  readonly servers: Partial<Record<FixtureName, FixtureServer>>;
  close(): Promise<void>;
}

async function startGraph(shape: 'in process' | 'over HTTP', change: { introspection?: boolean } = {}): Promise<Graph> {
  const log: FixtureLog = { entityBatches: [], acted: [] };
  const servers: Graph['servers'] = {};
  const subgraphs: Partial<Record<FixtureName, SubgraphClient>> = {};
  for (const name of NAMES) {
    if (shape === 'in process') subgraphs[name] = new InProcessDataSource(fixtureService(name, log));
    else {
      const server = await serveFixture(name, internal, log);
      servers[name] = server;
      subgraphs[name] = new HttpDataSource({ name, url: server.url, tokens: internal, logger });
    }
  }
  const config = { host: '127.0.0.1', gatewayPort: 0, introspection: true, ...TIMEOUTS, ...change };
  const gateway = await startGateway({ config, logger, subgraphs, accessTokens, supergraphSdl, graphiqlFolders: [] });
  const close = async () => {
    await gateway.close();
    await Promise.all(Object.values(servers).map((server) => server.close()));
  };
  return { gateway, log, servers, close };
}

function post(graph: Graph, query: string, variables: Record<string, unknown> = {}, token: string | null = admin) {
  const call = request(graph.gateway.origin).post('/graphql');
  if (token !== null) void call.set('authorization', `Bearer ${token}`);
  return call.send({ query, variables });
}

const codesOf = (answer: { body: { errors?: { extensions: { code: string } }[] } }) => (answer.body.errors ?? []).map((error) => error.extensions.code);

describe.each(['in process', 'over HTTP'] as const)('a graph over services %s', (shape) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await startGraph(shape);
  });
  afterAll(() => graph.close());

  it('joins what several services know of one thing', async () => {
    const answer = await post(graph, '{ account(id: "b") { name activityCount findings { title } } }');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ data: { account: { name: 'Account b', activityCount: 7, findings: [{ title: 'Finding of b' }] } } });
  });

  it('asks a service for all of a list at once', async () => {
    graph.log.entityBatches.length = 0;
    const answer = await post(graph, '{ accounts { nodes { id findings { id } } } }');
    expect(answer.body.data.accounts.nodes).toHaveLength(3);
    expect(graph.log.entityBatches).toEqual([['a', 'b', 'c']]);
  });

  it('answers each caller as that caller, at the same time too', async () => {
    const callers = await Promise.all(['ada', 'grace', 'ada'].map((subject, at) => tokenFor(subject, ['admin'], at === 2 ? 'apex' : 'acme')));
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => post(graph, '{ whoami }', {}, callers[at % 3]!)));
    expect(answers.map((answer) => answer.body.data.whoami)).toEqual(Array.from({ length: 30 }, (_, at) => ['ada of acme', 'grace of acme', 'ada of apex'][at % 3]));
  });

  it('changes things', async () => {
    const answer = await post(graph, 'mutation ($name: String!) { renameAccount(id: "a", name: $name) { name activityCount } }', { name: 'New' });
    expect(answer.body).toEqual({ data: { renameAccount: { name: 'New', activityCount: 7 } } });
  });

  it('leaves the check of scopes to the services, and passes their word on', async () => {
    const partner = await tokenFor('bot', ['partner']);
    const answer = await post(graph, 'mutation { renameAccount(id: "a", name: "x") { name } }', {}, partner);
    expect(answer.body.errors[0]).toMatchObject({ path: ['renameAccount'], extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('inventory:write') });
  });

  it('passes on code, message and remedy of an error that a service names, and nothing else', async () => {
    const answer = await post(graph, 'mutation { renameAccount(id: "protected", name: "x") { name } }');
    expect(answer.body.errors).toEqual([
      { message: 'This account is protected.', path: ['renameAccount'], extensions: { code: 'ACCOUNT_PROTECTED', kind: 'conflict', remedy: 'Choose another account.' } },
    ]);
  });

  it('hides what no service expected, also in entity look-ups, and keeps the rest of the answer', async () => {
    const answer = await post(graph, '{ fault(kind: "unexpected") whoami account(id: "boom") { name activityCount } }');
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    expect(answer.body.data).toEqual({ fault: null, whoami: 'ada of acme', account: { name: 'Account boom', activityCount: null } });
    expect(codesOf(answer)).toEqual(['INTERNAL', 'INTERNAL']);
    expect(answer.body.errors.map((error: { path: unknown }) => error.path)).toEqual(expect.arrayContaining([['fault'], ['account', 'activityCount']].map((path) => expect.arrayContaining(path.slice(0, 1)))));
    expect(answer.body.errors[0].extensions.requestId).toBe(answer.headers['x-request-id']);
  });

  it('says which value is missing that the schema promises', async () => {
    const answer = await post(graph, '{ whoami promised }');
    expect(answer.body.errors.length).toBeGreaterThan(0);
    expect(answer.body.extensions).toBeUndefined();
  });

  it('waits no longer than its time limit for a service that hangs', async () => {
    const startedAt = performance.now();
    const answer = await post(graph, '{ whoami fault(kind: "hang") }');
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(answer.body.data).toEqual({ whoami: 'ada of acme', fault: null });
    expect(answer.body.errors).toEqual([
      {
        message: 'The activities service gave no answer: it did not answer in time. What other services own is in the answer.',
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', kind: 'unavailable', service: 'activities', remedy: expect.any(String) },
      },
    ]);
  });

  it('says what is wrong with a variable', async () => {
    const answer = await post(graph, 'query ($id: ID!) { account(id: $id) { name } }', { id: { no: 1 } });
    expect(answer.status).toBe(400);
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  });

  it('gives a request one id on its whole way', async () => {
    const own = await post(graph, '{ requestId }').set('x-request-id', 'req-1234');
    expect([own.headers['x-request-id'], own.body.data.requestId]).toEqual(['req-1234', 'req-1234']);
    const hostile = await post(graph, '{ requestId }').set('x-request-id', 'a b"{}');
    expect(hostile.body.data.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(hostile.headers['x-request-id']).toBe(hostile.body.data.requestId);
  });

  it('reports which services it reaches', async () => {
    const answer = await request(graph.gateway.origin).get('/health/ready').expect(200);
    expect(answer.body).toEqual({ isReady: true, checks: { supergraph: { isOk: true }, inventory: { isOk: true }, posture: { isOk: true }, activities: { isOk: true } } });
  });
});

describe('a service over HTTP that is in trouble', () => {
  let graph: Graph;
  beforeEach(async () => {
    graph = await startGraph('over HTTP');
  });
  afterEach(() => graph.close());

  const LEAKS = ['127.0.0.1', 'hunter2', 'at Object', 'ECONN', 'stack'];
  const ask = async () => {
    const answer = await post(graph, '{ account(id: "b") { name activityCount findings { id } } }');
    for (const leak of LEAKS) expect(answer.text).not.toContain(leak);
    expect(answer.headers['content-type']).toContain('application/json');
    return answer;
  };
  const withoutActivities = { account: { name: 'Account b', activityCount: null, findings: [{ id: 'f-b' }] } };

  it('costs its own fields only when it is down, with one error that names it', async () => {
    await graph.servers.activities!.close();
    const answer = await ask();
    expect(answer.body.data).toEqual(withoutActivities);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', service: 'activities' });
    const health = await request(graph.gateway.origin).get('/health/ready').expect(200);
    expect(health.body.checks.activities).toEqual({ isOk: false });
  });

  it.each<[string, NonNullable<FixtureServer['misbehave']>]>([
    ['answers 500 with its secrets', (_request, reply) => reply.code(500).send({ message: SECRET, stack: 'at Object' })],
    ['refuses our token', (_request, reply) => reply.code(401).send({ code: 'UNAUTHENTICATED', message: SECRET })],
    ['answers with a page', (_request, reply) => reply.type('text/html').send(`<h1>${SECRET}</h1>`)],
    ['answers half a text', (_request, reply) => reply.type('application/json').send('{"data": {"_entit')],
    ['answers something else', () => ({ hello: SECRET })],
    ['answers errors of another shape', () => ({ errors: SECRET })],
    ['never answers', () => new Promise(() => {})],
    ['stops in the middle of an answer', (_request, reply) => void reply.hijack().raw.writeHead(200, { 'content-type': 'application/json' }).write('{"data"')],
    ['hangs up', (request, reply) => void (reply.hijack(), request.raw.socket.destroy())],
  ])('costs its own fields only when it %s', async (_, misbehave) => {
    graph.servers.activities!.misbehave = misbehave;
    const answer = await ask();
    expect(answer.body.data).toEqual(withoutActivities);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', service: 'activities' });
  });

  it.each<[string, unknown]>([
    ['a message that it never named', { data: null, errors: [{ message: SECRET, extensions: { code: 'ER_ACCESS_DENIED', stacktrace: ['at Object'], url: 'http://127.0.0.1' } }] }],
    ['entities of another number', { data: { _entities: [] } }],
    ['no entities', { data: { hello: 1 } }],
  ])('is not quoted when it answers %s', async (_, body) => {
    graph.servers.activities!.misbehave = () => body;
    const answer = await ask();
    expect(answer.body.data).toEqual(withoutActivities);
    expect(codesOf(answer)).toEqual(['INTERNAL']);
  });

  it('is asked once more for a query when the connection broke, and is not asked again for a mutation', async () => {
    let calls = 0;
    graph.servers.activities!.misbehave = (incoming, reply) => {
      calls += 1;
      if (calls > 1) return { data: { fault: 'fine', act: 'done' } };
      reply.hijack();
      incoming.raw.socket.destroy();
      return undefined;
    };
    expect((await post(graph, '{ fault(kind: "x") }')).body).toEqual({ data: { fault: 'fine' } });
    expect(calls).toBe(2);
    calls = 0;
    const answer = await post(graph, 'mutation { act(name: "suspend") }');
    expect(calls).toBe(1);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', remedy: expect.stringContaining('not known') });
  });

  it('is given a rest after several failures, and tried again', async () => {
    const server = graph.servers.activities!;
    server.misbehave = (_request, reply) => reply.code(500).send('');
    for (let at = 0; at < 5; at += 1) await ask();
    const before = server.requests.length;
    const resting = await ask();
    expect(server.requests.length).toBe(before);
    expect(resting.body.errors[0].extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
    server.misbehave = undefined;
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await ask()).body.errors).toBeUndefined();
  });

  it('gets a mutation with a token that is bound to it, and queries with one that is used again', async () => {
    const server = graph.servers.activities!;
    await post(graph, '{ fault(kind: "x") }');
    await post(graph, '{ fault(kind: "y") }');
    await post(graph, 'mutation { act(name: "a") }');
    await post(graph, 'mutation { act(name: "b") }');
    const [first, second, third, fourth] = server.requests.map(({ headers }) => String(headers['authorization']).replace('Bearer ', ''));
    expect(first).toBe(second);
    expect(new Set([first, third, fourth]).size).toBe(3);
    expect(graph.log.acted).toEqual(['a', 'b']);
    await expect(internal.verify(third!, 'activities', { text: server.requests[3]!.body, mustBeBound: true })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(internal.verify(first!, 'inventory', { text: '', mustBeBound: false })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('ends with the operation when that has no time left, which is said', async () => {
    graph.servers.activities!.misbehave = () => new Promise(() => {});
    const startedAt = performance.now();
    const answer = await post(graph, 'mutation { act(name: "slow") }');
    const took = performance.now() - startedAt;
    // A mutation may wait for an app: it has the operation's 2 s, not the 0.4 s of a query.
    expect([took > 1_800, took < 3_000]).toEqual([true, true]);
    expect(answer.body.errors[0].extensions.remedy).toContain('not known');
  });
});

describe('the door of the graph', () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await startGraph('in process');
  });
  afterAll(() => graph.close());

  it.each([
    ['without a token', null],
    ['with something that is no token', 'abc'],
    ['with an empty token', ''],
  ])('answers 401 to a request %s, before it reads the body', async (_, token) => {
    const answer = await post(graph, '{ whoami }', {}, token);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.body).toEqual({ errors: [{ message: expect.stringContaining('not authenticated'), extensions: { code: 'UNAUTHENTICATED', kind: 'unauthenticated', remedy: expect.stringContaining('npm run token') } }] });
    const unread = await request(graph.gateway.origin).post('/graphql').set('content-type', 'application/json').send('{"query": ');
    expect(unread.status).toBe(401);
  });

  it('answers 401 to a token that was revoked a moment ago', async () => {
    const token = await tokenFor('mallory', ['reader']);
    expect((await post(graph, '{ whoami }', {}, token)).status).toBe(200);
    await accessTokens.revoke(token);
    expect((await post(graph, '{ whoami }', {}, token)).status).toBe(401);
  });

  it("does not take a service's internal token", async () => {
    const token = await internal.sign({ tenant: 'acme', subject: 'ada', roles: ['admin'], scopes: SCOPES, tokenId: 't' }, 'inventory');
    expect((await post(graph, '{ whoami }', {}, token)).status).toBe(401);
  });

  it.each<[string, (call: request.Test) => request.Test, number, string]>([
    ['not JSON', (call) => call.set('content-type', 'application/json').send('{"query": '), 400, 'REQUEST_UNREADABLE'],
    ['JSON that would set a prototype', (call) => call.set('content-type', 'application/json').send('{"query":"{ whoami }","__proto__":{"a":1}}'), 400, 'REQUEST_UNREADABLE'],
    ['plain text', (call) => call.set('content-type', 'text/plain').send('{"query":"{ whoami }"}'), 415, 'REQUEST_UNREADABLE'],
    ['a form', (call) => call.type('form').send({ query: '{ whoami }' }), 415, 'REQUEST_UNREADABLE'],
    ['nothing', (call) => call.set('content-type', 'application/json').send(), 400, 'REQUEST_UNREADABLE'],
    ['an empty object', (call) => call.send({}), 400, 'BAD_REQUEST'],
    ['several operations in a list', (call) => call.send([{ query: '{ whoami }' }]), 400, 'BAD_REQUEST'],
    ['a hash instead of a query', (call) => call.send({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }), 200, 'PERSISTED_QUERY_NOT_SUPPORTED'],
    ['half a query', (call) => call.send({ query: '{ whoami' }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['a field that there is not', (call) => call.send({ query: '{ whoam }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription', (call) => call.send({ query: 'subscription { x }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['an operation that is not in the document', (call) => call.send({ query: 'query A { whoami } query B { whoami }', operationName: 'C' }), 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['more than 256 KB', (call) => call.send({ query: '{ whoami }', variables: { a: 'x'.repeat(260 * 1024) } }), 413, 'REQUEST_TOO_LARGE'],
  ])('names what is wrong with a body that is %s', async (_, send, status, code) => {
    const answer = await send(request(graph.gateway.origin).post('/graphql').set('authorization', `Bearer ${admin}`));
    expect([answer.status, codesOf(answer)]).toEqual([status, [code]]);
    expect(answer.text).not.toMatch(/node_modules|at Object|stacktrace/);
  });

  it('does not help to guess names', async () => {
    expect((await post(graph, '{ whoam }')).text).not.toContain('whoami');
  });

  it('takes POST only', async () => {
    const answer = await request(graph.gateway.origin).get('/graphql?query={whoami}').set('authorization', `Bearer ${admin}`);
    expect([answer.status, answer.headers['allow'], codesOf(answer)]).toEqual([405, 'POST', ['METHOD_NOT_ALLOWED']]);
  });

  it('lets no page of another origin in', async () => {
    const answer = await request(graph.gateway.origin).options('/graphql').set('origin', 'https://evil.example').set('access-control-request-method', 'POST');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.status).toBe(404);
  });

  it('sends the headers that keep browsers careful', async () => {
    const { headers } = await post(graph, '{ whoami }');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer', 'content-security-policy': expect.stringContaining("default-src 'none'"), 'cache-control': 'no-store' });
  });

  it('tells its numbers to this machine and to tokens that may read connectors, not to what a proxy brings', async () => {
    const get = () => request(graph.gateway.origin).get('/metrics');
    const here = await get().expect(200);
    expect(here.text).toContain('castellan_gateway_operations_total');
    expect(here.text).toContain('castellan_gateway_subgraph_seconds');
    await get().set('x-forwarded-for', '203.0.113.5').expect(401);
    await get().set('x-forwarded-for', '203.0.113.5').set('authorization', `Bearer ${await tokenFor('bot', ['partner'])}`).expect(403);
    await get().set('x-forwarded-for', '203.0.113.5').set('authorization', `Bearer ${await tokenFor('bot', ['reader'])}`).expect(200);
  });

  it('lives', async () => {
    await request(graph.gateway.origin).get('/health/live').expect(200, { status: 'ok' });
  });

  it('logs who asked what and how it ended, and no variables and no token', async () => {
    logged.length = 0;
    await post(graph, 'query Rename($name: ID!) { account(id: $name) { name } }', { name: 'very-private' }).set('x-request-id', 'req-log');
    await new Promise((resolve) => setImmediate(resolve));
    const line = logged.map((text) => JSON.parse(text) as Record<string, unknown>).find((one) => one['requestId'] === 'req-log');
    expect(line).toMatchObject({ msg: 'request', operation: 'Rename', kind: 'query', status: 200, outcome: 'ok', subject: 'ada', tenant: 'acme', ms: expect.any(Number) });
    expect(logged.join('')).not.toContain('very-private');
    expect(logged.join('')).not.toContain(admin);
  });
});

describe('the limits of the graph', () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await startGraph('in process');
  });
  afterAll(() => graph.close());

  const nested = (depth: number) => `{ account(id: "a") ${'{ parent '.repeat(depth - 2)}{ id }${' }'.repeat(depth - 2)} }`;
  const times = (count: number, make: (at: number) => string) => Array.from({ length: count }, (_, at) => make(at)).join(' ');

  it.each<[string, string, string, string, number]>([
    ['tokens', 'OPERATION_TOO_LONG', `{ ${times(3_990, () => 'whoami')} }`, `{ ${times(4_010, () => 'whoami')} }`, 4_000],
    ['levels', 'OPERATION_TOO_DEEP', nested(12), nested(13), 12],
    ['levels in fragments', 'OPERATION_TOO_DEEP', `${nested(12)} fragment F on Account { id }`, `${nested(12).replace('{ id }', '{ ...F }')} fragment F on Account { parent { id } }`, 12],
    ['aliases', 'OPERATION_TOO_MANY_ALIASES', `{ account(id: "a") { ${times(30, (at) => `n${at}: name`)} } }`, `{ account(id: "a") { ${times(31, (at) => `n${at}: name`)} } }`, 30],
    ['aliases in fragments', 'OPERATION_TOO_MANY_ALIASES', `{ account(id: "a") { ...F } } fragment F on Account { ${times(30, (at) => `n${at}: name`)} }`, `{ account(id: "a") { ...F parent { ...F } } } fragment F on Account { ${times(16, (at) => `n${at}: name`)} }`, 30],
    ['root fields', 'OPERATION_TOO_MANY_ROOT_FIELDS', `{ ${times(20, (at) => `w${at}: whoami`)} }`, `{ ${times(21, (at) => `w${at}: whoami`)} }`, 20],
    ['root fields of a mutation', 'OPERATION_TOO_MANY_ROOT_FIELDS', `mutation { ${times(5, (at) => `a${at}: act(name: "x")`)} }`, `mutation { ...F } fragment F on Mutation { ${times(6, (at) => `a${at}: act(name: "x")`)} }`, 5],
    ['directives', 'OPERATION_TOO_MANY_DIRECTIVES', `{ account(id: "a") { ${times(50, () => 'name @include(if: true)')} } }`, `{ account(id: "a") { ${times(51, () => 'name @include(if: true)')} } }`, 50],
  ])('stop too many %s, and say how many are allowed and what to do', async (_, code, most, more, limit) => {
    const allowed = await post(graph, most);
    expect(codesOf(allowed)).not.toContain(code);
    const answer = await post(graph, more);
    expect([answer.status, answer.body.data]).toEqual([400, undefined]);
    expect(answer.body.errors[0].extensions).toMatchObject({ code, limit, found: expect.any(Number), remedy: expect.any(String) });
    expect(answer.body.errors[0].extensions.found).toBeGreaterThan(limit);
  });

  it('are in force for a document that was refused before', async () => {
    const codes = [await post(graph, nested(13)), await post(graph, nested(13))].map(codesOf);
    expect(codes).toEqual([['OPERATION_TOO_DEEP'], ['OPERATION_TOO_DEEP']]);
  });

  it('hold for the variables of each request, though the document is the same', async () => {
    const query = 'query ($first: Int) { accounts(first: $first) { nodes { id } } }';
    const codes = [];
    for (const first of [1_000, 1_001, 0, -1, 1]) codes.push(codesOf(await post(graph, query, { first })));
    expect(codes).toEqual([[], ['PAGE_SIZE_INVALID'], ['PAGE_SIZE_INVALID'], ['PAGE_SIZE_INVALID'], []]);
    expect(codesOf(await post(graph, '{ accounts(first: 1001) { nodes { id } } }'))).toEqual(['PAGE_SIZE_INVALID']);
  });

  it('count points with the pages asked for, in the variables too', async () => {
    const query = 'query ($first: Int, $more: Int = 5) { accounts(first: $first) { nodes { id findings(first: $more) { id } } } }';
    const ask = async (variables: Record<string, number>) => (await post(graph, query, variables)).body as { errors?: { extensions: object }[] };
    expect((await ask({ first: 1_000 })).errors).toBeUndefined();
    expect((await ask({ first: 1_000, more: 20 })).errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TOO_COSTLY', limit: 10_000, found: 21_001 });
    expect((await ask({ first: 10, more: 20 })).errors).toBeUndefined();
  });

  it('are not outrun by fragments that double at each step', async () => {
    const doubling = `{ account(id: "a") { ...F0 } } ${times(200, (at) => `fragment F${at} on Account { ...F${at + 1} ...F${at + 1} }`)} fragment F200 on Account { n: name }`;
    const startedAt = performance.now();
    expect(codesOf(await post(graph, doubling))).toEqual(['OPERATION_TOO_MANY_ALIASES']);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('leave fragments that include themselves to the validation', async () => {
    expect(codesOf(await post(graph, '{ account(id: "a") { ...F } } fragment F on Account { parent { ...F } }'))).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  it('let the usual introspection through, where it is on', async () => {
    const answer = await post(graph, getIntrospectionQuery());
    expect(answer.body.errors).toBeUndefined();
    const names = (answer.body.data.__schema.types as { name: string }[]).map(({ name }) => name);
    expect(names).toContain('Finding');
    expect(names.filter((name) => name.startsWith('_') && !name.startsWith('__'))).toEqual([]);
    const closed = await startGraph('in process', { introspection: false });
    const refused = await post(closed, getIntrospectionQuery());
    expect([refused.status, refused.body.data]).toEqual([400, undefined]);
    await closed.close();
  });

  it('let a caller have 50 requests in flight, and others theirs meanwhile', async () => {
    const grace = await tokenFor('grace', ['reader']);
    const hanging = Array.from({ length: 50 }, () => post(graph, '{ fault(kind: "hang") }').then((answer) => answer.status));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const sameCaller = await post(graph, '{ whoami }', {}, await tokenFor('ada', ['reader']));
    expect([sameCaller.status, sameCaller.headers['retry-after'], codesOf(sameCaller)]).toEqual([429, '1', ['RATE_LIMITED']]);
    expect((await post(graph, '{ whoami }', {}, grace)).status).toBe(200);
    expect(new Set(await Promise.all(hanging))).toEqual(new Set([200]));
    expect((await post(graph, '{ whoami }')).status).toBe(200);
  });
});

describe('the start of the graph', () => {
  it('fails with a reason when the supergraph names a service that is not there', async () => {
    const config = { host: '127.0.0.1', gatewayPort: 0, introspection: true, ...TIMEOUTS };
    await expect(startGateway({ config, logger, subgraphs: {}, accessTokens, supergraphSdl })).rejects.toThrow(/names a service "(inventory|posture|activities)"/);
  });

  it('switches the telemetry of the gateway package off', async () => {
    const graph = await startGraph('in process');
    expect(process.env['APOLLO_TELEMETRY_DISABLED']).toBe('1');
    await graph.close();
  });
});
