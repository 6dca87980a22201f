import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

import { exportJWK, SignJWT } from 'jose';

import { type AuthContext, AppFailure, type ProofKey } from '../provider.js';

const SIGNING = 'sign in';

/** Signs a JWT with a private key: PEM (PKCS#1, PKCS#8, SEC1), also with its line breaks lost or written as \n, or a JWK. */
export const signJwt: AuthContext['signJwt'] = async (claims, key, header) => {
  const privateKey = readPrivateKey(key);
  try {
    return await new SignJWT({ ...claims }).setProtectedHeader({ ...header }).sign(privateKey);
  } catch (error) {
    // jose names the mismatch of key and algorithm; its message holds no key.
    throw unusableKey(`The private key does not fit the signature ${header.alg}.`, error);
  }
};

/** The key of a PEM or JWK text; `misconfigured` with what is wrong when it is none. */
export function readPrivateKey(entered: string): KeyObject {
  const text = entered.trim();
  if (text.startsWith('{')) return fromJwk(text);
  if (/-----BEGIN (CERTIFICATE|[A-Z ]*PUBLIC KEY)-----/.test(text))
    throw unusableKey('This is a public key or a certificate, not the private key.');
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) throw unusableKey('The private key is protected by a password.');
  try {
    return createPrivateKey(tidyPem(text));
  } catch (error) {
    throw unusableKey('The private key cannot be read.', withoutDetail(error));
  }
}

function fromJwk(text: string): KeyObject {
  try {
    return createPrivateKey({ key: JSON.parse(text) as Record<string, string>, format: 'jwk' });
  } catch (error) {
    throw unusableKey('The JWK cannot be read, or lacks its private part.', withoutDetail(error));
  }
}

// A JSON parser quotes what it could not read: here that would be the key.
function withoutDetail(error: unknown): Error {
  return new Error(error instanceof Error && !(error instanceof SyntaxError) ? error.message : 'not JSON');
}

// Forms and environment variables turn the line breaks of a PEM into "\n" or blanks.
function tidyPem(text: string): string {
  const parts = /-----BEGIN ([A-Z ]{1,40})-----([\s\S]+?)-----END \1-----/.exec(text.replace(/\\r?\\n|\\n/g, '\n'));
  if (!parts) return text;
  const body = (parts[2] ?? '').replace(/\s+/g, '');
  return `-----BEGIN ${parts[1]}-----\n${(body.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${parts[1]}-----\n`;
}

function unusableKey(message: string, cause?: unknown): AppFailure {
  const remedy = 'Enter the whole private key as it was downloaded: PEM text without a password, or a JWK.';
  return new AppFailure({ kind: 'misconfigured', message, remedy }, SIGNING, undefined, undefined, { cause });
}

const makeKeyPair = promisify(generateKeyPair);

/** A fresh P-256 key and a maker of DPoP proofs (RFC 9449) with it. The key never leaves the process. */
export async function makeProofKey(now: () => Date): Promise<ProofKey> {
  const { privateKey } = await makeKeyPair('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = await exportJWK(createPublicKey(privateKey));
  return {
    proof: ({ method, url, nonce, accessToken }) =>
      new SignJWT({
        htm: method,
        htu: withoutQuery(url),
        jti: randomUUID(),
        iat: Math.floor(now().getTime() / 1_000),
        ...(nonce === undefined ? {} : { nonce }),
        ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: kty!, crv: crv!, x: x!, y: y! } })
        .sign(privateKey),
  };
}

function withoutQuery(url: string): string {
  const bare = new URL(url);
  bare.search = '';
  bare.hash = '';
  return bare.href;
}
