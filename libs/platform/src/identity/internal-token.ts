import { createHash } from 'node:crypto';

import { ROLES, SCOPES, type Principal, type ServiceName } from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import { jwtVerify, SignJWT, type CryptoKey } from 'jose';
import { z } from 'zod';

/** A call between our own processes came without a valid signed token, or with one for another service, or for another body. */
export class InternalCallRefused extends DomainError {
  readonly code = 'UNAUTHENTICATED';
  readonly kind = 'unauthenticated';

  constructor(why: string) {
    super(`This service answers signed calls of the gateway and its sister services only: ${why}. Send requests to the gateway.`);
  }
}

const ISSUER = 'castellan/internal';
const LIFETIME_SECONDS = 60;

const claims = z.object({
  sub: z.string().min(1),
  tenant: z.string().min(1),
  roles: z.array(z.enum(ROLES)),
  scopes: z.array(z.enum(SCOPES)),
  tid: z.string(),
  body: z.string().optional(),
});

/** Signs and checks the short-lived tokens (60 s, one audience, EdDSA) that every call between our processes carries. */
export class InternalTokens {
  constructor(private readonly keys: { readonly privateKey?: CryptoKey; readonly publicKey: CryptoKey }) {}

  /** A token for one service; bound to one body when `body` is given, as mutations and messages must be. */
  async sign(principal: Principal, audience: ServiceName, body?: string | Buffer): Promise<string> {
    if (!this.keys.privateKey) throw new Error('This process has no key to sign internal calls with.');
    const token = new SignJWT({
      tenant: principal.tenant,
      roles: principal.roles,
      scopes: principal.scopes,
      tid: principal.tokenId,
      ...(body === undefined ? {} : { body: digestOf(body) }),
    });
    return token
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setSubject(principal.subject)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(this.keys.privateKey);
  }

  /** The principal of a call; `body` must be given wherever the call could change something. */
  async verify(
    token: string,
    audience: ServiceName,
    body: { readonly text: string | Buffer; readonly mustBeBound: boolean },
  ): Promise<Principal> {
    const payload = await this.check(token, audience);
    if (payload.body === undefined && body.mustBeBound) throw new InternalCallRefused('the token is not bound to the body of this call');
    if (payload.body !== undefined && payload.body !== digestOf(body.text)) throw new InternalCallRefused('the token is for another body');
    return { tenant: payload.tenant, subject: payload.sub, roles: payload.roles, scopes: payload.scopes, tokenId: payload.tid };
  }

  private async check(token: string, audience: ServiceName): Promise<z.infer<typeof claims>> {
    try {
      const { payload } = await jwtVerify(token, this.keys.publicKey, {
        issuer: ISSUER,
        audience,
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
        requiredClaims: ['exp', 'iat', 'sub', 'tenant'],
        maxTokenAge: '5m',
        clockTolerance: 30,
      });
      return claims.parse(payload);
    } catch {
      throw new InternalCallRefused('the token is missing, expired, for another service, or not ours');
    }
  }
}

function digestOf(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('base64url');
}
