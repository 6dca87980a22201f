import { SCOPES } from '#libs/contracts';
import request from 'supertest';

import {
  accessTokens,
  admin,
  codesOf,
  internal,
  logged,
  post,
  setUpFixture,
  startGraph,
  tearDownFixture,
  tokenFor,
  type Graph,
} from './fixture-graph.js';

beforeAll(setUpFixture);
afterAll(tearDownFixture);

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
    expect(answer.body).toEqual({
      errors: [
        {
          message: expect.stringContaining('not authenticated'),
          extensions: { code: 'UNAUTHENTICATED', kind: 'unauthenticated', remedy: expect.stringContaining('npm run token') },
        },
      ],
    });
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
    [
      'JSON that would set a prototype',
      (call) => call.set('content-type', 'application/json').send('{"query":"{ whoami }","__proto__":{"a":1}}'),
      400,
      'REQUEST_UNREADABLE',
    ],
    ['plain text', (call) => call.set('content-type', 'text/plain').send('{"query":"{ whoami }"}'), 415, 'REQUEST_UNREADABLE'],
    ['a form', (call) => call.type('form').send({ query: '{ whoami }' }), 415, 'REQUEST_UNREADABLE'],
    ['nothing', (call) => call.set('content-type', 'application/json').send(), 400, 'REQUEST_UNREADABLE'],
    ['an empty object', (call) => call.send({}), 400, 'BAD_REQUEST'],
    ['several operations in a list', (call) => call.send([{ query: '{ whoami }' }]), 400, 'BAD_REQUEST'],
    [
      'a hash instead of a query',
      (call) => call.send({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
      200,
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ],
    ['half a query', (call) => call.send({ query: '{ whoami' }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['a field that there is not', (call) => call.send({ query: '{ whoam }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription', (call) => call.send({ query: 'subscription { x }' }), 400, 'SUBSCRIPTIONS_UNSUPPORTED'],
    [
      'an operation that is not in the document',
      (call) => call.send({ query: 'query A { whoami } query B { whoami }', operationName: 'C' }),
      400,
      'OPERATION_UNKNOWN',
    ],
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
    const answer = await request(graph.gateway.origin)
      .options('/graphql')
      .set('origin', 'https://evil.example')
      .set('access-control-request-method', 'POST');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.status).toBe(404);
  });

  it('sends the headers that keep browsers careful', async () => {
    const { headers } = await post(graph, '{ whoami }');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cache-control': 'no-store',
    });
  });

  it('tells its numbers to this machine and to tokens that may read connectors, not to what a proxy brings', async () => {
    const get = () => request(graph.gateway.origin).get('/metrics');
    const here = await get().expect(200);
    expect(here.text).toContain('castellan_gateway_operations_total');
    expect(here.text).toContain('castellan_gateway_subgraph_seconds');
    await get().set('x-forwarded-for', '203.0.113.5').expect(401);
    await get()
      .set('x-forwarded-for', '203.0.113.5')
      .set('authorization', `Bearer ${await tokenFor('bot', ['partner'])}`)
      .expect(403);
    await get()
      .set('x-forwarded-for', '203.0.113.5')
      .set('authorization', `Bearer ${await tokenFor('bot', ['reader'])}`)
      .expect(200);
  });

  it('lives', async () => {
    await request(graph.gateway.origin).get('/health/live').expect(200, { status: 'ok' });
  });

  it('logs who asked what and how it ended, and no variables and no token', async () => {
    logged.length = 0;
    await post(graph, 'query Rename($name: ID!) { account(id: $name) { name } }', { name: 'very-private' }).set('x-request-id', 'req-log');
    await new Promise((resolve) => setImmediate(resolve));
    const line = logged.map((text) => JSON.parse(text) as Record<string, unknown>).find((one) => one['requestId'] === 'req-log');
    expect(line).toMatchObject({
      msg: 'request',
      operation: 'Rename',
      kind: 'query',
      status: 200,
      outcome: 'ok',
      subject: 'ada',
      tenant: 'acme',
      ms: expect.any(Number),
    });
    expect(logged.join('')).not.toContain('very-private');
    expect(logged.join('')).not.toContain(admin);
  });
});
