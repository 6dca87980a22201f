import type { Principal } from '#libs/contracts';
import type { FastifyRequest } from 'fastify';
import { AccessTokenRefused, type AccessTokens } from '#libs/platform';

// Kept beside the request and not on it: no other plugin can set it.
const principals = new WeakMap<FastifyRequest, Principal>();

/** Runs before the body is read: strangers cost a signature check at most. */
export async function authenticate(request: FastifyRequest, tokens: AccessTokens): Promise<void> {
  principals.set(request, await tokens.verify(bearerOf(request)));
}

/** Who sent an authenticated request. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (!principal) throw new AccessTokenRefused('there is no token');
  return principal;
}

/** The principal if there is one yet, for the log. */
export function knownPrincipalOf(request: FastifyRequest): Principal | undefined {
  return principals.get(request);
}

export function bearerOf(request: FastifyRequest): string {
  const token = /^Bearer ([^\s,]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) throw new AccessTokenRefused('there is no token');
  return token;
}
