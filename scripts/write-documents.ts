import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { providers } from '#libs/providers';
import { format, resolveConfig } from 'prettier';

import { namedErrors, providerRefusals, type Source } from './documents/named-errors.js';
import { withSection } from './documents/sections.js';
import { capabilityTable, errorTable, refusalTable, scopeTable } from './documents/tables.js';

const FOLDERS = ['libs', 'services', 'gateway', 'embedded', 'scripts'];
const NOT_THE_PRODUCT = /\.(test|builders|fixtures)\.ts$|(^|\/)(fixtures|fixture-[^/]*)(\/|$)|^libs\/testing\/|(^|\/)fixture-[^/]*\.ts$/;

/** The sources of the product, without tests. */
export async function productSources(root: string): Promise<readonly Source[]> {
  const paths = (
    await Promise.all(
      FOLDERS.map(async (folder) =>
        (await readdir(join(root, folder), { recursive: true })).map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
      ),
    )
  ).flat();
  const wanted = paths.filter((path) => path.endsWith('.ts') && !NOT_THE_PRODUCT.test(path)).sort();
  return Promise.all(wanted.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })));
}

/** The documents with their generated sections as they must be, by path. */
export async function freshDocuments(root: string): Promise<ReadonlyMap<string, string>> {
  const sources = await productSources(root);
  const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'README.md': { capabilities: capabilityTable(providers) },
    'docs/errors.md': { errors: errorTable(namedErrors(sources)), refusals: refusalTable(providerRefusals(sources)) },
    'docs/security.md': { scopes: scopeTable() },
  };
  const documents = new Map<string, string>();
  for (const [path, bodies] of Object.entries(sections)) {
    const file = join(root, path);
    let text = await readFile(file, 'utf8');
    for (const [name, body] of Object.entries(bodies)) text = withSection(path, text, name, body);
    documents.set(path, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  }
  return documents;
}

/** `--check` writes nothing, and fails where a document is not what it must be. */
async function main(root: string, mustBeFresh: boolean): Promise<number> {
  const stale: string[] = [];
  for (const [path, text] of await freshDocuments(root)) {
    if ((await readFile(join(root, path), 'utf8')) === text) continue;
    stale.push(path);
    if (!mustBeFresh) await writeFile(join(root, path), text);
  }
  if (!mustBeFresh) process.stdout.write(`documents: ${stale.length === 0 ? 'as they were' : `${stale.join(', ')} written`}\n`);
  else if (stale.length > 0) process.stderr.write(`error: ${stale.join(', ')}: not up to date, run npm run generate\n`);
  return mustBeFresh && stale.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.cwd(), process.argv.includes('--check'));
