import { createRequire } from 'node:module';

import type { Atlas, Country } from '../../domain/enrichment/atlas.js';

/** What is read of the package world-countries; its type declarations do not fit its ECMAScript module. */
interface Entry {
  readonly cca2: string;
  readonly cca3: string;
  readonly name: { readonly common: string };
  readonly latlng: readonly number[];
  readonly borders: readonly string[];
  readonly area: number;
}

const LARGEST_RADIUS_KM = 2_500;
const SMALLEST_RADIUS_KM = 30;
/** Where the area misleads: Alaska is a sixth of it, and hardly anybody lives there. */
const RADIUS_KM: Readonly<Record<string, number>> = { US: 1_500 };

/** The countries of the world, from the package world-countries. */
export const worldAtlas: Atlas = makeAtlas();

function makeAtlas(): Atlas {
  const countries = createRequire(import.meta.url)('world-countries') as readonly Entry[];
  const codes = new Map(countries.map(({ cca3, cca2 }) => [cca3, cca2]));
  return new Map(
    countries.map((country): [string, Country] => [
      country.cca2,
      {
        code: country.cca2,
        name: country.name.common,
        latitude: country.latlng[0] ?? 0,
        longitude: country.latlng[1] ?? 0,
        radiusKm:
          RADIUS_KM[country.cca2] ??
          Math.min(LARGEST_RADIUS_KM, Math.max(SMALLEST_RADIUS_KM, Math.round(Math.sqrt(country.area / Math.PI)))),
        borders: new Set(country.borders.flatMap((cca3) => codes.get(cca3) ?? [])),
      },
    ]),
  );
}
