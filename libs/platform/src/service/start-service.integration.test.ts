import { fileURLToPath } from 'node:url';

import { Module } from '@nestjs/common';
import { Args, Mutation, Query, ResolveReference, Resolver } from '@nestjs/graphql';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';
import { generateKeyPair } from 'jose';
import { request } from 'undici';

import { makeLogger } from '../logging/logger.js';
import { Tenant } from '../graphql/decorators.js';
import { subgraphModule } from '../graphql/subgraph-driver.js';
import { CreateOutbox1790000000002 } from '../events/outbox.js';
import { InternalTokens } from '../identity/internal-token.js';
import { MESSAGE_HANDLERS } from './running-service.js';
import { serveService } from './serve-service.js';

@Resolver('Note')
class NoteResolver {
  @Query()
  notes(@Tenant() tenant: string) {
    return [{ id: `note of ${tenant}`, madeAt: 0 }];
  }

  @Mutation()
  addNote(@Args('text') text: string) {
    if (text === 'boom') throw new Error('database password is hunter2');
    return { id: text, madeAt: 1 };
  }

  @ResolveReference()
  async find(reference: { id: string }) {
    return { id: reference.id, madeAt: 2 };
  }
}

@Module({
  imports: [subgraphModule(fileURLToPath(new URL('./fixture-schema', import.meta.url)))],
  providers: [NoteResolver, { provide: MESSAGE_HANDLERS, useValue: {} }],
})
class NoteModule {}

const definition = { name: 'inventory', module: NoteModule, migrations: [CreateOutbox1790000000002] } as const;

describe('a service', () => {
  let notes: TestService;
  beforeAll(async () => {
    notes = await startTestService(definition);
  });
  afterAll(() => notes.close());

  it('answers for the tenant of the token', async () => {
    expect(await notes.ask('{ notes { id madeAt } }')).toEqual({
      data: { notes: [{ id: 'note of acme', madeAt: '1970-01-01T00:00:00.000Z' }] },
    });
  });

  it('refuses a field whose scope the token lacks, by whatever way it is reached', async () => {
    const nobody = anAdmin({ scopes: [] });
    const direct = await notes.ask('{ notes { id } }', {}, nobody);
    const byReference = await notes.ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { madeAt } } }',
      { r: [{ __typename: 'Note', id: 'x' }] },
      nobody,
    );
    expect([direct, byReference].map((answer) => answer.errors?.[0]?.extensions?.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  it('hides what nobody expected', async () => {
    const answer = await notes.ask('mutation { addNote(text: "boom") { id } }');
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(answer.errors?.[0]?.extensions?.code).toBe('INTERNAL');
  });
});

describe('a service with a port of its own', () => {
  let notes: TestService;
  let url: string;
  let tokens: InternalTokens;
  let strangers: InternalTokens;
  beforeAll(async () => {
    notes = await startTestService(definition);
    tokens = new InternalTokens(await generateKeyPair('EdDSA', { crv: 'Ed25519' }));
    strangers = new InternalTokens(await generateKeyPair('EdDSA', { crv: 'Ed25519' }));
    url = await serveService(notes.service, { host: '127.0.0.1', port: 0 }, tokens, makeLogger(notes.config));
  });
  afterAll(() => notes.close());

  const post = async (body: unknown, token?: string) => {
    const answer = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as any }; // eslint-disable-line @typescript-eslint/no-explicit-any -- read as asked
  };

  it('answers a signed call', async () => {
    const answer = await post({ query: '{ notes { id } }' }, await tokens.sign(anAdmin(), 'inventory'));
    expect(answer).toEqual({ status: 200, body: { data: { notes: [{ id: 'note of acme' }] } } });
  });

  it.each([
    ['without a token', async () => undefined],
    ['with a token for another service', async () => tokens.sign(anAdmin(), 'posture')],
    ["with a stranger's token", async () => strangers.sign(anAdmin(), 'inventory')],
    ['with something that is no token', async () => 'abc'],
  ])('refuses a call %s', async (_, token) => {
    const answer = await post({ query: '{ notes { id } }' }, await token());
    expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('refuses a mutation whose token is not bound to its body', async () => {
    const body = { query: 'mutation { addNote(text: "a") { id } }' };
    expect((await post(body, await tokens.sign(anAdmin(), 'inventory'))).status).toBe(401);
    expect((await post(body, await tokens.sign(anAdmin(), 'inventory', JSON.stringify({ query: 'other' })))).status).toBe(401);
    expect((await post(body, await tokens.sign(anAdmin(), 'inventory', JSON.stringify(body)))).body).toEqual({
      data: { addNote: { id: 'a' } },
    });
  });

  it('keeps its internal planes for sister services', async () => {
    const body = JSON.stringify({ key: {} });
    const token = await tokens.sign(anAdmin(), 'inventory', body);
    const answer = await request(`${url}/internal/bulk/position`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });
    expect(answer.statusCode).toBe(401);
    await answer.body.dump();
  });
});
