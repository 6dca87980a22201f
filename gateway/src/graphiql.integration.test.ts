import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeLogger } from '#libs/platform';
import fastify, { type FastifyInstance } from 'fastify';
import request from 'supertest';

import { serveGraphiql } from './graphiql.js';

const logger = makeLogger({ logLevel: 'silent', logPretty: false });

describe('GraphiQL', () => {
  let folder: string;
  let server: FastifyInstance;
  let origin: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'castellan-graphiql-'));
    const { buildGraphiql } = (await import('../../scripts/build-graphiql.mjs' as string)) as {
      buildGraphiql(folder: string): Promise<string>;
    };
    await buildGraphiql(folder);
    server = fastify();
    await serveGraphiql(server, [join(folder, 'absent'), folder], logger);
    origin = await server.listen({ host: '127.0.0.1', port: 0 });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['/', '/graphiql', '/graphiql/'])('stands at %s without a token, and holds none', async (path) => {
    const page = await request(origin).get(path).expect(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).not.toMatch(/bearer\s+ey/i);
  });

  it('loads all it needs from this server', async () => {
    const page = await request(origin).get('/').expect(200);
    const wanted = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!).filter((url) => !url.startsWith('data:'));
    expect(wanted).toEqual(['/graphiql/page.css', '/graphiql/page.js']);
    const [sheet, script] = await Promise.all(wanted.map((url) => request(origin).get(url).buffer(true).expect(200)));
    expect(sheet!.headers['content-type']).toContain('text/css');
    expect(script!.headers['content-type']).toContain('javascript');
    const fonts = [...sheet!.text.matchAll(/url\(["']?(?!data:)([^"')]+)/g)].map((match) => match[1]!.replace(/^\.\//, '/graphiql/'));
    expect(fonts.length).toBeGreaterThan(0);
    for (const font of fonts.filter((url) => !url.startsWith('#')))
      await request(origin).get(font).expect(200).expect('content-type', /font/);
    for (const worker of ['editor', 'json', 'graphql'])
      await request(origin)
        .get(`/graphiql/${worker}.worker.js`)
        .expect(200)
        .expect('content-type', /javascript/);
  });

  it('may load and call nothing else', async () => {
    const { headers } = await request(origin).get('/');
    const policy = headers['content-security-policy']!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    const bundled = await Promise.all(
      (await readdir(folder))
        .filter((name) => name.endsWith('.css') || name.endsWith('.html'))
        .map((name) => readFile(join(folder, name), 'utf8')),
    );
    expect(bundled.join('')).not.toMatch(/@import\s+(url\()?["']?https?:|src="https?:|href="https?:|url\(["']?https?:/);
  });

  it('serves no other file', async () => {
    for (const path of ['/graphiql/..%2fpackage.json', '/graphiql/%2e%2e/package.json', '/graphiql/nothing.js', '/graphiql/page.js%00']) {
      expect((await request(origin).get(path)).status).toBe(404);
    }
  });

  it('is left out, with a word in the log, where it was not built', async () => {
    const bare = fastify();
    await serveGraphiql(bare, [join(folder, 'absent')], logger);
    expect((await bare.inject('/')).statusCode).toBe(404);
    await bare.close();
  });
});
