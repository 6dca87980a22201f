import type { AppGrantRecord, InventoryRecord } from '#libs/contracts';

import type { AppClient, AppRequest, Listing, ListingPage, OwnIdentity, Probe } from '../sdk/index.js';
import { AppFailure, text, urlPages } from '../sdk/index.js';
import { CONTENT_TYPES } from './feed-activity.js';
import { lastSignInOf, toAccount, toAppRoles, toConsent, toGroup, toPrivilege, toRegistration } from './mapping.js';
import { readAdminMark, readHoldings, readRoles } from './roles.js';
import type { AppRoleAssignment, PermissionGrant, ServicePrincipal } from './wire.js';
import {
  NEXT_LINK,
  readAppRoleAssignment,
  readGroup,
  readObject,
  readPermissionGrant,
  readServicePrincipal,
  readUser,
  valuesOf,
} from './wire.js';

const HOUR_S = 3_600;
const PAGE = 999;
/** The most rows that Graph gives when the last sign-in is among the fields. */
const ACTIVITY_PAGE = 500;
const GROUPS_AT_ONCE = 20;

/** The fields of a user that we read; Graph shows hardly any of them unless asked. */
export const USER_FIELDS = [
  'id',
  'userPrincipalName',
  'mail',
  'displayName',
  'accountEnabled',
  'userType',
  'createdDateTime',
  'externalUserState',
  'onPremisesSyncEnabled',
  'lastPasswordChangeDateTime',
  'signInSessionsValidFromDateTime',
  'department',
  'jobTitle',
  'assignedLicenses',
].join(',');

const GROUP_FIELDS =
  'id,displayName,description,mail,groupTypes,securityEnabled,mailEnabled,visibility,isAssignableToRole,membershipRule,onPremisesSyncEnabled';
/** Fields of an enterprise app that we read. */
export const APP_FIELDS = 'id,appId,displayName,accountEnabled,appOwnerOrganizationId,verifiedPublisher,appRoles';

/** Everything that is listed in full at every run. */
export const listings = {
  ACCOUNTS: { everySeconds: 4 * HOUR_S, complete: ['account'], pages: accountPages },
  GROUPS: { everySeconds: 4 * HOUR_S, complete: ['group', 'member'], pages: groupPages },
  PRIVILEGES: { everySeconds: HOUR_S, complete: ['privilege'], pages: privilegePages },
  APP_GRANTS: { everySeconds: 6 * HOUR_S, complete: ['appGrant'], pages: grantPages },
} as const satisfies Readonly<Record<string, Listing<InventoryRecord>>>;

type Page = ListingPage<InventoryRecord>;

async function* accountPages(app: AppClient): AsyncGenerator<Page> {
  const isAdmin = await readAdminMark(app);
  for await (const page of urlPages(app, usersRequest({ $select: USER_FIELDS, $top: PAGE }), NEXT_LINK)) {
    const users = valuesOf(page.body, page.request.operation, readUser);
    yield { records: users.map((user) => toAccount(user, isAdmin(user.id))) };
  }
  yield* asFarAsAllowed(deletedPages(app));
  yield* asFarAsAllowed(registrationPages(app));
  yield* asFarAsAllowed(lastSignInPages(app));
}

function usersRequest(query: AppRequest['query']): AppRequest {
  return { operation: 'GET /users', path: '/users', query };
}

// These need a licence or a permission of their own; the list of accounts is complete without them.
async function* asFarAsAllowed(pages: AsyncGenerator<Page>): AsyncGenerator<Page> {
  try {
    yield* pages;
  } catch (error) {
    if (!(error instanceof AppFailure) || !['forbidden', 'unlicensed'].includes(error.kind)) throw error;
  }
}

async function* deletedPages(app: AppClient): AsyncGenerator<Page> {
  const operation = 'GET /directory/deletedItems/microsoft.graph.user';
  const query = { $select: `${USER_FIELDS},deletedDateTime`, $top: PAGE };
  for await (const page of urlPages(app, { operation, path: '/directory/deletedItems/microsoft.graph.user', query }, NEXT_LINK)) {
    const users = valuesOf(page.body, operation, readUser);
    yield { records: users.map((user) => ({ ...toAccount(user), status: 'DELETED' as const })) };
  }
}

async function* registrationPages(app: AppClient): AsyncGenerator<Page> {
  const operation = 'GET /reports/authenticationMethods/userRegistrationDetails';
  const path = '/reports/authenticationMethods/userRegistrationDetails';
  for await (const page of urlPages(app, { operation, path, query: { $top: PAGE } }, NEXT_LINK)) {
    yield { records: valuesOf(page.body, operation, readUser).map(({ id, wire }) => toRegistration(wire, id)) };
  }
}

// Ten calls a minute are allowed with this field, so it has a pass of its own, after all that matters more.
async function* lastSignInPages(app: AppClient): AsyncGenerator<Page> {
  const operation = 'GET /users (signInActivity)';
  const query = { $select: 'id,signInActivity', $top: ACTIVITY_PAGE };
  for await (const page of urlPages(app, { operation, path: '/users', query }, NEXT_LINK)) {
    const users = valuesOf(page.body, operation, readUser);
    yield { records: users.map(({ id, wire }) => ({ kind: 'accountFacts', externalId: id, lastSignInAt: lastSignInOf(wire) })) };
  }
}

async function* groupPages(app: AppClient): AsyncGenerator<Page> {
  const query = { $select: GROUP_FIELDS, $top: PAGE };
  for await (const page of urlPages(app, { operation: 'GET /groups', path: '/groups', query }, NEXT_LINK)) {
    const groups = valuesOf(page.body, page.request.operation, readGroup);
    yield { records: groups.map(toGroup) };
    for (let i = 0; i < groups.length; i += GROUPS_AT_ONCE) {
      const members = await app.each(groups.slice(i, i + GROUPS_AT_ONCE), (group) => membersOf(app, group.id));
      yield { records: members.flat() };
    }
  }
}

async function membersOf(app: AppClient, groupId: string): Promise<InventoryRecord[]> {
  const operation = 'GET /groups/{id}/members';
  const request = { operation, path: `/groups/${encodeURIComponent(groupId)}/members`, query: { $select: 'id', $top: PAGE } };
  const records: InventoryRecord[] = [];
  for await (const page of urlPages(app, { ...request, accept: [404] }, NEXT_LINK)) {
    // The group was deleted since it was listed: it has no members any more.
    if (page.status === 404) return [];
    for (const { id, kind } of valuesOf(page.body, operation, readObject)) {
      // Devices, apps and contacts are members too, but no accounts.
      if (kind === 'user') records.push({ kind: 'member', groupExternalId: groupId, account: id });
      else if (kind === 'group') records.push({ kind: 'member', groupExternalId: groupId, group: id });
    }
  }
  return records;
}

async function* privilegePages(app: AppClient): AsyncGenerator<Page> {
  const roles = await readRoles(app);
  const holdings = await readHoldings(app);
  // No fact beside them that says "administrator": it would outlive the roles, since this listing never shows the account again without any.
  const records = holdings.map(({ account, assignment, viaGroup, isEligible }) =>
    toPrivilege(account, assignment, roles.get(assignment.roleDefinitionId), { isEligible, ...(viaGroup !== undefined && { viaGroup }) }),
  );
  yield { records, total: records.length };
}

/** Microsoft's own tenant: apps that it owns are part of the product, no third parties. */
const MICROSOFT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';
/** The APIs whose application permissions reach people's data: Graph, Exchange, SharePoint. */
const APIS: ReadonlySet<string> = new Set([
  '00000003-0000-0000-c000-000000000000',
  '00000002-0000-0ff1-ce00-000000000000',
  '00000003-0000-0ff1-ce00-000000000000',
]);

async function* grantPages(app: AppClient): AsyncGenerator<ListingPage<AppGrantRecord>> {
  const apps = await readServicePrincipals(app);
  const isThirdParty = (id: string): boolean => apps.get(id)?.ownerTenant !== MICROSOFT;
  const consents = new Map<string, PermissionGrant[]>();
  const request = { operation: 'GET /oauth2PermissionGrants', path: '/oauth2PermissionGrants', query: { $top: PAGE } };
  for await (const page of urlPages(app, request, NEXT_LINK)) {
    for (const grant of valuesOf(page.body, request.operation, readPermissionGrant)) {
      if (!isThirdParty(grant.clientId)) continue;
      const key = `${grant.clientId} ${grant.isForAll ? '' : grant.principalId}`;
      consents.set(key, [...(consents.get(key) ?? []), grant]);
    }
  }
  yield {
    records: [...consents.values()].map((grants) => toConsent(grants, apps.get(grants[0]!.clientId))).filter((one) => one !== undefined),
  };
  for (const api of apps.values()) {
    if (!APIS.has(api.appId)) continue;
    const held = (await readAppRoleAssignments(app, api.id)).filter((one) => one.principalType === 'ServicePrincipal');
    const clients = [...new Set(held.map((one) => one.principalId))].filter(isThirdParty);
    const rolesOf = (clientId: string): AppRoleAssignment[] => held.filter((one) => one.principalId === clientId);
    yield { records: clients.map((clientId) => toAppRoles(api, rolesOf(clientId), apps.get(clientId))) };
  }
}

async function readServicePrincipals(app: AppClient): Promise<ReadonlyMap<string, ServicePrincipal>> {
  const operation = 'GET /servicePrincipals';
  const found = new Map<string, ServicePrincipal>();
  for await (const page of urlPages(
    app,
    { operation, path: '/servicePrincipals', query: { $select: APP_FIELDS, $top: PAGE } },
    NEXT_LINK,
  )) {
    for (const one of valuesOf(page.body, operation, readServicePrincipal)) found.set(one.id, one);
  }
  return found;
}

/** The application permissions that apps hold on one API. */
export async function readAppRoleAssignments(app: AppClient, apiId: string): Promise<AppRoleAssignment[]> {
  const operation = 'GET /servicePrincipals/{id}/appRoleAssignedTo';
  const found: AppRoleAssignment[] = [];
  const path = `/servicePrincipals/${encodeURIComponent(apiId)}/appRoleAssignedTo`;
  for await (const page of urlPages(app, { operation, path, query: { $top: PAGE } }, NEXT_LINK))
    found.push(...valuesOf(page.body, operation, readAppRoleAssignment));
  return found;
}

/** We sign in as an app: it is no account of the directory. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  return { accountExternalId: null, name: text(app.settings['clientId']) };
}

/** No user has this id: to act on it changes nothing and shows whether we may. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** One cheap call for each capability. */
export const probes: readonly Probe[] = [
  { capability: 'LIST_ACCOUNTS', run: (app) => see(app, usersRequest({ $select: 'id', $top: 1 })) },
  { capability: 'LIST_GROUPS', run: (app) => see(app, { operation: 'GET /groups', path: '/groups', query: { $select: 'id', $top: 1 } }) },
  {
    capability: 'LIST_PRIVILEGES',
    run: (app) =>
      see(app, { operation: 'GET /roleManagement/directory/roleDefinitions', path: '/roleManagement/directory/roleDefinitions' }),
  },
  { capability: 'SIGN_IN_ACTIVITY', run: seeSignIns },
  { capability: 'USER_ACTIVITY', run: seeActivityFeed },
  {
    capability: 'ADMIN_ACTIVITY',
    run: (app) => see(app, { operation: 'GET /auditLogs/directoryAudits', path: '/auditLogs/directoryAudits', query: { $top: 1 } }),
  },
  {
    capability: 'USER_GOVERNANCE',
    run: (app) =>
      see(app, {
        operation: 'PATCH /users/{id}',
        method: 'PATCH',
        path: `/users/${NOBODY}`,
        json: { accountEnabled: false },
        accept: [404],
      }),
  },
  {
    capability: 'VIEW_APP_GRANTS',
    run: async (app) => {
      await see(app, { operation: 'GET /oauth2PermissionGrants', path: '/oauth2PermissionGrants', query: { $top: 1 } });
      await see(app, { operation: 'GET /servicePrincipals', path: '/servicePrincipals', query: { $select: 'id,appId', $top: 1 } });
    },
  },
  {
    capability: 'REVOKE_APP_GRANTS',
    run: (app) =>
      see(app, {
        operation: 'DELETE /oauth2PermissionGrants/{id}',
        method: 'DELETE',
        path: `/oauth2PermissionGrants/${NOBODY}`,
        accept: [404],
      }),
  },
  {
    capability: 'POSTURE',
    run: (app) => see(app, { operation: 'GET /policies/authorizationPolicy', path: '/policies/authorizationPolicy' }),
  },
];

async function see(app: AppClient, request: AppRequest): Promise<void> {
  await app.call(request);
}

async function seeSignIns(app: AppClient): Promise<void> {
  if (app.settings['signInSource'] === 'activity-feed') return seeSubscriptions(app);
  await see(app, { operation: 'GET /auditLogs/signIns', path: '/auditLogs/signIns', query: { $top: 1 } });
}

async function seeSubscriptions(app: AppClient): Promise<void> {
  await see(app, {
    operation: 'GET /subscriptions/list',
    at: 'manage',
    path: '/subscriptions/list',
    query: { PublisherIdentifier: String(app.settings['tenantId'] ?? '') },
  });
}

async function seeActivityFeed(app: AppClient): Promise<{ note: string }> {
  await seeSubscriptions(app);
  return { note: `The activity feed is read for ${CONTENT_TYPES.join(', ')}; the first content may take up to 12 hours.` };
}
