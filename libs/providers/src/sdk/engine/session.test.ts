import type { Auth } from '../provider.js';
import { AppFailure } from '../provider.js';
import { type Answerer, USERS, failureOf, json, useFakeApp } from './fixtures/fake-app.js';

const start = useFakeApp();

/** Signs in by the app's token endpoint; each sign-in gives another token. */
const exchangeAuth: Auth = {
  signIn: async ({ send, now }) => {
    const { body } = await send({ operation: 'POST /token', method: 'POST', path: '/token', form: { grant_type: 'x' } });
    const { token } = body as { token: string };
    return {
      expiresAt: new Date(now.getTime() + 3_600_000),
      grantedScopes: ['users.read'],
      headers: async () => ({ authorization: `Bearer ${token}` }),
    };
  },
};

describe('a session', () => {
  it('that the app ends is renewed once under twenty calls at a time', async () => {
    let good = 1;
    let issued = 0;
    const answer: Answerer = (request, response) => {
      if (request.url === '/token') return json(response, 200, { token: `t${++issued}` });
      return json(response, request.headers.authorization === `Bearer t${good}` ? 200 : 401, {});
    };
    const { client, events } = await start(answer, { auth: exchangeAuth });
    await client.call(USERS);
    good = 2;
    const answers = await client.each(Array.from({ length: 20 }), () => client.call(USERS), 20);
    expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200));
    expect(issued).toBe(2);
    expect(events.filter(({ type }) => type === 'renewal')).toHaveLength(2);
  });

  it('that is refused again right after it was renewed means a dead credential', async () => {
    let issued = 0;
    const answer: Answerer = (request, response) =>
      request.url === '/token' ? json(response, 200, { token: `t${++issued}` }) : json(response, 401, {});
    const { client } = await start(answer, { auth: exchangeAuth });
    expect(await failureOf(client.call(USERS))).toMatchObject({ kind: 'auth-revoked', httpStatus: 401 });
    expect(issued).toBe(2);
  });

  it('is renewed five minutes before its end', async () => {
    let issued = 0;
    const answer: Answerer = (request, response) => json(response, 200, request.url === '/token' ? { token: `t${++issued}` } : {});
    const { client, clock } = await start(answer, { auth: exchangeAuth });
    await client.call(USERS);
    clock.advance(54 * 60_000);
    await client.call(USERS);
    expect(issued).toBe(1);
    clock.advance(2 * 60_000);
    await client.call(USERS);
    expect(issued).toBe(2);
  });

  it('tells which scopes were granted', async () => {
    const { client } = await start((_, response) => json(response, 200, { token: 't' }), { auth: exchangeAuth });
    expect((await client.signIn()).grantedScopes).toEqual(['users.read']);
  });

  it('that the app does not give is not asked for again and again', async () => {
    let asked = 0;
    const auth: Auth = {
      signIn: async () => {
        asked++;
        throw new AppFailure({ kind: 'auth-revoked', message: 'wrong key' }, 'POST /token', 400);
      },
    };
    const { client, clock } = await start((_, response) => json(response, 200, {}), { auth });
    await Promise.all([1, 2, 3].map(() => failureOf(client.call(USERS))));
    await failureOf(client.call(USERS));
    expect(asked).toBe(1);
    clock.advance(61_000);
    await failureOf(client.call(USERS));
    expect(asked).toBe(2);
  });

  it('whose proof lacks the nonce of the app is signed again with it, and keeps it', async () => {
    const nonces: (string | undefined)[] = [];
    const auth: Auth = {
      signIn: async ({ makeProofKey }) => {
        const key = await makeProofKey();
        return {
          headers: async (call) => {
            nonces.push(call.nonce);
            return { authorization: 'DPoP token', dpop: await key.proof({ ...call, accessToken: 'token' }) };
          },
        };
      },
    };
    const answer: Answerer = (request, response) => {
      const proof = JSON.parse(Buffer.from(String(request.headers['dpop']).split('.')[1] ?? '', 'base64url').toString()) as Record<
        string,
        unknown
      >;
      if (proof['nonce'] !== 'n1') return json(response, 401, {}, { 'dpop-nonce': 'n1' });
      return json(response, 200, proof);
    };
    const { client, events } = await start(answer, { auth });
    expect((await client.call({ ...USERS, query: { limit: 1 } })).body).toMatchObject({
      htm: 'GET',
      htu: 'https://acme.example/users',
      nonce: 'n1',
    });
    await client.call(USERS);
    expect(nonces).toEqual([undefined, 'n1', 'n1']);
    expect(events.filter(({ type }) => type === 'renewal')).toHaveLength(1);
  });

  it('appears in no event', async () => {
    const { client, events } = await start((_, response) => json(response, 500, {}), { limits: { tries: 2 } });
    await failureOf(client.call({ ...USERS, path: '/users?secret=abc' }));
    expect(events.length).toBeGreaterThan(2);
    expect(JSON.stringify(events)).not.toMatch(/sesame|abc|acme/);
  });
});
