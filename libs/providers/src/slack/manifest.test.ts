import { readFileSync } from 'node:fs';

import { slack } from './index.js';
import { manifest, SCOPES } from './manifest.js';
import { OPERATIONS } from './operations.js';
import { controls } from './posture.js';

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');

describe('the manifest of Slack', () => {
  it('asks for the scopes of what we call, and for no others', () => {
    const asked = SCOPES.map(({ scope }) => scope);
    const used = new Set<string>(Object.values(OPERATIONS).flatMap(({ scope }) => scope ?? []));
    // Opens a field of answers, no method of its own.
    used.add('users:read.email');
    expect([...used].filter((scope) => !asked.includes(scope))).toEqual([]);
    expect(asked.filter((scope) => !used.has(scope))).toEqual([]);
  });

  it('has every scope explained in the README', () => {
    expect(SCOPES.map(({ scope }) => scope).filter((scope) => !readme.includes(`\`${scope}\``))).toEqual([]);
    expect(readme).toContain(`${controls.length} controls`);
  });

  it('counts each operation in exactly one budget of its own', () => {
    for (const operation of Object.keys(OPERATIONS)) {
      const lines = manifest.budgets.filter((budget) => budget.match!.test(operation));
      expect({ operation, lines: lines.length }).toEqual({ operation, lines: 1 });
    }
    const names = manifest.budgets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('claims only what is built', () => {
    const built = {
      LIST_ACCOUNTS: slack.listings.ACCOUNTS,
      LIST_GROUPS: slack.listings.GROUPS,
      LIST_PRIVILEGES: slack.listings.PRIVILEGES,
      VIEW_APP_GRANTS: slack.listings.APP_GRANTS,
      REVOKE_APP_GRANTS: slack.actions.REVOKE_APP_GRANT,
      POSTURE: slack.evidence,
      USER_GOVERNANCE: slack.actions.SUSPEND_USER,
    };
    for (const [capability, part] of Object.entries(built))
      expect([capability, part !== undefined]).toEqual([
        capability,
        ['SUPPORTED', 'PARTIAL'].includes(manifest.capabilities[capability as 'POSTURE'].support),
      ]);
    const probed = slack.probes.map(({ capability }) => capability).sort();
    const claimed = Object.entries(manifest.capabilities)
      .filter(([, { support }]) => support === 'SUPPORTED' || support === 'PARTIAL')
      .map(([name]) => name);
    expect(probed).toEqual(claimed.sort());
    expect(slack.actions.EXPIRE_PASSWORD).toBeUndefined();
  });

  it.each([
    ['userToken', 'xoxp-123456789-abcDEF', 'xoxe.xoxp-1-Mi0yLTEyMzQ'],
    ['userToken', 'xoxp-123456789-abcDEF', 'xoxb-123456789-abcDEF'],
    ['appId', 'A0123ABCD', 'C0123ABCD'],
    ['clientId', '123456789.987654321', 'not an id'],
  ])('takes for %s "%s" and not "%s"', (name, good, bad) => {
    const { pattern } = manifest.setup.fields.find((field) => field.name === name)!;
    expect([pattern!.test(good), pattern!.test(bad)]).toEqual([true, false]);
  });

  it('leads an Org Owner to the installation with all scopes, on the right host', () => {
    const link = manifest.setup.consentUrl!({ clientId: '123456789.987654321' })!;
    expect(new URL(link).host).toBe('slack.com');
    expect(new URL(link).searchParams.get('user_scope')!.split(',')).toEqual(SCOPES.map(({ scope }) => scope));
    expect(manifest.setup.consentUrl!({ clientId: '123456789.987654321', environment: 'govslack' })).toContain('https://slack-gov.com/');
    expect(manifest.setup.consentUrl!({})).toBeUndefined();
  });
});
