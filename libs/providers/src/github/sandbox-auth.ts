import { verify } from 'node:crypto';

import type { SandboxAnswer, SandboxRoute, WireRecord } from '../sdk/index.js';
import { record, text, whole } from '../sdk/index.js';
import { ENTERPRISE_CLOUD_ONLY, INSTALLATION_TOKEN, INSTALLATIONS, needOf } from './operations.js';
import { NOT_FOUND, ok, page, refuse, type Call } from './sandbox-answers.js';
import { showAccount } from './sandbox-rows.js';
import { lettersOf, listed, type GithubState, type Issued } from './sandbox-state.js';

const TOKEN_LASTS_MS = 3_600_000;
const CLOCK_ERROR_S = 60;
const MOST_JWT_S = 600;

/** What the made-up app was granted. */
const GRANTED: Readonly<Record<string, 'read' | 'write'>> = {
  administration: 'read',
  contents: 'read',
  members: 'write',
  metadata: 'read',
  organization_administration: 'write',
  organization_custom_org_roles: 'write',
  organization_hooks: 'read',
  organization_personal_access_tokens: 'write',
  organization_self_hosted_runners: 'read',
};

const CLASSIC_SCOPES = ['admin:enterprise', 'admin:org', 'admin:org_hook', 'read:audit_log', 'read:org', 'repo'];

/** What a GitHub App does with its own signed assertion instead of a token. */
export const appRoutes: readonly SandboxRoute<GithubState>[] = [
  {
    method: 'GET',
    operation: INSTALLATIONS,
    open: true,
    answer: (call) => signed(call, () => page(call, listed([ownInstallation(call)]), (one) => one)),
  },
  {
    method: 'GET',
    operation: 'GET /app/installations/{installation_id}',
    open: true,
    answer: (call) => signed(call, () => (isOurs(call) ? ok(ownInstallation(call)) : NOT_FOUND)),
  },
  { method: 'POST', operation: INSTALLATION_TOKEN, open: true, answer: (call) => signed(call, () => issue(call)) },
];

function isOurs({ state, params, switches }: Call): boolean {
  return params['installation_id'] === String(state.self.installationId) && switches['uninstalled'] !== true;
}

function ownInstallation(call: Call): WireRecord {
  const { self, org } = call.state;
  return showInstallation(call, {
    id: self.installationId,
    app_id: self.appId,
    client_id: self.clientId,
    app_slug: 'castellan',
    repository_selection: 'all',
    permissions: GRANTED,
    events: [],
    ...(call.switches['uninstalled'] === true && { account: { ...showAccount(call), login: `not-${org.login}` } }),
    suspended_at: call.switches['suspendedInstallation'] === true ? '2026-11-01T10:00:00Z' : null,
  });
}

/** An installation in full, from what is particular to it. */
export function showInstallation(call: Call, particular: WireRecord): WireRecord {
  const { state, host } = call;
  return {
    account: showAccount(call),
    access_tokens_url: `${host}/app/installations/${String(particular['id'])}/access_tokens`,
    repositories_url: `${host}/installation/repositories`,
    html_url: `https://github.com/organizations/${state.org.login}/settings/installations/${String(particular['id'])}`,
    target_id: state.org.id,
    target_type: 'Organization',
    created_at: '2025-03-01T10:00:00Z',
    updated_at: '2025-03-01T10:00:00Z',
    single_file_name: null,
    suspended_at: null,
    suspended_by: null,
    ...particular,
  };
}

function signed(call: Call, then: () => SandboxAnswer): SandboxAnswer {
  const problem = call.switches.revoked ? 'A JSON web token could not be decoded' : assertionProblem(call);
  return problem === undefined ? then() : refuse(401, problem);
}

function assertionProblem({ state, headers, now }: Call): string | undefined {
  const [head, body, signature] = (/^bearer (.+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '').split('.');
  const claims = decoded(body);
  if (!head || !body || !signature || !claims || decoded(head)?.['alg'] !== 'RS256') return 'A JSON web token could not be decoded';
  const nowS = now.getTime() / 1_000;
  const [iat, exp, iss] = [whole(claims['iat']), whole(claims['exp']), text(claims['iss'])];
  if (iss !== state.self.clientId && iss !== String(state.self.appId))
    return "'Issuer' claim ('iss') must be an Integer or the client ID of the app";
  if (exp === null || exp < nowS || exp > nowS + MOST_JWT_S) return "'Expiration time' claim ('exp') is too far in the future";
  if (iat === null || iat > nowS + CLOCK_ERROR_S)
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  const isSigned = verify('sha256', Buffer.from(`${head}.${body}`), state.self.key.publicKey, Buffer.from(signature, 'base64url'));
  return isSigned ? undefined : 'A JSON web token could not be decoded';
}

function decoded(part: string | undefined): WireRecord | undefined {
  try {
    return record(JSON.parse(Buffer.from(part ?? '', 'base64url').toString()));
  } catch {
    return undefined; // Not JSON: no assertion of anybody's.
  }
}

function issue(call: Call): SandboxAnswer {
  const { state, now, switches, body } = call;
  if (!isOurs(call)) return NOT_FOUND;
  if (switches['suspendedInstallation'] === true) return refuse(403, 'This installation has been suspended');
  const asked = record(record(body)?.['permissions']);
  const names = asked ? Object.keys(asked) : Object.keys(GRANTED);
  if (names.some((name) => GRANTED[name] === undefined || (asked?.[name] === 'write' && GRANTED[name] === 'read')))
    return refuse(422, 'The permissions requested are not granted to this installation.');
  const permissions = Object.fromEntries(names.map((name) => [name, String(asked?.[name] ?? GRANTED[name])]));
  const token = `ghs_${lettersOf(40 + (state.issued.size % 20), 'token', state.issued.size, now.getTime())}`;
  const expiresAt = now.getTime() + TOKEN_LASTS_MS;
  state.issued.set(token, { permissions, expiresAt, epoch: epochOf(switches['tokenEpoch']) });
  return {
    status: 201,
    json: { token, expires_at: new Date(expiresAt).toISOString().replace('.000Z', 'Z'), permissions, repository_selection: 'all' },
  };
}

function epochOf(value: unknown): number {
  return whole(value) ?? 0;
}

/** Refuses calls without a token that is alive and may do this. Undefined lets the call in. */
export function authorize(call: Call): SandboxAnswer | undefined {
  const { state, headers, switches } = call;
  if (!headers['user-agent'])
    return refuse(403, 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.');
  const token = /^(?:bearer|token) (.+)$/i.exec(headers['authorization'] ?? '')?.[1];
  const issued = token === undefined ? undefined : state.issued.get(token);
  if (switches['ipAllowList'] === true) return refuse(403, ipRefusal(call));
  if (issued && isAlive(call, issued)) return appRefusal(call, issued) ?? planRefusal(call);
  const isPersonal = token === state.self.token || token === state.self.enterpriseToken;
  if (!isPersonal || switches.revoked) return refuse(401, 'Bad credentials');
  return personalRefusal(call) ?? planRefusal(call);
}

function isAlive({ now, switches }: Call, { expiresAt, epoch }: Issued): boolean {
  return !switches.revoked && now.getTime() < expiresAt && epoch >= epochOf(switches['tokenEpoch']);
}

function ipRefusal({ state }: Call): string {
  return `Although you appear to have the correct authorization credentials, the \`${state.org.login}\` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.`;
}

function appRefusal(call: Call, { permissions }: Issued): SandboxAnswer | undefined {
  const { permission } = needOf(call.route.operation);
  const isOfEnterprise = /^\/(?:scim\/v2\/)?enterprises\//.test(call.path);
  if (isOfEnterprise) return refuse(403, 'Resource not accessible by integration');
  if (permission === undefined) return undefined;
  const [name, level] = permission.split(':') as [string, string];
  const held = permissions[name];
  const isTaken =
    call.switches.missingScopes.includes(permission) || (level === 'write' && call.switches.missingScopes.includes(`${name}:read`));
  // The organization itself is shown to everybody; its other half only to who may see it.
  if (call.route.operation === 'GET /orgs/{org}') return undefined;
  if (!isTaken && held !== undefined && (held === 'write' || level === 'read')) return undefined;
  return refuse(403, 'Resource not accessible by integration', { 'x-accepted-github-permissions': `${name}=${level}` });
}

function personalRefusal(call: Call): SandboxAnswer | undefined {
  const { scope } = needOf(call.route.operation);
  const held = CLASSIC_SCOPES.filter((one) => !call.switches.missingScopes.includes(one));
  const headers = { 'x-oauth-scopes': held.join(', '), 'x-accepted-oauth-scopes': scope ?? '' };
  if (call.switches['ssoRequired'] === true && call.path.startsWith('/orgs/')) {
    const url = `https://github.com/orgs/${call.state.org.login}/sso?authorization_request=made-up`;
    return refuse(403, SAML_ENFORCED, { ...headers, 'x-github-sso': `required; url=${url}` });
  }
  if (call.route.operation.includes('personal-access-tokens')) return refuse(403, 'Resource not accessible by personal access token');
  if (scope === undefined || held.includes(scope) || call.route.operation === 'GET /orgs/{org}') return undefined;
  return refuse(403, 'Must have admin rights to Organization.', headers);
}

const SAML_ENFORCED =
  'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.';

/** Parts of the plan, by the names of the switch `unlicensed`: enterprise-cloud, saml, managed-users. */
function planRefusal({ route: { operation }, switches }: Call): SandboxAnswer | undefined {
  const lacks = (part: string): boolean => switches.unlicensed.includes(part);
  if (lacks('enterprise-cloud') && ENTERPRISE_CLOUD_ONLY.has(operation)) return NOT_FOUND;
  if (lacks('saml') && operation.includes('/credential-authorizations')) return NOT_FOUND;
  return lacks('managed-users') && operation.includes('/scim/v2/') ? NOT_FOUND : undefined;
}

/** Whether the caller sees the owner's half of the organization. */
export function seesOwnersHalf({ headers, state, switches }: Call): boolean {
  const token = /^(?:bearer|token) (.+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';
  return switches.missingScopes.includes(state.issued.has(token) ? 'organization_administration:read' : 'admin:org') === false;
}

/** The headers of a classic token, for the call that tells what it may. */
export function tokenHeaders({ headers, state, switches }: Call): Readonly<Record<string, string>> {
  const token = /^(?:bearer|token) (.+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (token !== state.self.token) return {};
  const held = CLASSIC_SCOPES.filter((one) => !switches.missingScopes.includes(one));
  return { 'x-oauth-scopes': held.join(', '), 'github-authentication-token-expiration': '2027-02-01 11:00:00 UTC' };
}
