import { verify } from 'node:crypto';

import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';

import { API_VERSION, OPERATIONS } from './operations.js';
import { answer, settle, type Context } from './sandbox-answers.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import { CLIENT_ID, MY_DOMAIN, OWN_USER_ID, OWN_USERNAME } from './sandbox-seed.js';
import type { SalesforceSandbox } from './sandbox-state.js';

export const LOGIN = 'https://login.salesforce.com';
export const MAIN = `https://${MY_DOMAIN}`;
export const CLIENT_SECRET = 'sandbox-consumer-secret';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LONGEST_S = 180;

/** Tokens at both hosts, who they belong to, and which versions the org offers. */
export const oauthRoutes: readonly SandboxRoute<SalesforceSandbox>[] = [
  { method: 'POST', operation: OPERATIONS.token, host: LOGIN, open: true, answer: token },
  { method: 'POST', operation: OPERATIONS.token, host: MAIN, open: true, answer: token },
  { method: 'GET', operation: OPERATIONS.userinfo, answer: userinfo },
  { method: 'GET', operation: OPERATIONS.versions, open: true, answer: versions },
  {
    method: 'GET',
    operation: OPERATIONS.limits,
    answer: (context) => answer(context, 200, { DailyApiRequests: { Max: 100_000, Remaining: 99_000 } }),
  },
];

function token(context: Context): SandboxAnswer {
  const form = (context.body ?? {}) as Readonly<Record<string, unknown>>;
  const refusal =
    form['grant_type'] === JWT_BEARER ? refusedAssertion(context, String(form['assertion'] ?? '')) : refusedSecret(context, form);
  if (refusal) return refusal;
  const { state } = context;
  const access = `00D000000000001!AQ${(state.serial++).toString(36).padStart(10, '0')}`;
  state.access.add(access);
  const json = {
    access_token: access,
    scope: 'api',
    instance_url: MAIN,
    id: `${LOGIN}/id/${state.organization.id}/${OWN_USER_ID}`,
    token_type: 'Bearer',
  };
  return { status: 200, json };
}

function refuse(error: string, description: string): SandboxAnswer {
  return { status: 400, json: { error, error_description: description } };
}

function refusedAssertion({ switches, now }: Context, assertion: string): SandboxAnswer | undefined {
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const claims = decoded(payload);
  if (!claims || signature === '') return refuse('invalid_grant', 'invalid assertion');
  if (claims['iss'] !== CLIENT_ID) return refuse('invalid_client_id', 'client identifier invalid');
  if (claims['aud'] !== LOGIN && claims['aud'] !== MAIN) return refuse('invalid_grant', 'audience is invalid');
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    sandboxKey('salesforce', 'pkcs8').publicKey,
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) return refuse('invalid_grant', 'invalid assertion');
  const left = Number(claims['exp']) - now.getTime() / 1_000;
  if (!(left > 0) || left > LONGEST_S) return refuse('invalid_grant', 'assertion expired');
  if (claims['sub'] !== OWN_USERNAME || switches.revoked) return refuse('invalid_grant', "user hasn't approved this consumer");
  return undefined;
}

// Only the org's own host takes a secret.
function refusedSecret({ switches, host }: Context, form: Readonly<Record<string, unknown>>): SandboxAnswer | undefined {
  if (form['grant_type'] !== 'client_credentials') return refuse('unsupported_grant_type', 'grant type not supported');
  if (host === LOGIN) return refuse('invalid_grant', 'request not supported on this domain');
  if (form['client_id'] !== CLIENT_ID) return refuse('invalid_client_id', 'client identifier invalid');
  if (form['client_secret'] !== CLIENT_SECRET || switches.revoked) return refuse('invalid_client', 'invalid client credentials');
  return undefined;
}

function decoded(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function userinfo(context: Context): SandboxAnswer {
  settle(context);
  const { state } = context;
  const own = state.users.get(OWN_USER_ID)!;
  return answer(context, 200, {
    user_id: own.id,
    organization_id: state.organization.id,
    preferred_username: own.username,
    name: own.name,
    email: own.email,
  });
}

function versions(context: Context): SandboxAnswer {
  const offered = ['62.0', API_VERSION, '67.0'].filter((version) => version !== API_VERSION || context.switches['withoutVersion'] !== true);
  return answer(
    context,
    200,
    offered.map((version) => ({ label: `Release of ${version}`, url: `/services/data/v${version}`, version })),
  );
}
