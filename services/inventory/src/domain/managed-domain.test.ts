import { ManagedDomainInvalid, ManagedDomainPublic, TooManyManagedDomains } from './errors.js';
import { domainOf, hasUnmanagedEmail, readManagedDomains } from './managed-domain.js';

describe('managed domains', () => {
  it('are kept in lower case, each once, in order', () => {
    expect(readManagedDomains([' Beta.example', 'acme.example', 'ACME.example'])).toEqual(['acme.example', 'beta.example']);
  });

  it.each([
    '',
    'acme',
    '@acme.example',
    'ada@acme.example',
    '*.acme.example',
    'acme..example',
    '-a.example',
    'https://acme.example',
    'bücher.example',
    `${'a'.repeat(64)}.example`,
  ])('can not be %p', (text) => {
    expect(() => readManagedDomains(['ok.example', text])).toThrow(ManagedDomainInvalid);
  });

  it('can not be a public mail provider', () => {
    expect(() => readManagedDomains(['Gmail.com'])).toThrow(ManagedDomainPublic);
  });

  it('are not more than a thousand', () => {
    expect(() => readManagedDomains(Array.from({ length: 1_001 }, (_, n) => `d${n}.example`))).toThrow(TooManyManagedDomains);
  });
});

describe('an address', () => {
  const managed = new Set(['acme.example']);

  it('is outside unless its domain is exactly a managed one', () => {
    expect(hasUnmanagedEmail('ada@Acme.example', managed)).toBe(false);
    expect(hasUnmanagedEmail('ada@eng.acme.example', managed)).toBe(true);
    expect(hasUnmanagedEmail('"odd@name"@acme.example', managed)).toBe(false);
  });

  it('is neither while nobody said which domains are managed, or where there is none', () => {
    expect(hasUnmanagedEmail('ada@acme.example', new Set())).toBeNull();
    expect(hasUnmanagedEmail(null, managed)).toBeNull();
    expect(domainOf('nobody')).toBeNull();
  });
});
