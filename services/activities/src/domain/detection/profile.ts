import type { Sighting } from '../activity.js';
import { countBefore, dayOf, firstDay, oneDay, onlyBefore, packDays, union, unpackDays, withDay, type DaySet } from '../day-set.js';

/**
 * What is known of where one account acts from. Made of sets and of a minimum, so that pages may come in any order and twice, and two accounts of one
 * person are put together by a union.
 */
export interface Profile {
  /** Time of the oldest activity that taught it. */
  readonly firstSeen: number;
  /** Country and network operator ({@link placeKey}) → days. */
  readonly places: ReadonlyMap<string, DaySet>;
  readonly devices: ReadonlyMap<string, DaySet>;
  /** Days with an address of a hosting company, as a VPN at home has. */
  readonly hosting: DaySet | undefined;
  /** Days on which it made somebody an administrator. */
  readonly grants?: DaySet | undefined;
  /** Places that an alert holds in doubt, since which day and by which alert: what is seen there later teaches nothing. */
  readonly distrusted: ReadonlyMap<string, { readonly day: number; readonly alertId: string }>;
}

const MOST_PLACES = 64;
const MOST_DEVICES = 32;

/** True for what may teach, and be judged by, places: a person's own success from an address that has a place. */
export function isPlaced(sighting: Sighting): boolean {
  return (
    sighting.outcome === 'SUCCESS' &&
    sighting.isInteractive !== false &&
    (sighting.actorType === 'person' || sighting.actorType === 'unknown') &&
    sighting.actorKey !== null &&
    sighting.country !== null &&
    sighting.latitude !== null &&
    sighting.longitude !== null &&
    sighting.network !== 'relay' &&
    sighting.network !== 'satellite'
  );
}

/** Country and operator, marked where the operator rents out machines. */
export function placeKey(of: Pick<Sighting, 'country' | 'asn' | 'network'>): string {
  return `${of.country}|${of.asn ?? '-'}|${isRented(of) ? 'h' : 'n'}`;
}

/** True for addresses that anybody can rent or hide behind. */
export function isRented(of: Pick<Sighting, 'network'>): boolean {
  return of.network === 'hosting' || of.network === 'tor' || of.network === 'proxy';
}

export function partsOfPlace(key: string): { readonly country: string; readonly asn: string; readonly isRented: boolean } {
  const [country = '', asn = '-', kind] = key.split('|');
  return { country, asn, isRented: kind === 'h' };
}

/** The profile with one more sighting; the same object when it taught nothing new. */
export function learn(profile: Profile | undefined, sighting: Sighting): Profile {
  const day = dayOf(sighting.occurredAt);
  const place = placeKey(sighting);
  const device = sighting.deviceKey;
  if (!profile) {
    return {
      firstSeen: sighting.occurredAt,
      places: new Map([[place, oneDay(day)]]),
      devices: new Map(device === null ? [] : [[device, oneDay(day)]]),
      hosting: isRented(sighting) ? oneDay(day) : undefined,
      distrusted: new Map(),
    };
  }
  const places = taught(profile.places, place, day, MOST_PLACES);
  const devices = device === null ? profile.devices : taught(profile.devices, device, day, MOST_DEVICES);
  const hosting = isRented(sighting) ? (profile.hosting ? withDay(profile.hosting, day) : oneDay(day)) : profile.hosting;
  const firstSeen = Math.min(profile.firstSeen, sighting.occurredAt);
  if (places === profile.places && devices === profile.devices && hosting === profile.hosting && firstSeen === profile.firstSeen)
    return profile;
  return { ...profile, firstSeen, places, devices, hosting };
}

/** The profile of one who made somebody an administrator. */
export function learnGrant(profile: Profile | undefined, at: number): Profile {
  const day = dayOf(at);
  if (!profile)
    return { firstSeen: at, places: new Map(), devices: new Map(), hosting: undefined, grants: oneDay(day), distrusted: new Map() };
  const grants = profile.grants ? withDay(profile.grants, day) : oneDay(day);
  return grants === profile.grants ? profile : { ...profile, grants };
}

/** The profile with a place held in doubt by an alert; of two doubts the earlier stands. */
export function distrust(profile: Profile, place: string, day: number, alertId: string): Profile {
  const known = profile.distrusted.get(place);
  if (known && known.day <= day) return profile;
  return { ...profile, distrusted: new Map(profile.distrusted).set(place, { day, alertId }) };
}

/** The profile without the doubts of an alert that turned out harmless. */
export function trustAgain(profile: Profile, alertId: string): Profile {
  const kept = [...profile.distrusted].filter(([, doubt]) => doubt.alertId !== alertId);
  return kept.length === profile.distrusted.size ? profile : { ...profile, distrusted: new Map(kept) };
}

/** The profile of a person: of all accounts together. */
export function together(profiles: readonly Profile[]): Profile | undefined {
  const [first, ...rest] = profiles;
  if (!first || rest.length === 0) return first;
  return rest.reduce<Profile>(
    (sum, one) => ({
      firstSeen: Math.min(sum.firstSeen, one.firstSeen),
      places: joined(sum.places, one.places),
      devices: joined(sum.devices, one.devices),
      hosting: unionOf(sum.hosting, one.hosting),
      grants: unionOf(sum.grants, one.grants),
      distrusted: earliestDoubts(sum.distrusted, one.distrusted),
    }),
    first,
  );
}

/** How many days before `day` the place was seen; nothing counts that was seen since an alert holds it in doubt. */
export function daysOfPlace(profile: Profile | undefined, place: string, day: number): number {
  const days = profile?.places.get(place);
  return days ? countBefore(days, Math.min(day, doubtedSince(profile!, place))) : 0;
}

/** How many days before `day` the country was seen, by whatever operator. */
export function daysOfCountry(profile: Profile | undefined, country: string, day: number): number {
  let all: DaySet | undefined;
  for (const [place, days] of profile?.places ?? []) {
    if (partsOfPlace(place).country !== country) continue;
    const trusted = onlyBefore(days, Math.min(day, doubtedSince(profile!, place)));
    if (trusted) all = all ? union(all, trusted) : trusted;
  }
  return all ? countBefore(all, day) : 0;
}

/** True where the country was seen before `day`, also where an alert holds that in doubt. Cheap: asked of nearly every activity. */
export function wasIn(profile: Profile, country: string, day: number): boolean {
  const prefix = `${country}|`;
  for (const [place, days] of profile.places) if (place.startsWith(prefix) && (days.last < day || onlyBefore(days, day))) return true;
  return false;
}

/** How many days before `day` the country was seen, also where an alert holds them in doubt. */
export function visitsOf(profile: Profile | undefined, country: string, day: number): number {
  return daysBefore(profile, day, (place) => partsOfPlace(place).country === country);
}

/** The first day that is remembered of each country. */
export function firstDays(profile: Profile | undefined): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const [place, days] of profile?.places ?? []) {
    const { country } = partsOfPlace(place);
    first.set(country, Math.min(first.get(country) ?? Infinity, firstDay(days)));
  }
  return first;
}

/** How many days before `day` anything was seen at all. */
export function activeDays(profile: Profile | undefined, day: number): number {
  return daysBefore(profile, day, () => true);
}

export function daysOfDevice(profile: Profile | undefined, device: string | null, day: number): number {
  const days = device === null ? undefined : profile?.devices.get(device);
  return days ? countBefore(days, day) : 0;
}

/** Compact JSON of a profile. */
export function packProfile(profile: Profile): string {
  return JSON.stringify({
    s: profile.firstSeen,
    p: [...profile.places].map(([key, days]) => [key, ...packDays(days)]),
    d: [...profile.devices].map(([key, days]) => [key, ...packDays(days)]),
    ...(profile.hosting && { h: packDays(profile.hosting) }),
    ...(profile.grants && { g: packDays(profile.grants) }),
    ...(profile.distrusted.size > 0 && { q: [...profile.distrusted].map(([key, { day, alertId }]) => [key, day, alertId]) }),
  });
}

export function unpackProfile(text: string): Profile {
  const packed = JSON.parse(text) as {
    s: number;
    p: [string, number, string][];
    d: [string, number, string][];
    h?: [number, string];
    g?: [number, string];
    q?: [string, number, string][];
  };
  const sets = (list: [string, number, string][]): Map<string, DaySet> =>
    new Map(list.map(([key, last, bits]) => [key, unpackDays([last, bits])]));
  return {
    firstSeen: packed.s,
    places: sets(packed.p),
    devices: sets(packed.d),
    hosting: packed.h && unpackDays(packed.h),
    grants: packed.g && unpackDays(packed.g),
    distrusted: new Map((packed.q ?? []).map(([key, day, alertId]) => [key, { day, alertId }])),
  };
}

function daysBefore(profile: Profile | undefined, day: number, counts: (place: string) => boolean): number {
  let all: DaySet | undefined;
  for (const [place, days] of profile?.places ?? []) if (counts(place)) all = unionOf(all, onlyBefore(days, day));
  return all ? countBefore(all, day) : 0;
}

function unionOf(a: DaySet | undefined, b: DaySet | undefined): DaySet | undefined {
  return a && b ? union(a, b) : (a ?? b);
}

function doubtedSince(profile: Profile, place: string): number {
  return profile.distrusted.get(place)?.day ?? Infinity;
}

function earliestDoubts(a: Profile['distrusted'], b: Profile['distrusted']): Profile['distrusted'] {
  const all = new Map(a);
  for (const [place, doubt] of b) {
    const known = all.get(place);
    if (!known || doubt.day < known.day) all.set(place, doubt);
  }
  return all;
}

function taught(sets: ReadonlyMap<string, DaySet>, key: string, day: number, most: number): ReadonlyMap<string, DaySet> {
  const days = sets.get(key);
  const next = days ? withDay(days, day) : oneDay(day);
  if (next === days) return sets;
  return capped(new Map(sets).set(key, next), most);
}

function joined(a: ReadonlyMap<string, DaySet>, b: ReadonlyMap<string, DaySet>): ReadonlyMap<string, DaySet> {
  const all = new Map(a);
  for (const [key, days] of b) all.set(key, all.has(key) ? union(all.get(key)!, days) : days);
  return all;
}

// Forgets what was not seen for longest.
function capped(sets: Map<string, DaySet>, most: number): ReadonlyMap<string, DaySet> {
  if (sets.size <= most) return sets;
  return new Map([...sets].sort(([keyA, a], [keyB, b]) => b.last - a.last || (keyA < keyB ? -1 : 1)).slice(0, most));
}
