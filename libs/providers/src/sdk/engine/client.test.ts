import { gzipSync } from 'node:zlib';

import { SUSPEND, USERS, failureOf, json, raw, startFakeApp, useFakeApp } from './fixtures/fake-app.js';

const start = useFakeApp();

describe('a call to an app', () => {
  it('goes to the stand-in of the host map, which is told the real host', async () => {
    const { client, app } = await start((_, response) => json(response, 200, [{ id: '1' }]));
    const answer = await client.call({ ...USERS, query: { limit: 200, status: ['A', 'B'], after: undefined } });
    expect(answer.body).toEqual([{ id: '1' }]);
    expect(app.seen).toEqual(['GET /users?limit=200&status=A&status=B']);
    expect(app.requests[0]?.headers).toMatchObject({ 'x-forwarded-host': 'acme.example', authorization: 'Bearer sesame-sesame' });
  });

  it('follows absolute links on the hosts of the app', async () => {
    const { client, app } = await start((_, response) => json(response, 200, {}));
    await client.call({ ...USERS, path: 'https://acme.example/users?after=2' });
    expect(app.seen).toEqual(['GET /users?after=2']);
  });

  it.each([
    'https://evil.example/users',
    'http://acme.example/users',
    'https://acme.example:444/users',
    'https://a:b@acme.example/users',
    'https://acme.example.evil.example/',
  ])('does not take its token to %s', async (path) => {
    const { client, app } = await start((_, response) => json(response, 200, {}));
    expect((await failureOf(client.call({ ...USERS, path }))).kind).toBe('malformed');
    expect(app.seen).toEqual([]);
  });

  it.each(['/users/../admin', '/users/%2e%2e/admin', '/users/..'])(
    'does not climb out of its operation by an id of dots (%s)',
    async (path) => {
      const { client, app } = await start((_, response) => json(response, 200, {}));
      expect((await failureOf(client.call({ ...USERS, path }))).kind).toBe('rejected');
      expect(app.seen).toEqual([]);
    },
  );

  it('reads JSON behind a byte order mark and keeps ids of twenty digits', async () => {
    const { client } = await start((_, response) =>
      raw(response, 200, '\uFEFF{"id": 12345678901234567890, "n": 12, "s": "\\": 12345678901234567890"}'),
    );
    expect((await client.call(USERS)).body).toEqual({ id: '12345678901234567890', n: 12, s: '": 12345678901234567890' });
  });

  it('has no body when the app sends none', async () => {
    const { client } = await start((_, response) => raw(response, 204, ''));
    expect((await client.call(USERS)).body).toBeUndefined();
  });

  it('hands back a status that is an answer to the caller', async () => {
    const { client } = await start((_, response) => json(response, 404, { code: 'NONE' }));
    expect(await client.call({ ...USERS, accept: [404] })).toMatchObject({ status: 404, body: { code: 'NONE' } });
  });
});

describe('a status', () => {
  it.each([
    [400, 'rejected'],
    [403, 'forbidden'],
    [404, 'missing'],
    [409, 'conflict'],
    [410, 'missing'],
    [418, 'rejected'],
    [422, 'rejected'],
  ])('%d ends the call at once as %s', async (status, kind) => {
    const { client, app } = await start((_, response) => json(response, status, {}));
    expect(await failureOf(client.call(USERS))).toMatchObject({ kind, httpStatus: status });
    expect(app.seen).toHaveLength(1);
  });

  it("means what the app's own dialect says", async () => {
    const classify = () => ({ kind: 'unlicensed' as const, message: 'Monitor is not in the plan', appCode: 'NO_MONITOR' });
    const { client } = await start((_, response) => json(response, 400, {}), { http: { classify } });
    expect(await failureOf(client.call(USERS))).toMatchObject({ kind: 'unlicensed', message: 'Monitor is not in the plan' });
  });

  it('does not carry a token of the app into a message', async () => {
    const classify = () => ({ kind: 'rejected' as const, message: 'refused: Bearer abcdefghijklmnop' });
    const { client } = await start((_, response) => json(response, 400, {}), { http: { classify } });
    expect((await failureOf(client.call(USERS))).message).toBe('refused: Bearer [redacted]');
  });
});

describe('an answer that cannot be read', () => {
  it.each([
    ['broken JSON', '{"users": [', {}],
    ['a login page', '<!DOCTYPE html><html><body>Sign in</body></html>', { 'content-type': 'text/html' }],
    ['a page that claims to be JSON', '<html></html>', {}],
    ['absurdly deep', '['.repeat(5_000) + ']'.repeat(5_000), {}],
    ['not packed as it says', 'plain', { 'content-encoding': 'gzip' }],
    ['packed in an unknown way', 'plain', { 'content-encoding': 'zstd-9' }],
  ])('is malformed: %s', async (_, body, headers) => {
    const { client, app } = await start((__, response) => raw(response, 200, body, headers as Record<string, string>));
    expect((await failureOf(client.call(USERS))).kind).toBe('malformed');
    expect(app.seen).toHaveLength(1);
  });

  it('is malformed when it is too large', async () => {
    const { client } = await start((_, response) => raw(response, 200, JSON.stringify('x'.repeat(10_000))), {
      limits: { mostBytes: 5_000 },
    });
    expect((await failureOf(client.call(USERS))).message).toMatch(/larger than 5000 bytes/);
  });

  it('is malformed when it grows too large only after unpacking', async () => {
    const bomb = gzipSync(Buffer.alloc(30_000_000, 32));
    expect(bomb.length).toBeLessThan(100_000);
    const { client } = await start((_, response) => raw(response, 200, bomb, { 'content-encoding': 'gzip' }), {
      limits: { mostBytes: 1_000_000 },
    });
    expect((await failureOf(client.call(USERS))).message).toMatch(/larger than 1000000 bytes/);
  });

  it('is read when it is packed and fits', async () => {
    const { client } = await start((_, response) => raw(response, 200, gzipSync('{"ok":true}'), { 'content-encoding': 'gzip' }));
    expect((await client.call(USERS)).body).toEqual({ ok: true });
  });
});

describe('a redirect', () => {
  it('within the app is followed', async () => {
    const { client, app } = await start((request, response) =>
      request.url === '/users' ? json(response, 302, {}, { location: '/v2/users' }) : json(response, 200, { v: 2 }),
    );
    expect((await client.call(USERS)).body).toEqual({ v: 2 });
    expect(app.seen).toEqual(['GET /users', 'GET /v2/users']);
  });

  it('to another host is not followed', async () => {
    const other = await startFakeApp((_, response) => json(response, 200, {}));
    const { client } = await start((_, response) => json(response, 302, {}, { location: `${other.url}/users` }));
    expect((await failureOf(client.call(USERS))).kind).toBe('misconfigured');
    expect(other.connections).toBe(0);
    await other.close();
  });

  it('in a circle ends', async () => {
    const { client, app } = await start((_, response) => json(response, 302, {}, { location: '/users' }));
    expect((await failureOf(client.call(USERS))).kind).toBe('malformed');
    expect(app.seen).toHaveLength(4);
  });

  it('of a write is not followed', async () => {
    const { client, app } = await start((_, response) => json(response, 307, {}, { location: '/other' }));
    expect((await failureOf(client.call(SUSPEND))).kind).toBe('misconfigured');
    expect(app.seen).toHaveLength(1);
  });
});
