import { compile } from 'json-p3';

import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { Control } from '../sdk/index.js';
import { slug } from './evidence.js';
import { salesforce } from './index.js';
import { OPERATIONS } from './operations.js';

describe('evidence for the controls of Salesforce', () => {
  let box: SandboxApp;

  beforeEach(async () => {
    const clock = new FakeClock();
    box = await sandboxApp(salesforce, { clock, now: clock.now() });
    box.app.learn(await salesforce.discover!(box.app));
  });
  afterEach(() => box.close());

  const collect = async (): Promise<EvidenceRecord[]> => {
    const records: EvidenceRecord[] = [];
    for await (const page of salesforce.evidence!.pages(box.app)) records.push(...page.records);
    return records;
  };
  const of = (records: readonly EvidenceRecord[], object: string): EvidenceRecord['outcome'] =>
    records.find(({ operation }) => operation.includes(`FROM ${object}`))!.outcome;

  it('has one document for every operation that a control names, and none that nobody reads', async () => {
    const operations = (await collect()).map(({ operation }) => operation);
    expect([...new Set(salesforce.controls.map(({ evidence }) => evidence.operation))].sort()).toEqual([...operations].sort());
  });

  it('has what each control looks at', async () => {
    const records = await collect();
    for (const control of salesforce.controls) {
      const { outcome } = records.find(({ operation }) => operation === control.evidence.operation)!;
      expect([control.id, looksAt(control, outcome.is === 'read' ? outcome.document : null)]).toEqual([control.id, true]);
    }
  });

  it('finds a setting of Health Check whatever its case and marks', () => {
    expect(slug('Timeout value')).toBe(slug('Timeout Value'));
    expect(slug('Require identity verification during multi-factor authentication (MFA) registration')).toMatch(/-mfa-registration$/);
  });

  it('keeps no key of a token, and of people no more than the user name', async () => {
    const text = JSON.stringify(await collect());
    expect(text).not.toMatch(/sandbox-delete|"Email"/);
  });

  it.each([
    ['View Setup and Configuration', 'SecurityHealthCheckRisks'],
    ['Customize Application', 'OauthToken'],
    ['Customize Application', 'ConnectedApplication'],
  ])('says that without "%s" the document about %s was refused, and what is missing', async (permission, object) => {
    box.sandbox.setSwitches({ missingScopes: [permission] });
    expect(of(await collect(), object)).toMatchObject({ is: 'refused', missing: [permission] });
  });

  it('does not call everybody without a second factor when factors are not shown', async () => {
    box.sandbox.setSwitches({ missingScopes: ['Manage Multi-Factor Authentication in API'] });
    box.app.learn(await salesforce.discover!(box.app));
    expect(of(await collect(), 'TwoFactorMethodsInfo')).toMatchObject({ is: 'refused' });
  });

  it('fails instead of being empty when an answer cannot be read', async () => {
    box.sandbox.setSwitches({ malformed: OPERATIONS.toolingQuery });
    const records = await collect();
    expect([of(records, 'SecurityHealthCheck').is, of(records, 'Organization').is]).toEqual(['failed', 'read']);
  });
});

describe('the controls of Salesforce', () => {
  it('have paths that can be compiled, and ids of their own', () => {
    for (const { evidence } of salesforce.controls) {
      for (const path of [evidence.path, evidence.subjects, evidence.requires])
        if (path !== undefined) expect(() => compile(path)).not.toThrow();
    }
    expect(new Set(salesforce.controls.map(({ id }) => id)).size).toBe(salesforce.controls.length);
    expect(salesforce.controls.every(({ id }) => id.startsWith('salesforce.'))).toBe(true);
  });
});

function looksAt({ evidence }: Control, document: Json): boolean {
  const found = compile(evidence.requires ?? evidence.subjects ?? evidence.path)
    .query(document as never)
    .values();
  return found.length > 0;
}
