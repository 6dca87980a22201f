import { createPublicKey, generateKeyPairSync } from 'node:crypto';

import { type JWK, compactVerify, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';

import { makeProofKey, signJwt } from './jwt.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const CLAIMS = { iss: 'client', sub: 'ada' };

function pem(key: typeof rsa.privateKey, type: 'pkcs1' | 'pkcs8' | 'sec1'): string {
  return key.export({ type, format: 'pem' }) as string;
}

async function claimsOf(token: string, publicKey: typeof rsa.publicKey): Promise<unknown> {
  return (await jwtVerify(token, createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })))).payload;
}

describe('a signed assertion', () => {
  it.each([
    ['PEM of PKCS#1', 'RS256', pem(rsa.privateKey, 'pkcs1'), rsa.publicKey],
    ['PEM of PKCS#8', 'RS256', pem(rsa.privateKey, 'pkcs8'), rsa.publicKey],
    ['PEM whose line breaks became \\n', 'RS256', pem(rsa.privateKey, 'pkcs1').replaceAll('\n', '\\n'), rsa.publicKey],
    ['PEM whose line breaks became blanks', 'RS256', pem(rsa.privateKey, 'pkcs8').replaceAll('\n', ' '), rsa.publicKey],
    ['JWK', 'RS256', JSON.stringify(rsa.privateKey.export({ format: 'jwk' })), rsa.publicKey],
    ['elliptic PEM', 'ES256', pem(ec.privateKey, 'sec1'), ec.publicKey],
    ['Ed25519', 'EdDSA', pem(ed.privateKey, 'pkcs8'), ed.publicKey],
  ])('by a %s key is good (%s)', async (_, alg, key, publicKey) => {
    const token = await signJwt(CLAIMS, key, { alg, kid: 'k1' });
    expect(await claimsOf(token, publicKey)).toEqual(CLAIMS);
    expect(decodeProtectedHeader(token)).toEqual({ alg, kid: 'k1' });
  });

  it.each([
    ['a public key', rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string, /public key/],
    [
      'a key with a password',
      rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pw' }) as string,
      /password/,
    ],
    ['no key', 'S3CRET-but-no-key', /cannot be read/],
    ['a broken JWK', '{"kty":"RSA","d":"S3CRET', /JWK/],
    ['a key of another kind', pem(ec.privateKey, 'sec1'), /does not fit/],
  ])('by %s is refused in words, without the key', async (_, key, words) => {
    const failure: unknown = await signJwt(CLAIMS, key, { alg: 'RS256' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'misconfigured', message: expect.stringMatching(words) as string });
    expect(JSON.stringify([failure, String((failure as Error).cause), (failure as Error).stack])).not.toContain('S3CRET');
  });
});

describe('a proof of possession', () => {
  it('binds method, address without query, token and nonce to its key', async () => {
    const key = await makeProofKey(() => new Date(1_700_000_000_000));
    const proof = await key.proof({ method: 'GET', url: 'https://acme.example/users?limit=1#x', nonce: 'n', accessToken: 'token' });
    const header = decodeProtectedHeader(proof);
    expect(header).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256' });
    expect(header.jwk).not.toHaveProperty('d');
    const { payload } = await compactVerify(proof, await importJWK(header.jwk as JWK, 'ES256'));
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({
      htm: 'GET',
      htu: 'https://acme.example/users',
      nonce: 'n',
      iat: 1_700_000_000,
      ath: 'PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A',
    });
  });

  it('is made once per call', async () => {
    const key = await makeProofKey(() => new Date(0));
    const [one, two] = await Promise.all([1, 2].map(() => key.proof({ method: 'GET', url: 'https://acme.example/' })));
    expect(one).not.toBe(two);
  });
});
