/** What is known of a country. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Of a disc with the country's area: how far off its middle a person in it may be. */
  readonly radiusKm: number;
  /** Codes of the countries it shares a land border with. */
  readonly borders: ReadonlySet<string>;
}

/** The countries of the world, by code. */
export type Atlas = ReadonlyMap<string, Country>;

/** A point on earth, in degrees. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

const EARTH_RADIUS_KM = 6_371;

/** The length of the shortest way over ground. */
export function kilometresBetween(a: Point, b: Point): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const north = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2;
  const east = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  const half = north + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * east;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The name of a country as people know it; the code where the atlas has none. */
export function countryName(atlas: Atlas, code: string | null): string {
  return code === null ? 'an unknown country' : (atlas.get(code)?.name ?? code);
}
