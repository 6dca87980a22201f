import type { Address } from '../ip-address.js';
import { IpRangeTable, type IpRange } from '../ip-range.js';
import { AddressBook, type Operator } from './address-book.js';
import { enrich, type Sources, type StatedOrigin } from './enrich.js';
import { networkOfOperator } from './network-type.js';

/** Knows that 198.51.100.0/24 is a German provider's and 203.0.113.0/24 a Brazilian hosting company's. */
class SmallBook extends AddressBook {
  async ready(): Promise<void> {}

  countryOf({ text }: Address): string | null {
    return text.startsWith('198.51.100.') ? 'DE' : text.startsWith('203.0.113.') ? 'BR' : null;
  }

  operatorOf({ text }: Address): Operator | null {
    return text.startsWith('198.51.100.')
      ? { asn: 3320, name: 'Deutsche Telekom AG' }
      : text.startsWith('203.0.113.')
        ? { asn: 64500, name: 'Example Hosting' }
        : null;
  }
}

const country = (code: string, latitude: number, longitude: number, radiusKm: number) =>
  [code, { code, name: code, latitude, longitude, radiusKm, borders: new Set<string>() }] as const;
const atlas = new Map([country('DE', 51, 9, 337), country('BR', -10, -55, 1_645)]);
const munich = { country: 'DE', city: 'Munich', latitude: 48.1, longitude: 11.6 };

const aRange = (change: Partial<IpRange>): IpRange => ({
  ...{ id: 'rng_1', name: 'Office', cidrs: ['198.51.100.0/24'], category: 'CORPORATE', tags: [], country: null, city: null },
  ...{ latitude: null, longitude: null, updatedAt: 0, updatedBy: 'ada' },
  ...change,
});
const from = (stated: StatedOrigin, ranges: readonly IpRange[] = []) =>
  enrich(stated, { ranges: new IpRangeTable(ranges), book: new SmallBook(), atlas } satisfies Sources);

describe('where an activity came from', () => {
  it("is the app's city where its country is also ours", () => {
    expect(from({ ip: '198.51.100.7', place: munich })).toMatchObject({
      country: 'DE',
      city: 'Munich',
      latitude: 48.1,
      radiusKm: 100,
      asn: 3320,
    });
  });

  it('is the middle of our country, as wide as the country, where the app says another or nothing', () => {
    expect(from({ ip: '203.0.113.7', place: munich })).toMatchObject({ country: 'BR', city: null, latitude: -10, radiusKm: 1_645 });
    expect(from({ ip: '198.51.100.7' })).toMatchObject({ country: 'DE', city: null, radiusKm: 337 });
  });

  it('is as wide as the country where the app gives a point without a city', () => {
    expect(from({ ip: '198.51.100.7', place: { ...munich, city: null } })).toMatchObject({ latitude: 48.1, radiusKm: 337 });
  });

  it("is the app's word where we know nothing", () => {
    expect(from({ ip: '192.0.2.7', place: munich, asn: 64501, organization: 'Example Net' })).toMatchObject({
      country: 'DE',
      city: 'Munich',
      asn: 64501,
      organization: 'Example Net',
    });
  });

  it.each(['10.1.2.3', 'cloudtrail.amazonaws.com'])('is nowhere for %s, whatever the app says', (ip) => {
    expect(from({ ip, place: munich })).toMatchObject({ ip, country: null, city: null, latitude: null });
  });

  it("is the IP range's own place before any other", () => {
    const berlin = aRange({ country: 'DE', city: 'Berlin', latitude: 52.5, longitude: 13.4 });
    expect(from({ ip: '198.51.100.7', place: munich }, [berlin])).toMatchObject({ city: 'Berlin', latitude: 52.5, network: 'corporate' });
  });

  it('has a country but no position behind a VPN that has no place of its own', () => {
    const vpn = aRange({ category: 'VPN' });
    expect(from({ ip: '198.51.100.7', place: munich }, [vpn])).toMatchObject({
      country: 'DE',
      latitude: null,
      network: 'vpn',
      ipTags: ['company-vpn', 'vpn'],
    });
    expect(from({ ip: '198.51.100.7' }, [{ ...vpn, country: 'BR' }])).toMatchObject({ country: 'BR', latitude: -10 });
  });

  it('is told by the most specific range', () => {
    const desk = aRange({ id: 'rng_2', name: 'Desk', cidrs: ['198.51.100.7/32'], category: 'OTHER', tags: ['desk'] });
    expect(from({ ip: '198.51.100.7' }, [aRange({}), desk]).ipTags).toEqual(['desk']);
    expect(from({ ip: '198.51.100.8' }, [aRange({}), desk]).ipTags).toEqual(['corporate']);
  });

  it("carries the app's and the operator's words for the address, but not against our own range", () => {
    expect(from({ ip: '203.0.113.7', ipTags: ['PROXY'] })).toMatchObject({ network: 'proxy', ipTags: ['hosting', 'proxy'] });
    expect(from({ ip: '203.0.113.7', ipTags: ['PROXY'] }, [aRange({ cidrs: ['203.0.113.0/24'] })])).toMatchObject({
      network: 'corporate',
      ipTags: ['corporate'],
    });
  });

  it('is 200 km wider for phones', () => {
    expect(from({ ip: '198.51.100.7', place: munich, ipTags: ['mobile'] }).radiusKm).toBe(300);
  });
});

describe("a network's owner", () => {
  it.each([
    [20_473, 'The Constant Company, LLC', 'hosting'],
    [64_500, 'Nordic Cloud Servers AB', 'hosting'],
    [64_500, 'Hostingen Energi', 'unknown'],
    [14_593, 'SpaceX Starlink', 'satellite'],
    [21_928, 'T-Mobile USA, Inc.', 'mobile'],
    [64_500, 'Acme Wireless', 'mobile'],
    [3_320, 'Deutsche Telekom AG', 'unknown'],
    [null, null, 'unknown'],
  ] as const)('AS%s %s: %s', (asn, name, type) => {
    expect(networkOfOperator(asn, name)).toBe(type);
  });
});
