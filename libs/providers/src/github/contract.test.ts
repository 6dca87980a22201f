import type { EvidenceRecord, InventoryRecord } from '#libs/contracts';
import { appSpec, FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { BEYOND_SPEC } from './beyond-spec.js';
import { github } from './index.js';

const NOW = '2026-11-20T15:30:00Z';
const found = appSpec('github.json');

/** The excerpt joins the two kinds of owner of an installation by allOf: nothing is a user and an enterprise at once. */
const POORER = /^GET \/app\/installations: answer\/\d+\/account: must have required property '(?:name|slug|created_at|updated_at)'/;

async function everything<R>(pages: AsyncIterable<{ readonly records: readonly R[] }>): Promise<R[]> {
  const records: R[] = [];
  for await (const page of pages) records.push(...page.records);
  return records;
}

(found.spec ? describe : describe.skip)(
  found.reason ?? "what we send to GitHub and what its sandbox answers, by GitHub's own description",
  () => {
    let made: SandboxApp;

    beforeAll(async () => {
      made = await sandboxApp(github, {
        clock: new FakeClock(NOW),
        now: new Date(NOW),
        people: 60,
        days: 5,
        spec: found.spec,
        beyondSpec: BEYOND_SPEC,
      });
    });
    afterAll(() => made.close());

    it('fits in all listings, both logs, probes and settings', async () => {
      const records: (InventoryRecord | EvidenceRecord)[] = [];
      await github.discover!(made.app);
      await github.identify(made.app);
      for (const listing of Object.values(github.listings)) records.push(...(await everything(listing.pages(made.app))));
      records.push(...(await everything(github.evidence!.pages(made.app))));
      for (const probe of github.probes) await probe.run(made.app);
      let events = 0;
      for (const feed of Object.values(github.feeds)) {
        for await (const page of feed.pages(made.app, feed.start(made.app, new Date('2026-11-15T00:00:00Z')))) events += page.events.length;
      }
      expect(records.length).toBeGreaterThan(200);
      expect(events).toBeGreaterThan(500);
      expect(made.sandbox.ledger().unhandled).toEqual([]);
      expect(made.sandbox.ledger().unknown).toEqual([]);
      expect(made.problems().filter((problem) => !POORER.test(problem))).toEqual([]);
    });
  },
);
