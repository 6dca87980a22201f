import type { AppAnswer } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { http } from './http.js';

const NOW = new Date('2026-11-20T15:30:00Z');

function anAnswer(status: number, body: unknown, headers: AppAnswer['headers'] = {}, operation = 'GET /api/v1/users'): AppAnswer {
  return { status, headers, body, request: { operation, path: '/api/v1/users' } };
}

function anError(errorCode: string, errorSummary = 'Something', causes: string[] = []): unknown {
  return { errorCode, errorSummary, errorLink: errorCode, errorId: 'oae1', errorCauses: causes.map((cause) => ({ errorSummary: cause })) };
}

function base(settings: Record<string, string>): string {
  return http.bases(settings, undefined)['main']!;
}

function refusalOf(settings: Record<string, string>): AppFailure {
  try {
    base(settings);
  } catch (error) {
    if (error instanceof AppFailure) return error;
    throw error;
  }
  throw new Error('The host was accepted.');
}

describe('the host of an Okta organization', () => {
  it.each(['acme.okta.com', 'acme.oktapreview.com', 'acme.okta-emea.com', 'acme.okta-gov.com', 'ACME.okta.com'])(
    '%s is accepted',
    (orgHost) => {
      expect(base({ orgHost })).toBe(`https://${orgHost.toLowerCase()}`);
    },
  );

  it.each([
    'acme.okta.com.evil.example',
    'okta.com',
    'evilokta.com',
    'acme.okta.com/x',
    'https://acme.okta.com',
    'acme.okta.com:8443',
    'user@acme.okta.com',
    '127.0.0.1',
    '',
  ])('"%s" is refused with a remedy', (orgHost) => {
    expect(refusalOf({ orgHost })).toMatchObject({ kind: 'misconfigured', classified: { remedy: expect.stringMatching(/Enter/) } });
  });

  it('may be a domain of your own only when that is said', () => {
    expect(base({ orgHost: 'id.acme.example', customDomain: 'true' })).toBe('https://id.acme.example');
    expect(refusalOf({ orgHost: 'id.acme.example', customDomain: 'false' }).classified.remedy).toMatch(/customDomain/);
  });

  it('is not that of the Admin Console', () => {
    expect(refusalOf({ orgHost: 'acme-admin.okta.com' }).classified.remedy).toBe('Enter acme.okta.com instead.');
  });
});

describe('an error of Okta', () => {
  it('401 E0000011 means that the API token is dead, for good', () => {
    expect(http.classify!(anAnswer(401, anError('E0000011', 'Invalid token provided')))).toMatchObject({
      kind: 'auth-revoked',
      appCode: 'E0000011',
    });
  });

  it('401 with a challenge of OAuth means that the access token is over, and a new one may be asked for', () => {
    const headers = { 'www-authenticate': 'Bearer authorization_uri="https://acme.okta.com/oauth2/v1/authorize", error="invalid_token"' };
    expect(http.classify!(anAnswer(401, undefined, headers))).toMatchObject({ kind: 'auth-expired' });
    expect(http.classify!(anAnswer(401, undefined, { 'www-authenticate': 'DPoP error="invalid_token"' }))).toMatchObject({
      kind: 'auth-expired',
    });
  });

  it('403 names the missing scope of the operation', () => {
    const answer = anAnswer(403, anError('E0000006'), { 'www-authenticate': 'Bearer error="insufficient_scope"' }, 'GET /api/v1/logs');
    expect(http.classify!(answer)).toMatchObject({ kind: 'forbidden', problem: 'SCOPE_MISSING', missingScopes: ['okta.logs.read'] });
  });

  it('403 E0000006 without a challenge is a missing role, not a missing scope', () => {
    const classified = http.classify!(anAnswer(403, anError('E0000006', 'You do not have permission')));
    expect(classified).toMatchObject({ kind: 'forbidden', problem: 'NOT_ADMINISTRATOR', remedy: expect.stringMatching(/role/) });
    expect(classified).not.toHaveProperty('missingScopes');
  });

  it('403 E0000015 is a feature that the organization does not have', () => {
    expect(http.classify!(anAnswer(403, anError('E0000015')))).toMatchObject({ kind: 'unlicensed' });
  });

  it('404 E0000007 is a thing that is gone', () => {
    expect(http.classify!(anAnswer(404, anError('E0000007')))).toMatchObject({ kind: 'missing' });
  });

  it('400 E0000001 of a lifecycle call is the wrong state and shows its cause; elsewhere it is our input', () => {
    const body = anError('E0000001', 'Api validation failed', ['Cannot suspend a user that is not active']);
    const lifecycle = anAnswer(400, body, {}, 'POST /api/v1/users/{id}/lifecycle/suspend');
    expect(http.classify!(lifecycle)).toMatchObject({ kind: 'conflict', message: expect.stringMatching(/not active/) });
    expect(http.classify!(anAnswer(400, body))).toMatchObject({ kind: 'rejected' });
    expect(http.classify!(anAnswer(400, anError('E0000031')))).toMatchObject({ kind: 'rejected', appCode: 'E0000031' });
  });

  it.each([
    [429, 'E0000047', 'throttled'],
    [500, 'E0000009', 'down'],
    [503, 'E0000010', 'down'],
  ])('%d %s is %s', (status, code, kind) => {
    expect(http.classify!(anAnswer(status, anError(code)))).toMatchObject({ kind });
  });

  it('leaves what is no error of Okta to the table by status', () => {
    expect(http.classify!(anAnswer(404, '<html>'))).toBeUndefined();
    expect(http.classify!(anAnswer(200, []))).toBeUndefined();
  });
});

describe('throttling', () => {
  it('ends when the window ends by Okta’s own clock, even where ours is wrong', () => {
    // Okta's clock is ten minutes behind ours, and its window ends in 20 s.
    const headers = {
      'x-rate-limit-limit': '600',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': '1795187420',
      date: 'Fri, 20 Nov 2026 15:10:00 GMT',
    };
    expect(http.retryAt!(anAnswer(429, anError('E0000047'), headers), NOW)).toEqual(new Date(NOW.getTime() + 20_000));
  });

  it('waits a second at least', () => {
    const headers = { 'x-rate-limit-reset': String(NOW.getTime() / 1_000 - 5), date: NOW.toUTCString() };
    expect(http.retryAt!(anAnswer(429, undefined, headers), NOW)).toEqual(new Date(NOW.getTime() + 1_000));
  });

  it('of calls in flight, told by a limit of 0, is over soon and says nothing about the minute’s limit', () => {
    const answer = anAnswer(429, anError('E0000047'), {
      'x-rate-limit-limit': '0',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': '1895187020',
    });
    expect(http.retryAt!(answer, NOW)!.getTime() - NOW.getTime()).toBeLessThan(10_000);
    expect(http.quota!(answer)).toBeUndefined();
  });

  it('is foreseen from the headers of good answers', () => {
    const headers = { 'x-rate-limit-limit': '600', 'x-rate-limit-remaining': '12', 'x-rate-limit-reset': '1795187020' };
    expect(http.quota!(anAnswer(200, [], headers))).toEqual({ limit: 600, remaining: 12, resetAt: new Date(1_795_187_020_000) });
    expect(http.quota!(anAnswer(200, []))).toBeUndefined();
  });
});
