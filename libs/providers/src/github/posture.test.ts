import { query } from 'json-p3';

import type { EvidenceRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import { EVIDENCE } from './evidence.js';
import { http } from './http.js';
import { github } from './index.js';
import { controls, evidence } from './posture.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const PROTECTION = 'GET /repos/{owner}/{repo}/branches/{branch}/protection';

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(github, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 2 });
});
afterEach(() => made.close());

async function collected(): Promise<Map<string, EvidenceRecord['outcome']>> {
  const outcomes = new Map<string, EvidenceRecord['outcome']>();
  for await (const page of evidence.pages(made.app)) for (const record of page.records) outcomes.set(record.operation, record.outcome);
  return outcomes;
}

function documentOf(outcomes: Map<string, EvidenceRecord['outcome']>, operation: string): unknown {
  const outcome = outcomes.get(operation);
  if (outcome?.is !== 'read') throw new Error(`${operation} was not read: ${JSON.stringify(outcome)}`);
  return outcome.document;
}

describe('the controls of GitHub', () => {
  it('each judge a document that is collected, and every document is judged', () => {
    expect(new Set(controls.map((control) => control.evidence.operation))).toEqual(new Set(Object.keys(EVIDENCE)));
  });

  it.each(controls.map((control) => [control.id, control] as const))('%s says what it wants, why and what to do', (id, control) => {
    expect(id).toMatch(/^github\.[a-z0-9-]+$/);
    expect(controls.filter((one) => one.id === id)).toHaveLength(1);
    expect(control.severity).toMatch(/^(LOW|MEDIUM|HIGH|CRITICAL)$/);
    expect(control.points).toBeGreaterThanOrEqual(1);
    expect(control.points).toBeLessThanOrEqual(10);
    expect(control.remediation.length).toBeGreaterThan(0);
    expect(control.references.length).toBeGreaterThan(0);
    if (['empty', 'not_empty', 'count_between'].includes(control.evidence.expected.operator))
      expect(control.evidence.requires).toBeDefined();
    if (control.evidence.expected.quantifier === 'all') expect(control.evidence.subjects).toBeDefined();
  });
});

describe('the evidence', () => {
  it('of a whole organization is all read, and holds what each control looks for', async () => {
    const outcomes = await collected();
    expect([...outcomes].filter(([, outcome]) => outcome.is !== 'read')).toEqual([]);
    const blind = controls.filter(({ evidence: { operation, path, subjects } }) => {
      const document = documentOf(outcomes, operation) as never;
      return [path, subjects ?? path].some((one) => query(one, document).nodes.length === 0);
    });
    expect(blind.map((control) => control.id)).toEqual([]);
  });

  it('has passes and failures', async () => {
    const outcomes = await collected();
    expect(documentOf(outcomes, 'GET /orgs/{org}')).toMatchObject({ two_factor_requirement_enabled: false, is_verified: true });
    expect(documentOf(outcomes, 'GET /orgs/{org}/members?filter=2fa_disabled')).not.toEqual([]);
  });

  it('has no secret of a webhook, only that there is one', async () => {
    const document = JSON.stringify(documentOf(await collected(), 'GET /orgs/{org}/hooks'));
    expect(document).toContain('"secret":"present"');
    expect(document).not.toMatch(/\*\*\*|made-up/);
  });

  it('of an unprotected branch has no values, so that it fails instead of vanishing', async () => {
    const rows = documentOf(await collected(), PROTECTION) as Readonly<Record<string, unknown>>[];
    expect(rows.some((row) => row['enforce_admins'] === undefined)).toBe(true);
    expect(rows.some((row) => row['enforce_admins'] !== undefined)).toBe(true);
    expect(rows.map((row) => row['repository'])).not.toContain('lindenworks/legacy-billing');
  });

  it('of a token without an end has no such field', async () => {
    const rows = documentOf(await collected(), 'GET /orgs/{org}/personal-access-tokens') as Readonly<Record<string, unknown>>[];
    expect(rows.filter((row) => !('token_expires_at' in row)).length).toBeGreaterThan(0);
  });

  it('that is refused is recorded as refused, naming the permission; the public half of the settings is no answer', async () => {
    made.sandbox.setSwitches({ missingScopes: ['organization_administration:read', 'organization_hooks:read'] });
    const outcomes = await collected();
    expect(outcomes.get('GET /orgs/{org}')).toMatchObject({ is: 'refused', missing: ['organization_administration:read'] });
    expect(outcomes.get('GET /orgs/{org}/hooks')).toMatchObject({ is: 'refused', missing: ['organization_hooks:read'] });
    expect(outcomes.get(PROTECTION)).toMatchObject({ is: 'read' });
  });

  it('about second factors is refused to whoever is no owner', async () => {
    made.sandbox.setSwitches({ notOwner: true });
    expect((await collected()).get('GET /orgs/{org}/members?filter=2fa_disabled')).toMatchObject({ is: 'refused' });
  });

  it('that lacks a field is failed, not passed', async () => {
    const operation = 'GET /orgs/{org}/actions/permissions/workflow';
    const app = replayingApp(
      { [operation]: { body: { default_workflow_permissions: 'read' } } },
      { settings: { organization: 'acme' }, http },
    );
    await expect(EVIDENCE[operation]!(app)).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('stops when the credential is dead', async () => {
    made.sandbox.setSwitches({ revoked: true });
    await expect(collected()).rejects.toMatchObject({ kind: 'auth-revoked' });
  });
});
