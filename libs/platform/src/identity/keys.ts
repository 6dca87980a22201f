import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';

import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';

export interface SigningKeys {
  readonly privateKey?: CryptoKey;
  readonly publicKey: CryptoKey;
}

/**
 * An Ed25519 key pair kept as `<name>.private.jwk` (0600) and `<name>.public.jwk` in `folder`, made at the first start.
 * A process that only verifies may be given the public file alone.
 */
export async function loadSigningKeys(folder: string, name: string, options: { readonly mayCreate: boolean }): Promise<SigningKeys> {
  const privatePath = join(folder, `${name}.private.jwk`);
  const publicPath = join(folder, `${name}.public.jwk`);
  const existing = (await readJson(privatePath)) ?? (await readJson(publicPath));
  if (existing) return fromJwk(existing);
  if (!options.mayCreate)
    throw new Error(`There is no key ${publicPath}. Start the gateway first, or copy the keys folder to this machine.`);
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { d: _private, ...publicJwk } = jwk;
  // Two processes may start at once: the one that comes second takes the first one's key.
  const isOurs = await writeOnce(privatePath, JSON.stringify(jwk));
  if (!isOurs) return loadSigningKeys(folder, name, options);
  await writeWhole(publicPath, JSON.stringify(publicJwk), 0o644);
  return fromJwk(jwk);
}

/** Writes a file that only its owner may read, unless it is there already; whole or not at all. False: it was there. */
export async function writeOnce(path: string, text: string | Buffer): Promise<boolean> {
  const temporary = await writeTemporary(path, text, 0o600);
  try {
    // A link fails where the name is taken, and never shows half a file: a kill at any moment leaves none or a whole one.
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
}

/** Replaces a file whole: a reader sees the old text or the new, never half. */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await rename(await writeTemporary(path, text, mode), path);
}

async function writeTemporary(path: string, text: string | Buffer, mode: number): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', mode);
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  return temporary;
}

async function readJson(path: string): Promise<JWK | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`The key file ${path} can't be read.`, { cause: error });
  }
}

async function fromJwk(jwk: JWK): Promise<SigningKeys> {
  const { d, ...publicJwk } = jwk;
  const publicKey = (await importJWK({ ...publicJwk, key_ops: undefined }, 'EdDSA')) as CryptoKey;
  if (d === undefined) return { publicKey };
  return { privateKey: (await importJWK({ ...jwk, key_ops: undefined }, 'EdDSA')) as CryptoKey, publicKey };
}
