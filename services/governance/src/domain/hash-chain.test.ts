import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { ChainVerifier, GENESIS, nextRecord, type ChainHead, type ChainRecord, type Digest } from './hash-chain.js';

const sha256: Digest = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

function chain(length: number): ChainRecord[] {
  const records: ChainRecord[] = [];
  for (let n = 0; n < length; n++)
    records.push(nextRecord(sha256, records.at(-1) ?? GENESIS, { what: 'REQUESTED', n }, Buffer.alloc(16, n)));
  return records;
}

function verify(records: readonly unknown[], head: unknown): ChainVerifier {
  const verifier = new ChainVerifier(sha256);
  for (const record of records) verifier.add(record);
  verifier.end(head);
  return verifier;
}

const LENGTH = 12;
const whole = chain(LENGTH);
const head: ChainHead = { seq: LENGTH, hash: whole.at(-1)!.hash };

describe('a hash chain', () => {
  it('as it was written is intact', () => {
    const verifier = verify(whole, head);
    expect(verifier.firstFault).toBeUndefined();
    expect(verifier.verified).toBe(LENGTH);
  });

  it('that is empty is intact', () => {
    expect(verify([], GENESIS).firstFault).toBeUndefined();
  });

  it('stays intact when body and salt of a record are erased together', () => {
    const erased = whole.map((record) => (record.seq === 5 ? { ...record, body: null, salt: null } : record));
    expect(verify(erased, head).firstFault).toBeUndefined();
  });

  it('names the first record of which one character was changed', () => {
    const field = fc.constantFrom('previous', 'body', 'salt', 'leaf', 'hash') as fc.Arbitrary<
      'previous' | 'body' | 'salt' | 'leaf' | 'hash'
    >;
    fc.assert(
      fc.property(fc.nat(LENGTH - 1), field, fc.nat(), fc.constantFrom('A', 'b', '0', '-', ' '), (index, name, place, letter) => {
        const text = whole[index]![name]!;
        const at = place % text.length;
        fc.pre(text[at] !== letter);
        const edited = whole.map((record, n) =>
          n === index ? { ...record, [name]: text.slice(0, at) + letter + text.slice(at + 1) } : record,
        );
        expect(verify(edited, head).firstFault?.seq).toBe(index + 1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('names the place where a record was removed, doubled or swapped', () => {
    fc.assert(
      fc.property(fc.nat(LENGTH - 2), fc.constantFrom('remove', 'double', 'swap'), (index, how) => {
        const edited = [...whole];
        if (how === 'remove') edited.splice(index, 1);
        if (how === 'double') edited.splice(index, 0, whole[index]!);
        if (how === 'swap') edited.splice(index, 2, whole[index + 1]!, whole[index]!);
        const at = how === 'double' ? index + 2 : index + 1;
        expect(verify(edited, head).firstFault).toEqual({ seq: at, code: 'SEQUENCE' });
      }),
    );
  });

  it('that was cut off is known by its head', () => {
    expect(verify(whole.slice(0, -1), head).firstFault).toEqual({ seq: LENGTH, code: 'TRUNCATED' });
  });

  it('whose body was swapped for another of its own is found, also with a leaf that fits', () => {
    const forged = nextRecord(sha256, { seq: 4, hash: whole[3]!.hash }, { what: 'APPROVED' }, Buffer.alloc(16));
    const edited = whole.map((record) =>
      record.seq === 5 ? { ...record, body: forged.body, salt: forged.salt, leaf: forged.leaf } : record,
    );
    expect(verify(edited, head).firstFault).toEqual({ seq: 5, code: 'HASH' });
  });

  it('never makes the verifier throw, whatever it is fed', () => {
    fc.assert(
      fc.property(fc.array(fc.anything(), { minLength: 1, maxLength: 5 }), fc.anything(), (records, end) => {
        expect(verify(records, end).firstFault?.seq).toBe(1);
      }),
      { numRuns: 1_000 },
    );
  });
});
