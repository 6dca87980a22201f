/** An address, read once: how people write it, and a key that sorts like the address does. */
export interface Address {
  /** The shortest usual form; an IPv4 address in IPv6 clothes is written as IPv4. */
  readonly text: string;
  /** 32 hexadecimal digits; IPv4 lies at `::ffff:0:0/96`, so ranges of both families compare as text. */
  readonly key: string;
  /** The number of an IPv4 address; undefined for IPv6. */
  readonly v4: number | undefined;
  /** False for private, loopback, link-local and other addresses that have no place on earth. */
  readonly isPublic: boolean;
}

/** A network, as the lowest and the highest key in it. */
export interface Network {
  readonly from: string;
  readonly to: string;
  /** Length of the prefix in the 128-bit space: the longer, the more specific. */
  readonly bits: number;
}

const V4_PREFIX = '00000000000000000000ffff';

/** Undefined for what is no address, such as the name of a service. Ports and brackets are dropped. */
export function readAddress(input: string): Address | undefined {
  const text = withoutPort(input.trim());
  const v4 = readV4(text);
  if (v4 !== undefined) return addressOfV4(v4);
  const groups = readV6(text);
  if (!groups) return undefined;
  const key = groups.map((group) => group.toString(16).padStart(4, '0')).join('');
  if (key.startsWith(V4_PREFIX)) return addressOfV4(groups[6]! * 65_536 + groups[7]!);
  return { text: writeV6(groups), key, v4: undefined, isPublic: isPublicV6(groups) };
}

/** Undefined for what is no network. An address alone is a network of one. */
export function readNetwork(input: string): Network | undefined {
  const [base, length, ...rest] = input.trim().split('/');
  const address = readAddress(base ?? '');
  if (!address || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const most = address.v4 === undefined ? 128 : 32;
  const given = length === undefined ? most : Number(length);
  if (given > most) return undefined;
  const bits = given + (128 - most);
  const number = BigInt(`0x${address.key}`);
  const host = (1n << BigInt(128 - bits)) - 1n;
  return { from: keyOf(number & ~host), to: keyOf(number | host), bits };
}

/** The neighbourhood that one customer usually holds: the address itself for IPv4, the /64 for IPv6. */
export function neighbourhood(key: string): string {
  return key.startsWith(V4_PREFIX) ? key : key.slice(0, 16).padEnd(32, '0');
}

function keyOf(number: bigint): string {
  return number.toString(16).padStart(32, '0');
}

function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text);
  if (bracketed) return bracketed[1]!;
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text);
  return withPort ? withPort[1]! : text;
}

function readV4(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function addressOfV4(v4: number): Address {
  const text = [24, 16, 8, 0].map((shift) => Math.floor(v4 / 2 ** shift) % 256).join('.');
  return { text, key: V4_PREFIX + v4.toString(16).padStart(8, '0'), v4, isPublic: isPublicV4(v4) };
}

function readV6(text: string): number[] | undefined {
  const bare = text.split('%')[0]!;
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(bare) || !bare.includes(':')) return undefined;
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(readGroups);
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail!.length;
  return missing < 1 ? undefined : [...head, ...Array.from({ length: missing }, () => 0), ...tail!];
}

function readGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const v4 = index === parts.length - 1 ? readV4(part) : undefined;
      if (v4 === undefined) return undefined;
      groups.push(Math.floor(v4 / 65_536), v4 % 65_536);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

// The longest run of zeros becomes `::`, the first of equals, and never a single group (RFC 5952).
function writeV6(groups: readonly number[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

const PRIVATE_V4: readonly (readonly [number, number])[] = [
  [0x00000000, 8], // this network
  [0x0a000000, 8], // private
  [0x64400000, 10], // carrier-grade NAT
  [0x7f000000, 8], // loopback
  [0xa9fe0000, 16], // link-local
  [0xac100000, 12], // private
  [0xc0a80000, 16], // private
  [0xc6120000, 15], // benchmarks
  [0xe0000000, 3], // multicast and reserved
];

function isPublicV4(v4: number): boolean {
  return !PRIVATE_V4.some(([base, bits]) => Math.floor(v4 / 2 ** (32 - bits)) === Math.floor(base / 2 ** (32 - bits)));
}

function isPublicV6(groups: readonly number[]): boolean {
  const first = groups[0]!;
  const isLow = groups.slice(0, 6).every((group) => group === 0); // ::, ::1
  const isUniqueLocal = (first & 0xfe00) === 0xfc00;
  const isLinkLocal = (first & 0xffc0) === 0xfe80;
  return !isLow && !isUniqueLocal && !isLinkLocal && (first & 0xff00) !== 0xff00;
}
