import request from 'supertest';

import { codesOf, internal, post, setUpFixture, startGraph, tearDownFixture, type Graph } from '../fixture-graph.js';
import { SECRET, type FixtureServer } from '../fixture-subgraphs.js';

beforeAll(setUpFixture);
afterAll(tearDownFixture);

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
    [
      'stops in the middle of an answer',
      (_request, reply) => void reply.hijack().raw.writeHead(200, { 'content-type': 'application/json' }).write('{"data"'),
    ],
    ['hangs up', (request, reply) => void (reply.hijack(), request.raw.socket.destroy())],
  ])('costs its own fields only when it %s', async (_, misbehave) => {
    graph.servers.activities!.misbehave = misbehave;
    const answer = await ask();
    expect(answer.body.data).toEqual(withoutActivities);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', service: 'activities' });
  });

  it.each<[string, unknown]>([
    [
      'a message that it never named',
      {
        data: null,
        errors: [{ message: SECRET, extensions: { code: 'ER_ACCESS_DENIED', stacktrace: ['at Object'], url: 'http://127.0.0.1' } }],
      },
    ],
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
    await expect(internal.verify(third!, 'activities', { text: server.requests[3]!.body, mustBeBound: true })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
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
