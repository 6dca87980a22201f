import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { DomainError } from '#libs/kernel';
import { z } from 'zod';

import { writeWhole } from './keys.js';

/** The list of revoked tokens is there but can't be read: no token can be trusted until it is repaired. */
export class RevocationListUnreadable extends DomainError {
  readonly code = 'REVOCATION_LIST_UNREADABLE';
  readonly kind = 'unavailable';
  override readonly remedy = 'Repair revoked-tokens.json in the keys folder, or restore it from a backup.';

  constructor(options?: ErrorOptions) {
    super('The list of revoked tokens cannot be read, so no token is accepted.', options);
  }
}

const listOf = z.object({
  revoked: z.array(z.object({ jti: z.string().min(1), until: z.number() })),
});

/** A revoked token; `until` is when it would have expired anyway, in epoch milliseconds: after that it need not be kept. */
export interface RevokedToken {
  readonly jti: string;
  readonly until: number;
}

/** The revoked tokens, in `revoked-tokens.json` of the keys folder; a change of the file counts at the next request. */
export class RevokedTokens {
  private readonly path: string;
  private seen = '';
  private ids: ReadonlySet<string> = new Set();

  constructor(keysDir: string) {
    this.path = join(keysDir, 'revoked-tokens.json');
  }

  async has(jti: string): Promise<boolean> {
    const version = await this.version();
    if (version !== this.seen) {
      this.ids = new Set((await this.read()).map((token) => token.jti));
      this.seen = version;
    }
    return this.ids.has(jti);
  }

  /** Adds one and drops those that have expired by `now`. */
  async add(token: RevokedToken, now: number): Promise<void> {
    const kept = (await this.read()).filter((other) => other.until > now && other.jti !== token.jti);
    await writeWhole(this.path, `${JSON.stringify({ revoked: [...kept, token] }, null, 2)}\n`, 0o600);
  }

  // The inode tells two writes within one tick of the file system's clock apart, since every write makes a new file.
  private async version(): Promise<string> {
    try {
      const { mtimeMs, size, ino } = await stat(this.path);
      return `${mtimeMs}/${size}/${ino}`;
    } catch (error) {
      if (isAbsent(error)) return '';
      throw new RevocationListUnreadable({ cause: error });
    }
  }

  private async read(): Promise<readonly RevokedToken[]> {
    try {
      return listOf.parse(JSON.parse(await readFile(this.path, 'utf8'))).revoked;
    } catch (error) {
      if (isAbsent(error)) return [];
      throw new RevocationListUnreadable({ cause: error });
    }
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
