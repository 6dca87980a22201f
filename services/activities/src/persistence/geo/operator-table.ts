import type { Operator } from '../../domain/enrichment/address-book.js';
import type { Address } from '../../domain/ip-address.js';

const LINES_PER_TURN = 20_000;

/** Which autonomous system announces an address: ranges in typed arrays, found by halving. */
export class OperatorTable {
  private constructor(
    private readonly v4: V4Ranges,
    private readonly v6: V6Ranges,
    private readonly names: ReadonlyMap<number, string>,
  ) {}

  /** Reads lines of `first,last,number,name`, both addresses as decimal numbers, giving other work its turn meanwhile. */
  static async read(v4: Buffer, v6: Buffer): Promise<OperatorTable> {
    const names = new Map<number, string>();
    const four = { from: [] as number[], to: [] as number[], asn: [] as number[] };
    const six = { from: [] as bigint[], to: [] as bigint[], asn: [] as number[] };
    await eachLine(v4, (from, to, asn, name) => {
      four.from.push(Number(from));
      four.to.push(Number(to));
      four.asn.push(asn);
      names.set(asn, name);
    });
    await eachLine(v6, (from, to, asn, name) => {
      // The upper 64 bits tell networks of the internet apart; nothing smaller is announced.
      six.from.push(BigInt(from) >> 64n);
      six.to.push(BigInt(to) >> 64n);
      six.asn.push(asn);
      names.set(asn, name);
    });
    return new OperatorTable(
      { from: Uint32Array.from(four.from), to: Uint32Array.from(four.to), asn: Uint32Array.from(four.asn) },
      { from: BigUint64Array.from(six.from), to: BigUint64Array.from(six.to), asn: Uint32Array.from(six.asn) },
      names,
    );
  }

  find(address: Address): Operator | null {
    const asn =
      address.v4 === undefined
        ? search(this.v6.from, this.v6.to, this.v6.asn, BigInt(`0x${address.key.slice(0, 16)}`))
        : search(this.v4.from, this.v4.to, this.v4.asn, address.v4);
    return asn === undefined ? null : { asn, name: this.names.get(asn) ?? `AS${asn}` };
  }
}

interface V4Ranges {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly asn: Uint32Array;
}

interface V6Ranges {
  readonly from: BigUint64Array;
  readonly to: BigUint64Array;
  readonly asn: Uint32Array;
}

function search<N extends number | bigint>(from: ArrayLike<N>, to: ArrayLike<N>, asn: ArrayLike<number>, wanted: N): number | undefined {
  let [low, high] = [0, from.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (wanted < from[middle]!) high = middle - 1;
    else if (wanted > to[middle]!) low = middle + 1;
    else return asn[middle];
  }
  return undefined;
}

async function eachLine(bytes: Buffer, take: (from: string, to: string, asn: number, name: string) => void): Promise<void> {
  let start = 0;
  for (let count = 1; start < bytes.length; count++) {
    let end = bytes.indexOf(10, start);
    if (end < 0) end = bytes.length;
    const [from, to, asn, ...name] = bytes.toString('utf8', start, end).trimEnd().split(',');
    if (from && to && asn) take(from, to, Number(asn), unquoted(name.join(',')));
    start = end + 1;
    if (count % LINES_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
