import { personByRule, personOf, type PersonalAccount } from './person.js';

const MANAGED = new Set(['acme.example']);
const ada = { app: 'docusign', email: 'ada@acme.example', type: 'person' } as const;

describe('the person of an account, by rule', () => {
  it('is the same for one managed address in two apps, however it is written', () => {
    const inDocusign = personByRule('acme', ada, MANAGED);
    expect(inDocusign).toMatch(/^per_/);
    expect(personByRule('acme', { ...ada, app: 'box', email: ' Ada@ACME.example ' }, MANAGED)).toBe(inDocusign);
  });

  it('is another one in another tenant', () => {
    expect(personByRule('globex', ada, MANAGED)).not.toBe(personByRule('acme', ada, MANAGED));
  });

  it('is nobody where the address is of a domain that nobody vouches for', () => {
    expect(personByRule('acme', { ...ada, email: 'ada@evil.example' }, MANAGED)).toBeNull();
    expect(personByRule('acme', { ...ada, email: 'ada@acme.example.evil.example' }, MANAGED)).toBeNull();
    expect(personByRule('acme', ada, new Set())).toBeNull();
  });

  it("is vouched for by the identity provider's own account, whatever the domain", () => {
    expect(personByRule('acme', { app: 'okta', email: 'ada@gmail.com', type: 'person' }, new Set())).toMatch(/^per_/);
  });

  it.each(['service', 'bot'] as const)('is nobody for a %s account', (type) => {
    expect(personByRule('acme', { ...ada, type }, MANAGED)).toBeNull();
  });

  it.each([null, '', 'ada', '@acme.example', 'ada@'])('is nobody for the address %p', (email) => {
    expect(personByRule('acme', { ...ada, email }, MANAGED)).toBeNull();
  });
});

describe('a person', () => {
  const inDocusign: PersonalAccount = {
    id: 'acc_1',
    app: 'docusign',
    email: 'ada@acme.example',
    displayName: 'A. Lovelace',
    status: 'ACTIVE',
    link: 'RULE',
  };
  const inOkta: PersonalAccount = {
    id: 'acc_2',
    app: 'okta',
    email: 'Ada@acme.example',
    displayName: 'Ada Lovelace',
    status: 'ACTIVE',
    link: 'RULE',
  };

  it('is described by the identity provider first', () => {
    expect(personOf('per_1', [inDocusign, inOkta])).toEqual({
      id: 'per_1',
      email: 'Ada@acme.example',
      displayName: 'Ada Lovelace',
      isTerminated: false,
    });
  });

  it('is described by others where the identity provider is silent', () => {
    expect(personOf('per_1', [inDocusign, { ...inOkta, displayName: null }]).displayName).toBe('A. Lovelace');
  });

  it('has left when the identity provider switched the account off, though others go on', () => {
    expect(personOf('per_1', [inDocusign, { ...inOkta, status: 'DISABLED' }]).isTerminated).toBe(true);
    expect(personOf('per_1', [inDocusign, { ...inOkta, status: 'SUSPENDED' }]).isTerminated).toBe(false);
  });

  it('has not left while one of two identities is in use, or when there is none to tell', () => {
    expect(personOf('per_1', [inOkta, { ...inOkta, id: 'acc_3', status: 'DELETED' }]).isTerminated).toBe(false);
    expect(personOf('per_1', [{ ...inDocusign, status: 'DELETED' }]).isTerminated).toBe(false);
  });
});
