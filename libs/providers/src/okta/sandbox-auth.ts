import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';

import type { SandboxAnswer, SandboxRoute, WireRecord } from '../sdk/index.js';
import { at, list, record, text, whole } from '../sdk/index.js';
import { SCOPES } from './manifest.js';
import { TOKEN_OPERATION } from './operations.js';
import type { Call } from './sandbox-answers.js';
import { ok, refuse } from './sandbox-answers.js';
import type { Issued, OktaState } from './sandbox-state.js';
import { uuidOf } from './sandbox-state.js';

const TOKEN_LASTS_S = 3_600;
const ASSERTION_LASTS_MOST_S = 3_600;
const CLOCK_ERROR_S = 300;
const KNOWN_SCOPES: ReadonlySet<string> = new Set(SCOPES.map((need) => need.scope));

/** The token endpoint: checks the signed assertion, and the proof where the app has to send one. */
export const tokenRoute: SandboxRoute<OktaState> = { method: 'POST', operation: TOKEN_OPERATION, open: true, answer: issueToken };

function issueToken(call: Call): SandboxAnswer {
  const form = record(call.body) ?? {};
  if (form['grant_type'] !== 'client_credentials')
    return oauthError(400, 'unsupported_grant_type', 'The authorization grant type is not supported.');
  const problem = call.switches.revoked ? 'The client is not active.' : assertionProblem(call, text(form['client_assertion']));
  if (problem) return oauthError(401, 'invalid_client', problem);
  const scopes = (text(form['scope']) ?? '').split(' ').filter(Boolean);
  if (scopes.length === 0 || scopes.some((scope) => !KNOWN_SCOPES.has(scope) || call.switches.missingScopes.includes(scope))) {
    return oauthError(400, 'invalid_scope', 'One or more scopes are not configured for the authorization server resource.');
  }
  const proof = proofOf(call);
  if (call.switches['requireDpop'] === true || proof) {
    const refusal = proofRefusal(call, proof);
    if (refusal) return refusal;
  }
  return grant(call, scopes, proof?.thumbprint);
}

function grant({ state, now, switches }: Call, scopes: readonly string[], boundTo: string | undefined): SandboxAnswer {
  const token = `eyJzYW5kYm94${uuidOf('token', state.issued.size, now.getTime()).replaceAll('-', '')}`;
  state.issued.set(token, { scopes, boundTo, expiresAt: now.getTime() + TOKEN_LASTS_S * 1_000, epoch: epochOf(switches['tokenEpoch']) });
  return ok({ token_type: boundTo ? 'DPoP' : 'Bearer', expires_in: TOKEN_LASTS_S, access_token: token, scope: scopes.join(' ') });
}

function oauthError(status: number, error: string, description: string, headers: Readonly<Record<string, string>> = {}): SandboxAnswer {
  return { status, headers, json: { error, error_description: description } };
}

function assertionProblem({ state, now }: Call, assertion: string | null): string | undefined {
  const jwt = readJwt(assertion);
  if (!jwt) return 'The client_assertion is not a JWT.';
  const { self, orgHost } = state;
  const nowS = now.getTime() / 1_000;
  const [iat, exp, jti] = [whole(jwt.claims['iat']), whole(jwt.claims['exp']), text(jwt.claims['jti'])];
  if (jwt.claims['iss'] !== self.appId || jwt.claims['sub'] !== self.appId) return 'The client_assertion is of another client.';
  if (jwt.claims['aud'] !== `https://${orgHost}/oauth2/v1/token`)
    return 'The audience claim for client_assertion must be the token endpoint.';
  if (jwt.header['kid'] !== undefined && jwt.header['kid'] !== self.keyId) return 'The key of the client_assertion is not known.';
  if (exp === null || exp < nowS - CLOCK_ERROR_S || exp > nowS + ASSERTION_LASTS_MOST_S + CLOCK_ERROR_S)
    return 'The client_assertion token is expired or lives too long.';
  if (iat !== null && iat > nowS + CLOCK_ERROR_S) return 'The client_assertion was issued in the future.';
  if (!jwt.isSignedBy(self.publicJwk)) return 'The client_assertion signature is invalid.';
  if (jti === null || state.usedAssertions.has(jti)) return 'The client_assertion was used before.';
  state.usedAssertions.add(jti);
  return undefined;
}

interface Jwt {
  readonly header: WireRecord;
  readonly claims: WireRecord;
  readonly isSignedBy: (jwk: WireRecord) => boolean;
}

function readJwt(jwt: string | null | undefined): Jwt | undefined {
  const parts = jwt?.split('.') ?? [];
  const [head, body, signature] = parts;
  if (parts.length !== 3 || !head || !body || !signature) return undefined;
  const header = decoded(head);
  const claims = decoded(body);
  if (!header || !claims) return undefined;
  const isSignedBy = (jwk: WireRecord): boolean => isSigned(`${head}.${body}`, signature, jwk);
  return { header, claims, isSignedBy };
}

function decoded(part: string): WireRecord | undefined {
  try {
    return record(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    return undefined; // Not JSON: not a JWT of anybody's.
  }
}

function isSigned(what: string, signature: string, jwk: WireRecord): boolean {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return verify('sha256', Buffer.from(what), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  } catch {
    return false; // A key that cannot be read signs nothing.
  }
}

interface Proof {
  readonly claims: WireRecord;
  readonly thumbprint: string;
  readonly isSound: boolean;
}

function proofOf(call: Call): Proof | undefined {
  const jwt = readJwt(call.headers['dpop']);
  const jwk = jwt && record(jwt.header['jwk']);
  if (!jwt || !jwk) return undefined;
  const { crv, kty, x, y, e, n } = jwk;
  const canonical = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  const thumbprint = createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
  const isOfThisCall = jwt.claims['htm'] === call.method && isSameAddress(text(jwt.claims['htu']), call);
  return { claims: jwt.claims, thumbprint, isSound: jwt.header['typ'] === 'dpop+jwt' && isOfThisCall && jwt.isSignedBy(jwk) };
}

function isSameAddress(htu: string | null, { state, path }: Call): boolean {
  return htu === `https://${state.orgHost}${path}`;
}

function proofRefusal({ state }: Call, proof: Proof | undefined): SandboxAnswer | undefined {
  if (!proof) return oauthError(400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.');
  if (!proof.isSound) return oauthError(400, 'invalid_dpop_proof', 'The DPoP proof JWT is not valid for this request.');
  if (proof.claims['nonce'] === state.nonce) return undefined;
  return oauthError(400, 'use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.', { 'dpop-nonce': state.nonce });
}

/** Refuses calls without a token that is alive, without its proof, without the scope, and by a role that may not. Undefined lets the call in. */
export function authorize(call: Call): SandboxAnswer | undefined {
  const [scheme, token] = (call.headers['authorization'] ?? '').split(' ', 2);
  if (scheme === 'SSWS') return token === call.state.self.apiToken && !call.switches.revoked ? roleRefusal(call) : refuse(call, 'E0000011');
  const issued = token === undefined ? undefined : call.state.issued.get(token);
  if (!issued || isOver(call, issued))
    return challenge(call, scheme === 'DPoP' ? 'DPoP' : 'Bearer', 'invalid_token', 'The access token is invalid.');
  if (issued.boundTo) {
    const refusal = boundRefusal(call, issued.boundTo, scheme, token!);
    if (refusal) return refusal;
  }
  const wanted = call.route.scopes ?? [];
  const has = issued.scopes.filter((scope) => !call.switches.missingScopes.includes(scope));
  if (wanted.length > 0 && !wanted.some((scope) => has.includes(scope))) return insufficient(call);
  return roleRefusal(call);
}

function isOver({ now, switches }: Call, { expiresAt, epoch }: Issued): boolean {
  return switches.revoked || now.getTime() >= expiresAt || epoch < epochOf(switches['tokenEpoch']);
}

/** A switch that counts up: whatever was given out before is void. */
export function epochOf(value: unknown): number {
  return whole(value) ?? 0;
}

function boundRefusal(call: Call, boundTo: string, scheme: string | undefined, token: string): SandboxAnswer | undefined {
  const proof = proofOf(call);
  const ath = createHash('sha256').update(token).digest('base64url');
  const isProven = scheme === 'DPoP' && proof?.isSound === true && proof.thumbprint === boundTo && proof.claims['ath'] === ath;
  return isProven ? undefined : challenge(call, 'DPoP', 'invalid_dpop_proof', 'The DPoP proof is missing or is not of this token.');
}

function challenge(call: Call, scheme: string, error: string, description: string): SandboxAnswer {
  const header = `${scheme} authorization_uri="${call.host}/oauth2/v1/authorize", realm="${call.host}", scope="okta.users.read", error="${error}", error_description="${description}"`;
  return { status: 401, headers: { 'www-authenticate': header } };
}

function insufficient(call: Call): SandboxAnswer {
  const header = `Bearer authorization_uri="${call.host}/oauth2/v1/authorize", realm="${call.host}", scope="${(call.route.scopes ?? []).join(' ')}", error="insufficient_scope", error_description="The access token provided does not contain the required scopes."`;
  return refuse(call, 'E0000006', [], { 'www-authenticate': header });
}

// The second layer: a scope opens the door, the role decides what may be done behind it.
function roleRefusal(call: Call): SandboxAnswer | undefined {
  if (call.switches['withoutRole'] === true) return refuse(call, 'E0000006');
  const isSuperOnly = call.route.method !== 'GET' || call.route.operation.includes('first-party-app-settings');
  return call.switches['readOnlyRole'] === true && isSuperOnly ? refuse(call, 'E0000006') : undefined;
}

/** Parts of the plan, by the names of the switch `unlicensed`. */
export function unlicensed(call: Call, part: string): SandboxAnswer | undefined {
  return list(at(call, 'switches', 'unlicensed'))?.includes(part) ? refuse(call, 'E0000015') : undefined;
}
