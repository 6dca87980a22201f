import type { AppAnswer, Auth, AuthContext, AuthSession, Classified } from '../sdk/index.js';
import { AppFailure, at, record, text } from '../sdk/index.js';
import { SCOPES } from './manifest.js';
import { OPERATIONS, pathOf } from './operations.js';
import { scopeOfCall, type Scope } from './scopes.js';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const AUDIENCE = 'https://oauth2.googleapis.com/token';
/** The longest life that Google gives. There is no refresh token: one signs again. */
const LIFETIME_S = 3_600;
/** Clocks differ: an assertion from the future is refused, one that is a little old is not. */
const BACKDATED_S = 30;

/**
 * A service account with domain-wide delegation, acting as an administrator. Each scope has a token of its own, fetched when first needed: one scope
 * that is not delegated would refuse a token for several, and so costs one feature instead of the connection.
 */
export const auth: Auth = { signIn };

/** What we use of a service account's key file. */
interface ServiceAccount {
  readonly email: string;
  readonly clientId: string | null;
  readonly keyId: string | null;
  readonly privateKey: string;
}

async function signIn(context: AuthContext): Promise<AuthSession> {
  const account = readKey(context.secrets['serviceAccountKey']);
  const tokens = new Map<string, Promise<string>>();
  const tokenFor = (scope: Scope): Promise<string> => {
    const known = tokens.get(scope);
    if (known) return known;
    const asked = fetchToken(context, account, scope);
    tokens.set(scope, asked);
    // A refusal is not kept: the scope may be delegated the next minute.
    asked.catch(() => tokens.delete(scope));
    return asked;
  };
  await firstToken(tokenFor);
  return {
    expiresAt: new Date(context.now.getTime() + (LIFETIME_S - BACKDATED_S) * 1_000),
    headers: async ({ method, url }) => {
      const scope = scopeOfCall(method, url);
      if (!scope) throw misconfigured(`No scope is known for ${method} ${new URL(url).pathname}.`, 'Report this.');
      return { authorization: `Bearer ${await tokenFor(scope)}` };
    },
  };
}

// Signed in is who gets a token for anything; what else is missing shows where it is needed.
async function firstToken(tokenFor: (scope: Scope) => Promise<string>): Promise<void> {
  let refused: AppFailure | undefined;
  for (const need of SCOPES.filter(({ forWriting }) => !forWriting)) {
    try {
      await tokenFor(need.scope as Scope);
      return;
    } catch (error) {
      if (!(error instanceof AppFailure) || error.classified.appCode !== 'unauthorized_client') throw error;
      refused ??= error;
    }
  }
  const scopes = SCOPES.filter(({ forWriting }) => !forWriting).map(({ scope }) => scope);
  throw new AppFailure(
    { ...refused!.classified, kind: 'consent', missingScopes: scopes, problem: 'CONSENT_REQUIRED' },
    OPERATIONS.token,
    401,
  );
}

async function fetchToken(context: AuthContext, account: ServiceAccount, scope: Scope): Promise<string> {
  const issuedAt = Math.floor(context.now.getTime() / 1_000) - BACKDATED_S;
  const claims = {
    iss: account.email,
    sub: text(context.settings['adminEmail']) ?? '',
    scope,
    aud: AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_S,
  };
  const assertion = await sign(context, claims, account);
  const form = { grant_type: GRANT_TYPE, assertion };
  const answer = await context.send({ operation: OPERATIONS.token, method: 'POST', at: 'oauth', path: pathOf(OPERATIONS.token), form });
  const token = answer.status === 200 ? text(at(answer.body, 'access_token')) : null;
  if (token !== null) return token;
  throw new AppFailure(refusal(answer, account, scope), OPERATIONS.token, answer.status);
}

async function sign(
  context: AuthContext,
  claims: Readonly<Record<string, unknown>>,
  { privateKey, keyId }: ServiceAccount,
): Promise<string> {
  try {
    return await context.signJwt(claims, privateKey, { alg: 'RS256', typ: 'JWT', ...(keyId !== null && { kid: keyId }) });
  } catch (cause) {
    throw misconfigured(
      'The private key in the key file cannot be used for signing.',
      'Paste the whole JSON key file as Google gave it.',
      cause,
    );
  }
}

function readKey(file: string | undefined): ServiceAccount {
  const wire = record(parsed(file ?? ''));
  const email = text(wire?.['client_email']);
  const privateKey = text(wire?.['private_key']);
  if (!wire || email === null || privateKey === null) {
    throw misconfigured(
      'The service account key is no JSON key file: client_email or private_key is missing.',
      'Make a JSON key at IAM & Admin, Service accounts, Keys, and paste the whole file.',
    );
  }
  return { email, privateKey, clientId: text(wire['client_id']), keyId: text(wire['private_key_id']) };
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(file);
  } catch {
    return undefined; // Said with more words by the caller.
  }
}

function misconfigured(message: string, remedy: string, cause?: unknown): AppFailure {
  return new AppFailure({ kind: 'misconfigured', message, problem: 'CREDENTIAL_INVALID', remedy }, OPERATIONS.token, undefined, undefined, {
    cause,
  });
}

// ---------------------------------------------------------------- refusals of the token endpoint

function refusal(answer: AppAnswer, account: ServiceAccount, scope: Scope): Classified {
  const error = text(at(answer.body, 'error')) ?? undefined;
  const detail = text(at(answer.body, 'error_description')) ?? undefined;
  const said = { appCode: error, message: `Google refused a token: ${detail ?? error ?? `status ${answer.status}`}.` };
  if (answer.status === 429) return { kind: 'throttled', ...said };
  if (answer.status >= 500) return { kind: 'down', ...said };
  if (answer.status === 200) return { kind: 'malformed', message: 'The token endpoint answered without a token.' };
  if (error === 'unauthorized_client' || error === 'access_denied' || error === 'invalid_scope') return undelegated(said, account, scope);
  if (error === 'invalid_grant') return { kind: 'auth-revoked', ...said, problem: 'CREDENTIAL_INVALID', remedy: remedyOf(detail ?? '') };
  return {
    kind: 'auth-revoked',
    ...said,
    problem: 'CREDENTIAL_INVALID',
    remedy: 'Check that the service account is enabled and its key is not deleted; make a new key if need be.',
  };
}

function undelegated(said: { readonly appCode: string | undefined }, account: ServiceAccount, scope: Scope): Classified {
  const client = account.clientId === null ? 'the service account' : `the client ID ${account.clientId}`;
  return {
    kind: 'forbidden',
    appCode: 'unauthorized_client',
    message: `The scope ${scope} is not delegated to the service account${said.appCode === 'unauthorized_client' ? '' : ` (${said.appCode})`}.`,
    problem: 'SCOPE_MISSING',
    missingScopes: [scope],
    remedy: `As a super administrator add the scope for ${client} at Security, API controls, Manage domain-wide delegation. It takes up to 24 hours.`,
  };
}

function remedyOf(detail: string): string {
  if (/signature|key/i.test(detail)) return 'The key was deleted or belongs to another service account: make a new JSON key and enter it.';
  if (/JWT|iat|exp|time/i.test(detail)) return 'Check the clock of this machine: Google accepts a few minutes of difference.';
  return 'Check the administrator to act as: the account must exist, be active, and belong to this Workspace.';
}
