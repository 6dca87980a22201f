import { verify } from 'node:crypto';

import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';

import { OPERATIONS } from './operations.js';
import { settle, type Context } from './sandbox-answers.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import { guid } from './sandbox-log.js';
import { OWN_USER_ID } from './sandbox-people.js';
import { INTEGRATION_KEY } from './sandbox-seed.js';
import { nameOf } from './sandbox-records.js';
import type { DocusignSandbox } from './sandbox-state.js';

const HOST = 'https://account.docusign.com';
const LIFETIME_S = 3_600;

/** The OAuth server: the JWT grant, and who the token belongs to. */
export const oauthRoutes: readonly SandboxRoute<DocusignSandbox>[] = [
  { method: 'POST', operation: OPERATIONS.token, host: HOST, open: true, answer: token },
  { method: 'GET', operation: OPERATIONS.userinfo, host: HOST, answer: userinfo },
];

function token(context: Context): SandboxAnswer {
  const form = (context.body ?? {}) as Readonly<Record<string, unknown>>;
  if (form['grant_type'] !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return refuse('invalid_request', 'unsupported_grant_type');
  const [header = '', payload = '', signature = ''] = String(form['assertion'] ?? '').split('.');
  const claims = decoded(payload);
  if (!claims || !signature) return refuse('invalid_request', 'malformed_assertion');
  if (claims['iss'] !== INTEGRATION_KEY || claims['aud'] !== 'account.docusign.com') return refuse('invalid_grant', 'issuer_not_found');
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    sandboxKey('docusign', 'pkcs1').publicKey,
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) return refuse('invalid_grant', 'no_valid_keys_or_signatures');
  if (String(claims['sub']).toLowerCase() !== OWN_USER_ID) return refuse('invalid_grant', 'user_not_found');
  const now = context.now.getTime() / 1_000;
  const [issued, expires] = [Number(claims['iat']), Number(claims['exp'])];
  if (!(issued <= now + 5) || !(expires > now) || expires - issued > LIFETIME_S) return refuse('invalid_grant', 'expired_grant');
  if (context.switches.revoked) return refuse('consent_required');
  const scopes = String(claims['scope'] ?? '').split(' ');
  if (scopes.some((scope) => context.switches.missingScopes.includes(scope))) return refuse('consent_required');
  const { state } = context;
  const access = `${guid(`token ${state.serial++} ${context.now.getTime()}`)}.${state.serial}`;
  for (const [known, { expiresAt }] of state.tokens) if (expiresAt <= context.now.getTime()) state.tokens.delete(known);
  state.tokens.set(access, { scopes, expiresAt: context.now.getTime() + LIFETIME_S * 1_000 });
  return { status: 200, json: { access_token: access, token_type: 'Bearer', expires_in: LIFETIME_S, scope: scopes.join(' ') } };
}

function refuse(error: string, description?: string): SandboxAnswer {
  return { status: 400, json: { error, ...(description && { error_description: description }) } };
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
  const own = state.people.get(OWN_USER_ID)!;
  const organization = {
    organization_id: state.organization.id,
    links: [{ rel: 'self', href: `${HOST}/organizations/${state.organization.id}` }],
  };
  return {
    status: 200,
    json: {
      sub: own.id,
      name: nameOf(own),
      given_name: own.firstName,
      family_name: own.lastName,
      created: new Date(own.createdAt).toISOString().replace('Z', ''),
      email: own.email,
      accounts: state.accounts.map(({ id, name, origin, index }) => ({
        account_id: id,
        is_default: index === 0,
        account_name: name,
        base_uri: origin,
        organization,
      })),
    },
  };
}
