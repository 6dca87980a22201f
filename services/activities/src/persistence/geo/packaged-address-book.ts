import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Injectable } from '@nestjs/common';
import { Reader } from 'mmdb-lib';

import { AddressBook, type Operator } from '../../domain/enrichment/address-book.js';
import type { Address } from '../../domain/ip-address.js';
import { OperatorTable } from './operator-table.js';

interface CountryAnswer {
  readonly country_code?: string;
}

interface Facts {
  readonly country: string | null;
  readonly operator: Operator | null;
}

interface Tables {
  readonly countries: Reader<never>;
  readonly operators: OperatorTable;
}

const NOTHING: Facts = { country: null, operator: null };
/** Addresses for documentation, by the beginning of their keys: nobody holds them, though the tables name countries for some. Made-up logs use them. */
const DOCUMENTATION = [
  '00000000000000000000ffffc00002',
  '00000000000000000000ffffc63364',
  '00000000000000000000ffffcb0071',
  '20010db8',
  '3fff0',
];
const MOST_REMEMBERED = 200_000;
const require = createRequire(import.meta.url);
// Read once per process: several services' tests, or tenants, share them.
let loading: Promise<Tables> | undefined;

/** The country and the operator of an address, from the databases that come with the product as npm packages (2026-06-17; sources in README.md). */
@Injectable()
export class PackagedAddressBook extends AddressBook {
  private tables: Tables | undefined;
  private readonly remembered = new Map<string, Facts>();

  async ready(): Promise<void> {
    loading ??= load();
    this.tables ??= await loading;
  }

  countryOf(address: Address): string | null {
    return this.factsOf(address).country;
  }

  operatorOf(address: Address): Operator | null {
    return this.factsOf(address).operator;
  }

  private factsOf(address: Address): Facts {
    const known = this.remembered.get(address.key);
    if (known) return known;
    if (!this.tables) throw new Error('The address book is asked before it is ready.');
    if (DOCUMENTATION.some((beginning) => address.key.startsWith(beginning))) return NOTHING;
    const answer = this.tables.countries.get(address.text) as CountryAnswer | null;
    const facts = { country: answer?.country_code ?? null, operator: this.tables.operators.find(address) };
    // Forgetting all at once is cheaper than knowing which was used last, and costs two microseconds an address.
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(address.key, facts);
    return facts;
  }
}

async function load(): Promise<Tables> {
  const [country, v4, v6] = await Promise.all([
    readFile(fileOf('geo-whois-asn-country-mmdb', 'geo-whois-asn-country.mmdb')),
    readFile(fileOf('asn', 'asn-ipv4-num.csv')),
    readFile(fileOf('asn', 'asn-ipv6-num.csv')),
  ]);
  return { countries: new Reader<never>(country), operators: await OperatorTable.read(v4, v6) };
}

function fileOf(name: string, file: string): string {
  return join(dirname(require.resolve(`@ip-location-db/${name}/package.json`)), file);
}
