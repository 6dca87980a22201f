import { ACTION_KINDS } from '#libs/contracts';
import { providers } from '#libs/providers';

import { isOffered } from './action-catalogue.js';
import { ProviderCatalogue } from './provider-catalogue.js';

const catalogue = new ProviderCatalogue();
const cells = providers.flatMap(({ manifest }) => ACTION_KINDS.map((kind) => [manifest.key, kind] as const));

describe('the catalogue of actions', () => {
  it.each(cells)('of %s says of %s what it does and whether there is a way back, or why it is not offered', (app, kind) => {
    const answer = catalogue.offer(app, kind);
    if (isOffered(answer)) {
      expect(answer.effect.length).toBeGreaterThan(20);
      expect(answer.revert.isPossible || answer.revert.why.length > 10).toBe(true);
      expect(catalogue.kindsOf(app)).toContain(kind);
    } else {
      expect(answer.why.length).toBeGreaterThan(10);
      expect(catalogue.kindsOf(app)).not.toContain(kind);
    }
  });

  it('offers nothing for an app that it does not know', () => {
    expect(isOffered(catalogue.offer('nowhere', 'SUSPEND_USER'))).toBe(false);
    expect(catalogue.kindsOf('nowhere')).toEqual([]);
  });

  it('knows Okta as an identity provider, and DocuSign not', () => {
    expect([catalogue.isIdentityProvider('okta'), catalogue.isIdentityProvider('docusign')]).toEqual([true, false]);
  });
});
