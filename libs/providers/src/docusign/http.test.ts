import type { AppAnswer } from '../sdk/index.js';
import { accountBase, http, scopeOf } from './http.js';
import { OPERATIONS } from './operations.js';

const NOW = new Date('2026-11-20T15:31:00Z');

describe('what Docusign refuses', () => {
  it.each([
    [OPERATIONS.users, 400, { errorCode: 'HOURLY_APIINVOCATION_LIMIT_EXCEEDED' }, 'throttled'],
    [OPERATIONS.users, 400, { errorCode: 'Burst_Envelope_Polling_Limit_Exceeded' }, 'throttled'],
    [OPERATIONS.users, 429, undefined, 'throttled'],
    [OPERATIONS.users, 401, { errorCode: 'AUTHORIZATION_INVALID_TOKEN' }, 'auth-expired'],
    [OPERATIONS.users, 401, { errorCode: 'USER_AUTHENTICATION_FAILED' }, 'auth-expired'],
    [OPERATIONS.users, 400, { errorCode: 'USER_LACKS_PERMISSIONS' }, 'forbidden'],
    [OPERATIONS.users, 403, { errorCode: 'ACCOUNT_LACKS_PERMISSIONS' }, 'unlicensed'],
    [OPERATIONS.user, 400, { errorCode: 'USER_DOES_NOT_EXIST_IN_SYSTEM' }, 'missing'],
    [OPERATIONS.users, 400, { errorCode: 'ACCOUNT_DOES_NOT_EXIST_IN_SYSTEM' }, 'misconfigured'],
    [OPERATIONS.users, 301, undefined, 'misconfigured'],
    [OPERATIONS.users, 400, { errorCode: 'INVALID_REQUEST_PARAMETER', message: 'count' }, 'rejected'],
    [OPERATIONS.organizations, 404, { error: 'not_found' }, 'unlicensed'],
    [OPERATIONS.profile, 404, { error: 'user_not_found' }, 'missing'],
    [OPERATIONS.changeProfiles, 403, { error: 'insufficient_scope' }, 'forbidden'],
    [OPERATIONS.stream, 403, undefined, 'unlicensed'],
    [OPERATIONS.lensStream, 404, undefined, 'unlicensed'],
    [OPERATIONS.lensStream, 401, { errorCode: 'PARTNER_NOT_ENABLED' }, 'unlicensed'],
    [OPERATIONS.lensStream, 401, { errorCode: 'AUTHORIZATION_INVALID_TOKEN' }, 'auth-expired'],
    [OPERATIONS.lensStream, 400, { errorCode: 'HOURLY_APIINVOCATION_LIMIT_EXCEEDED' }, 'throttled'],
  ])('%s with %d %j is %s', (operation, status, body, kind) => {
    expect(http.classify!(answer(operation, status, body))).toMatchObject({ kind });
  });

  it('names the scope that is missing, and where to consent', () => {
    const classified = http.classify!(answer(OPERATIONS.reservedDomains, 403, { error: 'insufficient_scope' }));
    expect(classified).toMatchObject({
      missingScopes: ['domain_read'],
      problem: 'SCOPE_MISSING',
      remedy: expect.stringContaining('consent'),
    });
  });

  it('tells a missing role from a missing scope', () => {
    expect(http.classify!(answer(OPERATIONS.users, 400, { errorCode: 'USER_LACKS_PERMISSIONS' }))).toMatchObject({
      problem: 'NOT_ADMINISTRATOR',
    });
  });

  it.each([
    [OPERATIONS.users, 'signature'],
    [OPERATIONS.stream, 'signature'],
    [OPERATIONS.organizations, 'organization_read'],
    [OPERATIONS.organizationUsers, 'user_read'],
    [OPERATIONS.identityProviders, 'identity_provider_read'],
    [OPERATIONS.closeMemberships, 'user_write'],
  ])('%s needs %s', (operation, scope) => {
    expect(scopeOf(operation)).toBe(scope);
  });
});

describe('when to come back', () => {
  const hourly = { errorCode: 'HOURLY_APIINVOCATION_LIMIT_EXCEEDED' };

  it('is told by the reset header, by their clock', () => {
    const reset = String(Date.UTC(2026, 10, 20, 16, 0, 0) / 1_000);
    const headers = { 'x-ratelimit-reset': reset, date: new Date(NOW.getTime() + 10 * 60_000).toUTCString() };
    expect(http.retryAt!(answer(OPERATIONS.users, 400, hourly, headers), NOW)).toEqual(new Date('2026-11-20T15:50:00Z'));
  });

  it('is the next full hour without one: the limit is that of a clock hour', () => {
    expect(http.retryAt!(answer(OPERATIONS.users, 400, hourly), NOW)).toEqual(new Date('2026-11-20T16:00:00Z'));
  });

  it('is half a minute after a burst', () => {
    const body = { errorCode: 'BURST_APIINVOCATION_LIMIT_EXCEEDED' };
    expect(http.retryAt!(answer(OPERATIONS.users, 400, body, { 'x-ratelimit-reset': '9999999999' }), NOW)).toEqual(
      new Date(NOW.getTime() + 30_000),
    );
  });

  it('reads how much of the hour is left', () => {
    const headers = { 'x-ratelimit-limit': '3000', 'x-ratelimit-remaining': '2817', 'x-ratelimit-reset': '1795190400' };
    expect(http.quota!(answer(OPERATIONS.users, 200, {}, headers))).toEqual({
      limit: 3_000,
      remaining: 2_817,
      resetAt: new Date(1_795_190_400_000),
    });
    expect(http.quota!(answer(OPERATIONS.users, 200, {}))).toBeUndefined();
  });
});

describe('where the token is sent', () => {
  it('is only a host of Docusign, whatever the address of an account says', () => {
    expect(accountBase('https://NA3.docusign.net/')).toBe('https://na3.docusign.net');
    for (const url of [
      'http://na3.docusign.net',
      'https://docusign.net.evil.example',
      'https://evil.example/docusign.net',
      'https://user@na3.docusign.net',
      'https://na3.docusign.net:8443',
    ]) {
      expect(() => accountBase(url)).toThrow(/no host of Docusign/);
    }
  });

  it.each([
    ['production', 'https://account.docusign.com', 'https://api.docusign.net', 'https://api.docusign.com', 'https://lens.docusign.net'],
    ['demo', 'https://account-d.docusign.com', 'https://api-d.docusign.net', 'https://api-d.docusign.com', 'https://lens-d.docusign.net'],
  ])('in %s is %s, %s, %s, %s', (environment, oauth, admin, monitor, lens) => {
    expect(http.bases({ environment }, undefined)).toEqual({ main: admin, oauth, admin, monitor, lens });
  });
});

function answer(operation: string, status: number, body: unknown, headers: AppAnswer['headers'] = {}): AppAnswer {
  return { status, headers, body, request: { operation, path: '/' } };
}
