import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Logger } from '#libs/platform';
import type { FastifyInstance } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

/**
 * What the page may load: its own files and nothing else. Styles may be inline, since the editor writes its own; scripts may not.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Where `npm run build` puts the page (scripts/build-graphiql.mjs), from the sources as from dist. */
export const GRAPHIQL_FOLDERS: readonly string[] = [
  fileURLToPath(new URL('../../graphiql', import.meta.url)),
  fileURLToPath(new URL('../../dist/graphiql', import.meta.url)),
];

/** Serves GraphiQL at `/` and `/graphiql`, from files built beforehand. They hold no data and no token, so they need none. */
export async function serveGraphiql(server: FastifyInstance, folders: readonly string[], logger: Logger): Promise<void> {
  const files = await firstBuilt(folders);
  if (!files) {
    logger.warn('GraphiQL is not built, so / is empty: run npm run build');
    return;
  }
  const page = files.get('index.html')!;
  for (const path of ['/', '/graphiql', '/graphiql/']) {
    server.get(path, async (_request, reply) =>
      reply.type(TYPES['.html']!).header('content-security-policy', PAGE_POLICY).header('cache-control', 'no-cache').send(page),
    );
  }
  server.get<{ Params: { file: string } }>('/graphiql/:file', async ({ params }, reply) => {
    const bytes = files.get(params.file);
    if (!bytes) return reply.callNotFound();
    // A worker takes its policy from its own file.
    return reply
      .type(TYPES[extname(params.file)] ?? 'application/octet-stream')
      .header('content-security-policy', PAGE_POLICY)
      .header('cache-control', 'public, max-age=3600')
      .send(bytes);
  });
}

// Only names that were there at the start are ever served: no path from outside reaches the file system.
async function firstBuilt(folders: readonly string[]): Promise<ReadonlyMap<string, Buffer> | undefined> {
  for (const folder of folders) {
    const names = await readdir(folder).catch((): string[] => []);
    if (!names.includes('index.html')) continue;
    const served = names.filter((name) => extname(name) in TYPES);
    return new Map(await Promise.all(served.map(async (name) => [name, await readFile(join(folder, name))] as const)));
  }
  return undefined;
}
