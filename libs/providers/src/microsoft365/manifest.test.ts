import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { http } from './http.js';
import { manifest, SCOPES } from './manifest.js';
import { SCOPES_OF_OPERATION, TOKEN_OPERATION } from './operations.js';

describe('the setup of Microsoft 365', () => {
  it('has its permissions explained in the README, each of them', () => {
    const readme = readFileSync(fileURLToPath(new URL('README.md', import.meta.url)), 'utf8');
    expect(SCOPES.map((need) => need.scope).filter((scope) => !readme.includes(`\`${scope}\``))).toEqual([]);
  });

  it('asks for every permission that an operation needs first, and claims none that it does not ask for', () => {
    const asked = new Set(SCOPES.map((need) => need.scope));
    expect(Object.entries(SCOPES_OF_OPERATION).filter(([, scopes]) => !asked.has(scopes[0]))).toEqual([]);
    for (const claim of Object.values(manifest.capabilities))
      if (claim.support === 'SUPPORTED' || claim.support === 'PARTIAL')
        expect((claim.scopes ?? []).filter((scope) => !asked.has(scope))).toEqual([]);
  });

  it('leads to the page where an administrator consents, in the right cloud', () => {
    const tenantId = '6f0c1d2e-9a47-4b5e-8c31-0d2f7a5e4b10';
    expect(manifest.setup.consentUrl!({ tenantId, clientId: 'app', cloud: 'gcc-high' })).toBe(
      `https://login.microsoftonline.us/${tenantId}/adminconsent?client_id=app`,
    );
    expect(manifest.setup.consentUrl!({ tenantId })).toBeUndefined();
  });

  it('counts every operation in exactly one budget', () => {
    const counted = Object.keys(SCOPES_OF_OPERATION).map((operation) => ({
      operation,
      budgets: manifest.budgets.filter((budget) => budget.match!.test(operation)).map((budget) => budget.name),
    }));
    expect(counted.filter(({ budgets }) => budgets.length !== 1)).toEqual([]);
    expect(manifest.budgets.some((budget) => budget.match!.test(TOKEN_OPERATION))).toBe(false);
  });

  it.each([
    ['worldwide', 'https://graph.microsoft.com/v1.0', 'https://manage.office.com/api/v1.0/t/activity/feed'],
    ['gcc', 'https://graph.microsoft.com/v1.0', 'https://manage-gcc.office.com/api/v1.0/t/activity/feed'],
    ['dod', 'https://dod-graph.microsoft.us/v1.0', 'https://manage.protection.apps.mil/api/v1.0/t/activity/feed'],
  ])('reaches the hosts of the cloud %s', (cloud, main, manage) => {
    expect(http.bases({ cloud, tenantId: 'T' }, undefined)).toMatchObject({ main, manage });
  });
});

describe('a refusal of Microsoft', () => {
  const classified = (operation: string, status: number, code: string, message = 'said') =>
    http.classify!({ status, headers: {}, body: { error: { code, message } }, request: { operation, path: '' } });

  it.each([
    ['GET /users', 403, 'Authorization_RequestDenied', { kind: 'forbidden', missingScopes: ['User.Read.All'] }],
    ['GET /auditLogs/signIns', 403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant', { kind: 'unlicensed' }],
    ['GET /roleManagement/directory/roleEligibilityScheduleInstances', 400, 'AadPremiumLicenseRequired', { kind: 'unlicensed' }],
    ['GET /users', 401, 'InvalidAuthenticationToken', { kind: 'auth-expired' }],
    ['GET /users/{id}', 404, 'Request_ResourceNotFound', { kind: 'missing' }],
    ['GET /users', 400, 'Directory_ExpiredPageToken', { kind: 'rejected', appCode: 'link-died' }],
    ['GET /users', 410, 'syncStateNotFound', { kind: 'rejected', appCode: 'link-died' }],
    ['GET /users', 429, 'TooManyRequests', { kind: 'throttled' }],
    ['GET /subscriptions/content', 403, 'AF429', { kind: 'throttled' }],
    ['GET /subscriptions/content', 401, 'AF10001', { kind: 'forbidden', missingScopes: ['ActivityFeed.Read'] }],
    ['GET /subscriptions/content', 400, 'AF20010', { kind: 'misconfigured' }],
    ['POST /subscriptions/start', 400, 'AF20012', { kind: 'unlicensed', problem: 'CONFIGURATION_INVALID' }],
    ['GET /subscriptions/content', 400, 'AF20022', { kind: 'conflict' }],
    ['GET /subscriptions/content', 400, 'AF20030', { kind: 'rejected' }],
    ['GET /audit/{contentId}', 400, 'AF20051', { kind: 'missing' }],
  ])('of %s with %d %s is what it is', (operation, status, code, expected) => {
    expect(classified(operation, status, code)).toMatchObject(expected);
  });

  it('of a membership that is kept elsewhere is about the state, not about our input', () => {
    const message = 'Unable to update the specified properties for on-premises mastered Directory Sync objects.';
    expect(classified('DELETE /groups/{id}/members/{userId}/$ref', 400, 'Request_BadRequest', message)).toMatchObject({ kind: 'conflict' });
  });
});
