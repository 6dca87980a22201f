import { DomainError } from '#libs/kernel';

import { readNetwork, type Network } from './ip-address.js';

export const IP_RANGE_CATEGORIES = ['CORPORATE', 'VPN', 'ADMINISTRATIVE', 'CLOUD_PROVIDER', 'RISKY', 'OTHER'] as const;
export type IpRangeCategory = (typeof IP_RANGE_CATEGORIES)[number];

/** Networks that the operator knows, and what is to be thought of addresses in them. */
export interface IpRange {
  readonly id: string;
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly category: IpRangeCategory;
  readonly tags: readonly string[];
  /** Where people behind it really are; wins over every database. */
  readonly country: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

const MOST_CIDRS = 1_000;
const TAG = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,49}$/u;

/** The range is not one that could be used. */
export class IpRangeInvalid extends DomainError {
  readonly code = 'IP_RANGE_INVALID';
  readonly kind = 'invalid';

  constructor(
    override readonly path: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

/** Another range holds the same network: an address would have two answers. */
export class IpRangeTaken extends DomainError {
  readonly code = 'IP_RANGE_TAKEN';
  readonly kind = 'conflict';
  override readonly path = ['input', 'cidrs'];

  constructor(cidr: string, owner: string) {
    super(`${cidr} belongs to the range "${owner}" already. Change that range, or take the network out of it first.`);
  }
}

export class IpRangeNotFound extends DomainError {
  readonly code = 'IP_RANGE_NOT_FOUND';
  readonly kind = 'missing';
  override readonly path = ['id'];

  constructor(id: string) {
    super(`There is no IP range ${id}. Read ipRanges again; somebody may have deleted it.`);
  }
}

/** Refuses what can't be used, naming the input at fault. Networks nest, but no network stands in two ranges. */
export function checkIpRange(range: IpRange, others: readonly IpRange[]): void {
  const fail = (field: string, message: string): never => {
    throw new IpRangeInvalid(['input', field], message);
  };
  if (range.name.trim() === '' || range.name.length > 100) fail('name', 'Give the range a name of 1 to 100 characters.');
  if (range.cidrs.length === 0 || range.cidrs.length > MOST_CIDRS) fail('cidrs', `Give 1 to ${MOST_CIDRS} networks.`);
  if (range.tags.length > 20 || range.tags.some((tag) => !TAG.test(tag))) {
    fail('tags', 'Give at most 20 tags of letters, digits, blanks, dots, dashes and underscores, up to 50 characters each.');
  }
  if ((range.latitude === null) !== (range.longitude === null)) fail('latitude', 'Give latitude and longitude together, or neither.');
  if (Math.abs(range.latitude ?? 0) > 90) fail('latitude', 'The latitude lies between -90 and 90.');
  if (Math.abs(range.longitude ?? 0) > 180) fail('longitude', 'The longitude lies between -180 and 180.');
  if ((range.city !== null || range.latitude !== null) && range.country === null) fail('country', 'Give the country of that place, too.');
  if (range.city !== null && range.city.length > 100) fail('city', 'The name of the city is longer than 100 characters.');
  const owners = new Map(
    others.filter(({ id }) => id !== range.id).flatMap((other) => other.cidrs.map((cidr) => [spanOf(cidr), other.name] as const)),
  );
  const own = new Set<string>();
  for (const cidr of range.cidrs) {
    if (!readNetwork(cidr)) fail('cidrs', `"${cidr.slice(0, 60)}" is not a network such as 198.51.100.0/24.`);
    const span = spanOf(cidr);
    if (own.has(span)) fail('cidrs', `${cidr} is named twice.`);
    own.add(span);
    const owner = owners.get(span);
    if (owner !== undefined) throw new IpRangeTaken(cidr, owner);
  }
}

/** Finds the most specific range of an address. Made once from all ranges, asked for every activity. */
export class IpRangeTable {
  private readonly byLength: readonly { readonly networks: readonly (Network & { readonly range: IpRange })[] }[];

  constructor(ranges: readonly IpRange[]) {
    const lengths = new Map<number, (Network & { readonly range: IpRange })[]>();
    for (const range of ranges) {
      for (const cidr of range.cidrs) {
        const network = readNetwork(cidr);
        if (network) lengths.set(network.bits, [...(lengths.get(network.bits) ?? []), { ...network, range }]);
      }
    }
    this.byLength = [...lengths]
      .sort(([a], [b]) => b - a)
      .map(([, networks]) => ({ networks: networks.sort((a, b) => (a.from < b.from ? -1 : 1)) }));
  }

  find(key: string): IpRange | undefined {
    for (const { networks } of this.byLength) {
      let [low, high] = [0, networks.length - 1];
      while (low <= high) {
        const middle = (low + high) >> 1;
        const network = networks[middle]!;
        if (key < network.from) high = middle - 1;
        else if (key > network.to) low = middle + 1;
        else return network.range;
      }
    }
    return undefined;
  }
}

function spanOf(cidr: string): string {
  const network = readNetwork(cidr);
  return network ? `${network.from}-${network.to}` : cidr;
}
