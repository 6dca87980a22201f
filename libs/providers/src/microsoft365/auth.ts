import { randomUUID, X509Certificate } from 'node:crypto';

import type { AppAnswer, Auth, AuthContext, AuthSession, Classified, Settings } from '../sdk/index.js';
import { AppFailure, at, list, record, text, whole } from '../sdk/index.js';
import { cloudOf } from './clouds.js';
import { http, lifetimeS, tenantOf } from './http.js';
import { TOKEN_OPERATION } from './operations.js';

const ASSERTION_LASTS_S = 300;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Consent for the second API may come any minute, so a session without its token is a short one. */
const WITHOUT_FEED_MS = 10 * 60_000;
/** Kinds that are the state of things; anything else is a bad moment, and the whole sign-in is tried again. */
const LASTING: ReadonlySet<string> = new Set(['consent', 'misconfigured', 'auth-revoked', 'forbidden']);

/**
 * Signs in as the app itself with a secret or a certificate. A token is for exactly one API, so there are two: Graph's, without which nothing works, and
 * the activity feed's, whose refusal concerns only calls to the feed. Both are fetched here and not when first needed: a call in flight holds one of
 * the client's slots, and waiting for a token inside of it could wait for ever.
 */
export const auth: Auth = { signIn };

async function signIn(context: AuthContext): Promise<AuthSession> {
  const { graph, manage } = cloudOf(context.settings);
  const client = await credentialOf(context);
  const main = await tokenFor(context, client, graph);
  const feed = await orRefusal(() => tokenFor(context, client, manage));
  const ends = [main, ...(feed instanceof AppFailure ? [] : [feed])].map((token) => token.expiresAt.getTime());
  if (feed instanceof AppFailure) ends.push(context.now.getTime() + WITHOUT_FEED_MS);
  return {
    expiresAt: new Date(Math.min(...ends)),
    grantedScopes: [...main.roles, ...(feed instanceof AppFailure ? [] : feed.roles)],
    headers: async ({ url }) => {
      const token = url.startsWith(`${manage}/`) ? feed : main;
      if (token instanceof AppFailure) throw token;
      return { authorization: `Bearer ${token.accessToken}` };
    },
  };
}

async function orRefusal(fetchToken: () => Promise<Token>): Promise<Token | AppFailure> {
  try {
    return await fetchToken();
  } catch (error) {
    if (error instanceof AppFailure && LASTING.has(error.kind)) return error;
    throw error;
  }
}

interface Token {
  readonly accessToken: string;
  readonly expiresAt: Date;
  /** Application permissions in the token. */
  readonly roles: readonly string[];
}

async function tokenFor(context: AuthContext, client: () => Promise<Readonly<Record<string, string>>>, audience: string): Promise<Token> {
  const answer = await context.send({
    operation: TOKEN_OPERATION,
    method: 'POST',
    at: 'login',
    path: `/${tenantOf(context.settings)}/oauth2/v2.0/token`,
    form: {
      grant_type: 'client_credentials',
      client_id: String(context.settings['clientId'] ?? ''),
      scope: `${audience}/.default`,
      ...(await client()),
    },
  });
  const accessToken = text(at(answer.body, 'access_token'));
  if (answer.status !== 200 || accessToken === null) throw refusalOf(answer, context.now, audience);
  const expiresAt = new Date(context.now.getTime() + lifetimeS(answer.body) * 1_000);
  return { accessToken, expiresAt, roles: rolesIn(accessToken) };
}

/** The application permissions that a token's own text tells; none when it is not a readable JWT. */
export function rolesIn(accessToken: string): readonly string[] {
  try {
    const claims = record(JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()));
    return (list(claims?.['roles']) ?? []).map(text).filter((role) => role !== null);
  } catch {
    return []; // Opaque to us, as Microsoft reserves the right to make it.
  }
}

async function credentialOf(context: AuthContext): Promise<() => Promise<Readonly<Record<string, string>>>> {
  const { settings, secrets, now, signJwt } = context;
  if (settings['authKind'] !== 'certificate') {
    const secret = secrets['clientSecret']?.trim();
    if (!secret) throw notEntered('There is no client secret.', 'Enter the value (not the ID) of the client secret.');
    return async () => ({ client_secret: secret });
  }
  const key = secrets['privateKey']?.trim();
  if (!key) throw notEntered('There is no private key.', 'Enter the private key of the certificate.');
  const header = signatureHeader(String(settings['certificate'] ?? '').trim());
  const clientId = String(settings['clientId'] ?? '');
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const aud = audienceOf(settings);
  // Each assertion is used once.
  return async () => ({
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await signJwt(
      { aud, iss: clientId, sub: clientId, jti: randomUUID(), nbf: issuedAt - 60, iat: issuedAt, exp: issuedAt + ASSERTION_LASTS_S },
      key,
      header,
    ),
  });
}

/** What an assertion is for: the token address of the tenant. */
export function audienceOf(settings: Settings): string {
  return `${cloudOf(settings).login}/${tenantOf(settings)}/oauth2/v2.0/token`;
}

type SignatureHeader = { readonly alg: string; readonly typ: string } & Readonly<Record<string, string>>;

/** The header that names the certificate: by its SHA-256, or by the SHA-1 thumbprint of the portal when only that was entered. */
export function signatureHeader(certificate: string): SignatureHeader {
  const digits = certificate.replace(/[:\s]/g, '');
  if (/^[0-9a-f]{40}$/i.test(digits)) return { alg: 'RS256', typ: 'JWT', x5t: base64url(digits) };
  if (/^[0-9a-f]{64}$/i.test(digits)) return { alg: 'PS256', typ: 'JWT', 'x5t#S256': base64url(digits) };
  return { alg: 'PS256', typ: 'JWT', 'x5t#S256': base64url(fingerprintOf(certificate)) };
}

function fingerprintOf(pem: string): string {
  try {
    return new X509Certificate(pem.replace(/\\r?\\n|\\n/g, '\n')).fingerprint256.replaceAll(':', '');
  } catch (cause) {
    throw notEntered('The certificate cannot be read.', 'Enter the PEM text of the certificate, or its thumbprint.', cause);
  }
}

function base64url(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

function notEntered(message: string, remedy: string, cause?: unknown): AppFailure {
  return new AppFailure({ kind: 'misconfigured', message, remedy }, TOKEN_OPERATION, undefined, undefined, { cause });
}

const CONSENT_REMEDY = 'Add the application permissions to the app registration and grant admin consent for the tenant.';

/** What Entra's own codes mean: AADSTS with that number. */
const CODES: Readonly<Record<number, Omit<Classified, 'message'>>> = {
  7000215: { kind: 'auth-revoked', remedy: 'Enter the value of the client secret (not its ID).' },
  7000222: {
    kind: 'auth-revoked',
    problem: 'CREDENTIAL_EXPIRED',
    remedy: 'The client secret has expired: create a new one in the app registration and enter it.',
  },
  700027: {
    kind: 'auth-revoked',
    remedy: 'Check that the certificate is uploaded to the app registration and that the private key is its own.',
  },
  700024: { kind: 'auth-revoked', remedy: 'The time of this computer is wrong, or the certificate is no longer valid.' },
  700016: { kind: 'misconfigured', remedy: 'This tenant has no app with this client ID: check both, and the cloud.' },
  90002: { kind: 'misconfigured', remedy: 'There is no such tenant: check the tenant ID and the cloud.' },
  7000112: { kind: 'auth-revoked', remedy: 'The app is disabled in this tenant: enable it under "Enterprise applications".' },
  500011: { kind: 'consent', problem: 'CONSENT_REQUIRED', remedy: CONSENT_REMEDY },
  65001: { kind: 'consent', problem: 'CONSENT_REQUIRED', remedy: CONSENT_REMEDY },
};

function refusalOf(answer: AppAnswer, now: Date, audience: string): AppFailure {
  const codes = (list(at(answer.body, 'error_codes')) ?? []).map(whole).filter((code) => code !== null);
  const error = text(at(answer.body, 'error'));
  const said = text(at(answer.body, 'error_description'))?.split(/\r?\n/, 1)[0]?.slice(0, 300);
  const known = codes.map((code) => CODES[code]).find((one) => one !== undefined);
  const appCode = codes[0] === undefined ? (error ?? undefined) : `AADSTS${codes[0]}`;
  const message = said ?? `Entra ID gave no token for ${audience}.`;
  if (answer.status === 429) return failed(answer, { kind: 'throttled', message, appCode }, retryAt(answer, now));
  if (answer.status >= 500) return failed(answer, { kind: 'down', message, appCode }, retryAt(answer, now));
  if (known) return failed(answer, { ...known, message, appCode });
  if (error === 'invalid_client' || error === 'unauthorized_client')
    return failed(answer, { kind: 'auth-revoked', message, appCode, remedy: 'Check client ID and secret or certificate.' });
  if (error === null)
    return failed(answer, { kind: 'malformed', message: `Entra ID's answer about a token for ${audience} cannot be read.` });
  return failed(answer, { kind: 'misconfigured', message, appCode, remedy: 'Check tenant ID, client ID and cloud.' });
}

function retryAt(answer: AppAnswer, now: Date): Date {
  const seconds = whole(answer.headers['retry-after']);
  return http.retryAt?.(answer, now) ?? new Date(now.getTime() + (seconds ?? 30) * 1_000);
}

function failed(answer: AppAnswer, classified: Classified, comeBack?: Date): AppFailure {
  return new AppFailure(classified, TOKEN_OPERATION, answer.status, comeBack);
}
