import request from 'supertest';

import {
  codesOf,
  accessTokens,
  logger,
  post,
  setUpFixture,
  startGraph,
  supergraphSdl,
  tearDownFixture,
  TIMEOUTS,
  tokenFor,
  type Graph,
} from './fixture-graph.js';
import { SECRET } from './fixture-subgraphs.js';
import { startGateway } from './gateway.js';

beforeAll(setUpFixture);
afterAll(tearDownFixture);

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
    const callers = await Promise.all(
      ['ada', 'grace', 'ada'].map((subject, at) => tokenFor(subject, ['admin'], at === 2 ? 'apex' : 'acme')),
    );
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => post(graph, '{ whoami }', {}, callers[at % 3]!)));
    expect(answers.map((answer) => answer.body.data.whoami)).toEqual(
      Array.from({ length: 30 }, (_, at) => ['ada of acme', 'grace of acme', 'ada of apex'][at % 3]),
    );
  });

  it('changes things', async () => {
    const answer = await post(graph, 'mutation ($name: String!) { renameAccount(id: "a", name: $name) { name activityCount } }', {
      name: 'New',
    });
    expect(answer.body).toEqual({ data: { renameAccount: { name: 'New', activityCount: 7 } } });
  });

  it('leaves the check of scopes to the services, and passes their word on', async () => {
    const partner = await tokenFor('bot', ['partner']);
    const answer = await post(graph, 'mutation { renameAccount(id: "a", name: "x") { name } }', {}, partner);
    expect(answer.body.errors[0]).toMatchObject({
      path: ['renameAccount'],
      extensions: { code: 'FORBIDDEN' },
      message: expect.stringContaining('inventory:write'),
    });
  });

  it('passes on code, message and remedy of an error that a service names, and nothing else', async () => {
    const answer = await post(graph, 'mutation { renameAccount(id: "protected", name: "x") { name } }');
    expect(answer.body.errors).toEqual([
      {
        message: 'This account is protected.',
        path: ['renameAccount'],
        extensions: { code: 'ACCOUNT_PROTECTED', kind: 'conflict', remedy: 'Choose another account.' },
      },
    ]);
  });

  it('hides what no service expected, also in entity look-ups, and keeps the rest of the answer', async () => {
    const answer = await post(graph, '{ fault(kind: "unexpected") whoami account(id: "boom") { name activityCount } }');
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    expect(answer.body.data).toEqual({ fault: null, whoami: 'ada of acme', account: { name: 'Account boom', activityCount: null } });
    expect(codesOf(answer)).toEqual(['INTERNAL', 'INTERNAL']);
    expect(answer.body.errors.map((error: { path: string[] }) => error.path[0]).sort()).toEqual(['account', 'fault']);
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
    expect(answer.body).toEqual({
      isReady: true,
      checks: { supergraph: { isOk: true }, inventory: { isOk: true }, posture: { isOk: true }, activities: { isOk: true } },
    });
  });
});

describe('an operation', () => {
  it('ends when its time is over, with what was read until then', async () => {
    const graph = await startGraph('in process', { operationTimeoutMs: 300 });
    const startedAt = performance.now();
    const answer = await post(graph, '{ whoami fault(kind: "hang") }');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect([answer.body.data, codesOf(answer)]).toEqual([{ whoami: 'ada of acme', fault: null }, ['OPERATION_TIMEOUT']]);
    await graph.close();
  });

  it('tells of a value that a service left out, though the schema promises it', async () => {
    const graph = await startGraph('over HTTP');
    graph.servers.posture!.misbehave = () => ({ data: { promised: null } });
    const answer = await post(graph, '{ promised }');
    expect([answer.body.data, codesOf(answer), answer.body.extensions]).toEqual([null, ['VALUE_MISSING'], undefined]);
    await graph.close();
  });

  it('in hand is ended before the gateway closes', async () => {
    const graph = await startGraph('over HTTP');
    graph.servers.activities!.misbehave = async () => new Promise((resolve) => setTimeout(resolve, 200, { data: { fault: 'done' } }));
    const answer = post(graph, '{ fault(kind: "slow") }').then((one) => one.body as unknown);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await graph.close();
    expect(await answer).toEqual({ data: { fault: 'done' } });
  });
});

describe('the start of the graph', () => {
  it('fails with a reason when the supergraph names a service that is not there', async () => {
    const config = { host: '127.0.0.1', gatewayPort: 0, introspection: true, ...TIMEOUTS };
    await expect(startGateway({ config, logger, subgraphs: {}, accessTokens, supergraphSdl })).rejects.toThrow(
      /names a service "(inventory|posture|activities)"/,
    );
  });

  it('switches the telemetry of the gateway package off', async () => {
    const graph = await startGraph('in process');
    expect(process.env['APOLLO_TELEMETRY_DISABLED']).toBe('1');
    await graph.close();
  });
});
