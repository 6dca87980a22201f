import { checkPrimeSync, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const E = 65_537n;

/** The RSA key of the sandbox's made-up service account. */
export interface SandboxKey {
  /** PKCS#8, as in a service account's key file. */
  readonly pem: string;
  readonly publicKey: KeyObject;
}

let made: SandboxKey | undefined;

/** The same key at every start, so that no key has to lie in a file. It guards nothing but a sandbox. */
export function sandboxKey(): SandboxKey {
  if (made) return made;
  const [p, q] = [prime('p'), prime('q')];
  const d = inverse(E, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: E, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const encoded = Object.fromEntries(Object.entries(numbers).map(([part, value]) => [part, base64url(value)]));
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...encoded }, format: 'jwk' });
  made = { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, publicKey: createPublicKey(privateKey) };
  return made;
}

function prime(seed: string): bigint {
  for (let attempt = 0; ; attempt++) {
    const parts = [0, 1, 2, 3].map((part) => createHash('sha256').update(`google sandbox ${seed} ${attempt} ${part}`).digest('hex'));
    // 1,024 bits with the two highest set: the product then has exactly 2,048.
    const candidate = BigInt(`0x${parts.join('')}`) | (3n << 1022n) | 1n;
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
