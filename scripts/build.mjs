// Compiles the sources into dist/, which has the same tree, and puts the schemas and the JSON beside them. Types are not checked here: `npm run check` does.
// Only what changed is written, so a running process keeps its files and a second build costs next to nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { transform } from '@swc/core';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist');
const FOLDERS = ['libs', 'services', 'gateway', 'embedded', 'scripts', 'bench'];
const COPIED = /\.(graphql|json)$/;
const isForTestsOnly = (path) =>
  /\.(test|builders|fixtures)\.ts$|(^|\/)(fixtures|fixture-[^/]*)(\/|$)|^libs\/testing\/|(^|\/)fixture-[^/]*\.ts$/.test(path);

const begun = Date.now();
const sources = (await Promise.all(FOLDERS.map(filesOf))).flat().filter((path) => !isForTestsOnly(path));
const swcOptions = { ...JSON.parse(await readFile(join(ROOT, '.swcrc'), 'utf8')), swcrc: false, configFile: false };
delete swcOptions.$schema;

const outputs = new Set((await Promise.all(sources.map(build))).flat());
const stale = (await Promise.all(FOLDERS.map((folder) => filesOf(join('dist', folder)))))
  .flat()
  .filter((path) => !outputs.has(path) && !path.endsWith('.tmp'));
await Promise.all(stale.map((path) => rm(join(ROOT, path), { force: true })));
buildGraphiql(await filesOf('gateway/graphiql'));
if (!process.argv.includes('--quiet'))
  process.stdout.write(`dist: ${outputs.size} files in ${((Date.now() - begun) / 1_000).toFixed(1)} s\n`);

async function filesOf(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** The paths, below the root, of what came of one source. */
async function build(path) {
  if (path.endsWith('.ts') && !path.endsWith('.d.ts')) return compile(path);
  if (!COPIED.test(path)) return [];
  return [await write(join('dist', path), await readFile(join(ROOT, path), 'utf8'))];
}

async function compile(path) {
  const to = join('dist', path.replace(/\.ts$/, '.js'));
  // Compiled already, by the same rules: dist is newer than the source and than the rules.
  const newest = Math.max(changedAt(path), changedAt('.swcrc'), changedAt('scripts/build.mjs'), changedAt('package-lock.json'));
  if (changedAt(to) > newest && existsSync(join(ROOT, `${to}.map`))) return [to, `${to}.map`];
  const { code, map } = await transform(await readFile(join(ROOT, path), 'utf8'), {
    ...swcOptions,
    filename: path,
    sourceFileName: relative(dirname(join(ROOT, to)), join(ROOT, path)),
    sourceMaps: true,
  });
  return [await write(to, `${code}//# sourceMappingURL=${to.split('/').at(-1)}.map\n`), await write(`${to}.map`, map)];
}

async function write(path, text) {
  const file = join(ROOT, path);
  const half = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(half, text);
  // Two builds may run at once, and a process may be reading: nobody sees half a file.
  await rename(half, file);
  return path;
}

function changedAt(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function buildGraphiql(pageSources) {
  const script = 'scripts/build-graphiql.mjs';
  if (!existsSync(join(ROOT, script))) return;
  const page = changedAt('dist/graphiql/index.html');
  if (page > Math.max(...[script, 'package-lock.json', ...pageSources].map(changedAt))) return;
  const { status } = spawnSync(process.execPath, [script], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${script} failed`);
}
