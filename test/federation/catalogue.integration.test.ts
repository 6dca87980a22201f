import { CAPABILITIES, type Capability } from '#libs/contracts';
import { providers, type Provider } from '#libs/providers';

import { ConnectedApp } from './connected-app.js';
import { actionDrivers } from './drive-actions.js';
import { readDrivers, type Driver } from './drive-reads.js';
import { embedded, type Installation } from './installation.js';

/** How a claimed capability is proven. A capability that is claimed and not in it fails the suite. */
const DRIVERS: { readonly [C in Capability]?: Driver } = { ...readDrivers, ...actionDrivers };

const WHOLE_SUITE_MS = 240_000;

/** Reads before acts: what is acted on would not be there to be read. */
const claimsOf = ({ manifest }: Provider): readonly Capability[] => {
  const claimed = CAPABILITIES.filter((capability) => ['SUPPORTED', 'PARTIAL'].includes(manifest.capabilities[capability].support));
  return [
    ...claimed.filter((capability) => !(capability in actionDrivers)),
    ...claimed.filter((capability) => capability in actionDrivers),
  ];
};

describe('the catalogue, each claim driven through the graph', () => {
  let castellan: Installation;
  const cells = new Map<string, Promise<void>>();
  const cellOf = (provider: Provider, capability: Capability): string => `${provider.manifest.key} × ${capability}`;

  // All apps side by side, the cells of one app one after the other; the tests below only wait for them.
  beforeAll(async () => {
    castellan = await embedded({ people: 15, days: 8, environment: { CASTELLAN_SYNC_INTERVAL_FACTOR: '100' } });
    for (const provider of providers) {
      const connected = ConnectedApp.connect(castellan, provider, 'catalogue').then(async (app) => {
        await app.upToDate();
        return app;
      });
      let before: Promise<unknown> = connected;
      for (const capability of claimsOf(provider)) {
        const driven = before.then(async () => {
          const driver = DRIVERS[capability];
          if (!driver) throw new Error(`${cellOf(provider, capability)} is claimed, and nothing drives it.`);
          await driver(await connected);
        });
        cells.set(cellOf(provider, capability), driven);
        // A cell that failed is told by its own test; the next cells are driven all the same.
        before = driven.catch(() => connected);
      }
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.allSettled(cells.values());
    await castellan?.close();
  }, WHOLE_SUITE_MS);

  for (const provider of providers) {
    const { manifest } = provider;
    for (const capability of claimsOf(provider)) {
      const claim = manifest.capabilities[capability];
      it(
        `${cellOf(provider, capability)} holds (${claim.support.toLowerCase()})`,
        async () => {
          await cells.get(cellOf(provider, capability));
        },
        WHOLE_SUITE_MS,
      );
    }

    it(
      `${manifest.key} is asked for nothing that its sandbox does not have`,
      async () => {
        await Promise.allSettled(claimsOf(provider).map((capability) => cells.get(cellOf(provider, capability))));
        const { unknown, unhandled } = castellan.sandboxes[manifest.key]!.ledger();
        expect({ unknown, unhandled }).toEqual({ unknown: [], unhandled: [] });
      },
      WHOLE_SUITE_MS,
    );
  }
});
