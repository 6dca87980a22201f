import type { Capability } from '#libs/contracts';
import { providers, type Provider } from '#libs/providers';

import { repositoryFiles, textOf } from './repository.js';

// What must be there for a capability to be claimed.
const NEEDS: Readonly<Partial<Record<Capability, (provider: Provider) => boolean>>> = {
  LIST_ACCOUNTS: ({ listings }) => listings.ACCOUNTS !== undefined,
  LIST_GROUPS: ({ listings }) => listings.GROUPS !== undefined,
  LIST_PRIVILEGES: ({ listings }) => listings.PRIVILEGES !== undefined,
  VIEW_APP_GRANTS: ({ listings }) => listings.APP_GRANTS !== undefined,
  REVOKE_APP_GRANTS: ({ actions }) => actions.REVOKE_APP_GRANT !== undefined,
  SIGN_IN_ACTIVITY: hasFeed,
  USER_ACTIVITY: hasFeed,
  ADMIN_ACTIVITY: hasFeed,
  USER_GOVERNANCE: ({ actions }) => actions.SUSPEND_USER !== undefined,
  POSTURE: ({ controls, evidence }) => controls.length > 0 && evidence !== undefined,
};

describe('the catalogue', () => {
  it('has each app once', () => {
    const keys = providers.map(({ manifest }) => manifest.key);
    expect(keys).toEqual([...new Set(keys)]);
  });

  it('has each control once, over all apps', () => {
    const ids = providers.flatMap(({ controls }) => controls.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

describe.each(providers.map((provider) => ({ name: provider.manifest.name, provider })))('the provider of $name', ({ provider }) => {
  const { manifest, controls, actions, probes } = provider;
  const folder = `libs/providers/src/${manifest.key}`;
  const claimed = Object.entries(manifest.capabilities).filter(([, { support }]) => support === 'SUPPORTED' || support === 'PARTIAL');

  it('claims only what it has built', () => {
    const built = (capability: string): boolean => NEEDS[capability as Capability]?.(provider) ?? false;
    expect(claimed.map(([capability]) => capability).filter((capability) => !built(capability))).toEqual([]);
  });

  it('says what stands against each capability that it has only in part or not at all', () => {
    const silent = Object.entries(manifest.capabilities).filter(
      ([, claim]) => claim.support !== 'SUPPORTED' && (claim.note ?? '').length < 10,
    );
    expect(silent.map(([capability]) => capability)).toEqual([]);
  });

  it('asks for each scope for a reason, and for no scope that no capability needs', () => {
    expect(manifest.setup.scopes.filter(({ reason, capabilities }) => reason.length < 5 || capabilities.length === 0)).toEqual([]);
    const asked = manifest.setup.scopes.map(({ scope }) => scope);
    const needed = [
      ...Object.values(actions).flatMap((plan) => plan.scopes),
      ...claimed.flatMap(([, claim]) => ('scopes' in claim ? (claim.scopes ?? []) : [])),
    ];
    expect([...new Set(needed)].filter((scope) => !asked.includes(scope))).toEqual([]);
  });

  it('can test each capability that it claims', () => {
    const probed = probes.map(({ capability }) => capability);
    expect(claimed.map(([capability]) => capability).filter((capability) => !probed.includes(capability as Capability))).toEqual([]);
  });

  it('names its controls by its own name, and tells for each what to do', () => {
    expect(controls.filter(({ id }) => !id.startsWith(`${manifest.key}.`)).map(({ id }) => id)).toEqual([]);
    expect(controls.filter(({ remediation, points }) => remediation.length === 0 || points < 1 || points > 10).map(({ id }) => id)).toEqual(
      [],
    );
  });

  it('says of each action what it does, and how it is undone or why not', () => {
    for (const plan of Object.values(actions)) {
      expect(plan.effect).toMatch(/^[A-Z].{20,}\.$/s);
      if ('impossible' in plan.revert) expect(plan.revert.impossible.length).toBeGreaterThan(10);
    }
  });

  it('has recorded pages, each with what we make of it', () => {
    const recorded = repositoryFiles().filter((path) => path.startsWith(`${folder}/fixtures/`));
    const pages = recorded.filter((path) => path.endsWith('.json') && !path.endsWith('.expected.json'));
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.filter((path) => !recorded.includes(path.replace(/\.json$/, '.expected.json')))).toEqual([]);
    expect(pages.filter((path) => textOf(path).length === 0)).toEqual([]);
  });

  it('keeps its secrets secret: no setup field that holds one is shown', () => {
    const looksSecret = /secret|password|privatekey|apitoken/i;
    expect(manifest.setup.fields.filter(({ name, secret }) => looksSecret.test(name) && !secret).map(({ name }) => name)).toEqual([]);
  });
});

function hasFeed({ feeds }: Provider): boolean {
  return Object.keys(feeds).length > 0;
}
