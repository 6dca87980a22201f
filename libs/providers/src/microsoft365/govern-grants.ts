import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, flag, list, text, urlPages } from '../sdk/index.js';
import { needed, quoted } from './govern-users.js';
import type { GrantParts } from './mapping.js';
import { grantParts } from './mapping.js';
import { APP_FIELDS, readAppRoleAssignments } from './reads.js';
import { NEXT_LINK, readPermissionGrant, readServicePrincipal, valuesOf } from './wire.js';

const GRANTS = 'GET /oauth2PermissionGrants';
const APPS = 'GET /servicePrincipals';

/** Withdraws what a user or an administrator allowed an app, or its application permissions on one API. */
export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Revoke grant',
  effect:
    'The app gets no new tokens with these permissions. Tokens it has work until they expire: revoke the sign-in sessions of the user as well to end its refresh tokens.',
  target: 'app-grant',
  scopes: ['DelegatedPermissionGrant.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All', 'Directory.Read.All', 'Application.Read.All'],
  observe: async (app, target) => {
    const grant = grantOf(target);
    const ids = grant.kind === 'consent' ? await consentIds(app, grant) : await roleIds(app, grant);
    return { ids, isOurs: await isOurs(app, grant.clientId) };
  },
  isDone: (observed) => (list(at(observed, 'ids')) ?? []).length === 0,
  refuse: (observed) => {
    if (!flag(at(observed, 'isOurs'))) return undefined;
    return {
      code: 'MICROSOFT365_OWN_GRANT',
      message: 'These are the permissions that Castellan itself works with.',
      remedy: 'Remove the connector first, then the app in the Entra admin center.',
    };
  },
  run: async (app, target, before) => {
    const grant = grantOf(target);
    for (const id of (list(at(before, 'ids')) ?? []).map(text).filter((one) => one !== null)) {
      if (grant.kind === 'consent') {
        const path = `/oauth2PermissionGrants/${encodeURIComponent(id)}`;
        await app.call({ operation: 'DELETE /oauth2PermissionGrants/{id}', method: 'DELETE', path, accept: [404] });
      } else {
        const path = `/servicePrincipals/${encodeURIComponent(grant.resourceId)}/appRoleAssignedTo/${encodeURIComponent(id)}`;
        const operation = 'DELETE /servicePrincipals/{id}/appRoleAssignedTo/{appRoleAssignmentId}';
        await app.call({ operation, method: 'DELETE', path, accept: [404] });
      }
    }
  },
  revert: { impossible: 'Consent cannot be given in somebody’s name: the user, or an administrator, has to consent again.' },
  // The grant is gone from the next listing; the account itself did not change.
  refresh: async () => [],
};

function grantOf(target: PlanTarget): GrantParts {
  const parts = grantParts(needed(target.grantExternalId, 'app grant'));
  if (parts) return parts;
  throw new AppFailure({ kind: 'rejected', message: 'This is not the id of a grant in Microsoft 365.' }, 'plan', undefined);
}

async function consentIds(app: AppClient, { clientId, principalId }: Extract<GrantParts, { kind: 'consent' }>): Promise<Json> {
  const whose = principalId === null ? `consentType eq 'AllPrincipals'` : `principalId eq ${quoted(principalId)}`;
  const ids: string[] = [];
  const request = {
    operation: GRANTS,
    path: '/oauth2PermissionGrants',
    query: { $filter: `clientId eq ${quoted(clientId)} and ${whose}` },
  };
  for await (const page of urlPages(app, request, NEXT_LINK))
    ids.push(...valuesOf(page.body, GRANTS, readPermissionGrant).map((one) => one.id));
  return ids;
}

async function roleIds(app: AppClient, { resourceId, clientId }: Extract<GrantParts, { kind: 'app-roles' }>): Promise<Json> {
  return (await readAppRoleAssignments(app, resourceId)).filter((one) => one.principalId === clientId).map((one) => one.id);
}

async function isOurs(app: AppClient, servicePrincipalId: string): Promise<boolean> {
  const query = { $filter: `id eq ${quoted(servicePrincipalId)}`, $select: APP_FIELDS };
  const answer = await app.call({ operation: APPS, path: '/servicePrincipals', query });
  const [client] = valuesOf(answer.body, APPS, readServicePrincipal);
  return client?.appId.toLowerCase() === text(app.settings['clientId'])?.toLowerCase();
}
