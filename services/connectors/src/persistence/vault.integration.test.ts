import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Database, readConfig, type Config } from '#libs/platform';

import { CreateConnectors1790000001001 } from './migrations/1790000001001-create-connectors.js';
import { Vault } from './vault.js';

describe('the vault', () => {
  let folder: string;
  let config: Config;
  let database: Database;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'castellan-vault-'));
    config = readConfig({ CASTELLAN_DATA_DIR: folder });
    database = await Database.open(config.database('connectors'), [CreateConnectors1790000001001]);
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  it('opens what it sealed, also after a restart, and keeps its key to its owner', async () => {
    const sealed = (await Vault.open(config, database)).seal('acme', 'con_1', { apiToken: 'made-up-value' });
    expect(sealed).not.toContain('made-up-value');
    expect((await Vault.open(config, database)).open('acme', 'con_1', sealed)).toEqual({ apiToken: 'made-up-value' });
    expect((await stat(join(folder, 'keys', 'sealing.key'))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['another tenant', 'apex', 'con_1'],
    ['another connector', 'acme', 'con_2'],
  ])('does not open what was moved to %s', async (_, tenant, connector) => {
    const vault = await Vault.open(config, database);
    const sealed = vault.seal('acme', 'con_1', { apiToken: 'x' });
    expect(() => vault.open(tenant, connector, sealed)).toThrow(expect.objectContaining({ code: 'SEALING_KEY_WRONG' }));
  });

  it('does not open a text whose field name, bytes or tag were changed', async () => {
    const vault = await Vault.open(config, database);
    const box = JSON.parse(vault.seal('acme', 'con_1', { apiToken: 'secret text' })) as { fields: Record<string, string> };
    const bytes = Buffer.from(box.fields['apiToken']!, 'base64');
    const cut = bytes.subarray(0, bytes.length - 12);
    const flipped = Buffer.from(bytes);
    flipped[15]! ^= 1;
    const variants = [{ other: box.fields['apiToken']! }, { apiToken: cut.toString('base64') }, { apiToken: flipped.toString('base64') }];
    for (const fields of variants) expect(() => vault.open('acme', 'con_1', JSON.stringify({ ...box, fields }))).toThrow(/damaged|moved/);
  });

  it('refuses to start with another key instead of making a new one', async () => {
    await Vault.open(config, database);
    await writeFile(join(folder, 'keys', 'sealing.key'), randomBytes(32).toString('base64'));
    await expect(Vault.open(config, database)).rejects.toMatchObject({ code: 'SEALING_KEY_WRONG' });
    await rm(join(folder, 'keys', 'sealing.key'));
    await expect(Vault.open(config, database)).rejects.toMatchObject({
      code: 'SEALING_KEY_WRONG',
      message: expect.stringContaining('missing'),
    });
    await expect(readFile(join(folder, 'keys', 'sealing.key'))).rejects.toThrow();
  });
});
