import { type Answerer, SUSPEND, USERS, failureOf, json, useFakeApp } from './fixtures/fake-app.js';

const start = useFakeApp();

describe('an app that says "slow down"', () => {
  it('is asked again when it said, and others that share the limit wait too', async () => {
    let calls = 0;
    const answer: Answerer = (_, response) =>
      ++calls === 1 ? json(response, 429, {}, { 'retry-after': '30' }) : json(response, 200, { calls });
    const { client, clock, events } = await start(answer, { manifest: { budgets: [{ name: 'all', calls: 600, perSeconds: 60 }] } });
    expect((await client.call(USERS)).status).toBe(200);
    expect(clock.slept).toEqual([30_000]);
    expect(events).toContainEqual({ type: 'retry', operation: 'GET /users', kind: 'throttled', waitMs: 30_000, attempt: 1 });
  });

  it("is heard in the app's own header", async () => {
    let calls = 0;
    const answer: Answerer = (_, response) => (++calls === 1 ? json(response, 400, {}, { 'x-reset': '20' }) : json(response, 200, {}));
    const { client, clock } = await start(answer, {
      http: {
        classify: ({ status }) => (status === 400 ? { kind: 'throttled' } : undefined),
        retryAt: ({ headers }, now) => new Date(now.getTime() + Number(headers['x-reset']) * 1_000),
      },
    });
    await client.call(USERS);
    expect(clock.slept).toEqual([20_000]);
  });

  it('is left alone for long, and every other call with it, without asking again', async () => {
    const { client, clock, app } = await start((_, response) => json(response, 429, {}, { 'retry-after': '3600' }), {
      manifest: { budgets: [{ name: 'all', calls: 600, perSeconds: 60 }] },
    });
    const failure = await failureOf(client.call(USERS));
    expect(failure).toMatchObject({ kind: 'throttled', retryAt: new Date(clock.now().getTime() + 3_600_000) });
    expect(await failureOf(client.call(USERS))).toMatchObject({ kind: 'throttled', retryAt: failure.retryAt });
    expect(app.seen).toHaveLength(1);
    expect(clock.slept).toEqual([]);
  });

  it.each([
    ['ten years', '315360000', 24 * 3_600_000],
    ['a date long past', 'Wed, 21 Oct 2015 07:28:00 GMT', undefined],
    ['less than nothing', '-5', undefined],
  ])('for %s is not taken at its word', async (_, retryAfter, parkedMs) => {
    let calls = 0;
    const answer: Answerer = (__, response) =>
      ++calls === 1 ? json(response, 429, {}, { 'retry-after': retryAfter }) : json(response, 200, {});
    const { client, clock } = await start(answer);
    const startedAt = clock.now().getTime();
    if (parkedMs === undefined) await client.call(USERS);
    else expect((await failureOf(client.call(USERS))).retryAt?.getTime()).toBe(startedAt + parkedMs);
  });

  it('for ever is given up after ten waits', async () => {
    const { client, app } = await start((_, response) => json(response, 429, {}, { 'retry-after': '1' }));
    expect((await failureOf(client.call(USERS))).retryAt).toBeDefined();
    expect(app.seen).toHaveLength(11);
  });

  it('to a write gets the write again, since it was not done', async () => {
    let calls = 0;
    const { client, app } = await start((_, response) =>
      ++calls === 1 ? json(response, 429, {}, { 'retry-after': '1' }) : json(response, 200, {}),
    );
    await client.call(SUSPEND);
    expect(app.seen).toHaveLength(2);
  });
});

describe('an app that is down', () => {
  it('is asked five times for a read, after 1, 2, 4 and 8 seconds', async () => {
    const { client, clock, app } = await start((_, response) => json(response, 503, {}));
    expect(await failureOf(client.call(USERS))).toMatchObject({ kind: 'down', httpStatus: 503 });
    expect(app.seen).toHaveLength(5);
    expect(clock.slept).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('is asked once for a write', async () => {
    const { client, app } = await start((_, response) => json(response, 500, {}));
    expect((await failureOf(client.call(SUSPEND))).kind).toBe('down');
    expect(app.seen).toHaveLength(1);
  });

  it('and takes a write, then cuts the line, does not get it twice', async () => {
    const { client, app } = await start((request) => request.socket.destroy());
    expect(await failureOf(client.call(SUSPEND))).toMatchObject({ kind: 'down', httpStatus: undefined });
    expect(app.seen).toHaveLength(1);
  });

  it('and hangs is not waited for longer than the time limit', async () => {
    const { client, app } = await start(() => undefined, { limits: { timeoutMs: 80, tries: 2 } });
    expect(await failureOf(client.call(USERS))).toMatchObject({
      kind: 'down',
      message: 'The app did not answer GET /users within 0.08 s.',
    });
    expect(app.seen).toHaveLength(2);
    expect((await failureOf(client.call({ ...SUSPEND, timeoutMs: 60 }))).message).toMatch(/0.06 s/);
    expect(app.seen).toHaveLength(3);
  });

  it('and drips its body without end is not waited for either', async () => {
    const drips: NodeJS.Timeout[] = [];
    const { client } = await start(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        drips.push(setInterval(() => response.write(' '), 10));
      },
      { limits: { timeoutMs: 120, tries: 1 } },
    );
    expect((await failureOf(client.call(USERS))).kind).toBe('down');
    drips.forEach(clearInterval);
  });

  it('by having no host there is unreachable', async () => {
    const { client, app } = await start((_, response) => json(response, 200, {}));
    await app.close();
    expect((await failureOf(client.call(USERS))).kind).toBe('unreachable');
  });

  it('is not asked any more when we shut down', async () => {
    const stop = new AbortController();
    const { client } = await start(() => stop.abort(new Error('shutting down')), { signal: stop.signal });
    await expect(client.call(USERS)).rejects.toThrow('shutting down');
    await expect(client.call(USERS)).rejects.toThrow('shutting down');
  });
});
