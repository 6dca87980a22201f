import { namesSecret, redact, redactText, REDACTED } from './redact.js';

describe('a raw record', () => {
  it('is kept without its secrets', () => {
    const raw = {
      id: '1',
      resetPasswordUrl: 'https://acme.okta.com/reset/xyz',
      client_secret: 'abc',
      credentials: { password: { value: 'abc', hash: { salt: 'abc' } }, provider: { type: 'OKTA' } },
      headers: [{ name: 'x', Authorization: 'SSWS abc' }, { 'set-cookie': ['sid=abc'] }],
      debugData: { url: '/cb?code=abc&state=1', header: 'Bearer abcdefghijkl' },
    };
    const clean = redact(raw);
    expect(JSON.stringify(clean)).not.toContain('abc');
    expect(clean).toMatchObject({
      id: '1',
      credentials: { provider: { type: 'OKTA' } },
      debugData: { url: `/cb?code=${REDACTED}&state=1` },
    });
  });

  it('is not changed itself', () => {
    const raw = { token: 'abc' };
    redact(raw);
    expect(raw).toEqual({ token: 'abc' });
  });

  it('keeps what only speaks of secrets', () => {
    const raw = {
      passwordChanged: '2024-01-01',
      tokenType: 'Bearer',
      hasPassword: true,
      passwordPolicy: { minLength: 8 },
      tokenId: '00T1',
    };
    expect(redact(raw)).toEqual(raw);
  });

  it('cannot change prototypes or exhaust the stack', () => {
    const clean = redact(JSON.parse('{"__proto__": {"isAdmin": true}, "a": 1}') as never) as Record<string, unknown>;
    expect(clean['isAdmin']).toBeUndefined();
    expect(Object.keys(clean)).toEqual(['__proto__', 'a']);
    const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as never;
    expect(JSON.stringify(redact(deep)).length).toBeLessThan(1_000);
  });

  it.each(['apiKey', 'api_key', 'X-Api-Key', 'Set-Cookie', 'refreshToken', 'privateKey', 'activationLink', 'clientSecretValue'])(
    'holds a secret in %s',
    (key) => {
      expect(namesSecret(key)).toBe(true);
    },
  );

  it('loses tokens inside of texts', () => {
    expect(redactText('got eyJhbGciOiJSUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl from it')).toBe(`got ${REDACTED} from it`);
    expect(redactText('-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----')).toBe(REDACTED);
    expect(redactText('Ada signed in from Berlin.')).toBe('Ada signed in from Berlin.');
  });
});
