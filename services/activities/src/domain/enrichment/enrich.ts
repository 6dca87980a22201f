import type { Origin } from '../activity.js';
import { readAddress, type Address } from '../ip-address.js';
import type { IpRange, IpRangeTable } from '../ip-range.js';
import type { NetworkType } from '../vocabulary.js';
import type { AddressBook } from './address-book.js';
import type { Atlas } from './atlas.js';
import { networkOfOperator, networkType } from './network-type.js';

/** What an app says of where an activity came from. */
export interface StatedOrigin {
  readonly ip: string | null;
  readonly place?: {
    readonly country: string | null;
    readonly region?: string | null;
    readonly city?: string | null;
    readonly latitude?: number | null;
    readonly longitude?: number | null;
  } | null;
  readonly asn?: number | null;
  readonly organization?: string | null;
  readonly ipTags?: readonly string[];
}

/** What the look-ups rest on. */
export interface Sources {
  readonly ranges: IpRangeTable;
  readonly book: AddressBook;
  readonly atlas: Atlas;
}

type Place = Pick<Origin, 'country' | 'region' | 'city' | 'latitude' | 'longitude' | 'radiusKm'>;

/** How far a position given for a city may be off. */
const CITY_RADIUS_KM = 100;
/** A phone's address says where its operator is, not where the phone is. */
const MOBILE_RADIUS_KM = 200;
const NOWHERE: Place = { country: null, region: null, city: null, latitude: null, longitude: null, radiusKm: null };

/** Where an activity came from: the operator's ranges first, then our tables, and the app's own word for what they do not know. */
export function enrich(stated: StatedOrigin, sources: Sources): Origin {
  const address = stated.ip === null ? undefined : readAddress(stated.ip);
  const range = address && sources.ranges.find(address.key);
  const operator = address?.isPublic ? sources.book.operatorOf(address) : null;
  const asn = operator?.asn ?? stated.asn ?? null;
  const organization = operator?.name ?? stated.organization ?? null;
  const statedTags = (stated.ipTags ?? []).map((tag) => tag.toLowerCase());
  const network = networkType(range?.category, statedTags, asn, organization);
  const place = placeOf(stated, address, range, sources);
  return {
    ip: address?.text ?? stated.ip,
    ipKey: address?.key ?? null,
    ...place,
    radiusKm: place.radiusKm !== null && network === 'mobile' ? place.radiusKm + MOBILE_RADIUS_KM : place.radiusKm,
    asn,
    organization,
    network,
    ipTags: tagsOf(range, statedTags, network, networkOfOperator(asn, organization)),
  };
}

function placeOf(stated: StatedOrigin, address: Address | undefined, range: IpRange | undefined, { book, atlas }: Sources): Place {
  if (range?.country) return placeOfRange(range, atlas);
  // Without an address, or with one that lies in nobody's country, there is nothing that a place could be checked against.
  if (!address?.isPublic) return NOWHERE;
  const ours = book.countryOf(address);
  // A company's VPN ends anywhere: whoever comes through it has a country for the reader, but no position to reckon with.
  if (range?.category === 'VPN') return { ...NOWHERE, country: ours };
  const theirs = stated.place ?? null;
  if (theirs?.country && (ours === null || ours === theirs.country)) return statedPlace(theirs, theirs.country, atlas);
  return ours === null ? NOWHERE : middleOf(ours, atlas);
}

function placeOfRange(range: IpRange, atlas: Atlas): Place {
  const country = range.country!;
  if (range.latitude === null || range.longitude === null) return { ...middleOf(country, atlas), city: range.city };
  return { country, region: null, city: range.city, latitude: range.latitude, longitude: range.longitude, radiusKm: CITY_RADIUS_KM };
}

function statedPlace(place: NonNullable<StatedOrigin['place']>, country: string, atlas: Atlas): Place {
  const middle = middleOf(country, atlas);
  const names = { country, region: place.region ?? null, city: place.city ?? null };
  const { latitude, longitude } = place;
  if (!isCoordinate(latitude, 90) || !isCoordinate(longitude, 180)) return { ...middle, ...names };
  // Databases answer with the middle of the country when they know no city: then the disc is as large as the country.
  return { ...names, latitude, longitude, radiusKm: names.city === null ? middle.radiusKm : CITY_RADIUS_KM };
}

function middleOf(country: string, atlas: Atlas): Place {
  const known = atlas.get(country);
  return { ...NOWHERE, country, latitude: known?.latitude ?? null, longitude: known?.longitude ?? null, radiusKm: known?.radiusKm ?? null };
}

function isCoordinate(value: number | null | undefined, most: number): value is number {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= most;
}

/** What the operator's category adds to the network's own word: `company-vpn` tells a VPN of ours from a VPN that hides somebody. */
const TAG_OF_CATEGORY: Readonly<Partial<Record<IpRange['category'], readonly string[]>>> = {
  RISKY: ['risky'],
  ADMINISTRATIVE: ['administrative'],
  VPN: ['company-vpn'],
};

function tagsOf(range: IpRange | undefined, statedTags: readonly string[], network: NetworkType, ofOperator: NetworkType): string[] {
  const category = range ? (TAG_OF_CATEGORY[range.category] ?? []) : [];
  // The operator's word ends the matter: a corporate address that some app calls a proxy stays corporate.
  const others = network === 'corporate' ? [] : [...statedTags, ofOperator];
  const tags = [network, ...category, ...others, ...(range?.tags ?? [])].filter((tag) => tag !== 'unknown');
  return [...new Set(tags)].sort();
}
