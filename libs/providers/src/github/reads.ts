import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { AppClient, AppRequest, Facts, Listing, OwnIdentity, Probe } from '../sdk/index.js';
import { AppFailure, at, requiredText, text } from '../sdk/index.js';
import { auditRequest } from './audit-log.js';
import { isToken } from './auth.js';
import { credentialsRequest, fineTokensRequest, grantPages, installationsRequest } from './grants.js';
import { enterpriseOf, organizationOf } from './http.js';
import { accountPages, membersRequest, orgPath } from './people.js';
import { groupPages, membershipPath, privilegePages, readOwners, teamsRequest } from './teams.js';

const HOUR_S = 3_600;

/** Everything that is listed in full at every run. */
export const listings = {
  ACCOUNTS: { everySeconds: 4 * HOUR_S, complete: ['account'], pages: accountPages },
  GROUPS: { everySeconds: 4 * HOUR_S, complete: ['group', 'member'], pages: groupPages },
  PRIVILEGES: { everySeconds: HOUR_S, complete: ['privilege'], pages: privilegePages },
  APP_GRANTS: { everySeconds: 12 * HOUR_S, complete: ['appGrant'], pages: grantPages },
} as const satisfies Readonly<Record<string, Listing<InventoryRecord>>>;

/** The organization's number and plan, as far as the credential may see them. */
export async function discover(app: AppClient): Promise<Facts> {
  const operation = 'GET /orgs/{org}';
  const answer = await app.call({ operation, path: orgPath(app) });
  const facts: Json = {
    organizationId: requiredText(at(answer.body, 'id'), operation, "the organization's id"),
    login: requiredText(at(answer.body, 'login'), operation, "the organization's login"),
    plan: text(at(answer.body, 'plan', 'name')),
  };
  return facts;
}

/** Whose credential ours is: the owner of a token; an app has an account of no directory. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  if (!isToken(app.settings)) return { accountExternalId: null, name: text(app.settings['appId']) };
  const operation = 'GET /user';
  const answer = await app.call({ operation, path: '/user' });
  return { accountExternalId: requiredText(at(answer.body, 'id'), operation, 'an id'), name: text(at(answer.body, 'login')) };
}

/** One cheap call for each capability. */
export const probes: readonly Probe[] = [
  { capability: 'LIST_ACCOUNTS', run: (app) => see(app, membersRequest(app)) },
  { capability: 'LIST_GROUPS', run: (app) => see(app, teamsRequest(app)) },
  { capability: 'LIST_PRIVILEGES', run: seePrivileges },
  { capability: 'SIGN_IN_ACTIVITY', run: seeLog },
  { capability: 'USER_ACTIVITY', run: seeLog },
  { capability: 'ADMIN_ACTIVITY', run: seeLog },
  { capability: 'VIEW_APP_GRANTS', run: seeGrants },
  { capability: 'REVOKE_APP_GRANTS', run: seeRevoking },
  { capability: 'USER_GOVERNANCE', run: seeGovernance },
  { capability: 'POSTURE', run: seeSettings },
];

async function see(app: AppClient, request: AppRequest): Promise<void> {
  await app.call({ ...request, query: { ...request.query, per_page: 1 } });
}

async function seePrivileges(app: AppClient): Promise<void | { note: string }> {
  await readOwners(app);
  try {
    await app.call({ operation: 'GET /orgs/{org}/organization-roles', path: orgPath(app, '/organization-roles') });
  } catch (error) {
    if (!(error instanceof AppFailure) || error.kind !== 'unlicensed') throw error;
    return { note: 'Organization roles are a part of Enterprise Cloud: owners and team maintainers only.' };
  }
}

// Without addresses the log is much less: the switch for them cannot be read, so newest events are looked at.
async function seeLog(app: AppClient): Promise<void | { note: string }> {
  const answer = await app.call(auditRequest(app, { order: 'desc', per_page: 50 }));
  const events = Array.isArray(answer.body) ? (answer.body as unknown[]) : [];
  if (events.length > 0 && events.every((event) => text(at(event, 'actor_ip')) === null)) {
    return { note: 'Events have no addresses: switch on "Disclose actor IP addresses" in the settings of the audit log.' };
  }
}

async function seeGrants(app: AppClient): Promise<void | { note: string }> {
  await see(app, installationsRequest(app));
  if (!isToken(app.settings)) await see(app, fineTokensRequest(app));
  try {
    await see(app, credentialsRequest(app));
  } catch (error) {
    if (!(error instanceof AppFailure) || error.kind !== 'unlicensed') throw error;
    return { note: 'Without SAML single sign-on, GitHub shows no classic tokens, SSH keys or OAuth tokens.' };
  }
  if (isToken(app.settings)) return { note: 'Fine-grained tokens are shown to GitHub Apps only.' };
}

/** No login may begin or end with a hyphen: to act on this one changes nothing and shows whether we may. */
const NOBODY = '-castellan-nobody-';

async function seeRevoking(app: AppClient): Promise<void> {
  if (!isToken(app.settings)) {
    const operation = 'POST /orgs/{org}/personal-access-tokens/{pat_id}';
    await app.call({
      operation,
      method: 'POST',
      path: orgPath(app, '/personal-access-tokens/0'),
      json: { action: 'revoke' },
      accept: [404, 422],
    });
  }
  const operation = 'DELETE /orgs/{org}/credential-authorizations/{credential_id}';
  await app.call({ operation, method: 'DELETE', path: orgPath(app, '/credential-authorizations/0'), accept: [404] });
}

async function seeGovernance(app: AppClient): Promise<void | { note: string }> {
  const removal = 'DELETE /orgs/{org}/memberships/{username}';
  await app.call({ operation: removal, method: 'DELETE', path: membershipPath(app, NOBODY), accept: [404] });
  const enterprise = enterpriseOf(app.settings);
  if (enterprise === undefined)
    return { note: 'No enterprise was entered: people are removed from the organization instead of suspended.' };
  const operation = 'GET /scim/v2/enterprises/{enterprise}/Users';
  await app.call({ operation, path: `/scim/v2/enterprises/${encodeURIComponent(enterprise)}/Users`, query: { startIndex: 1, count: 1 } });
}

async function seeSettings(app: AppClient): Promise<void> {
  const operation = 'GET /orgs/{org}';
  const answer = await app.call({ operation, path: orgPath(app) });
  // To whoever is no owner GitHub answers with the public half.
  if (at(answer.body, 'two_factor_requirement_enabled') !== undefined) return;
  const message = `GitHub shows only the public half of ${organizationOf(app.settings)}'s settings to this credential.`;
  const missingScopes = isToken(app.settings) ? ['admin:org'] : ['organization_administration:read'];
  throw new AppFailure({ kind: 'forbidden', problem: 'SCOPE_MISSING', message, missingScopes }, operation, answer.status);
}
