import { ROLES, SCOPES, SCOPES_OF_ROLE, type Principal, type Role, type Scope } from '#libs/contracts';
import { DomainError, newId, SystemClock, type Clock, type TenantId } from '#libs/kernel';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

import type { Config } from '../config/config.js';
import { loadSigningKeys, type SigningKeys } from './keys.js';
import { RevokedTokens } from './revoked-tokens.js';

/** The request has no access token of ours that is valid now. */
export class AccessTokenRefused extends DomainError {
  readonly code = 'UNAUTHENTICATED';
  readonly kind = 'unauthenticated';
  override readonly remedy =
    'Send "Authorization: Bearer <access token>". An administrator issues one with `npm run token -- issue --role reader --subject <name>`.';

  constructor(why: string, options?: ErrorOptions) {
    super(`This request is not authenticated: ${why}.`, options);
  }
}

/** What to put in a new access token. */
export interface NewAccessToken {
  readonly tenant: TenantId;
  /** Whose it is: a person's or a machine's name. */
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly days: number;
  /** Only these of the roles' scopes; all of them when left out. */
  readonly scopes?: readonly Scope[] | undefined;
}

/** A token as it was issued; the text is shown once and kept nowhere by us. */
export interface IssuedToken {
  readonly token: string;
  readonly jti: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const ISSUER = 'castellan';
const AUDIENCE = 'castellan-api';
const CLOCK_TOLERANCE_S = 30;
const DAY_S = 86_400;
const LONGEST_TOKEN = 8_192;
const LARGEST_CACHE = 1_000;

const claims = z.object({
  sub: z.string().min(1).max(320),
  tenant: z.string().min(1).max(64),
  jti: z.string().min(1).max(128),
  exp: z.number(),
  iat: z.number(),
  roles: z.array(z.enum(ROLES)),
  scopes: z.array(z.enum(SCOPES)).optional(),
});

interface Verified {
  readonly principal: Principal;
  readonly expiresAt: number;
}

/** Issues and checks the access tokens of clients: Ed25519-signed, expiring, revocable, for one tenant, with roles that may be narrowed to some scopes. */
export class AccessTokens {
  // A signature costs 0.2 ms to check, more than a small query; revocation and expiry are looked at each time.
  private readonly verified = new Map<string, Verified>();

  constructor(
    private readonly keys: SigningKeys,
    private readonly revoked: RevokedTokens,
    private readonly clock: Clock = new SystemClock(),
  ) {}

  /** With the key pair `access` of the keys folder, made at the first start. */
  static async open(config: Pick<Config, 'keysDir'>, options: { readonly mayCreate: boolean }, clock?: Clock): Promise<AccessTokens> {
    const keys = await loadSigningKeys(config.keysDir, 'access', options);
    return new AccessTokens(keys, new RevokedTokens(config.keysDir), clock);
  }

  async issue(wish: NewAccessToken): Promise<IssuedToken> {
    if (!this.keys.privateKey)
      throw new Error('This process has only the public key of access tokens; issue them where the private key is.');
    const now = this.clock.now();
    const issuedAt = Math.floor(now.getTime() / 1_000);
    const expiresAt = issuedAt + Math.round(wish.days * DAY_S);
    const jti = newId('tok', now);
    const token = await new SignJWT({ tenant: wish.tenant, roles: wish.roles, ...(wish.scopes ? { scopes: wish.scopes } : {}) })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(wish.subject)
      .setJti(jti)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.keys.privateKey);
    return { token, jti, expiresAt: expiresAt * 1_000 };
  }

  /** Who the token proves its bearer to be; throws {@link AccessTokenRefused}. */
  async verify(token: string): Promise<Principal> {
    const known = this.verified.get(token);
    const { principal, expiresAt } = known ?? (await this.check(token));
    if (this.clock.now().getTime() > expiresAt + CLOCK_TOLERANCE_S * 1_000) throw new AccessTokenRefused('the token has expired');
    if (await this.revoked.has(principal.tokenId)) throw new AccessTokenRefused('the token was revoked');
    if (!known) this.remember(token, { principal, expiresAt });
    return principal;
  }

  /** Takes back a token, given as its text or its id; from the next request on it is refused. Returns the id. */
  async revoke(tokenOrId: string): Promise<string> {
    const now = this.clock.now().getTime();
    // Of a bare id we do not know when it ends, so it is kept for as long as the longest token can live.
    const revoked = tokenOrId.includes('.')
      ? await this.check(tokenOrId)
      : { principal: { tokenId: tokenOrId }, expiresAt: now + LONGEST_DAYS * DAY_S * 1_000 };
    await this.revoked.add({ jti: revoked.principal.tokenId, until: revoked.expiresAt + CLOCK_TOLERANCE_S * 1_000 }, now);
    return revoked.principal.tokenId;
  }

  private async check(token: string): Promise<Verified> {
    if (token.length > LONGEST_TOKEN) throw new AccessTokenRefused('the token is longer than any of ours');
    try {
      const { payload } = await jwtVerify(token, this.keys.publicKey, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
        requiredClaims: ['exp', 'iat', 'sub', 'tenant', 'jti', 'roles'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: this.clock.now(),
      });
      return toVerified(claims.parse(payload));
    } catch (cause) {
      throw new AccessTokenRefused('the token is expired, for something else, or not ours', { cause });
    }
  }

  private remember(token: string, verified: Verified): void {
    if (this.verified.size >= LARGEST_CACHE) this.verified.delete(this.verified.keys().next().value!);
    this.verified.set(token, verified);
  }
}

/** The longest life of a token that `npm run token` issues. */
export const LONGEST_DAYS = 3_650;

function toVerified(payload: z.infer<typeof claims>): Verified {
  const ofRoles = new Set(payload.roles.flatMap((role) => SCOPES_OF_ROLE[role]));
  const scopes = payload.scopes === undefined ? [...ofRoles] : payload.scopes.filter((scope) => ofRoles.has(scope));
  return {
    principal: { tenant: payload.tenant, subject: payload.sub, roles: payload.roles, scopes, tokenId: payload.jti },
    expiresAt: payload.exp * 1_000,
  };
}
