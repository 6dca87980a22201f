import { readFileSync } from 'node:fs';

import { compile } from 'json-p3';

import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { Control } from '../sdk/index.js';
import { docusign } from './index.js';
import { OPERATIONS } from './operations.js';

describe('evidence for the controls', () => {
  let box: SandboxApp;

  beforeEach(async () => {
    const clock = new FakeClock();
    box = await sandboxApp(docusign, { clock, now: clock.now() });
    box.app.learn(await docusign.discover!(box.app));
  });
  afterEach(() => box.close());

  const collect = async (): Promise<EvidenceRecord[]> => {
    const records: EvidenceRecord[] = [];
    for await (const page of docusign.evidence!.pages(box.app)) records.push(...page.records);
    return records;
  };
  const of = (records: readonly EvidenceRecord[], operation: string, scopeName?: string): EvidenceRecord =>
    records.find((item) => item.operation === operation && (scopeName === undefined || item.scopeName?.includes(scopeName)))!;

  it('has a document for every operation that a control names, one for each account', async () => {
    const records = await collect();
    for (const { id, evidence } of docusign.controls) {
      const found = records.filter(({ operation }) => operation === evidence.operation);
      expect([id, found.length]).toEqual([id, evidence.operation.includes('{accountId}') ? 2 : 1]);
    }
  });

  it('has what each control looks at', async () => {
    const records = await collect();
    for (const control of docusign.controls) {
      const { outcome } = of(records, control.evidence.operation);
      const document = outcome.is === 'read' ? outcome.document : null;
      expect([control.id, looksAt(control, document)]).toEqual([control.id, true]);
    }
  });

  it('counts a lockout in minutes though Docusign counts hours', async () => {
    const { outcome } = of(await collect(), 'GET /restapi/v2.1/accounts/{accountId}/settings/password_rules', 'Headquarters');
    expect(outcome).toMatchObject({ document: { lockoutDurationMinutes: '60' } });
  });

  it('keeps no secret and no more of people than names', async () => {
    const text = JSON.stringify(await collect());
    expect(text).not.toMatch(/tenant=legal|txt_token|@lindenworks/);
  });

  it('says of what was refused that it was refused, and of what is missing in the plan that it is unlicensed', async () => {
    box.sandbox.setSwitches({ missingScopes: ['domain_read'], unlicensed: ['monitor'] });
    const records = await collect();
    expect(of(records, 'GET /management/v2/organizations/{organizationId}/reserved_domains').outcome).toMatchObject({
      is: 'refused',
      missing: ['domain_read'],
    });
    expect(of(records, 'GET /api/v2.0/datasets/monitor/stream').outcome).toMatchObject({ is: 'unlicensed' });
    expect(of(records, 'GET /restapi/v2.1/accounts/{accountId}/settings').outcome).toMatchObject({ is: 'read' });
  });

  it('fails instead of being empty when an answer cannot be read', async () => {
    box.sandbox.setSwitches({ malformed: OPERATIONS.connect });
    expect(of(await collect(), 'GET /restapi/v2.1/accounts/{accountId}/connect').outcome).toMatchObject({ is: 'failed' });
  });

  it('about administrators is incomplete, and says so, when the users of an account could not be read', async () => {
    box.sandbox.setSwitches({ serverError: OPERATIONS.users });
    const failed = (await collect()).filter(({ outcome }) => outcome.is === 'failed').map(({ operation }) => operation);
    expect(failed).toContain('GET /management/v2.1/organizations/{organizationId}/users/{userId}/dsprofile (administrators)');
    expect(failed.filter((operation) => operation.includes('/users?'))).toHaveLength(4);
  });
});

describe('the controls', () => {
  it('have paths that can be compiled, and ids of their own', () => {
    for (const { evidence } of docusign.controls) {
      for (const path of [evidence.path, evidence.subjects, evidence.requires])
        if (path !== undefined) expect(() => compile(path)).not.toThrow();
    }
    expect(new Set(docusign.controls.map(({ id }) => id)).size).toBe(docusign.controls.length);
    expect(docusign.controls.length).toBeGreaterThanOrEqual(20);
  });

  it('are the ones of the catalogue file, and more', () => {
    const file = JSON.parse(readFileSync(new URL('./posture.json', import.meta.url), 'utf8')) as { readonly id: string }[];
    expect(docusign.controls.map(({ id }) => id)).toEqual(file.map(({ id }) => id));
  });
});

function looksAt({ evidence }: Control, document: Json): boolean {
  const found = compile(evidence.requires ?? evidence.subjects ?? evidence.path)
    .query(document as never)
    .values();
  return found.length > 0;
}
