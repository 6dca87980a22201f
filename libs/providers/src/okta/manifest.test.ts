import { readFileSync } from 'node:fs';

import { EVIDENCE } from './evidence.js';
import { okta } from './index.js';
import { manifest, SCOPES } from './manifest.js';
import { SCOPE_OF_OPERATION } from './operations.js';
import { controls } from './posture.js';

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');

describe('the manifest of Okta', () => {
  it('asks for the scopes of what we call, and for no others', () => {
    const asked = new Set(SCOPES.map((need) => need.scope));
    const used = new Set<string>(Object.values(SCOPE_OF_OPERATION));
    expect([...used].filter((scope) => !asked.has(scope))).toEqual([]);
    expect([...asked].filter((scope) => !used.has(scope))).toEqual([]);
  });

  it('has every scope explained in the README', () => {
    expect(SCOPES.map((need) => need.scope).filter((scope) => !readme.includes(`\`${scope}\``))).toEqual([]);
    expect(readme).toContain(`settings for ${controls.length} controls`);
  });

  it('asks for scopes to write only where something is changed', () => {
    const writing = Object.entries(SCOPE_OF_OPERATION).filter(([operation]) => !operation.startsWith('GET '));
    expect(new Set(writing.map(([, scope]) => scope))).toEqual(new Set(SCOPES.filter((need) => need.forWriting).map((need) => need.scope)));
  });

  it('counts each operation in exactly one budget', () => {
    for (const operation of Object.keys(SCOPE_OF_OPERATION)) {
      const lines = manifest.budgets.filter((budget) => budget.match!.test(operation)).map((budget) => budget.name);
      expect({ operation, lines }).toEqual({ operation, lines: [expect.any(String)] });
    }
  });

  it('claims only what is built', () => {
    const { capabilities } = manifest;
    const built = {
      LIST_ACCOUNTS: okta.listings.ACCOUNTS,
      LIST_GROUPS: okta.listings.GROUPS,
      LIST_PRIVILEGES: okta.listings.PRIVILEGES,
      VIEW_APP_GRANTS: okta.listings.APP_GRANTS,
    };
    for (const [capability, listing] of Object.entries(built))
      expect([capability, listing !== undefined]).toEqual([
        capability,
        capabilities[capability as 'LIST_ACCOUNTS'].support === 'SUPPORTED',
      ]);
    expect(okta.actions.REVOKE_APP_GRANT !== undefined).toBe(capabilities.REVOKE_APP_GRANTS.support === 'PARTIAL');
    expect(Object.keys(EVIDENCE).length > 0).toBe(capabilities.POSTURE.support === 'SUPPORTED');
  });

  it.each([
    ['orgHost', 'acme.okta.com', 'https://acme.okta.com'],
    ['clientId', '0oa1exampleA', 'not an id!'],
    ['keyId', 'k-1_A.b=', 'two words'],
  ])('takes for %s "%s" and not "%s"', (name, good, bad) => {
    const { pattern } = manifest.setup.fields.find((field) => field.name === name)!;
    expect([pattern!.test(good), pattern!.test(bad)]).toEqual([true, false]);
  });
});
