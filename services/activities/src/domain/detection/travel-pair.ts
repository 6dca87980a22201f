import type { Sighting } from '../activity.js';
import { dayOf, countBefore } from '../day-set.js';
import { kilometresBetween, type Atlas } from '../enrichment/atlas.js';
import type { Suppression } from '../explanation.js';
import { daysOfCountry, daysOfDevice, daysOfPlace, isRented, placeKey, type Profile } from './profile.js';

/** The numbers that decide about a journey; those of the medium level of docs/detections.md. */
export interface TravelParameters {
  readonly maxSpeedKmh: number;
  readonly minDistanceKm: number;
  readonly windowMs: number;
  readonly clockSkewMs: number;
  readonly learningMs: number;
  /** A place seen on so many days is the person's own. */
  readonly learnedDays: number;
  /** A device seen on so many days is the person's own. */
  readonly deviceDays: number;
}

const HOUR_MS = 3_600_000;

export const MEDIUM: TravelParameters = {
  maxSpeedKmh: 900,
  minDistanceKm: 500,
  windowMs: 24 * HOUR_MS,
  clockSkewMs: 5 * 60_000,
  learningMs: 7 * 24 * HOUR_MS,
  learnedDays: 2,
  deviceDays: 3,
};

/** Two sightings of one subject, and what can be said of the way between them. */
export interface TravelPair {
  /** The more familiar side. */
  readonly reference: Sighting;
  /** The less familiar side; of two equal ones the later. */
  readonly suspect: Sighting;
  readonly distanceKm: number;
  readonly gapMs: number;
  readonly speedKmh: number;
  readonly isFarEnough: boolean;
  readonly isFastEnough: boolean;
  readonly isInWindow: boolean;
  readonly hasLearned: boolean;
  /** In the order in which they are tried; all are worked out, so that each can be shown. */
  readonly suppressions: readonly Suppression[];
  readonly isImpossible: boolean;
}

/** Weighs two sightings, the earlier first. */
export function weigh(
  earlier: Sighting,
  later: Sighting,
  profile: Profile | undefined,
  atlas: Atlas,
  parameters: TravelParameters,
): TravelPair {
  const [reference, suspect] = familiarity(profile, later) > familiarity(profile, earlier) ? [later, earlier] : [earlier, later];
  const straight = kilometresBetween(pointOf(earlier), pointOf(later));
  const distanceKm = Math.max(0, straight - (earlier.radiusKm ?? 0) - (later.radiusKm ?? 0));
  const gapMs = later.occurredAt - earlier.occurredAt;
  const speedKmh = distanceKm / ((gapMs + parameters.clockSkewMs) / HOUR_MS);
  const suppressions = suppressionsOf(reference, suspect, profile, atlas, parameters);
  const isFarEnough = distanceKm >= parameters.minDistanceKm;
  const isFastEnough = speedKmh >= parameters.maxSpeedKmh;
  const isInWindow = gapMs <= parameters.windowMs;
  const hasLearned = profile !== undefined && later.occurredAt - profile.firstSeen >= parameters.learningMs;
  return {
    ...{ reference, suspect, distanceKm, gapMs, speedKmh, isFarEnough, isFastEnough, isInWindow, hasLearned, suppressions },
    isImpossible: isFarEnough && isFastEnough && isInWindow && hasLearned && suppressions.every(({ applied }) => !applied),
  };
}

/** Days on which the place was seen, and two more where the country is usual and the address is not rented. */
export function familiarity(profile: Profile | undefined, sighting: Sighting): number {
  const day = dayOf(sighting.occurredAt);
  const days = daysOfPlace(profile, placeKey(sighting), day);
  const isUsualCountry = !isRented(sighting) && daysOfCountry(profile, sighting.country!, day) >= 3;
  return days + (isUsualCountry ? 2 : 0);
}

export function areNeighbours(atlas: Atlas, a: string, b: string): boolean {
  return a === b || atlas.get(a)?.borders.has(b) === true || atlas.get(b)?.borders.has(a) === true;
}

function suppressionsOf(
  reference: Sighting,
  suspect: Sighting,
  profile: Profile | undefined,
  atlas: Atlas,
  { learnedDays, deviceDays }: TravelParameters,
): Suppression[] {
  const sameIp = reference.ipKey !== null && reference.ipKey === suspect.ipKey;
  const sameOperator = reference.asn !== null && reference.asn === suspect.asn;
  const day = dayOf(suspect.occurredAt);
  const known = familiarity(profile, suspect);
  const device = daysOfDevice(profile, suspect.deviceKey, day);
  const rentedDays = profile?.hosting ? countBefore(profile.hosting, day, day - 30) : 0;
  const isOurs = (sighting: Sighting): boolean => sighting.network === 'corporate' || sighting.network === 'vpn';
  return [
    { name: 'sameNetwork', value: { sameAddress: sameIp, sameOperator }, applied: sameIp || sameOperator },
    {
      name: 'neighbouringCountries',
      value: [reference.country, suspect.country],
      applied: areNeighbours(atlas, reference.country!, suspect.country!),
    },
    { name: 'bothTrustedNetworks', value: [reference.network, suspect.network], applied: isOurs(reference) && isOurs(suspect) },
    // A phone in somebody's pocket proves presence, its owner's other address is then a detour of the operator.
    { name: 'phoneAsProofOfPresence', value: reference.network, applied: reference.network === 'mobile' && suspect.network !== 'hosting' },
    { name: 'rentedReference', value: reference.network, applied: reference.network === 'hosting' },
    { name: 'learnedPlace', value: { familiarity: known, enough: learnedDays }, applied: known >= learnedDays },
    {
      name: 'habitualVpnOnKnownDevice',
      value: { deviceDays: device, rentedDays },
      applied: suspect.network === 'hosting' && device >= deviceDays && rentedDays >= 2,
    },
  ];
}

function pointOf(sighting: Sighting): { latitude: number; longitude: number } {
  return { latitude: sighting.latitude!, longitude: sighting.longitude! };
}
