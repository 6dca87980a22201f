import type { EvidenceRecord, InventoryRecord } from '#libs/contracts';
import { appSpec, FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { okta } from './index.js';

const NOW = '2026-11-20T15:30:00Z';
const found = appSpec('okta.json');

/** In Okta's API and its own SDK, but not in the excerpt of its description. */
const BEYOND_SPEC = [
  'POST /oauth2/v1/token',
  'GET /api/v1/first-party-app-settings/{appName}',
  'GET /api/v1/org/privacy/oktaSupport',
  'GET /api/v1/org/settings/clientPrivilegesSetting',
];

/** Where the excerpt is poorer than Okta: automations are missing from its list of types, and its pattern for durations lost a look-ahead. */
const POORER = [/"?USER_LIFECYCLE"?/, /tokenWindow: must match pattern/];

async function everything<R>(pages: AsyncIterable<{ readonly records: readonly R[] }>): Promise<R[]> {
  const records: R[] = [];
  for await (const page of pages) records.push(...page.records);
  return records;
}

(found.spec ? describe : describe.skip)(
  found.reason ?? "what we send to Okta and what its sandbox answers, by Okta's own description",
  () => {
    let made: SandboxApp;

    beforeAll(async () => {
      made = await sandboxApp(okta, {
        clock: new FakeClock(NOW),
        now: new Date(NOW),
        people: 40,
        days: 5,
        spec: found.spec,
        beyondSpec: BEYOND_SPEC,
      });
    });
    afterAll(() => made.close());

    it('fits in all listings, the log, probes and settings', async () => {
      const records: (InventoryRecord | EvidenceRecord)[] = [];
      for (const listing of Object.values(okta.listings)) records.push(...(await everything(listing.pages(made.app))));
      records.push(...(await everything(okta.evidence!.pages(made.app))));
      for (const probe of okta.probes) await probe.run(made.app);
      const feed = okta.feeds['main']!;
      for await (const page of feed.pages(made.app, feed.start(made.app, new Date('2026-11-15T00:00:00Z'))))
        records.length += page.events.length;
      expect(records.length).toBeGreaterThan(500);
      expect(made.sandbox.ledger().unhandled).toEqual([]);
      expect(made.problems().filter((problem) => !POORER.some((known) => known.test(problem)))).toEqual([]);
    });
  },
);
