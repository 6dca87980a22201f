import { constants, verify } from 'node:crypto';

import type { SandboxAnswer, SandboxRoute, WireRecord } from '../sdk/index.js';
import { record, text, whole } from '../sdk/index.js';
import { audienceOf } from './auth.js';
import { SCOPES } from './manifest.js';
import { isActivityFeed, TOKEN_OPERATION } from './operations.js';
import type { Call } from './sandbox-answers.js';
import { epochOf, ok, refuse } from './sandbox-answers.js';
import type { Microsoft365State } from './sandbox-state.js';
import { guidOf, HOSTS, sandboxCertificate, TENANT_ID } from './sandbox-state.js';

const TOKEN_LASTS_S = 3_599;
const CLOCK_ERROR_S = 300;
const ORIGINS = { graph: new URL(HOSTS.graph).origin, manage: new URL(HOSTS.manage).origin };

/** The token endpoint: checks the secret or the signed assertion, and gives a token for one API. */
export const tokenRoute: SandboxRoute<Microsoft365State> = {
  method: 'POST',
  operation: TOKEN_OPERATION,
  host: HOSTS.login,
  open: true,
  answer: issueToken,
};

function issueToken(call: Call): SandboxAnswer {
  const form = record(call.body) ?? {};
  const { state, switches } = call;
  if (call.params['tenantId']!.toLowerCase() !== TENANT_ID)
    return refused(call, 400, 'invalid_request', 90002, `Tenant '${call.params['tenantId']}' not found.`);
  if (form['grant_type'] !== 'client_credentials')
    return refused(call, 400, 'unsupported_grant_type', 70003, 'The grant type is not supported.');
  if (text(form['client_id'])?.toLowerCase() !== state.clientId)
    return refused(
      call,
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${text(form['client_id'])}' was not found in the directory.`,
    );
  const problem = credentialProblem(call, form);
  if (problem) return problem;
  const audience = text(form['scope'])?.replace(/\/\.default$/, '');
  if (audience !== ORIGINS.graph && audience !== ORIGINS.manage)
    return refused(call, 400, 'invalid_resource', 500011, `The resource principal named ${audience} was not found in the tenant.`);
  if (audience === ORIGINS.manage && switches['withoutFeedApi'] === true)
    return refused(call, 400, 'invalid_resource', 500011, `The resource principal named ${audience} was not found in the tenant.`);
  return ok({ token_type: 'Bearer', expires_in: TOKEN_LASTS_S, ext_expires_in: TOKEN_LASTS_S, access_token: newToken(call, audience) });
}

function newToken({ state, now, switches }: Call, audience: string): string {
  const isFeed = audience === ORIGINS.manage;
  const roles = SCOPES.map((need) => need.scope).filter(
    (scope) => scope.startsWith('ActivityFeed.') === isFeed && !switches.missingScopes.includes(scope),
  );
  const exp = Math.floor(now.getTime() / 1_000) + TOKEN_LASTS_S;
  const claims = {
    aud: audience,
    tid: TENANT_ID,
    appid: state.clientId,
    oid: state.servicePrincipalId,
    roles,
    exp,
    uti: state.issued.size,
  };
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.${guidOf('token', state.issued.size, exp).replaceAll('-', '')}`;
  state.issued.set(token, { audience, roles, expiresAt: exp * 1_000, epoch: epochOf(switches['tokenEpoch']) });
  return token;
}

function refused(call: Call, status: number, error: string, code: number, description: string): SandboxAnswer {
  return {
    status,
    json: {
      error,
      error_description: `AADSTS${code}: ${description}\r\nTrace ID: ${guidOf('trace', call.now.getTime())}`,
      error_codes: [code],
      timestamp: call.now.toISOString(),
      trace_id: guidOf('trace', call.now.getTime()),
    },
  };
}

function credentialProblem(call: Call, form: WireRecord): SandboxAnswer | undefined {
  const { switches, state } = call;
  if (switches.revoked) return refused(call, 401, 'invalid_client', 7000112, 'Application is disabled.');
  if (switches['secretExpired'] === true)
    return refused(call, 401, 'invalid_client', 7000222, 'The provided client secret keys are expired.');
  if (form['client_assertion'] === undefined)
    return form['client_secret'] === state.clientSecret
      ? undefined
      : refused(call, 401, 'invalid_client', 7000215, 'Invalid client secret provided.');
  return assertionIsGood(call, text(form['client_assertion']) ?? '')
    ? undefined
    : refused(
        call,
        401,
        'invalid_client',
        700027,
        'The certificate with identifier used to sign the client assertion is not registered on application.',
      );
}

function assertionIsGood({ state, now }: Call, assertion: string): boolean {
  const [head, body, signature] = assertion.split('.');
  const header = decoded(head);
  const claims = decoded(body);
  if (!header || !claims || !signature) return false;
  const { publicKey, thumbprint } = sandboxCertificate();
  const nowS = now.getTime() / 1_000;
  const jti = text(claims['jti']);
  const isRight =
    header['alg'] === 'PS256' &&
    header['x5t#S256'] === Buffer.from(thumbprint, 'hex').toString('base64url') &&
    claims['iss'] === state.clientId &&
    claims['sub'] === state.clientId &&
    claims['aud'] === audienceOf({ tenantId: TENANT_ID }) &&
    (whole(claims['exp']) ?? 0) > nowS - CLOCK_ERROR_S &&
    (whole(claims['exp']) ?? Infinity) < nowS + 600 + CLOCK_ERROR_S &&
    jti !== null &&
    !state.usedAssertions.has(jti);
  if (!isRight) return false;
  state.usedAssertions.add(jti);
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
}

function decoded(part: string | undefined): WireRecord | undefined {
  try {
    return record(JSON.parse(Buffer.from(part ?? '', 'base64url').toString()));
  } catch {
    return undefined; // Not JSON: not a JWT of anybody's.
  }
}

/** Refuses calls without a token that is alive and for this API, and without the permission. Undefined lets the call in. */
export function authorize(call: Call): SandboxAnswer | undefined {
  const { state, now, switches, route } = call;
  const isFeed = isActivityFeed(route.operation);
  const issued = state.issued.get(call.headers['authorization']?.replace(/^Bearer /, '') ?? '');
  const isAlive = issued && !switches.revoked && now.getTime() < issued.expiresAt && issued.epoch >= epochOf(switches['tokenEpoch']);
  if (!isAlive || issued.audience !== (isFeed ? ORIGINS.manage : ORIGINS.graph)) {
    if (isFeed) return { status: 401, json: { Message: 'Authorization has been denied for this request.' } };
    const message = issued ? 'Lifetime validation failed, the token is expired.' : 'Access token is empty or its audience is wrong.';
    return refuse(call, 401, 'InvalidAuthenticationToken', message);
  }
  const has = issued.roles.filter((role) => !switches.missingScopes.includes(role));
  if ((route.scopes ?? []).some((scope) => has.includes(scope))) return undefined;
  if (isFeed)
    return {
      status: 401,
      json: { error: { code: 'AF10001', message: 'The permission set () sent in the request did not include the expected permission.' } },
    };
  return refuse(call, 403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}
