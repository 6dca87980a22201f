import type { Chance } from './chance.js';
import type { Place } from './company.js';

/** A network from which addresses are drawn: `first` and the `size` - 1 after it belong to this operator and country in public databases. */
export interface Network {
  readonly first: string;
  readonly size: number;
  readonly asn: number;
  readonly organization: string;
}

/** A city with the networks that people use in it. */
export interface City {
  readonly country: string;
  readonly countryName: string;
  readonly region: string;
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
  /** IANA name, such as `Europe/Berlin`. */
  readonly zone: string;
}

/** Where the company has an office, and how people there reach the net. */
export interface Site {
  readonly at: City;
  readonly corporate: Network;
  readonly residential: readonly Network[];
  readonly mobile: readonly Network[];
  /** Where people of this office live: name and position. */
  readonly homes: readonly { readonly city: string; readonly latitude: number; readonly longitude: number }[];
}

/** A town to travel to, with the network of its hotels. */
export interface Destination {
  readonly at: City;
  readonly network: Network;
}

/** The company's offices, the largest first. */
export const SITES: readonly Site[] = [
  {
    at: {
      country: 'US',
      countryName: 'United States',
      region: 'Massachusetts',
      city: 'Boston',
      latitude: 42.3601,
      longitude: -71.0589,
      zone: 'America/New_York',
    },
    corporate: { first: '38.230.16.0', size: 4_096, asn: 174, organization: 'Cogent Communications' },
    residential: [
      { first: '73.16.0.0', size: 262_144, asn: 7922, organization: 'Comcast Cable Communications, LLC' },
      { first: '108.48.0.0', size: 131_072, asn: 701, organization: 'Verizon Business' },
    ],
    mobile: [
      { first: '172.56.0.0', size: 131_072, asn: 21928, organization: 'T-Mobile USA, Inc.' },
      { first: '70.192.0.0', size: 131_072, asn: 22394, organization: 'Verizon Business' },
    ],
    homes: [
      { city: 'Boston', latitude: 42.3496, longitude: -71.0746 },
      { city: 'Cambridge', latitude: 42.3736, longitude: -71.1097 },
      { city: 'Somerville', latitude: 42.3876, longitude: -71.0995 },
      { city: 'Quincy', latitude: 42.2529, longitude: -71.0023 },
      { city: 'Newton', latitude: 42.337, longitude: -71.2092 },
    ],
  },
  {
    at: {
      country: 'DE',
      countryName: 'Germany',
      region: 'Bavaria',
      city: 'Munich',
      latitude: 48.1372,
      longitude: 11.5755,
      zone: 'Europe/Berlin',
    },
    corporate: { first: '92.116.16.0', size: 4_096, asn: 8881, organization: '1&1 Versatel GmbH' },
    residential: [
      { first: '87.160.0.0', size: 262_144, asn: 3320, organization: 'Deutsche Telekom AG' },
      { first: '188.96.0.0', size: 131_072, asn: 3209, organization: 'Vodafone GmbH' },
    ],
    mobile: [{ first: '2.240.0.0', size: 131_072, asn: 6805, organization: 'Telefonica Germany GmbH & Co.OHG' }],
    homes: [
      { city: 'Munich', latitude: 48.1549, longitude: 11.5418 },
      { city: 'Dachau', latitude: 48.26, longitude: 11.434 },
      { city: 'Freising', latitude: 48.4029, longitude: 11.7412 },
      { city: 'Starnberg', latitude: 47.9991, longitude: 11.3392 },
    ],
  },
  {
    at: {
      country: 'SG',
      countryName: 'Singapore',
      region: 'Central Singapore',
      city: 'Singapore',
      latitude: 1.2806,
      longitude: 103.8504,
      zone: 'Asia/Singapore',
    },
    corporate: { first: '203.116.32.0', size: 4_096, asn: 4657, organization: 'Starhub Ltd.' },
    residential: [{ first: '121.6.0.0', size: 131_072, asn: 9506, organization: 'Singapore Telecommunications Ltd, Magix Services' }],
    mobile: [{ first: '119.234.0.0', size: 32_768, asn: 45143, organization: 'Singapore Telecom Mobile Pte Ltd' }],
    homes: [
      { city: 'Singapore', latitude: 1.3048, longitude: 103.8318 },
      { city: 'Tampines', latitude: 1.3496, longitude: 103.9568 },
      { city: 'Jurong East', latitude: 1.3329, longitude: 103.7436 },
    ],
  },
];

/** Towns that travellers visit beside the company's own offices' towns. */
export const DESTINATIONS: readonly Destination[] = [
  {
    at: {
      country: 'FR',
      countryName: 'France',
      region: 'Ile-de-France',
      city: 'Paris',
      latitude: 48.8566,
      longitude: 2.3522,
      zone: 'Europe/Paris',
    },
    network: { first: '90.0.0.0', size: 131_072, asn: 3215, organization: 'Orange S.A.' },
  },
  {
    at: {
      country: 'ES',
      countryName: 'Spain',
      region: 'Madrid',
      city: 'Madrid',
      latitude: 40.4168,
      longitude: -3.7038,
      zone: 'Europe/Madrid',
    },
    network: { first: '83.32.0.0', size: 131_072, asn: 3352, organization: 'TELEFONICA DE ESPANA S.A.U.' },
  },
  {
    at: {
      country: 'GB',
      countryName: 'United Kingdom',
      region: 'England',
      city: 'London',
      latitude: 51.5074,
      longitude: -0.1278,
      zone: 'Europe/London',
    },
    network: { first: '86.128.0.0', size: 131_072, asn: 2856, organization: 'British Telecommunications PLC' },
  },
  {
    at: { country: 'JP', countryName: 'Japan', region: 'Tokyo', city: 'Tokyo', latitude: 35.6762, longitude: 139.6503, zone: 'Asia/Tokyo' },
    network: { first: '153.128.0.0', size: 131_072, asn: 4713, organization: 'NTT Communications Corporation' },
  },
  {
    at: {
      country: 'CA',
      countryName: 'Canada',
      region: 'Ontario',
      city: 'Toronto',
      latitude: 43.6532,
      longitude: -79.3832,
      zone: 'America/Toronto',
    },
    network: { first: '99.224.0.0', size: 131_072, asn: 812, organization: 'Rogers Communications Canada Inc.' },
  },
  {
    at: {
      country: 'AU',
      countryName: 'Australia',
      region: 'New South Wales',
      city: 'Sydney',
      latitude: -33.8688,
      longitude: 151.2093,
      zone: 'Australia/Sydney',
    },
    network: { first: '49.176.0.0', size: 131_072, asn: 4804, organization: 'SingTel Optus Pty Ltd' },
  },
];

/** Where the takeover comes from: a rented server, far from every office. */
export const HIDEOUT: Destination = {
  at: {
    country: 'BR',
    countryName: 'Brazil',
    region: 'Sao Paulo',
    city: 'Sao Paulo',
    latitude: -23.5505,
    longitude: -46.6333,
    zone: 'America/Sao_Paulo',
  },
  network: { first: '216.238.96.0', size: 8_192, asn: 20473, organization: 'The Constant Company, LLC' },
};

/** One address of the network in that city. */
export function placeIn(city: City, network: Network, chance: Chance): Place {
  const { country, countryName, region, latitude, longitude } = city;
  return {
    ip: addressIn(network, chance),
    country,
    countryName,
    region,
    city: city.city,
    latitude,
    longitude,
    asn: network.asn,
    organization: network.organization,
  };
}

/** Great-circle distance in km. */
export function kilometresBetween(a: Pick<Place, 'latitude' | 'longitude'>, b: Pick<Place, 'latitude' | 'longitude'>): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const north = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2;
  const east = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  const half = north + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * east;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(half)));
}

// Never ends in .0 or .255, which look like networks to a reader.
function addressIn(network: Network, chance: Chance): string {
  const first = network.first.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const number = first + 256 * chance.between(0, network.size / 256 - 1) + chance.between(2, 253);
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
