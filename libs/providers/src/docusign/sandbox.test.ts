import { FakeClock, sandboxApp } from '#libs/testing';

import type { Json } from '#libs/kernel';
import { makeCompany } from '../sdk/sandbox/company-model.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import { sandbox } from './sandbox.js';
import { seed } from './sandbox-seed.js';
import type { DocusignSandbox } from './sandbox-state.js';
import { docusign } from './index.js';

const NOW = new Date('2026-11-20T15:30:00Z');

describe('the sandbox', () => {
  const company = makeCompany({ now: NOW, people: 80 });
  const made = (bulk?: { readonly accounts?: number; readonly activities?: number }): DocusignSandbox =>
    seed(company, { now: NOW, days: 30, bulk });

  it('has the same people at every start, and a key that the demo still knows after a restart', () => {
    expect(made().people.at(7)).toEqual(made().people.at(7));
    expect(sandboxKey('docusign', 'pkcs1').pem).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
    expect(sandbox.credentials(made()).secrets['rsaPrivateKey']).toBe(sandboxKey('docusign', 'pkcs1').pem);
  });

  it('makes a hundred thousand users without keeping them, and remembers those that were changed', () => {
    const state = made({ accounts: 100_000 });
    const { rows, total } = state.people.page(0, 40_000, 100);
    expect(total).toBeGreaterThan(50_000);
    const one = state.people.get(rows[0]!.id)!;
    expect(state.people.get(rows[0]!.id)).toEqual(one);
    state.people.change({ ...one, firstName: 'Changed' });
    expect(state.people.page(0, 40_000, 1).rows[0]).toMatchObject({ id: one.id, firstName: 'Changed' });
  });

  it('gives the same page wherever one starts', () => {
    const state = made({ accounts: 500 });
    const all = state.people.page(0, 0, 1_000).rows.map(({ id }) => id);
    for (const start of [0, 100, 250, 30])
      expect(state.people.page(0, start, 50).rows.map(({ id }) => id)).toEqual(all.slice(start, start + 50));
  });

  it('tells a million events in time order, a page at a time', () => {
    const state = made({ activities: 1_000_000 });
    let place = { at: NOW.getTime() - 3 * 86_400_000, skip: 0 };
    const times: number[] = [];
    for (let page = 0; page < 5; page++) {
      const { rows, next } = state.log.page(place, 2_000, NOW.getTime());
      times.push(...rows.map(({ at }) => at));
      place = next;
    }
    expect(times).toHaveLength(10_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('adds a recorded log, from rows or from whole answers', async () => {
    const clock = new FakeClock(NOW);
    const rows: Json[] = [
      { eventId: 'one', object: 'Quokka', action: 'Jumped', timestamp: '2026-11-20T15:00:00.1234567Z', userId: 'u' },
      { endCursor: 'aa', resultData: [{ eventId: 'two', object: 'Envelope', action: 'Voided', timestamp: '2026-11-20T15:01:00Z' }] },
    ];
    const box = await sandboxApp(docusign, { clock, now: NOW, events: rows });
    box.app.learn(await docusign.discover!(box.app));
    const feed = docusign.feeds['main']!;
    const ids: string[] = [];
    for await (const page of feed.pages(box.app, feed.start(box.app, new Date('2026-11-20T14:59:00Z'))))
      ids.push(...page.events.map(({ externalId }) => externalId));
    await box.close();
    expect(ids).toEqual(expect.arrayContaining(['one', 'two']));
  });

  it('goes on living: what people do after the start appears in the log', async () => {
    const clock = new FakeClock(NOW);
    const box = await sandboxApp(docusign, { clock, now: NOW });
    box.app.learn(await docusign.discover!(box.app));
    clock.advance(2 * 86_400_000 + 12 * 3_600_000);
    const feed = docusign.feeds['main']!;
    let events = 0;
    for await (const page of feed.pages(box.app, feed.start(box.app, NOW))) events += page.events.length;
    await box.close();
    expect(events).toBeGreaterThan(10);
  });
});
