import { canonicalJson } from '#libs/kernel';

/** SHA-256, given by the caller: a rule takes values and reaches for nothing. */
export type Digest = (...parts: readonly Uint8Array[]) => Buffer;

/** One record of a chain as stored or exported; hashes and the salt are base64url. */
export interface ChainRecord {
  readonly seq: number;
  readonly previous: string;
  /** The entry as canonical JSON; null once erased, which leaves the chain verifiable. */
  readonly body: string | null;
  readonly salt: string | null;
  readonly leaf: string;
  readonly hash: string;
}

/** The end of a chain, kept apart from it. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first record. */
export const GENESIS: ChainHead = { seq: 0, hash: Buffer.alloc(32).toString('base64url') };

/** The next record: `leaf = H(0x00, salt, body)`, `hash = H(previous hash, seq as 8 bytes, leaf)`. */
export function nextRecord(sha256: Digest, head: ChainHead, entry: unknown, salt: Buffer): ChainRecord {
  const seq = head.seq + 1;
  const body = canonicalJson(entry);
  const leaf = leafOf(sha256, body, salt);
  const hash = linkOf(sha256, Buffer.from(head.hash, 'base64url'), seq, leaf);
  return {
    seq,
    previous: head.hash,
    body,
    salt: salt.toString('base64url'),
    leaf: leaf.toString('base64url'),
    hash: hash.toString('base64url'),
  };
}

/**
 * What is wrong with a record: UNREADABLE (a field is missing or of another type), SEQUENCE (its number does not follow), PREVIOUS (it names another
 * predecessor), BODY (the entry is not the one that was logged), HASH (its own hash does not fit), TRUNCATED (the chain ends before its head).
 */
export type ChainFaultCode = 'UNREADABLE' | 'SEQUENCE' | 'PREVIOUS' | 'BODY' | 'HASH' | 'TRUNCATED';

export interface ChainFault {
  /** The number that the faulty record should have. */
  readonly seq: number;
  readonly code: ChainFaultCode;
}

/** Checks a chain record by record. Never throws, whatever it is fed: a verifier that crashes names nothing. */
export class ChainVerifier {
  private at: ChainHead = GENESIS;
  private fault: ChainFault | undefined;

  constructor(private readonly sha256: Digest) {}

  /** Records seen that fit. */
  get verified(): number {
    return this.at.seq;
  }

  get firstFault(): ChainFault | undefined {
    return this.fault;
  }

  /** Takes the next record; after the first fault the rest says nothing any more. */
  add(record: unknown): void {
    if (this.fault) return;
    const seq = this.at.seq + 1;
    const code = this.judge(record, seq);
    if (code) this.fault = { seq, code };
    else this.at = { seq, hash: (record as ChainRecord).hash };
  }

  /** The chain has no more records; it must end where its head says. */
  end(head: unknown): void {
    if (this.fault) return;
    const known = isHead(head) ? head : undefined;
    if (known && known.seq === this.at.seq && known.hash === this.at.hash) return;
    this.fault = { seq: this.at.seq + 1, code: known ? 'TRUNCATED' : 'UNREADABLE' };
  }

  private judge(record: unknown, seq: number): ChainFaultCode | undefined {
    if (!isRecord(record)) return 'UNREADABLE';
    if (record.seq !== seq) return 'SEQUENCE';
    if (record.previous !== this.at.hash) return 'PREVIOUS';
    const leaf = bytesOf(record.leaf);
    const isErased = record.body === null && record.salt === null;
    if (!isErased) {
      if (record.body === null || record.salt === null) return 'BODY';
      const salt = bytesOf(record.salt);
      if (salt.toString('base64url') !== record.salt || !leafOf(this.sha256, record.body, salt).equals(leaf)) return 'BODY';
    }
    const hash = linkOf(this.sha256, bytesOf(record.previous), seq, leaf);
    // Compared as text too: two spellings of base64url can mean the same bytes.
    return hash.toString('base64url') === record.hash && leaf.toString('base64url') === record.leaf ? undefined : 'HASH';
  }
}

function leafOf(sha256: Digest, body: string, salt: Buffer): Buffer {
  return sha256(Buffer.of(0), salt, Buffer.from(body, 'utf8'));
}

function linkOf(sha256: Digest, previous: Buffer, seq: number, leaf: Buffer): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(seq));
  return sha256(previous, number, leaf);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

function isRecord(value: unknown): value is ChainRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, previous, body, salt, leaf, hash } = value as Record<string, unknown>;
  const isText = (one: unknown): boolean => typeof one === 'string';
  const isTextOrNull = (one: unknown): boolean => one === null || isText(one);
  return Number.isSafeInteger(seq) && isText(previous) && isText(leaf) && isText(hash) && isTextOrNull(body) && isTextOrNull(salt);
}

function isHead(value: unknown): value is ChainHead {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, hash } = value as Record<string, unknown>;
  return Number.isSafeInteger(seq) && typeof hash === 'string';
}
