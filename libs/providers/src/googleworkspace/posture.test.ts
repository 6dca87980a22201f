import { query } from 'json-p3';

import type { EvidenceRecord } from '#libs/contracts';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { policyOperation } from './evidence.js';
import { googleWorkspace } from './index.js';
import { controls, evidence } from './posture.js';
import { SCOPE } from './scopes.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(googleWorkspace, { clock: new FakeClock(NOW), now: NOW, people: 80, days: 2 });
  made.app.learn(await googleWorkspace.discover!(made.app));
});
afterEach(() => made.close());

type Outcomes = Map<string, EvidenceRecord['outcome']>;

async function collected(): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  for await (const page of evidence.pages(made.app)) for (const record of page.records) outcomes.set(record.operation, record.outcome);
  return outcomes;
}

function documentOf(outcomes: Outcomes, operation: string): unknown {
  const outcome = outcomes.get(operation);
  if (outcome?.is !== 'read') throw new Error(`${operation} was not read: ${JSON.stringify(outcome)}`);
  return outcome.document;
}

describe('the controls of Google Workspace', () => {
  it('each judge a document that is collected, and every document is judged', async () => {
    expect(new Set(controls.map((control) => control.evidence.operation))).toEqual(new Set((await collected()).keys()));
  });

  it.each(controls.map((control) => [control.id, control] as const))('%s says what it wants, why and what to do', (id, control) => {
    expect(id).toMatch(/^googleworkspace\.[a-z0-9-]+$/);
    expect(control).toMatchObject({
      version: 1,
      title: expect.any(String),
      severity: expect.stringMatching(/^(LOW|MEDIUM|HIGH|CRITICAL)$/),
    });
    expect(control.points).toBeGreaterThanOrEqual(1);
    expect(control.points).toBeLessThanOrEqual(10);
    expect(control.remediation.length).toBeGreaterThan(0);
    expect(control.references.length).toBeGreaterThan(0);
    if (control.evidence.expected.quantifier === 'all') expect(control.evidence.subjects).toBeDefined();
  });

  it('have ids of their own', () => {
    expect(new Set(controls.map(({ id }) => id)).size).toBe(controls.length);
  });

  it('find what they look for, so that a misspelt path would show', async () => {
    const outcomes = await collected();
    // Never set in this company, and Google shows no default of it.
    const unset = new Set(['googleworkspace.chat-external-files-off']);
    const blind = controls.filter(({ id, evidence: { operation, path, subjects } }) => {
      const document = documentOf(outcomes, operation) as never;
      return !unset.has(id) && [path, subjects ?? path].some((one) => query(one, document).nodes.length === 0);
    });
    expect(blind.map(({ id }) => id)).toEqual([]);
  });
});

describe('a setting', () => {
  it('that Google shows no policy of has no list, so that it stays unknown', async () => {
    expect(documentOf(await collected(), policyOperation('chat.chat_file_sharing'))).toEqual({ policies: null });
  });

  it("counts Google's default only while nobody set something for all", async () => {
    const outcomes = await collected();
    expect(documentOf(outcomes, policyOperation('security.session_controls'))).toMatchObject({
      policies: [{ type: 'ADMIN', appliesTo: 'everyone', setting: { value: { webSessionDuration: '43200s' } } }],
    });
    expect(documentOf(outcomes, policyOperation('security.less_secure_apps'))).toMatchObject({ policies: [{ type: 'SYSTEM' }] });
  });

  it('is kept for each unit and group, with nothing but what is judged', async () => {
    const document = documentOf(await collected(), policyOperation('security.password')) as {
      policies: { appliesTo: string; setting: unknown }[];
    };
    expect(document.policies.map(({ appliesTo }) => appliesTo)).toEqual(['everyone', 'orgUnits/03ph8a2zcontractors']);
    expect(document.policies[1]!.setting).toEqual({
      type: 'settings/security.password',
      value: { minimumLength: 8, allowedStrength: 'WEAK', allowReuse: true },
    });
  });
});

describe('evidence that cannot be read', () => {
  const all = controls.filter(({ evidence: { operation } }) => operation.startsWith('GET /v1/policies'));

  it('is refused with the missing scope named, and people are judged all the same', async () => {
    made.sandbox.setSwitches({ missingScopes: [SCOPE.policies] });
    const outcomes = await collected();
    for (const { evidence: own } of all) expect(outcomes.get(own.operation)).toMatchObject({ is: 'refused', missing: [SCOPE.policies] });
    expect(outcomes.get('GET /admin/directory/v1/users?customer=my_customer (active)')).toMatchObject({ is: 'read' });
  });

  it('is refused to a lesser administrator', async () => {
    made.sandbox.setSwitches({ isPlainAdmin: true });
    expect((await collected()).get(all[0]!.evidence.operation)).toMatchObject({ is: 'refused' });
  });

  it('is failed, never an empty document, where the answer is broken', async () => {
    for (const fault of ['malformed', 'htmlPage'] as const) {
      made.sandbox.setSwitches({ malformed: '', htmlPage: '', [fault]: '/v1/policies' });
      expect((await collected()).get(all[0]!.evidence.operation)).toMatchObject({ is: 'failed' });
    }
  });

  it('is failed where the API is not enabled in the project', async () => {
    made.sandbox.setSwitches({ apiDisabled: '/v1/policies' });
    expect((await collected()).get(all[0]!.evidence.operation)).toMatchObject({
      is: 'failed',
      message: expect.stringContaining('Enable it'),
    });
  });
});
