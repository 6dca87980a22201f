import { CAPABILITIES, type EvidenceRecord, type InventoryRecord } from '#libs/contracts';
import { appSpec, FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ListingStreamName } from '../sdk/index.js';
import { docusign } from './index.js';
import { OPERATIONS } from './operations.js';

/** Docusign has these too; the descriptions that we have do not. */
const BEYOND_SPEC = [
  OPERATIONS.token,
  OPERATIONS.userinfo,
  OPERATIONS.authorizations,
  OPERATIONS.authorize,
  OPERATIONS.deauthorize,
  OPERATIONS.changeConnect,
];

const { spec, reason } = appSpec(
  'docusign-admin.json',
  'docusign-esignature.json',
  'docusign-monitor-v1stream.json',
  'docusign-monitor-v2.json',
);

(spec ? describe : describe.skip)(`requests and answers are as Docusign describes them${reason ? ` (${reason})` : ''}`, () => {
  let box: SandboxApp;

  beforeAll(async () => {
    const clock = new FakeClock();
    box = await sandboxApp(docusign, { spec, clock, now: clock.now(), beyondSpec: BEYOND_SPEC });
    box.app.learn(await docusign.discover!(box.app));
  });

  afterAll(async () => {
    await box.close();
  });

  it('when the connection is tested', async () => {
    expect(await docusign.identify(box.app)).toEqual({
      accountExternalId: '66666666-7777-4888-9999-aaaaaaaaaaaa',
      name: 'Castellan Connector',
    });
    for (const probe of docusign.probes) await expect(probe.run(box.app)).resolves.toBeUndefined();
    expect(box.problems()).toEqual([]);
  });

  it.each(Object.keys(docusign.listings) as ListingStreamName[])('when %s are listed', async (stream) => {
    const records: InventoryRecord[] = [];
    for await (const page of docusign.listings[stream]!.pages(box.app)) records.push(...page.records);
    const kinds = new Set(records.map(({ kind }) => kind));
    for (const kind of docusign.listings[stream]!.complete) expect(kinds).toContain(kind);
    expect(box.problems()).toEqual([]);
  });

  it('when the log is read at its new address and at its old one', async () => {
    for (const monitorPath of ['new', 'old']) {
      box.sandbox.setSwitches({ monitorPath });
      const feed = docusign.feeds['main']!;
      let events = 0;
      for await (const page of feed.pages(box.app, feed.start(box.app, new Date('2026-11-18T00:00:00Z')))) events += page.events.length;
      expect(events).toBeGreaterThan(100);
    }
    box.sandbox.setSwitches({ monitorPath: false });
    expect(box.problems()).toEqual([]);
  });

  it('when evidence is collected', async () => {
    const records: EvidenceRecord[] = [];
    for await (const page of docusign.evidence!.pages(box.app)) records.push(...page.records);
    expect(records.filter(({ outcome }) => outcome.is !== 'read')).toEqual([]);
    expect(box.problems()).toEqual([]);
  });

  it('when every action is done and undone', async () => {
    const target = { accountExternalId: VICTIM(box), groupExternalId: null, grantExternalId: null };
    for (const plan of [docusign.actions.SUSPEND_USER!, docusign.actions.UNSUSPEND_USER!, docusign.actions.EXPIRE_PASSWORD!]) {
      const before = await plan.observe(box.app, target);
      await plan.run(box.app, target, before);
      if ('by' in plan.revert) await plan.revert.by(box.app, target, before);
      await plan.refresh(box.app, target);
    }
    expect(box.problems()).toEqual([]);
  });

  it('and no call ends in a place that the sandbox does not know', () => {
    expect(box.sandbox.ledger().unhandled).toEqual([]);
    expect(box.sandbox.ledger().unknown).toEqual([]);
  });
});

describe('the manifest', () => {
  it('claims what is there: every supported capability has a probe, and nothing else has one', () => {
    const claimed = CAPABILITIES.filter((name) => ['SUPPORTED', 'PARTIAL'].includes(docusign.manifest.capabilities[name].support));
    expect(docusign.probes.map(({ capability }) => capability).sort()).toEqual([...claimed].sort());
  });

  it('does not offer to end sessions: there is no API for it', () => {
    expect(docusign.actions.REQUIRE_SIGN_IN_AGAIN).toBeUndefined();
  });

  it('says of app grants that consents are not listed', () => {
    expect(docusign.manifest.capabilities.VIEW_APP_GRANTS).toMatchObject({
      support: 'PARTIAL',
      note: expect.stringContaining('No API lists'),
    });
  });

  it('asks for the writing scope only when acting is wanted', () => {
    const consent = docusign.manifest.setup.consentUrl!;
    const settings = { environment: 'demo', integrationKey: '11111111-2222-4333-8444-555555555555' };
    expect(consent({ ...settings, governance: 'true' })).toMatch(/^https:\/\/account-d\.docusign\.com\/oauth\/auth\?.*user_write/);
    expect(consent({ ...settings, governance: 'false' })).not.toContain('user_write');
    expect(consent({ environment: 'demo' })).toBeUndefined();
  });

  it('names in each action only scopes that the setup lists', () => {
    const known = docusign.manifest.setup.scopes.map(({ scope }) => scope);
    for (const plan of Object.values(docusign.actions)) expect(known).toEqual(expect.arrayContaining([...plan.scopes]));
  });
});

// Somebody with a Docusign password and an open membership.
function VICTIM(box: SandboxApp): string {
  const { number } = box.sandbox.company.takeover.victim;
  return `a1a1a1a1-0000-4000-8000-${(number + 1).toString(16).padStart(12, '0')}`;
}
