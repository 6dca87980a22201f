import { getIntrospectionQuery } from 'graphql';

import { codesOf, post, setUpFixture, startGraph, tearDownFixture, tokenFor, type Graph } from '../fixture-graph.js';

beforeAll(setUpFixture);
afterAll(tearDownFixture);

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
    [
      'levels in fragments',
      'OPERATION_TOO_DEEP',
      `${nested(12)} fragment F on Account { id }`,
      `${nested(12).replace('{ id }', '{ ...F }')} fragment F on Account { parent { id } }`,
      12,
    ],
    [
      'aliases',
      'OPERATION_TOO_MANY_ALIASES',
      `{ account(id: "a") { ${times(30, (at) => `n${at}: name`)} } }`,
      `{ account(id: "a") { ${times(31, (at) => `n${at}: name`)} } }`,
      30,
    ],
    [
      'aliases in fragments',
      'OPERATION_TOO_MANY_ALIASES',
      `{ account(id: "a") { ...F } } fragment F on Account { ${times(30, (at) => `n${at}: name`)} }`,
      `{ account(id: "a") { ...F parent { ...F } } } fragment F on Account { ${times(16, (at) => `n${at}: name`)} }`,
      30,
    ],
    [
      'root fields',
      'OPERATION_TOO_MANY_ROOT_FIELDS',
      `{ ${times(20, (at) => `w${at}: whoami`)} }`,
      `{ ${times(21, (at) => `w${at}: whoami`)} }`,
      20,
    ],
    [
      'root fields of a mutation',
      'OPERATION_TOO_MANY_ROOT_FIELDS',
      `mutation { ${times(5, (at) => `a${at}: act(name: "x")`)} }`,
      `mutation { ...F } fragment F on Mutation { ${times(6, (at) => `a${at}: act(name: "x")`)} }`,
      5,
    ],
    [
      'directives',
      'OPERATION_TOO_MANY_DIRECTIVES',
      `{ account(id: "a") { ${times(50, () => 'name @include(if: true)')} } }`,
      `{ account(id: "a") { ${times(51, () => 'name @include(if: true)')} } }`,
      50,
    ],
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
    const ask = async (variables: Record<string, number>) =>
      (await post(graph, query, variables)).body as { errors?: { extensions: object }[] };
    expect((await ask({ first: 1_000 })).errors).toBeUndefined();
    expect((await ask({ first: 1_000, more: 20 })).errors?.[0]?.extensions).toMatchObject({
      code: 'OPERATION_TOO_COSTLY',
      limit: 10_000,
      found: 21_001,
    });
    expect((await ask({ first: 10, more: 20 })).errors).toBeUndefined();
  });

  it('are not outrun by fragments that double at each step', async () => {
    const doubling = `{ account(id: "a") { ...F0 } } ${times(200, (at) => `fragment F${at} on Account { ...F${at + 1} ...F${at + 1} }`)} fragment F200 on Account { n: name }`;
    const startedAt = performance.now();
    expect(codesOf(await post(graph, doubling))).toEqual(['OPERATION_TOO_MANY_ALIASES']);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('leave fragments that include themselves to the validation', async () => {
    expect(codesOf(await post(graph, '{ account(id: "a") { ...F } } fragment F on Account { parent { ...F } }'))).toContain(
      'GRAPHQL_VALIDATION_FAILED',
    );
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
