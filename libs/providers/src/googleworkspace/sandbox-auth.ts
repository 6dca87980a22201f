import { verify } from 'node:crypto';

import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { record, type WireRecord } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { refuse, refuseNewly, type Context } from './sandbox-answers.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import { codeOf } from './sandbox-ids.js';
import type { WorkspaceState } from './sandbox-state.js';

/** The made-up service account. */
export const SERVICE_ACCOUNT = {
  email: 'castellan@lindenworks-security.iam.gserviceaccount.com',
  clientId: '108000000000000000042',
  keyId: 'a1b2c3d4e5',
};

const LIFETIME_S = 3_600;
const CLOCKS_DIFFER_S = 300;

/** The token endpoint. */
export const authRoutes: readonly SandboxRoute<WorkspaceState>[] = [
  { method: 'POST', operation: OPERATIONS.token, host: 'https://oauth2.googleapis.com', open: true, answer: token },
];

function token(context: Context): SandboxAnswer {
  const form = record(context.body) ?? {};
  if (form['grant_type'] !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    return denied(400, 'unsupported_grant_type', 'Invalid grant_type');
  const [header = '', payload = '', signature = ''] = String(form['assertion'] ?? '').split('.');
  const claims = decoded(payload);
  if (!claims || signature === '') return denied(400, 'invalid_grant', 'Invalid JWT: Failed to parse the assertion.');
  const problem = problemOf(context, claims, isSigned(`${header}.${payload}`, signature));
  if (problem) return problem;
  const scopes = String(claims['scope'] ?? '')
    .split(' ')
    .filter((scope) => scope !== '');
  // One scope that is not delegated refuses all of them.
  if (scopes.length === 0 || scopes.some((scope) => context.switches.missingScopes.includes(scope))) {
    return denied(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    );
  }
  const { state, now } = context;
  const access = `ya29.${codeOf(`session ${state.serial++} ${now.getTime()}`, 40)}`;
  for (const [known, { expiresAt }] of state.sessions) if (expiresAt <= now.getTime()) state.sessions.delete(known);
  state.sessions.set(access, { scopes, expiresAt: now.getTime() + LIFETIME_S * 1_000 });
  return { status: 200, json: { access_token: access, expires_in: LIFETIME_S - 1, token_type: 'Bearer' } };
}

function problemOf({ state, now, switches }: Context, claims: WireRecord, hasGoodSignature: boolean): SandboxAnswer | undefined {
  if (claims['iss'] !== SERVICE_ACCOUNT.email) return denied(400, 'invalid_grant', 'Invalid issuer: Not a valid email or user ID.');
  if (!hasGoodSignature || switches.revoked) return denied(400, 'invalid_grant', 'Invalid JWT Signature.');
  if (claims['aud'] !== 'https://oauth2.googleapis.com/token') return denied(400, 'invalid_grant', 'Invalid JWT: Failed audience check.');
  const seconds = now.getTime() / 1_000;
  const [issuedAt, expiresAt] = [Number(claims['iat']), Number(claims['exp'])];
  if (!(issuedAt <= seconds + CLOCKS_DIFFER_S) || !(expiresAt > seconds) || expiresAt - issuedAt > LIFETIME_S) {
    return denied(400, 'invalid_grant', 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.');
  }
  const subject = state.users.find(String(claims['sub']));
  if (!subject || subject.deletedAt !== undefined) return denied(400, 'invalid_grant', 'Invalid email or User ID');
  return subject.suspended ? denied(400, 'invalid_grant', 'Account has been suspended') : undefined;
}

function isSigned(text: string, signature: string): boolean {
  return verify('sha256', Buffer.from(text), sandboxKey('googleworkspace', 'pkcs8').publicKey, Buffer.from(signature, 'base64url'));
}

function denied(status: number, error: string, description: string): SandboxAnswer {
  return { status, json: { error, error_description: description } };
}

function decoded(part: string): WireRecord | undefined {
  try {
    return record(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    return undefined;
  }
}

const SUPER_ONLY: ReadonlySet<string> = new Set([OPERATIONS.policies, OPERATIONS.makeAdmin, OPERATIONS.assign, OPERATIONS.unassign]);

/** Asked before each call: the token, its scope, the API and the role of the administrator. */
export function authorize(context: Context): SandboxAnswer | undefined {
  const { headers, state, switches, now, route } = context;
  const session = state.sessions.get(/^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '');
  const isNew = route.operation === OPERATIONS.policies;
  if (!session || session.expiresAt <= now.getTime() || switches.revoked) {
    const message =
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.';
    return isNew ? refuseNewly(401, 'UNAUTHENTICATED', message) : refuse(401, 'authError', 'Invalid Credentials');
  }
  const needed = route.scopes ?? [];
  if (!needed.some((scope) => session.scopes.includes(scope) && !switches.missingScopes.includes(scope))) {
    const message = 'Request had insufficient authentication scopes.';
    return isNew
      ? refuseNewly(403, 'PERMISSION_DENIED', message, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')
      : refuse(403, 'insufficientPermissions', message);
  }
  const disabled = switches['apiDisabled'];
  if (typeof disabled === 'string' && disabled !== '' && route.operation.includes(disabled)) return notEnabled(isNew);
  if (switches['isPlainAdmin'] === true && SUPER_ONLY.has(route.operation)) {
    const message = 'Not Authorized to access this resource/api';
    return isNew ? refuseNewly(403, 'PERMISSION_DENIED', message) : refuse(403, 'forbidden', message);
  }
  return undefined;
}

function notEnabled(isNew: boolean): SandboxAnswer {
  const link = 'https://console.developers.google.com/apis/api/overview?project=424242';
  const message = `This API has not been used in project 424242 before or it is disabled. Enable it by visiting ${link} then retry.`;
  if (isNew) return refuseNewly(403, 'PERMISSION_DENIED', message, 'SERVICE_DISABLED', { activationUrl: link });
  return refuse(403, 'accessNotConfigured', message, { domain: 'usageLimits', extendedHelp: link });
}

/** How each API says "slow down": the reports with 503, the others with 403 or 429. */
export function throttled({ route }: Context): SandboxAnswer {
  if (route.operation === OPERATIONS.policies)
    return refuseNewly(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric.', 'RATE_LIMIT_EXCEEDED');
  if (route.operation === OPERATIONS.activities) return refuse(503, 'backendError', 'Service unavailable. Please try again.');
  return refuse(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', { domain: 'usageLimits' });
}
