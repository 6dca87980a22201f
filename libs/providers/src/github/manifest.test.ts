import { readFileSync } from 'node:fs';

import { github } from './index.js';
import { SLUG } from './manifest.js';
import { NEED_OF_OPERATION, needOf } from './operations.js';

const { capabilities, setup, budgets } = github.manifest;
const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');

describe('the manifest of GitHub', () => {
  it('explains every permission that an operation or a capability needs', () => {
    const known = new Set(setup.scopes.map((need) => need.scope));
    const needed = Object.keys(NEED_OF_OPERATION).flatMap((operation) => Object.values(needOf(operation)));
    const claimed = Object.values(capabilities).flatMap((claim) => ('scopes' in claim ? (claim.scopes ?? []) : []));
    expect([...needed, ...claimed].filter((scope) => scope !== undefined && !known.has(scope))).toEqual([]);
  });

  it('names every permission and scope in the README', () => {
    expect(setup.scopes.map((need) => need.scope).filter((scope) => !readme.includes(`\`${scope}\``))).toEqual([]);
  });

  it('claims what is built: listings, logs, controls and actions stand behind it, each with a probe', () => {
    const claimed = Object.entries(capabilities).filter(([, claim]) => claim.support === 'SUPPORTED' || claim.support === 'PARTIAL');
    expect(claimed.map(([name]) => name).sort()).toEqual(github.probes.map((probe) => probe.capability).sort());
    expect(Object.keys(github.listings).sort()).toEqual(['ACCOUNTS', 'APP_GRANTS', 'GROUPS', 'PRIVILEGES']);
    expect(github.controls.length).toBeGreaterThanOrEqual(31);
  });

  it('counts each operation in exactly one budget', () => {
    for (const operation of [...Object.keys(NEED_OF_OPERATION), 'POST /graphql']) {
      expect({ operation, lines: budgets.filter((budget) => budget.match?.test(operation)).length }).toEqual({ operation, lines: 1 });
    }
  });

  it('takes names that GitHub has, and nothing that leads elsewhere', () => {
    expect(['acme', 'acme-inc', 'octo_acme'].filter((name) => !SLUG.test(name))).toEqual([]);
    expect(['', '-acme', 'acme/x', '../x', 'a b'].filter((name) => SLUG.test(name))).toEqual([]);
  });
});
