import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DEFAULT_TENANT } from '#libs/kernel';
import { AccessTokenRefused, type AccessTokens, type Config, writeWhole } from '#libs/platform';
import { z } from 'zod';

/** What stands in `access.json`, and whether the token was made just now: then, and only then, the caller prints it. */
export interface AdminAccess {
  readonly url: string;
  readonly token: string;
  readonly isNew: boolean;
}

const access = z.object({ url: z.string(), token: z.string().min(1) });
const ADMIN_DAYS = 365;

/**
 * The administrator's token of the first start, in `<dataDir>/access.json` (0600) with the graph's address. Later starts keep it and only follow a changed
 * address; one that has expired, was revoked or belongs to other keys is replaced.
 */
export async function ensureAdminToken(config: Pick<Config, 'dataDir'>, url: string, tokens: AccessTokens): Promise<AdminAccess> {
  const path = join(config.dataDir, 'access.json');
  const known = await readAccess(path);
  if (known && (await isAccepted(known.token, tokens))) {
    if (known.url !== url) await writeAccess(path, url, known.token);
    return { url, token: known.token, isNew: false };
  }
  const { token } = await tokens.issue({ tenant: DEFAULT_TENANT, subject: 'administrator', roles: ['admin'], days: ADMIN_DAYS });
  await writeAccess(path, url, token);
  return { url, token, isNew: true };
}

async function readAccess(path: string): Promise<z.infer<typeof access> | undefined> {
  try {
    return access.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    // Without the file, or with half of one, there is no token to keep; any other fault (rights, disk) must be seen.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isAccepted(token: string, tokens: AccessTokens): Promise<boolean> {
  try {
    await tokens.verify(token);
    return true;
  } catch (error) {
    if (error instanceof AccessTokenRefused) return false;
    throw error;
  }
}

async function writeAccess(path: string, url: string, token: string): Promise<void> {
  await writeWhole(path, `${JSON.stringify({ url, token }, null, 2)}\n`, 0o600);
}
