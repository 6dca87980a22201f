import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, flag, linkPages, list, text } from '../sdk/index.js';
import { isApiToken } from './auth.js';
import { needed, seen, userPath } from './govern-users.js';
import { adminConsentApp, consentParts } from './mapping.js';
import { identify } from './reads.js';
import type { OktaGrant } from './wire.js';
import { readApiToken, readGrant, rowsOf } from './wire.js';

const TOKENS = 'GET /api/v1/api-tokens';
const USER_GRANTS = 'GET /api/v1/users/{userId}/grants';
const REFRESH_TOKENS = 'GET /api/v1/users/{userId}/clients/{clientId}/tokens';

/** Withdraws a user's consent to an app, or revokes an API token. */
export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Revoke grant',
  effect: 'The app loses what this user allowed it, with its refresh tokens; or the API token stops working at once.',
  target: 'app-grant',
  scopes: ['okta.users.manage', 'okta.users.read', 'okta.apiTokens.manage', 'okta.apiTokens.read'],
  observe: (app, target) => {
    const grant = grantOf(target);
    const consent = consentParts(grant);
    if (consent) return observeConsent(app, consent);
    return adminConsentApp(grant) ? Promise.resolve({ kind: 'admin-consent' }) : observeToken(app, grant);
  },
  isDone: (observed) =>
    seen(observed, 'kind') === 'consent'
      ? (list(at(observed, 'grants')) ?? []).length === 0 && !flag(at(observed, 'hasTokens'))
      : flag(at(observed, 'exists')) === false,
  refuse: (observed) => {
    if (seen(observed, 'kind') === 'admin-consent') {
      return {
        code: 'OKTA_ADMIN_CONSENT',
        message: 'These scopes were granted to the app by an administrator, for the whole organization.',
        remedy: 'Withdraw them on the "Okta API Scopes" tab of the app in the Admin Console.',
      };
    }
    if (!flag(at(observed, 'mayBeOurs'))) return undefined;
    return {
      code: 'OKTA_OWN_API_TOKEN',
      message: 'This API token belongs to the account that we sign in with, and may be the very token we use.',
      remedy: 'Connect with a service app first, or revoke the token in the Admin Console.',
    };
  },
  run: async (app, target, before) => {
    const consent = consentParts(grantOf(target));
    if (consent) return withdraw(app, consent, before);
    const path = `/api/v1/api-tokens/${encodeURIComponent(grantOf(target))}`;
    await app.call({ operation: 'DELETE /api/v1/api-tokens/{apiTokenId}', method: 'DELETE', path, accept: [404] });
  },
  revert: { impossible: 'The user has to consent again, or a new API token has to be made.' },
  // The grant is gone from the next listing; the account itself did not change.
  refresh: async () => [],
};

interface Consent {
  readonly userId: string;
  readonly clientId: string;
}

function grantOf(target: PlanTarget): string {
  return needed(target.grantExternalId, 'app grant');
}

async function observeConsent(app: AppClient, consent: Consent): Promise<Json> {
  const grants = await activeGrants(app, consent);
  const tokens = await app.call({ operation: REFRESH_TOKENS, path: tokensPath(consent), query: { limit: 20 }, accept: [404] });
  const hasTokens = (list(tokens.body) ?? []).some((token) => text(at(token, 'status')) !== 'REVOKED');
  return { kind: 'consent', grants: grants.map(({ id, scopeId }) => ({ id, scope: scopeId })), hasTokens };
}

async function activeGrants(app: AppClient, { userId, clientId }: Consent): Promise<OktaGrant[]> {
  const found: OktaGrant[] = [];
  for await (const page of linkPages(app, { operation: USER_GRANTS, path: userPath(userId, '/grants'), query: { limit: 200 } })) {
    found.push(...rowsOf(page.body, USER_GRANTS, readGrant).filter((grant) => grant.isActive && grant.clientId === clientId));
  }
  return found;
}

function tokensPath({ userId, clientId }: Consent): string {
  return userPath(userId, `/clients/${encodeURIComponent(clientId)}/tokens`);
}

async function withdraw(app: AppClient, consent: Consent, before: Json): Promise<void> {
  for (const grant of list(at(before, 'grants')) ?? []) {
    const id = needed(text(at(grant, 'id')), 'app grant');
    const path = userPath(consent.userId, `/grants/${encodeURIComponent(id)}`);
    await app.call({ operation: 'DELETE /api/v1/users/{userId}/grants/{grantId}', method: 'DELETE', path, accept: [404] });
  }
  // Without this the app could go on with the refresh tokens that it has.
  await app.call({
    operation: 'DELETE /api/v1/users/{userId}/clients/{clientId}/tokens',
    method: 'DELETE',
    path: tokensPath(consent),
    accept: [404],
  });
}

async function observeToken(app: AppClient, tokenId: string): Promise<Json> {
  for await (const page of linkPages(app, { operation: TOKENS, path: '/api/v1/api-tokens' })) {
    const token = rowsOf(page.body, TOKENS, readApiToken).find((one) => one.id === tokenId);
    // Okta does not tell which token a call was made with: any token of our own account may be it.
    if (token) return { kind: 'token', exists: true, name: token.name, userId: token.userId, mayBeOurs: await isOurs(app, token.userId) };
  }
  return { kind: 'token', exists: false };
}

async function isOurs(app: AppClient, owner: string | null): Promise<boolean> {
  return isApiToken(app.settings) && (owner === null || owner === (await identify(app)).accountExternalId);
}
