import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { TenantId } from '#libs/kernel';
import { sql, writeOnce, type Config, type Database } from '#libs/platform';

import { SealingKeyWrong } from '../domain/errors.js';
import type { Secrets } from '../domain/ports.js';

/**
 * Seals secrets in two levels: a data key of their own for each sealing, wrapped by the installation's key. AES-256-GCM with full tags.
 * The associated data names tenant, connector and field, so that a sealed text moved to another row does not open.
 */
export class Vault {
  private constructor(
    private readonly key: Buffer,
    private readonly keyId: string,
  ) {}

  /** Loads the key, or makes it at the very first start, and proves by a sealed canary that it is the right one. */
  static async open(config: Config, database: Database): Promise<Vault> {
    const [canary] = await database.query<{ sealed: string }>(sql`select sealed from sealing_canary where id = 1`);
    const key = await loadKey(config, canary === undefined);
    const vault = new Vault(key, createHash('sha256').update('key id').update(key).digest('hex').slice(0, 12));
    if (canary) {
      if (vault.open('canary', 'canary', canary.sealed)['canary'] !== 'alive')
        throw new SealingKeyWrong('the key is not the one they were sealed with');
    } else {
      await database.insert('sealing_canary', [{ id: 1, sealed: vault.seal('canary', 'canary', { canary: 'alive' }) }], {
        key: ['id'],
        update: 'keep',
      });
    }
    return vault;
  }

  seal(tenant: TenantId, connectorId: string, secrets: Secrets): string {
    const dataKey = randomBytes(32);
    const fields = Object.entries(secrets).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return JSON.stringify({
      v: 1,
      keyId: this.keyId,
      key: encrypt(this.key, dataKey, this.label(tenant, connectorId, '(data key)')),
      fields: Object.fromEntries(
        fields.map(([field, value]) => [field, encrypt(dataKey, Buffer.from(value, 'utf8'), this.label(tenant, connectorId, field))]),
      ),
    });
  }

  open(tenant: TenantId, connectorId: string, sealed: string): Secrets {
    const box = JSON.parse(sealed) as { keyId: string; key: string; fields: Record<string, string> };
    if (box.keyId !== this.keyId) throw new SealingKeyWrong('they were sealed with another key');
    const dataKey = decrypt(this.key, box.key, this.label(tenant, connectorId, '(data key)'));
    return Object.fromEntries(
      Object.entries(box.fields).map(([field, text]) => [
        field,
        decrypt(dataKey, text, this.label(tenant, connectorId, field)).toString('utf8'),
      ]),
    );
  }

  private label(tenant: TenantId, connectorId: string, field: string): Buffer {
    return Buffer.from(`v1|${tenant}|${connectorId}|${field}|${this.keyId}`);
  }
}

const TAG_BYTES = 16;
const NONCE_BYTES = 12;

function encrypt(key: Buffer, plain: Buffer, label: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(label);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64');
}

function decrypt(key: Buffer, text: string, label: Buffer): Buffer {
  const bytes = Buffer.from(text, 'base64');
  // Without the length Node takes tags cut down to four bytes.
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(label);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new SealingKeyWrong('a sealed text was damaged, moved, or sealed with another key');
  }
}

async function loadKey(config: Config, mayCreate: boolean): Promise<Buffer> {
  if (config.sealingKey.from === 'environment') return Buffer.from(config.sealingKey.base64, 'base64');
  const { path } = config.sealingKey;
  if (mayCreate) await writeOnce(path, randomBytes(32).toString('base64'));
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new SealingKeyWrong(`the key file ${path} is missing`);
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32) throw new SealingKeyWrong(`the key file ${path} does not hold 32 bytes in base64`);
  return key;
}
