import {
  AppFailure,
  at,
  text,
  whole,
  type AppAnswer,
  type Auth,
  type AuthContext,
  type AuthSession,
  type Classified,
} from '../sdk/index.js';

import { environmentOf, manifest, OAUTH_HOST, scopesFor } from './manifest.js';
import { OPERATIONS } from './operations.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Docusign gives tokens of one hour whatever the assertion says. */
const LIFETIME_S = 3_600;
/** Clocks differ: an assertion from the future is refused, one that is a little old is not. */
const BACKDATED_S = 30;
/** Without these two there is no session at all. */
const BARE_SCOPES: readonly string[] = ['impersonation', 'signature'];

/** JWT grant: an assertion signed with the integration key's RSA key, for the administrator that the app acts as. There is no refresh token. */
export const auth: Auth = { signIn };

async function signIn(context: AuthContext): Promise<AuthSession> {
  const wanted = scopesFor(context.settings);
  const answer = await ask(context, wanted);
  if (isGranted(answer)) return session(answer, wanted, context.now);
  if (!needsConsent(answer)) throw refusal(answer, context);
  return signInWithLess(context, wanted, answer);
}

// One scope without consent refuses the whole request and is not named, so each is asked for by itself: the rest of the connector goes on without it.
async function signInWithLess(context: AuthContext, wanted: readonly string[], refused: AppAnswer): Promise<AuthSession> {
  const bare = await ask(context, BARE_SCOPES);
  if (!isGranted(bare)) throw refusal(needsConsent(bare) ? refused : bare, context);
  const granted: string[] = [...BARE_SCOPES];
  for (const scope of wanted.filter((name) => !BARE_SCOPES.includes(name))) {
    if (isGranted(await ask(context, [...BARE_SCOPES, scope]))) granted.push(scope);
  }
  if (granted.length === BARE_SCOPES.length) return session(bare, granted, context.now);
  const answer = await ask(context, granted);
  if (!isGranted(answer)) throw refusal(answer, context);
  return session(answer, granted, context.now);
}

async function ask(context: AuthContext, scopes: readonly string[]): Promise<AppAnswer> {
  const answer = await send(context, scopes, context.now.getTime());
  const theirNow = clockOf(answer);
  // The wording of a clock error is not documented, so any refused grant is tried once more by their clock when ours is clearly off.
  const isOff = theirNow !== undefined && Math.abs(theirNow - context.now.getTime()) > 60_000;
  return errorOf(answer) === 'invalid_grant' && isOff ? send(context, scopes, theirNow) : answer;
}

async function send(context: AuthContext, scopes: readonly string[], nowMs: number): Promise<AppAnswer> {
  const { settings, secrets } = context;
  const issuedAt = Math.floor(nowMs / 1_000) - BACKDATED_S;
  const claims = {
    iss: settings['integrationKey'],
    sub: settings['userId'],
    aud: OAUTH_HOST[environmentOf(settings)],
    iat: issuedAt,
    exp: issuedAt + LIFETIME_S,
    scope: scopes.join(' '),
  };
  const assertion = await sign(context, claims, secrets['rsaPrivateKey'] ?? '');
  return context.send({
    operation: OPERATIONS.token,
    method: 'POST',
    at: 'oauth',
    path: '/oauth/token',
    form: { grant_type: JWT_BEARER, assertion },
  });
}

async function sign(context: AuthContext, claims: Readonly<Record<string, unknown>>, key: string): Promise<string> {
  try {
    return await context.signJwt(claims, key, { alg: 'RS256', typ: 'JWT' });
  } catch (cause) {
    throw new AppFailure(
      {
        kind: 'misconfigured',
        message: 'The RSA private key cannot be used for signing.',
        problem: 'CREDENTIAL_INVALID',
        remedy: 'Paste the whole PEM text, with the lines BEGIN RSA PRIVATE KEY and END RSA PRIVATE KEY.',
      },
      OPERATIONS.token,
      undefined,
      undefined,
      { cause },
    );
  }
}

function session(answer: AppAnswer, scopes: readonly string[], now: Date): AuthSession {
  const token = text(at(answer.body, 'access_token')) ?? '';
  const seconds = whole(at(answer.body, 'expires_in')) ?? LIFETIME_S;
  const said = text(at(answer.body, 'scope'))?.split(/\s+/);
  return {
    expiresAt: new Date(now.getTime() + seconds * 1_000),
    grantedScopes: said ?? scopes,
    headers: () => Promise.resolve({ authorization: `Bearer ${token}` }),
  };
}

function isGranted(answer: AppAnswer): boolean {
  return answer.status === 200 && text(at(answer.body, 'access_token')) !== null;
}

function needsConsent(answer: AppAnswer): boolean {
  return errorOf(answer) === 'consent_required';
}

function errorOf(answer: AppAnswer): string | null {
  return text(at(answer.body, 'error'));
}

function clockOf(answer: AppAnswer): number | undefined {
  const date = answer.headers['date'];
  const ms = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

// ---------------------------------------------------------------- refusals of the token endpoint

const REMEDY_OF_GRANT: Readonly<Record<string, string>> = {
  issuer_not_found:
    'Check the integration key, and that the environment is the one it was made in: keys of demo do not exist in production.',
  user_not_found: 'Check the User ID: it is the API username (a GUID) of an active user of this environment.',
  no_valid_keys_or_signatures:
    'The private key belongs to none of the public keys of the integration key. Make a new key pair and enter its private key.',
};

function refusal(answer: AppAnswer, context: AuthContext): AppFailure {
  return new AppFailure(classifyRefusal(answer, context), OPERATIONS.token, answer.status);
}

function classifyRefusal(answer: AppAnswer, context: AuthContext): Classified {
  const error = errorOf(answer) ?? undefined;
  const detail = text(at(answer.body, 'error_description')) ?? undefined;
  const said = { appCode: detail ?? error, message: `Docusign refused to sign in: ${detail ?? error ?? `status ${answer.status}`}.` };
  if (error === 'consent_required') return consent(said.appCode, context);
  if (error === 'invalid_grant') {
    const remedy =
      REMEDY_OF_GRANT[detail ?? ''] ?? 'Check integration key, User ID, private key and environment, and the clock of this machine.';
    return { kind: 'misconfigured', ...said, problem: 'CREDENTIAL_INVALID', remedy };
  }
  if (error === 'invalid_request' || error === 'invalid_client' || error === 'unauthorized_client') {
    return { kind: 'misconfigured', ...said, problem: 'CREDENTIAL_INVALID', remedy: 'Check the integration key and the private key.' };
  }
  if (answer.status === 429) return { kind: 'throttled', ...said };
  if (answer.status >= 500) return { kind: 'down', ...said };
  if (answer.status === 200) return { kind: 'malformed', message: 'The token endpoint answered without a token.' };
  return { kind: 'auth-revoked', ...said, remedy: 'Check the integration key and its state under "Apps and Keys".' };
}

function consent(appCode: string | undefined, context: AuthContext): Classified {
  const url = manifest.setup.consentUrl?.(context.settings);
  return {
    kind: 'consent',
    appCode,
    message: 'The administrator has not consented to the scopes of this app, or has taken the consent back.',
    remedy: `As the administrator that the app acts as, open the consent page and agree${url ? `: ${url}` : '.'}`,
    missingScopes: scopesFor(context.settings),
  };
}
