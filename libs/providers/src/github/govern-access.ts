import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, linkPages, list, text } from '../sdk/index.js';
import { accountOf, needed, ownersLeft, refreshAccount, refusal, seen } from './govern-people.js';
import { credentialsRequest, fineTokensRequest, installationsRequest } from './grants.js';
import { enterpriseOf, organizationOf } from './http.js';
import { grantParts, toMembers } from './mapping.js';
import type { Operation } from './operations.js';
import { loginOf, orgPath } from './people.js';
import { readOneTeam, teamMembers } from './teams.js';
import { readCredential, readFineToken, readInstallations, readTeamMember, rowsOf, type GithubTeamMember } from './wire.js';

/** Takes somebody out of a team. */
export const removeFromTeam: ActionPlan = {
  kind: 'REMOVE_FROM_GROUP',
  title: 'Remove from the team',
  effect:
    'The person loses the repositories that only this team gives. Who is also in a child team stays by it; the membership in the organization stays.',
  target: 'group-member',
  scopes: ['members:write', 'members:read'],
  observe: observeTeam,
  // Being in it by a child team is not this membership: the inventory shows that as nesting, and it ends in the child.
  isDone: (observed) => seen(observed, 'role') === null,
  run: async (app, _target, before) => {
    const operation: Operation = 'DELETE /orgs/{org}/teams/{team_slug}/memberships/{username}';
    await app.call({ operation, method: 'DELETE', path: teamMembershipPath(app, before) });
  },
  revert: {
    by: async (app, _target, before) => {
      const operation: Operation = 'PUT /orgs/{org}/teams/{team_slug}/memberships/{username}';
      const role = seen(before, 'role') === 'maintainer' ? 'maintainer' : 'member';
      await app.call({ operation, method: 'PUT', path: teamMembershipPath(app, before), json: { role } });
    },
    isDone: (observed, before) => seen(observed, 'role') === seen(before, 'role'),
  },
  // A team makes nobody an owner.
  administratorsLeft: (app) => ownersLeft(app, null),
  refresh: async (app, target) => {
    const account = await refreshAccount(app, target);
    const team = await readOneTeam(app, needed(target.groupExternalId, 'group'));
    const member = await findMember(app, team.slug, accountOf(target));
    return [...account, ...(member ? toMembers(team, [member]) : [])];
  },
};

async function observeTeam(app: AppClient, target: PlanTarget): Promise<Json> {
  const team = await readOneTeam(app, needed(target.groupExternalId, 'group'));
  const login = await loginOf(app, accountOf(target));
  const member = await findMember(app, team.slug, accountOf(target));
  return { slug: team.slug, login, role: member && member.isInherited !== true ? (member.role ?? 'member') : null };
}

async function findMember(app: AppClient, slug: string, accountId: string): Promise<GithubTeamMember | undefined> {
  for await (const page of linkPages(app, teamMembers(app, slug))) {
    const found = rowsOf(page.body, page.request.operation, readTeamMember).find((one) => one.id === accountId);
    if (found) return found;
  }
  return undefined;
}

function teamMembershipPath(app: AppClient, observed: Json): string {
  const [slug, login] = [seen(observed, 'slug'), seen(observed, 'login')];
  if (slug === null || login === null)
    throw new AppFailure({ kind: 'rejected', message: 'There is no membership to change.' }, 'plan', undefined);
  return orgPath(app, `/teams/${encodeURIComponent(slug)}/memberships/${encodeURIComponent(login)}`);
}

/** Ends what somebody's tokens and keys may in the organization, until they are authorized again. */
export const revokeAuthorizations: ActionPlan = {
  kind: 'REQUIRE_SIGN_IN_AGAIN',
  title: 'Revoke all SSO authorizations',
  effect:
    'Classic tokens, SSH keys and OAuth tokens of the person lose the organization until they are authorized again by single sign-on. Open browser sessions go on: GitHub has no way to end them.',
  target: 'account',
  scopes: ['organization_administration:write', 'organization_administration:read'],
  observe: async (app, target) => {
    const login = await loginOf(app, accountOf(target));
    const ids: string[] = [];
    for await (const page of linkPages(app, credentialsRequest(app, login))) {
      ids.push(...rowsOf(page.body, page.request.operation, readCredential).map((one) => one.id));
    }
    return { login, credentials: ids };
  },
  isDone: (observed) => (list(at(observed, 'credentials')) ?? []).length === 0,
  // GitHub answers 202 and does it later: what was observed after decides.
  run: async (app, _target, before) => {
    const operation: Operation = 'POST /orgs/{org}/credential-authorizations/{username}/revoke';
    const login = seen(before, 'login') ?? '';
    await app.call({ operation, method: 'POST', path: orgPath(app, `/credential-authorizations/${encodeURIComponent(login)}/revoke`) });
  },
  revert: { impossible: 'Only the person can authorize tokens and keys for single sign-on again.' },
  refresh: refreshAccount,
};

/** Takes away what a token, key or app may. */
export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Revoke access',
  effect: 'The token, key or app loses the organization at once; what runs with it stops working.',
  target: 'app-grant',
  scopes: ['organization_personal_access_tokens:write', 'organization_administration:write'],
  observe: async (app, target) => {
    const externalId = needed(target.grantExternalId, 'app grant');
    const grant = grantParts(externalId);
    if (!grant) throw new AppFailure({ kind: 'missing', message: `There is no grant ${externalId.slice(0, 80)}.` }, 'plan', undefined);
    return observeGrant(app, grant.kind, grant.id);
  },
  isDone: (observed) => at(observed, 'isThere') === false,
  refuse: (observed) => {
    const kind = seen(observed, 'kind');
    if (at(observed, 'isOurs') === true)
      return refusal('GITHUB_OWN_INSTALLATION', 'This is the app that Castellan itself signs in with.', 'Disconnect the connector first.');
    const how = BY_HAND[kind ?? ''];
    if (how === undefined || (kind === 'installation' && at(observed, 'canUninstall') === true)) return undefined;
    return refusal('GITHUB_REMOVED_BY_HAND', how.why, how.remedy);
  },
  run: async (app, target, before) => {
    const grant = grantParts(needed(target.grantExternalId, 'app grant'))!;
    await runRevoke(app, grant.kind, grant.id, before);
  },
  revert: { impossible: 'GitHub gives a revoked token or app no way back: its owner has to ask again.' },
  refresh: async () => [],
};

const BY_HAND: Readonly<Record<string, { readonly why: string; readonly remedy: string }>> = {
  installation: {
    why: 'GitHub lets only an enterprise uninstall an app by its API, and only apps that the enterprise installed.',
    remedy: 'Uninstall it in the organization’s settings, under GitHub Apps; or enter the enterprise and its token.',
  },
  webhook: {
    why: 'Castellan does not ask for the right to change webhooks.',
    remedy: 'Delete it in the organization’s settings, under Webhooks.',
  },
  'deploy-key': {
    why: 'Castellan does not ask for the right to change repositories.',
    remedy: 'Delete it in the repository’s settings, under Deploy keys.',
  },
};

async function observeGrant(app: AppClient, kind: string, id: string): Promise<Json> {
  if (kind === 'installation') return observeInstallation(app, id);
  if (kind === 'webhook' || kind === 'deploy-key') return { kind, isThere: true };
  const request = kind === 'fine-grained-token' ? fineTokensRequest(app) : credentialsRequest(app);
  const read = kind === 'fine-grained-token' ? readFineToken : readCredential;
  for await (const page of linkPages(app, request)) {
    if (rowsOf<{ readonly id: string }>(page.body, request.operation, read).some((one) => one.id === id)) return { kind, isThere: true };
  }
  return { kind, isThere: false };
}

async function observeInstallation(app: AppClient, id: string): Promise<Json> {
  for await (const page of linkPages(app, installationsRequest(app))) {
    const found = readInstallations(page.body, page.request.operation).find((one) => one.id === id);
    if (!found) continue;
    const ours = text(app.settings['appId']);
    return {
      kind: 'installation',
      isThere: true,
      isOurs: ours !== null && (found.appId === ours || found.clientId === ours),
      canUninstall: enterpriseOf(app.settings) !== undefined,
    };
  }
  return { kind: 'installation', isThere: false };
}

async function runRevoke(app: AppClient, kind: string, id: string, before: Json): Promise<void> {
  if (kind === 'fine-grained-token') {
    const operation: Operation = 'POST /orgs/{org}/personal-access-tokens/{pat_id}';
    await app.call({
      operation,
      method: 'POST',
      path: orgPath(app, `/personal-access-tokens/${encodeURIComponent(id)}`),
      json: { action: 'revoke' },
    });
  } else if (kind === 'sso-credential') {
    const operation: Operation = 'DELETE /orgs/{org}/credential-authorizations/{credential_id}';
    await app.call({ operation, method: 'DELETE', path: orgPath(app, `/credential-authorizations/${encodeURIComponent(id)}`) });
  } else if (kind === 'installation' && at(before, 'canUninstall') === true) {
    const operation: Operation = 'DELETE /enterprises/{enterprise}/apps/organizations/{org}/installations/{installation_id}';
    const [enterprise, org] = [enterpriseOf(app.settings)!, organizationOf(app.settings)];
    const path = `/enterprises/${encodeURIComponent(enterprise)}/apps/organizations/${encodeURIComponent(org)}/installations/${encodeURIComponent(id)}`;
    await app.call({ operation, method: 'DELETE', path });
  } else {
    throw new AppFailure({ kind: 'rejected', message: `A ${kind} is not revoked by us.` }, 'plan', undefined);
  }
}
