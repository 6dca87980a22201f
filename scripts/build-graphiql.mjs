import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles GraphiQL from its npm packages into one folder: the page, its styles and its three workers. Nothing in it is loaded from another host.
 * `folder` is where the gateway finds it: `dist/graphiql`.
 */
export async function buildGraphiql(folder = join(root, 'dist', 'graphiql')) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const source = join(root, 'gateway', 'graphiql');
  const options = {
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    minify: true,
    legalComments: 'none',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'file', '.woff2': 'file', '.svg': 'file' },
    assetNames: '[name]-[hash]',
    logLevel: 'warning',
  };
  await Promise.all([
    // One script and one sheet: styles of parts that a split bundle loads later would never be loaded at all.
    build({ ...options, entryPoints: { page: join(source, 'page.js') }, format: 'esm' }),
    build({
      ...options,
      entryPoints: {
        'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
        'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
        'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
      },
      format: 'iife',
    }),
    copyFile(join(source, 'index.html'), join(folder, 'index.html')),
  ]);
  return folder;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await buildGraphiql(process.argv[2]);
