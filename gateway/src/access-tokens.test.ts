import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SCOPES } from '#libs/contracts';
import { Clock } from '#libs/kernel';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { AccessTokens, loadSigningKeys } from '#libs/platform';

import { ensureAdminToken } from './admin-token.js';
import { runTokenCommand } from './token-command.js';

class SetClock extends Clock {
  at = new Date('2026-03-01T00:00:00Z');

  override now(): Date {
    return this.at;
  }

  forward(days: number): void {
    this.at = new Date(this.at.getTime() + days * 86_400_000);
  }
}

const ada = { tenant: 'acme', subject: 'ada', roles: ['responder'], days: 30 } as const;

let folder: string;
let clock: SetClock;
let tokens: AccessTokens;
const refused = { code: 'UNAUTHENTICATED' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'castellan-tokens-'));
  clock = new SetClock();
  tokens = await AccessTokens.open({ keysDir: folder }, { mayCreate: true }, clock);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an access token', () => {
  it('proves who bears it, with the scopes of its roles', async () => {
    const { token, jti } = await tokens.issue(ada);
    const principal = await tokens.verify(token);
    expect(principal).toMatchObject({ tenant: 'acme', subject: 'ada', roles: ['responder'], tokenId: jti });
    expect(principal.scopes).toContain('governance:act');
    expect(principal.scopes).not.toContain('governance:write');
  });

  it('can be narrowed to some scopes, and never widened beyond its roles', async () => {
    const { token } = await tokens.issue({ ...ada, roles: ['reader'], scopes: ['inventory:read', 'governance:write'] });
    expect((await tokens.verify(token)).scopes).toEqual(['inventory:read']);
  });

  it('ends when it says, also for a gateway that has seen it before', async () => {
    const { token } = await tokens.issue(ada);
    await tokens.verify(token);
    clock.forward(29.9);
    await expect(tokens.verify(token)).resolves.toMatchObject({ subject: 'ada' });
    clock.forward(0.2);
    await expect(tokens.verify(token)).rejects.toMatchObject(refused);
    const afresh = await AccessTokens.open({ keysDir: folder }, { mayCreate: false }, clock);
    await expect(afresh.verify(token)).rejects.toMatchObject(refused);
  });

  it('is refused from the next request on once it is revoked by another process', async () => {
    const { token, jti } = await tokens.issue(ada);
    const other = await tokens.issue({ ...ada, subject: 'grace' });
    await tokens.verify(token);
    await runTokenCommand(['revoke', jti], { keysDir: folder }, clock);
    await expect(tokens.verify(token)).rejects.toMatchObject(refused);
    await expect(tokens.verify(other.token)).resolves.toMatchObject({ subject: 'grace' });
    await runTokenCommand(['revoke', other.token], { keysDir: folder }, clock);
    await expect(tokens.verify(other.token)).rejects.toMatchObject(refused);
    await expect(tokens.verify(token)).rejects.toMatchObject(refused);
  });

  it('is not accepted while the list of revoked ones can not be read', async () => {
    const { token } = await tokens.issue(ada);
    await writeFile(join(folder, 'revoked-tokens.json'), '{"revoked": [');
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'REVOCATION_LIST_UNREADABLE' });
  });

  it('leaves the list of revoked ones when it would have expired anyway', async () => {
    const first = await tokens.issue({ ...ada, days: 1 });
    await tokens.revoke(first.token);
    clock.forward(2);
    const second = await tokens.issue(ada);
    await tokens.revoke(second.token);
    const list = JSON.parse(await readFile(join(folder, 'revoked-tokens.json'), 'utf8')) as { revoked: { jti: string }[] };
    expect(list.revoked.map((token) => token.jti)).toEqual([second.jti]);
  });
});

describe('what is no access token of ours', () => {
  const good = { tenant: 'acme', roles: ['admin'] };

  async function forged(change: {
    claims?: object;
    header?: object;
    issuer?: string;
    audience?: string;
    exp?: string | null;
    iat?: boolean;
    sub?: boolean;
    jti?: boolean;
    stranger?: boolean;
  }) {
    const keys = change.stranger
      ? await generateKeyPair('EdDSA', { crv: 'Ed25519' })
      : await loadSigningKeys(folder, 'access', { mayCreate: false });
    const now = Math.floor(clock.now().getTime() / 1_000);
    const jwt = new SignJWT({ ...good, ...change.claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...change.header })
      .setIssuer(change.issuer ?? 'castellan')
      .setAudience(change.audience ?? 'castellan-api');
    if (change.sub !== false) jwt.setSubject('ada');
    if (change.jti !== false) jwt.setJti('tok_x');
    if (change.iat !== false) jwt.setIssuedAt(now);
    if (change.exp !== null) jwt.setExpirationTime(now + 60);
    return jwt.sign(keys.privateKey!);
  }

  it('the forger of this test can make a good one', async () => {
    await expect(tokens.verify(await forged({}))).resolves.toMatchObject({ subject: 'ada' });
  });

  it.each<[string, () => Promise<string>]>([
    ['one for another audience', () => forged({ audience: 'other-api' })],
    ['one of another issuer', () => forged({ issuer: 'castellan/internal' })],
    ['an ID token', () => forged({ header: { typ: 'JWT' } })],
    ['one that never expires', () => forged({ exp: null })],
    ['one without the time of its issue', () => forged({ iat: false })],
    ['one without a subject', () => forged({ sub: false })],
    ['one without an id, which could not be revoked', () => forged({ jti: false })],
    ['one without a tenant', () => forged({ claims: { tenant: undefined } })],
    ['one without roles', () => forged({ claims: { roles: undefined } })],
    ['one with a role that there is not', () => forged({ claims: { roles: ['root'] } })],
    ["one signed with a stranger's key", () => forged({ stranger: true })],
    [
      'one without a signature',
      async () =>
        new UnsecuredJWT({ ...good, jti: 'x' })
          .setSubject('ada')
          .setIssuer('castellan')
          .setAudience('castellan-api')
          .setIssuedAt()
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      'one signed by HS256 with our public key',
      async () => {
        const secret = new TextEncoder().encode(await readFile(join(folder, 'access.public.jwk'), 'utf8'));
        return new SignJWT({ ...good, jti: 'x' })
          .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
          .setSubject('ada')
          .setIssuer('castellan')
          .setAudience('castellan-api')
          .setIssuedAt()
          .setExpirationTime('1h')
          .sign(secret);
      },
    ],
    ['text', async () => 'abc'],
    ['a megabyte', async () => 'a'.repeat(1_000_000)],
  ])('%s is refused', async (_, make) => {
    await expect(tokens.verify(await make())).rejects.toMatchObject(refused);
  });
});

describe('the administrator token', () => {
  const start = (url: string) => ensureAdminToken({ dataDir: folder }, url, tokens);
  const file = () => join(folder, 'access.json');

  it('is made once, readable by its owner only, and kept at later starts', async () => {
    const first = await start('http://127.0.0.1:4000/graphql');
    const second = await start('http://127.0.0.1:4000/graphql');
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.token).toBe(first.token);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ url: 'http://127.0.0.1:4000/graphql', token: first.token });
    expect((await tokens.verify(first.token)).scopes).toEqual(SCOPES);
  });

  it('follows the port', async () => {
    const first = await start('http://127.0.0.1:4000/graphql');
    await start('http://127.0.0.1:4100/graphql');
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ url: 'http://127.0.0.1:4100/graphql', token: first.token });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it('is replaced after a year, and after it was revoked', async () => {
    const first = await start('u');
    clock.forward(364);
    expect((await start('u')).isNew).toBe(false);
    clock.forward(2);
    const second = await start('u');
    await tokens.revoke(second.token);
    const third = await start('u');
    expect([second.isNew, third.isNew]).toEqual([true, true]);
    expect(new Set([first.token, second.token, third.token]).size).toBe(3);
  });
});

describe('npm run token', () => {
  const run = (...args: string[]) => runTokenCommand(args, { keysDir: folder }, clock);

  it('issues a token that works', async () => {
    const printed = await run('issue', '--role', 'reader', '--subject', 'ci', '--days', '7', '--scopes', 'inventory:read,posture:read');
    const principal = await tokens.verify(printed.split('\n')[0]!);
    expect(principal).toMatchObject({ tenant: 'default', subject: 'ci', scopes: ['inventory:read', 'posture:read'] });
    expect(printed).toContain('expires: 2026-03-08T00:00:00.000Z');
    expect(printed).toContain(principal.tokenId);
  });

  it.each([
    [[]],
    [['list']],
    [['issue', '--role', 'root', '--subject', 'x']],
    [['issue', '--role', 'reader']],
    [['issue', '--subject', 'x']],
    [['issue', '--role', 'reader', '--subject', 'x', '--days', '0']],
    [['issue', '--role', 'reader', '--subject', 'x', '--days', '99999']],
    [['issue', '--role', 'reader', '--subject', 'x', '--scopes', 'everything']],
    [['issue', '--role', 'reader', '--subject', 'x', '--color', 'red']],
    [['revoke']],
  ])('shows how it is used when it is told %j', async (words) => {
    await expect(run(...words)).rejects.toMatchObject({ code: 'TOKEN_COMMAND_INVALID', message: expect.stringContaining('Usage:') });
  });
});

describe('the list of revoked tokens', () => {
  it('is read again when it changes within one tick of the clock of the file system', async () => {
    const [one, two] = [await tokens.issue(ada), await tokens.issue(ada)];
    const path = join(folder, 'revoked-tokens.json');
    await tokens.revoke(one.token);
    await utimes(path, 1_000, 1_000);
    await tokens.verify(two.token);
    await tokens.revoke(two.token);
    await utimes(path, 1_000, 1_000);
    await expect(tokens.verify(two.token)).rejects.toMatchObject(refused);
  });
});
