import type { SetupField } from '../provider.js';
import { checkSettings } from './settings.js';

const FIELDS: readonly SetupField[] = [
  {
    name: 'orgUrl',
    label: 'Organization URL',
    required: true,
    secret: false,
    pattern: /https:\/\/[a-z0-9-]+\.okta\.com/,
    help: 'Such as https://acme.okta.com.',
  },
  { name: 'auth', label: 'Sign-in', required: true, secret: false, options: ['token', 'oauth'], default: 'token' },
  { name: 'token', label: 'API token', required: true, secret: true, when: { field: 'auth', is: 'token' } },
  { name: 'privateKey', label: 'Private key', required: true, secret: true, when: { field: 'auth', is: 'oauth' } },
  { name: 'domains', label: 'Domains', required: false, secret: false, isList: true },
];

const GOOD = { orgUrl: 'https://acme.okta.com', token: 'sesame' };

function codesOf(entered: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(checkSettings(FIELDS, entered).problems.map(({ field, code }) => [field, code]));
}

describe('what was entered to connect an app', () => {
  it('is parted into settings and secrets, defaults filled in', () => {
    expect(checkSettings(FIELDS, { ...GOOD, domains: 'acme.com, acme.org\nacme.net' })).toEqual({
      settings: { orgUrl: 'https://acme.okta.com', auth: 'token', domains: ['acme.com', 'acme.org', 'acme.net'] },
      secrets: { token: 'sesame' },
      problems: [],
    });
  });

  it('needs only the fields of the chosen kind of sign-in, and drops the others', () => {
    const { secrets, problems } = checkSettings(FIELDS, { ...GOOD, auth: 'oauth', privateKey: 'pem' });
    expect(problems).toEqual([]);
    expect(secrets).toEqual({ privateKey: 'pem' });
  });

  it.each([
    [{ token: 'x' }, { orgUrl: 'missing' }],
    [{ ...GOOD, orgUrl: '   ' }, { orgUrl: 'missing' }],
    [{ ...GOOD, token: undefined }, { token: 'missing' }],
    [{ ...GOOD, auth: 'magic' }, { auth: 'not-an-option' }],
    [{ ...GOOD, orgUrl: 'https://acme.okta.com.evil.example' }, { orgUrl: 'pattern' }],
    [{ ...GOOD, orgUrl: 'https://evil.example/\nhttps://acme.okta.com' }, { orgUrl: 'pattern' }],
    [{ ...GOOD, orgUrl: { $ne: '' } }, { orgUrl: 'wrong-type' }],
    [{ ...GOOD, token: 'x'.repeat(20_000) }, { token: 'too-long' }],
    [{ ...GOOD, orgurl: 'https://acme.okta.com' }, { orgurl: 'unknown' }],
    [{ ...GOOD, constructor: 'x' }, { constructor: 'unknown' }],
  ])('%j is refused field by field', (entered, codes) => {
    expect(codesOf(entered)).toMatchObject(codes);
  });

  it('is told in words that never repeat it', () => {
    const { problems } = checkSettings(FIELDS, { ...GOOD, orgUrl: 'https://S3CRET', auth: 'S3CRET' });
    expect(problems.map(({ message }) => message).join()).not.toContain('S3CRET');
    expect(problems[0]?.message).toContain('https://acme.okta.com');
  });

  it('may leave out a secret that is kept from before', () => {
    expect(checkSettings(FIELDS, { orgUrl: GOOD.orgUrl }, new Set(['token'])).problems).toEqual([]);
  });
});
