import type { AppAnswer, AppRequest } from '../sdk/index.js';
import { http } from './http.js';

const answer = (status: number, body: unknown, request: Partial<AppRequest> = {}, headers: AppAnswer['headers'] = {}): AppAnswer => ({
  status,
  body,
  headers,
  request: {
    operation: 'GET /services/data/{version}/query (User)',
    path: '/services/data/v63.0/query',
    query: { q: 'SELECT Id FROM User' },
    ...request,
  },
});
const refusal = (status: number, errorCode: string, message = 'why') => answer(status, [{ errorCode, message }]);

describe("Salesforce's refusals", () => {
  it.each([
    [401, 'INVALID_SESSION_ID', 'auth-expired'],
    [403, 'REQUEST_LIMIT_EXCEEDED', 'throttled'],
    [403, 'INSUFFICIENT_ACCESS', 'forbidden'],
    [403, 'INSUFFICIENT_ACCESS_OR_READONLY', 'forbidden'],
    [400, 'INSUFFICIENT_ACCESS_OR_READONLY', 'forbidden'],
    [403, 'SOMETHING_NEW', 'forbidden'],
    [403, 'API_DISABLED_FOR_ORG', 'unlicensed'],
    [403, 'API_CURRENTLY_DISABLED', 'forbidden'],
    [400, 'INVALID_TYPE', 'forbidden'],
    [400, 'INVALID_FIELD', 'forbidden'],
    [404, 'NOT_FOUND', 'missing'],
    [404, 'ENTITY_IS_DELETED', 'missing'],
    [400, 'ENTITY_IS_DELETED', 'missing'],
    [400, 'INVALID_QUERY_LOCATOR', 'conflict'],
    [400, 'MALFORMED_QUERY', 'rejected'],
    [400, 'FIELD_INTEGRITY_EXCEPTION', 'conflict'],
    [400, 'CANNOT_DEACTIVATE', 'conflict'],
    [400, 'UNABLE_TO_LOCK_ROW', 'down'],
    [400, 'QUERY_TIMEOUT', 'down'],
    [500, 'UNKNOWN_EXCEPTION', 'down'],
    [503, 'SERVER_UNAVAILABLE', 'down'],
  ])('%i %s is "%s"', (status, code, kind) => {
    expect(http.classify!(refusal(status, code))).toMatchObject({ kind });
  });

  it('tell a dead session in plain text at the OAuth endpoints', () => {
    expect(http.classify!(answer(403, 'Bad_OAuth_Token'))).toMatchObject({ kind: 'auth-expired' });
  });

  it('leave the rest to the table by status', () => {
    expect(http.classify!(answer(503, '<html>Maintenance</html>'))).toBeUndefined();
    expect(http.classify!(answer(200, { records: [] }))).toBeUndefined();
  });

  it('name the permission that the object needs, also on later pages and writes', () => {
    const more = {
      query: undefined,
      path: '/services/data/v63.0/query/01g-2000',
      operation: 'GET /services/data/{version}/query (LoginHistory)',
    };
    expect(http.classify!({ ...refusal(400, 'INVALID_TYPE'), request: more })).toMatchObject({ missingScopes: ['Manage Users'] });
    const write = { method: 'PATCH' as const, path: '/services/data/v63.0/sobjects/UserLogin/0Yw', operation: 'PATCH x', query: undefined };
    expect(http.classify!({ ...refusal(403, 'INSUFFICIENT_ACCESS'), request: write })).toMatchObject({ missingScopes: ['Manage Users'] });
  });
});

describe("Salesforce's limits", () => {
  const now = new Date('2026-11-22T08:00:00Z');

  it('of the day are waited out for long, those of concurrent calls shortly', () => {
    expect(http.retryAt!(refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), now)).toEqual(
      new Date('2026-11-22T08:15:00Z'),
    );
    expect(
      http.retryAt!(refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'), now),
    ).toEqual(new Date('2026-11-22T08:00:30Z'));
    expect(http.retryAt!(refusal(503, 'SERVER_UNAVAILABLE'), now)).toBeUndefined();
  });

  it('are read from the header of each answer', () => {
    expect(http.quota!(answer(200, {}, {}, { 'sforce-limit-info': 'api-usage=1234/100000' }))).toEqual({
      limit: 100_000,
      remaining: 98_766,
    });
    expect(http.quota!(answer(200, {}))).toBeUndefined();
  });

  it('sends data calls to the org alone, and assertions to a login host of Salesforce', () => {
    expect(http.bases({ myDomain: 'Acme.my.salesforce.com', loginHost: 'evil.example' }, undefined)).toEqual({
      main: 'https://acme.my.salesforce.com',
      login: 'https://login.salesforce.com',
    });
  });
});
