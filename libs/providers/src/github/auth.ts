import type { AppAnswer, AppRequest, Auth, AuthContext, AuthSession, Classified, Settings } from '../sdk/index.js';
import { AppFailure, at, list, nextLink, record, requiredText, text, timeMs } from '../sdk/index.js';
import { http, messageOf, misconfigured, organizationOf } from './http.js';
import { INSTALLATION_TOKEN, INSTALLATIONS } from './operations.js';

const CLOCK_SLACK_S = 60;
// GitHub allows ten minutes; less leaves room for a clock that runs ahead.
const JWT_LASTS_S = 540;
const MOST_INSTALLATION_PAGES = 50;

/** Signs in as an installed GitHub App, whose tokens last an hour, or with a personal access token. */
export const auth: Auth = {
  signIn: async (context) => {
    const session = isToken(context.settings) ? await signInWithToken(context) : await signInAsApp(context);
    return withEnterprise(session, context);
  },
};

/** True when the connector uses a personal access token instead of a GitHub App. */
export function isToken(settings: Settings): boolean {
  return settings['authKind'] === 'token';
}

// The enterprise's own addresses take no token of an app: what was entered for them goes there and nowhere else.
function withEnterprise(session: AuthSession, { secrets }: AuthContext): AuthSession {
  const token = secrets['enterpriseToken']?.trim();
  if (!token) return session;
  return {
    ...session,
    headers: async (call) => (isOfEnterprise(call) ? { authorization: `Bearer ${token}` } : session.headers(call)),
  };
}

function isOfEnterprise({ url, body }: { readonly url: string; readonly body?: string }): boolean {
  const path = new URL(url).pathname;
  if (path.startsWith('/scim/v2/enterprises/') || path.startsWith('/enterprises/')) return true;
  return path === '/graphql' && (body?.includes('query EnterpriseIdentities(') ?? false);
}

async function signInWithToken(context: AuthContext): Promise<AuthSession> {
  const token = context.secrets['token']?.trim();
  if (!token) throw misconfigured('There is no personal access token.', 'Enter the token that GitHub showed when it was created.');
  const answer = await send(context, { operation: 'GET /user', path: '/user' }, token);
  if (answer.status !== 200) throw refusal(answer, context.now, TOKEN_REMEDY);
  const scopes = headerOf(answer, 'x-oauth-scopes');
  const endsAt = timeMs(headerOf(answer, 'github-authentication-token-expiration'));
  return {
    // Fine-grained tokens do not say what they may.
    ...(scopes !== undefined && {
      grantedScopes: scopes
        .split(',')
        .map((scope) => scope.trim())
        .filter(Boolean),
    }),
    ...(endsAt !== null && { credentialExpiresAt: new Date(endsAt) }),
    headers: async () => ({ authorization: `Bearer ${token}` }),
  };
}

const TOKEN_REMEDY = 'Create a new token of an organization owner and enter it.';
const APP_REMEDY = 'Check the client ID and private key of the GitHub App, and that this computer has the right time.';

async function signInAsApp(context: AuthContext): Promise<AuthSession> {
  const jwt = await appJwt(context);
  const id = text(context.settings['installationId']) ?? (await findInstallation(context, jwt));
  const permissions =
    context.settings['governance'] === 'false' ? { json: { permissions: await readPermissions(context, jwt, id) } } : { json: {} };
  const answer = await send(
    context,
    { operation: INSTALLATION_TOKEN, method: 'POST', path: `/app/installations/${encodeURIComponent(id)}/access_tokens`, ...permissions },
    jwt,
  );
  if (answer.status === 404) throw notInstalled(answer, organizationOf(context.settings));
  if (answer.status !== 201) throw refusal(answer, context.now, APP_REMEDY);
  const token = requiredText(at(answer.body, 'token'), INSTALLATION_TOKEN, 'a token');
  const expiresAt = timeMs(at(answer.body, 'expires_at'));
  return {
    ...(expiresAt !== null && { expiresAt: new Date(expiresAt) }),
    grantedScopes: grantedBy(at(answer.body, 'permissions')),
    headers: async () => ({ authorization: `Bearer ${token}` }),
  };
}

async function appJwt({ settings, secrets, now, signJwt }: AuthContext): Promise<string> {
  const key = secrets['privateKey']?.trim();
  const issuer = text(settings['appId']);
  if (!key) throw misconfigured('There is no private key.', 'Enter the private key (.pem) of the GitHub App.');
  if (!issuer) throw misconfigured('There is no client ID.', 'Enter the client ID of the GitHub App.');
  const nowS = Math.floor(now.getTime() / 1_000);
  return signJwt({ iat: nowS - CLOCK_SLACK_S, exp: nowS + JWT_LASTS_S, iss: issuer }, key, { alg: 'RS256', typ: 'JWT' });
}

async function findInstallation(context: AuthContext, jwt: string): Promise<string> {
  const wanted = organizationOf(context.settings).toLowerCase();
  let request: AppRequest = { operation: INSTALLATIONS, path: '/app/installations', query: { per_page: 100 } };
  let answer: AppAnswer | undefined;
  for (let page = 0; page < MOST_INSTALLATION_PAGES; page++) {
    answer = await send(context, request, jwt);
    if (answer.status !== 200) throw refusal(answer, context.now, APP_REMEDY);
    const found = (list(answer.body) ?? []).find((one) => text(at(one, 'account', 'login'))?.toLowerCase() === wanted);
    if (found !== undefined) return usable(found, answer);
    const next = nextLink(answer);
    if (next === undefined) break;
    request = { operation: INSTALLATIONS, path: next };
  }
  throw notInstalled(answer!, wanted);
}

function usable(installation: unknown, answer: AppAnswer): string {
  if (text(at(installation, 'suspended_at')) !== null) {
    throw failure(answer, {
      kind: 'auth-revoked',
      message: 'The installation of the GitHub App is suspended.',
      remedy: 'Unsuspend it in the organization’s settings, under GitHub Apps.',
    });
  }
  return requiredText(at(installation, 'id'), INSTALLATIONS, 'an installation’s id');
}

// Without governance the token gets no more than reading, whatever the app was granted.
async function readPermissions(context: AuthContext, jwt: string, id: string): Promise<Record<string, string>> {
  const operation = 'GET /app/installations/{installation_id}';
  const answer = await send(context, { operation, path: `/app/installations/${encodeURIComponent(id)}` }, jwt);
  if (answer.status === 404) throw notInstalled(answer, organizationOf(context.settings));
  if (answer.status !== 200) throw refusal(answer, context.now, APP_REMEDY);
  const granted = Object.keys(record(at(answer.body, 'permissions')) ?? {});
  // These exist for writing only.
  return Object.fromEntries(granted.filter((name) => name !== 'workflows' && name !== 'profile').map((name) => [name, 'read']));
}

/** The permissions of a token in our writing; writing includes reading. */
export function grantedBy(permissions: unknown): string[] {
  return Object.entries(record(permissions) ?? {}).flatMap(([name, level]) =>
    level === 'read' ? [`${name}:read`] : [`${name}:read`, `${name}:${String(level)}`],
  );
}

function send(context: AuthContext, request: AppRequest, bearer: string): Promise<AppAnswer> {
  return context.send({ ...request, headers: { ...http.headers, authorization: `Bearer ${bearer}` } });
}

function notInstalled(answer: AppAnswer, organization: string): AppFailure {
  return failure(answer, {
    kind: 'auth-revoked',
    message: `The GitHub App is not installed on ${organization}.`,
    remedy: 'Install the app on the organization, or correct the name of the organization or the installation ID.',
  });
}

function refusal(answer: AppAnswer, now: Date, remedy: string): AppFailure {
  const message = messageOf(answer.body) ?? `GitHub answered ${answer.status}.`;
  const told = http.classify?.(answer);
  if (answer.status === 401) return failure(answer, { kind: 'auth-revoked', message, remedy });
  if (told && told !== 'ok') {
    return failure(
      answer,
      { ...told, message: told.message ?? message },
      told.kind === 'throttled' ? http.retryAt?.(answer, now) : undefined,
    );
  }
  return failure(answer, { kind: answer.status >= 500 ? 'down' : 'malformed', message });
}

function failure(answer: AppAnswer, classified: Classified, retryAt?: Date): AppFailure {
  return new AppFailure(classified, answer.request.operation, answer.status, retryAt);
}

function headerOf({ headers }: AppAnswer, name: string): string | undefined {
  const header = headers[name];
  return typeof header === 'string' ? header : header?.[0];
}
