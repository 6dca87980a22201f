import type { Address } from '../ip-address.js';

/** Who announces a network to the internet. */
export interface Operator {
  readonly asn: number;
  readonly name: string;
}

/** Looks addresses up without a network. Unknown is null, never a guess. */
export abstract class AddressBook {
  /** Resolves once the tables are in memory; they are read at the first call only. */
  abstract ready(): Promise<void>;
  abstract countryOf(address: Address): string | null;
  abstract operatorOf(address: Address): Operator | null;
}
