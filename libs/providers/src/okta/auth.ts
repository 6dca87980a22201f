import { randomUUID } from 'node:crypto';

import type { AppAnswer, Auth, AuthContext, AuthSession, Classified, ProofKey, Settings } from '../sdk/index.js';
import { AppFailure, at, epochSeconds, record, text, whole } from '../sdk/index.js';
import { http, orgHost } from './http.js';
import { SCOPES } from './manifest.js';
import { TOKEN_OPERATION } from './operations.js';

const TOKEN_PATH = '/oauth2/v1/token';
const ASSERTION_LASTS_S = 300;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Signs in as a service app with its key (with DPoP where the app asks for it), or with an API token. */
export const auth: Auth = {
  signIn: (context) => (isApiToken(context.settings) ? signInWithApiToken(context) : signInAsServiceApp(context)),
};

/** True when the connector uses an administrator's API token instead of a service app. */
export function isApiToken(settings: Settings): boolean {
  return settings['authKind'] === 'api-token';
}

/** The scopes to ask for: all for reading and, unless governance is switched off, those for acting. */
export function wantedScopes(settings: Settings): readonly string[] {
  return SCOPES.filter((need) => !need.forWriting || settings['governance'] !== 'false').map((need) => need.scope);
}

async function signInWithApiToken({ secrets }: AuthContext): Promise<AuthSession> {
  const token = secrets['apiToken']?.trim();
  if (!token) throw noCredential('There is no API token.', 'Enter the API token that Okta showed when it was created.');
  return { headers: async () => ({ authorization: `SSWS ${token}` }) };
}

async function signInAsServiceApp(context: AuthContext): Promise<AuthSession> {
  const wanted = wantedScopes(context.settings);
  const signer = tokenSigner(context);
  const all = await requestToken(context, signer, wanted);
  if (!('refused' in all)) return sessionOf(all, context);
  const granted = await grantedAmong(context, signer, wanted);
  if (granted.length === 0) throw noScopes(all.refused, wanted);
  const some = await requestToken(context, signer, granted);
  if ('refused' in some) throw noScopes(some.refused, wanted);
  return sessionOf(some, context);
}

// Okta refuses the whole request for one scope that was not granted and does not say which one: ask for each, so that the rest still works.
async function grantedAmong(context: AuthContext, signer: TokenSigner, wanted: readonly string[]): Promise<string[]> {
  const granted: string[] = [];
  for (const scope of wanted) {
    const answer = await requestToken(context, signer, [scope]);
    if (!('refused' in answer)) granted.push(scope);
  }
  return granted;
}

function noScopes(answer: AppAnswer, wanted: readonly string[]): AppFailure {
  return failure(answer, {
    kind: 'forbidden',
    problem: 'SCOPE_MISSING',
    appCode: 'invalid_scope',
    missingScopes: wanted,
    message: 'None of the scopes that Castellan reads with was granted to the service app.',
    remedy: 'Grant the scopes on the "Okta API Scopes" tab of the app in the Admin Console.',
  });
}

interface Token {
  readonly accessToken: string;
  readonly lastsS: number;
  readonly scopes: readonly string[] | undefined;
  readonly proofKey: ProofKey | undefined;
}

interface TokenSigner {
  readonly assertion: () => Promise<string>;
  /** Made when the app first asks for DPoP, and kept: the token is bound to it. */
  proofKey?: ProofKey;
  nonce?: string;
}

function tokenSigner({ settings, secrets, now, signJwt }: AuthContext): TokenSigner {
  const key = secrets['privateKey']?.trim();
  const clientId = text(settings['clientId']);
  if (!key) throw noCredential('There is no private key.', 'Enter the private key that Okta showed when it was generated.');
  if (!clientId) throw noCredential('There is no client ID.', 'Enter the client ID of the API Services app.');
  const { alg, kid } = keyFacts(key, text(settings['keyId']) ?? undefined);
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const audience = `https://${orgHost(settings)}${TOKEN_PATH}`;
  return {
    // Each assertion may be used once, so every request signs its own.
    assertion: () =>
      signJwt({ iss: clientId, sub: clientId, aud: audience, iat: issuedAt, exp: issuedAt + ASSERTION_LASTS_S, jti: randomUUID() }, key, {
        alg,
        ...(kid && { kid }),
      }),
  };
}

/** The algorithm and key id that a private key's own text tells. */
function keyFacts(key: string, keyId: string | undefined): { alg: string; kid: string | undefined } {
  if (!key.startsWith('{')) return { alg: key.includes('BEGIN EC PRIVATE KEY') ? 'ES256' : 'RS256', kid: keyId };
  const jwk = parsedJwk(key);
  return { alg: jwk['kty'] === 'EC' ? 'ES256' : 'RS256', kid: keyId ?? text(jwk['kid']) ?? undefined };
}

function parsedJwk(key: string): Readonly<Record<string, unknown>> {
  try {
    const jwk = record(JSON.parse(key));
    if (jwk) return jwk;
  } catch {
    // The parser's message would quote the key: only our own words below.
  }
  throw noCredential('The private key starts as a JWK but is not JSON.', 'Paste the whole JWK, or the PEM text, as Okta showed it.');
}

function noCredential(message: string, remedy: string): AppFailure {
  return new AppFailure({ kind: 'misconfigured', message, remedy }, TOKEN_OPERATION, undefined);
}

// Without a proof, with a proof, with a proof and a nonce: the app's answer says which one it wants next.
const MOST_ROUNDS = 4;

async function requestToken(
  context: AuthContext,
  signer: TokenSigner,
  scopes: readonly string[],
): Promise<Token | { readonly refused: AppAnswer }> {
  let answer: AppAnswer | undefined;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    answer = await sendTokenRequest(context, signer, scopes);
    const error = text(at(answer.body, 'error'));
    if (answer.status === 200) return tokenOf(answer, signer.proofKey, scopes);
    if (error === 'invalid_scope') return { refused: answer };
    const asksForProof = error === 'use_dpop_nonce' || (error === 'invalid_dpop_proof' && !signer.proofKey);
    if (!asksForProof) throw refusal(answer, context.now);
    signer.proofKey ??= await context.makeProofKey();
    signer.nonce = text(answer.headers['dpop-nonce']) ?? signer.nonce;
  }
  throw refusal(answer!, context.now);
}

async function sendTokenRequest(context: AuthContext, signer: TokenSigner, scopes: readonly string[]): Promise<AppAnswer> {
  const url = `https://${orgHost(context.settings)}${TOKEN_PATH}`;
  const proof = await signer.proofKey?.proof({ method: 'POST', url, ...(signer.nonce && { nonce: signer.nonce }) });
  return context.send({
    operation: TOKEN_OPERATION,
    method: 'POST',
    path: TOKEN_PATH,
    headers: { accept: 'application/json', ...(proof && { dpop: proof }) },
    form: {
      grant_type: 'client_credentials',
      scope: scopes.join(' '),
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await signer.assertion(),
    },
  });
}

function tokenOf(answer: AppAnswer, proofKey: ProofKey | undefined, asked: readonly string[]): Token {
  const accessToken = text(at(answer.body, 'access_token'));
  const type = text(at(answer.body, 'token_type'))?.toLowerCase();
  if (!accessToken || (type !== 'bearer' && type !== 'dpop')) {
    throw failure(answer, { kind: 'malformed', message: 'The token endpoint answered without a token.' });
  }
  return {
    accessToken,
    lastsS: whole(at(answer.body, 'expires_in')) ?? 3_600,
    scopes: text(at(answer.body, 'scope'))?.split(' ') ?? asked,
    proofKey: type === 'dpop' ? proofKey : undefined,
  };
}

function sessionOf({ accessToken, lastsS, scopes, proofKey }: Token, { now }: AuthContext): AuthSession {
  return {
    expiresAt: new Date(now.getTime() + lastsS * 1_000),
    ...(scopes && { grantedScopes: scopes }),
    headers: async ({ method, url, nonce }): Promise<Record<string, string>> => {
      if (!proofKey) return { authorization: `Bearer ${accessToken}` };
      // A proof names the address without its query.
      const address = url.split(/[?#]/, 1)[0] ?? url;
      const proof = await proofKey.proof({ method, url: address, accessToken, ...(nonce && { nonce }) });
      return { authorization: `DPoP ${accessToken}`, dpop: proof };
    },
  };
}

function refusal(answer: AppAnswer, now: Date): AppFailure {
  const error = text(at(answer.body, 'error')) ?? text(at(answer.body, 'errorCode')) ?? undefined;
  const said = text(at(answer.body, 'error_description')) ?? text(at(answer.body, 'errorSummary')) ?? undefined;
  const shared = { appCode: error, message: said ?? `The token endpoint answered ${answer.status}.` };
  if (answer.status === 429) return failure(answer, { kind: 'throttled', ...shared }, waitOf(answer, now));
  if (answer.status >= 500) return failure(answer, { kind: 'down', ...shared });
  if (error === 'invalid_client' || answer.status === 401) {
    return failure(answer, {
      kind: 'auth-revoked',
      ...shared,
      remedy:
        'Check client ID, private key and key ID, that the app is active, that the Okta domain is right, and that this computer has the right time.',
    });
  }
  if (error === undefined) return failure(answer, { kind: 'malformed', ...shared });
  return failure(answer, {
    kind: 'misconfigured',
    ...shared,
    remedy: 'Check that the app is an API Services app with "Public key / Private key" as its client authentication.',
  });
}

function waitOf(answer: AppAnswer, now: Date): Date {
  const resetMs = epochSeconds(answer.headers['x-rate-limit-reset']);
  return http.retryAt?.(answer, now) ?? new Date(resetMs ?? now.getTime() + 60_000);
}

function failure(answer: AppAnswer, classified: Classified, retryAt?: Date): AppFailure {
  return new AppFailure(classified, TOKEN_OPERATION, answer.status, retryAt);
}
