import { checkPrimeSync, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const E = 65_537n;

/** A made-up RSA key of 2,048 bits, for a sandbox whose app signs in by key. */
export interface SandboxKey {
  readonly pem: string;
  readonly publicKey: KeyObject;
}

const made = new Map<string, SandboxKey>();

/**
 * The same name gives the same key at every start, so that a demo that is started again still knows its connectors, and no key has to lie in a file.
 * It guards nothing but a sandbox.
 */
export function sandboxKey(name: string, type: 'pkcs1' | 'pkcs8'): SandboxKey {
  const known = made.get(`${type} ${name}`);
  if (known) return known;
  const [p, q] = [prime(`${name} p`), prime(`${name} q`)];
  const d = inverse(E, (p - 1n) * (q - 1n));
  const jwk = { kty: 'RSA', n: p * q, e: E, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const encoded = Object.fromEntries(
    Object.entries(jwk).map(([part, value]) => [part, typeof value === 'bigint' ? base64url(value) : value]),
  );
  const privateKey = createPrivateKey({ key: encoded, format: 'jwk' });
  const key = { pem: privateKey.export({ type, format: 'pem' }) as string, publicKey: createPublicKey(privateKey) };
  made.set(`${type} ${name}`, key);
  return key;
}

function prime(seed: string): bigint {
  for (let attempt = 0; ; attempt++) {
    let digits = '';
    for (let part = 0; part < 4; part++)
      digits += createHash('sha256').update(`castellan sandbox ${seed} ${attempt} ${part}`).digest('hex');
    // 1,024 bits with the two highest set: the product then has exactly 2,048.
    const candidate = BigInt(`0x${digits}`) | (3n << 1022n) | 1n;
    if ((candidate - 1n) % E !== 0n && checkPrimeSync(candidate)) return candidate;
  }
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return t0 < 0n ? t0 + modulus : t0;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}
