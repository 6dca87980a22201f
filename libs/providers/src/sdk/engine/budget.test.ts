import { type Answerer, SUSPEND, USERS, failureOf, json, useFakeApp } from './fixtures/fake-app.js';
import { Budgets } from './budget.js';

const start = useFakeApp();

describe("the app's limits", () => {
  const budgets = [{ name: 'all', calls: 10, perSeconds: 60, share: 0.5 }];

  it('are used up to our share in any window', async () => {
    const { client, clock } = await start((_, response) => json(response, 200, {}), { manifest: { budgets } });
    for (let i = 0; i < 4; i++) await client.call(USERS);
    expect(clock.slept).toEqual([]);
    await client.call(USERS);
    expect(clock.slept).toEqual([60_000]);
  });

  it('leave room for an action when reads have taken theirs', async () => {
    const { client, clock } = await start((_, response) => json(response, 200, {}), { manifest: { budgets } });
    for (let i = 0; i < 4; i++) await client.call(USERS);
    await client.urgent.call(SUSPEND);
    expect(clock.slept).toEqual([]);
    expect(client.quota()).toEqual([{ name: 'all', limit: 5, used: 5, remaining: 0, resetAt: clock.now().getTime() + 60_000, share: 0.5 }]);
  });

  it('are lowered by what the app tells, and never raised', async () => {
    let limit = 100;
    const quota = () => ({ limit });
    const { client, events } = await start((_, response) => json(response, 200, {}), {
      http: { quota },
      manifest: { budgets: [{ name: 'all', calls: 60, perSeconds: 60 }] },
    });
    await client.call(USERS);
    expect(client.quota()[0]?.limit).toBe(30);
    limit = 20;
    await client.call(USERS);
    expect(client.quota()[0]?.limit).toBe(10);
    limit = 100;
    await client.call(USERS);
    expect(client.quota()[0]?.limit).toBe(10);
    expect(events).toContainEqual({ type: 'budget-lowered', budget: 'all', limit: 10 });
  });

  it("leave others' part alone when they have used theirs and ours", async () => {
    const { client, clock } = await start((_, response) => json(response, 200, {}), {
      http: { quota: () => ({ limit: 100, remaining: 50, resetAt: new Date(Date.UTC(2026, 0, 1) + 30_000) }) },
      manifest: { budgets: [{ name: 'all', calls: 100, perSeconds: 60 }] },
    });
    await client.call(USERS);
    expect(clock.slept).toEqual([]);
    await client.call(USERS);
    expect(clock.slept).toEqual([30_000]);
  });

  it('count only the operations that they cover', async () => {
    const { client } = await start((_, response) => json(response, 200, {}), {
      manifest: { budgets: [{ name: 'logs', calls: 10, perSeconds: 60, match: /logs/g }] },
    });
    await client.call(USERS);
    await client.call({ operation: 'GET /logs', path: '/logs' });
    await client.call({ operation: 'GET /logs', path: '/logs' });
    expect(client.quota()[0]?.used).toBe(2);
  });

  it('that are used up for long put the work off', async () => {
    const { client, app } = await start((_, response) => json(response, 200, {}), {
      manifest: { budgets: [{ name: 'hour', calls: 2, perSeconds: 3_600 }] },
    });
    await client.call(USERS);
    expect(await failureOf(client.call(USERS))).toMatchObject({ kind: 'throttled', retryAt: new Date(Date.UTC(2026, 0, 1) + 3_600_000) });
    expect(app.seen).toHaveLength(1);
  });
});

describe('many calls', () => {
  it('never stand in the app at once more than allowed', async () => {
    let inside = 0;
    let most = 0;
    const answer: Answerer = (_, response) => {
      most = Math.max(most, ++inside);
      setTimeout(() => {
        inside--;
        json(response, 200, {});
      }, 5);
    };
    const { client } = await start(answer, { manifest: { concurrency: 3 } });
    await client.each(Array.from({ length: 20 }), () => client.call(USERS), 20);
    expect(most).toBe(3);
  });

  it('keep the order of their items, and begin nothing after a failure', async () => {
    const { client } = await start((_, response) => json(response, 200, {}));
    const waits = [30, 1, 10];
    expect(await client.each(waits, (ms) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms)))).toEqual(waits);
    const begun: number[] = [];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      if (item === 2) throw new Error('two');
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await expect(client.each([1, 2, 3, 4, 5], work, 2)).rejects.toThrow('two');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(begun).toEqual([1, 2]);
  });
});

describe('a wait longer than three minutes', () => {
  const fullFor = (options: { longestReadWaitMs?: number; isUrgent: boolean }) => {
    let now = 0;
    const slept: number[] = [];
    const budgets = new Budgets([{ name: 'hourly', calls: 10, perSeconds: 3_600, share: 1 }], {
      now: () => now,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
      onEvent: () => undefined,
      longestReadWaitMs: options.longestReadWaitMs,
    });
    const use = async (): Promise<void> => {
      for (let call = 0; call < 11; call++) await budgets.pass('GET /x', options.isUrgent);
    };
    return { use, slept };
  };

  it('is thrown with its end by default', async () => {
    await expect(fullFor({ isUrgent: false }).use()).rejects.toMatchObject({ kind: 'throttled', retryAt: expect.any(Date) });
  });

  it('is slept through by a read whose owner allows it, so that a listing larger than an hour ends', async () => {
    const { use, slept } = fullFor({ longestReadWaitMs: 4_000_000, isUrgent: false });
    await use();
    expect(Math.max(...slept)).toBeGreaterThan(180_000);
  });

  it('is never slept through by an action', async () => {
    await expect(fullFor({ longestReadWaitMs: 4_000_000, isUrgent: true }).use()).rejects.toMatchObject({ kind: 'throttled' });
  });
});
