import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { at } from '../sdk/index.js';
import { microsoft365 } from './index.js';
import { controls } from './posture.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(microsoft365, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 2 });
});
afterEach(() => made.close());

async function evidence(): Promise<Map<string, EvidenceRecord['outcome']>> {
  const found = new Map<string, EvidenceRecord['outcome']>();
  for await (const page of microsoft365.evidence!.pages(made.app)) for (const one of page.records) found.set(one.operation, one.outcome);
  return found;
}

async function document(operation: string): Promise<Json> {
  const outcome = (await evidence()).get(operation);
  if (outcome?.is !== 'read') throw new Error(`${operation} was not read: ${JSON.stringify(outcome)}`);
  return outcome.document;
}

describe('the evidence of Microsoft 365', () => {
  it('is there for every control, by the operation that the control names, and for nothing else', async () => {
    const found = await evidence();
    expect([...found.keys()].sort()).toEqual([...new Set(controls.map((control) => control.evidence.operation))].sort());
    expect([...found.values()].filter((outcome) => outcome.is !== 'read')).toEqual([]);
  });

  it('names who lacks a second factor, and of the others keeps only the facts', async () => {
    const rows = at(await document('GET /v1.0/reports/authenticationMethods/userRegistrationDetails'), 'value') as Record<string, Json>[];
    const weak = rows.filter((row) => row['isMfaCapable'] === false);
    expect(weak.length).toBeGreaterThan(0);
    expect(weak.every((row) => typeof row['id'] === 'string')).toBe(true);
    expect(rows.filter((row) => row['isMfaCapable'] === true).every((row) => !('id' in row))).toBe(true);
  });

  it('counts the people who are global administrators, and shows where administrators come from', async () => {
    const globals = at(await document("GET /v1.0/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members"), 'value');
    expect(globals).toHaveLength(2);
    const admins = at(await document('GET /v1.0/directoryRoles/{id}/members?$select=userPrincipalName,onPremisesSyncEnabled'), 'value');
    expect((admins as Json[]).length).toBeGreaterThan(2);
    expect(admins).toContainEqual({ id: expect.any(String), userPrincipalName: expect.any(String), onPremisesSyncEnabled: null });
  });

  it('that may not be read is refused with the missing permission, and the rest is read', async () => {
    made.sandbox.setSwitches({ missingScopes: ['SharePointTenantSettings.Read.All', 'AuditLog.Read.All'] });
    const found = await evidence();
    expect(found.get('GET /v1.0/admin/sharepoint/settings')).toMatchObject({
      is: 'refused',
      missing: ['SharePointTenantSettings.Read.All'],
    });
    expect(found.get('GET /v1.0/domains')).toMatchObject({ is: 'read' });
  });

  it('that is not licensed says so instead of being empty', async () => {
    made.sandbox.setSwitches({ unlicensed: ['p1'] });
    const found = await evidence();
    expect(found.get('GET /v1.0/identity/conditionalAccess/policies')).toMatchObject({ is: 'unlicensed' });
    expect(found.get('GET /v1.0/reports/authenticationMethods/userRegistrationDetails')).toMatchObject({ is: 'unlicensed' });
  });

  it('that is broken has failed, and is not taken for good', async () => {
    made.sandbox.setSwitches({ malformed: 'GET /domains' });
    expect((await evidence()).get('GET /v1.0/domains')).toMatchObject({ is: 'failed' });
  });
});

describe('the controls of Microsoft 365', () => {
  it('have ids of their own, and points from 1 to 10', () => {
    expect(new Set(controls.map((control) => control.id)).size).toBe(controls.length);
    for (const { id, points, version } of controls) {
      expect(id).toMatch(/^microsoft365\.[a-z0-9-]+$/);
      expect(points).toBeGreaterThanOrEqual(1);
      expect(points).toBeLessThanOrEqual(10);
      expect(version).toBe(1);
    }
  });
});
