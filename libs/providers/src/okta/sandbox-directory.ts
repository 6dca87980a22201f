import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import type { Call, Lazy } from './sandbox-answers.js';
import { DONE, listed, ok, page, refuse } from './sandbox-answers.js';
import { userTarget } from './sandbox-events.js';
import { note } from './sandbox-notes.js';
import { route } from './sandbox-route.js';
import type { OktaState, SandboxApp, SandboxGrant, SandboxGroup, SandboxToken } from './sandbox-state.js';
import { bulkIndex, bulkUserId } from './sandbox-state.js';
import { showRole, showUser, withUser } from './sandbox-users.js';

const GROUPS = { usual: 10_000, most: 10_000 };
const MEMBERS = { usual: 1_000, most: 1_000 };
const GRANTS = { usual: 20, most: 200 };
const APPS = { usual: 200, most: 200 };
const ASSIGNEES_PAGE = 100;

/** Groups and their members, administrators, apps, grants and tokens. */
export const directoryRoutes: readonly SandboxRoute<OktaState>[] = [
  route('GET /api/v1/groups', (call) => page(call, listed([...call.state.groups.values()]), (group) => showGroup(call, group), GROUPS)),
  route('GET /api/v1/groups/{groupId}', (call) => withGroup(call, (group) => ok(showGroup(call, group)))),
  route('GET /api/v1/groups/{groupId}/users', (call) =>
    withGroup(call, (group) => page(call, membersOf(call, group), (id) => showMember(call, id), MEMBERS)),
  ),
  route('GET /api/v1/groups/{groupId}/roles', (call) =>
    withGroup(call, (group) => ok(group.roles.map((role) => showRole(call, role, 'GROUP', `${call.host}/api/v1/groups/${group.id}`)))),
  ),
  route('PUT /api/v1/groups/{groupId}/users/{userId}', (call) => changeMember(call, true)),
  route('DELETE /api/v1/groups/{groupId}/users/{userId}', (call) => changeMember(call, false)),
  route('GET /api/v1/users/{id}/groups', (call) =>
    withUser(call, call.params['id']!, (user) => ok(groupsOf(call, user.id).map((group) => showGroup(call, group)))),
  ),
  route('GET /api/v1/iam/assignees/users', listAssignees),
  route('GET /api/v1/apps', (call) => page(call, listed(appsSeen(call)), (app) => showApp(call, app), APPS)),
  route('GET /api/v1/apps/{appId}/grants', (call) => {
    const app = call.state.apps.find((one) => one.id === call.params['appId']);
    if (!app) return refuse(call, 'E0000007', [`${call.params['appId']} (AppInstance)`]);
    return page(call, listed(call.state.grants.filter((grant) => grant.clientId === app.id)), (grant) => showGrant(call, grant), GRANTS);
  }),
  route('GET /api/v1/users/{userId}/grants', (call) =>
    withUser(call, call.params['userId']!, (user) =>
      page(call, listed(call.state.grants.filter((grant) => grant.userId === user.id)), (grant) => showGrant(call, grant), GRANTS),
    ),
  ),
  route('DELETE /api/v1/users/{userId}/grants/{grantId}', revokeGrant),
  route('GET /api/v1/users/{userId}/clients/{clientId}/tokens', (call) =>
    withUser(call, call.params['userId']!, (user) =>
      ok(
        call.state.refreshTokens
          .filter((token) => token.userId === user.id && token.clientId === call.params['clientId'])
          .map((token) => ({ ...token, status: 'ACTIVE' })),
      ),
    ),
  ),
  route('DELETE /api/v1/users/{userId}/clients/{clientId}/tokens', revokeRefreshTokens),
  route('GET /api/v1/api-tokens', (call) => ok(call.state.apiTokens.seen(call.now, call.switches.readLagMs).map(showToken))),
  route('DELETE /api/v1/api-tokens/{apiTokenId}', revokeToken),
];

function withGroup(call: Call, then: (group: SandboxGroup) => SandboxAnswer): SandboxAnswer {
  const group = call.state.groups.get(call.params['groupId']!);
  return group ? then(group) : refuse(call, 'E0000007', [`${call.params['groupId']} (UserGroup)`]);
}

function showGroup(call: Call, group: SandboxGroup): unknown {
  const isWithStats = call.query.get('expand') === 'stats';
  return {
    id: group.id,
    created: group.created,
    lastUpdated: group.created,
    lastMembershipUpdated: group.created,
    objectClass: [group.type === 'APP_GROUP' ? 'okta:windows_security_principal' : 'okta:user_group'],
    type: group.type,
    profile: { name: group.name, description: group.description },
    ...(isWithStats && {
      _embedded: {
        stats: {
          usersCount: membersOf(call, group).length,
          appsCount: 0,
          groupPushMappingsCount: 0,
          hasAdminPrivilege: group.roles.length > 0,
        },
      },
    }),
    _links: { users: { href: `${call.host}/api/v1/groups/${group.id}/users` } },
  };
}

// Everyone holds whoever is not deactivated, the volume's people too.
function membersOf(call: Call, group: SandboxGroup): Lazy<string> {
  const { state, now, switches } = call;
  if (group.type !== 'BUILT_IN') return listed([...group.members.seen(now, switches.readLagMs)]);
  const own = [...state.users.values()]
    .filter((user) => !user.id.startsWith('00ubulk') && user.standing.now.status !== 'DEPROVISIONED')
    .map((user) => user.id);
  return { length: own.length + state.bulkAccounts, at: (index) => own[index] ?? bulkUserId(index - own.length) };
}

function showMember(call: Call, id: string): unknown {
  return withUser(call, id, (user) => ok(showUser(call, user))).json;
}

function groupsOf(call: Call, userId: string): SandboxGroup[] {
  return [...call.state.groups.values()].filter((group) =>
    group.type === 'BUILT_IN'
      ? call.state.users.get(userId)?.standing.now.status !== 'DEPROVISIONED' || bulkIndex(call.state, userId) !== undefined
      : group.members.seen(call.now, call.switches.readLagMs).has(userId),
  );
}

function changeMember(call: Call, isMember: boolean): SandboxAnswer {
  return withGroup(call, (group) =>
    withUser(call, call.params['userId']!, (user) => {
      if (group.type !== 'OKTA_GROUP')
        return refuse(call, 'E0000001', ['Membership of this group is kept by its source and cannot be changed here.']);
      const members = new Set(group.members.now);
      if (isMember) members.add(user.id);
      else members.delete(user.id);
      group.members.set(members, call.now);
      const target = { id: group.id, type: 'UserGroup', alternateId: 'unknown', displayName: group.name };
      note(
        call,
        isMember ? 'group.user_membership.add' : 'group.user_membership.remove',
        isMember ? 'Add user to group membership' : 'Remove user from group membership',
        [userTarget(user), target],
      );
      return DONE;
    }),
  );
}

// The next link stands in the body here. Users who have a role only by a group are not listed.
function listAssignees(call: Call): SandboxAnswer {
  const { state, query, now, switches } = call;
  const all = [...state.users.values()].filter((user) => user.roles.seen(now, switches.readLagMs).length > 0);
  const limit = Math.min(Number(query.get('limit') ?? ASSIGNEES_PAGE) || ASSIGNEES_PAGE, ASSIGNEES_PAGE);
  const from = Math.max(0, all.findIndex((user) => user.id === query.get('after')) + 1);
  const value = all.slice(from, from + limit).map((user) => ({
    id: user.id,
    orn: `orn:okta:directory:sandbox:users:${user.id}`,
    _links: { self: { href: `${call.host}/api/v1/users/${user.id}` } },
  }));
  const last = value.at(-1);
  const next = last && from + limit < all.length ? { next: { href: `${call.host}${call.path}?after=${last.id}&limit=${limit}` } } : {};
  return ok({ value, _links: next });
}

function appsSeen({ state, switches }: Call): readonly SandboxApp[] {
  return switches['readOnlyRole'] === true ? state.apps.filter((app) => app.id === state.self.appId) : state.apps;
}

/** An app in Okta's form. */
export function showApp(call: Call, app: SandboxApp): unknown {
  return {
    id: app.id,
    name: app.name,
    label: app.label,
    status: 'ACTIVE',
    signOnMode: app.signOnMode,
    created: app.created,
    lastUpdated: app.created,
    ...(app.oauth && {
      settings: { oauthClient: { application_type: app.oauth.applicationType, grant_types: app.oauth.grantTypes } },
      credentials: {
        oauthClient: {
          client_id: app.id,
          token_endpoint_auth_method: app.oauth.applicationType === 'service' ? 'private_key_jwt' : 'client_secret_basic',
        },
      },
    }),
    _links: { users: { href: `${call.host}/api/v1/apps/${app.id}/users` } },
  };
}

function showGrant(call: Call, grant: SandboxGrant): unknown {
  return {
    id: grant.id,
    status: 'ACTIVE',
    source: grant.source,
    scopeId: grant.scopeId,
    issuer: call.host,
    clientId: grant.clientId,
    ...(grant.userId && { userId: grant.userId }),
    created: grant.created,
    lastUpdated: grant.created,
  };
}

function revokeGrant(call: Call): SandboxAnswer {
  return withUser(call, call.params['userId']!, (user) => {
    const grant = call.state.grants.find((one) => one.id === call.params['grantId'] && one.userId === user.id);
    if (!grant) return refuse(call, 'E0000007', [`${call.params['grantId']} (OAuth2ScopeConsentGrant)`]);
    call.state.grants = call.state.grants.filter((one) => one !== grant);
    note(call, 'app.oauth2.as.consent.revoke', 'User consent revoked', [userTarget(user)]);
    return DONE;
  });
}

function revokeRefreshTokens(call: Call): SandboxAnswer {
  return withUser(call, call.params['userId']!, (user) => {
    const before = call.state.refreshTokens;
    call.state.refreshTokens = before.filter((token) => token.userId !== user.id || token.clientId !== call.params['clientId']);
    if (call.state.refreshTokens.length < before.length)
      note(call, 'app.oauth2.as.token.revoke', 'OAuth2 token revocation request', [userTarget(user)]);
    return DONE;
  });
}

const TOKEN_WINDOW_DAYS = 30;

function showToken(token: SandboxToken): unknown {
  return {
    id: token.id,
    name: token.name,
    userId: token.userId,
    clientName: 'Okta API',
    tokenWindow: `P${TOKEN_WINDOW_DAYS}D`,
    created: token.created,
    lastUpdated: token.lastUsed,
    expiresAt: new Date(Date.parse(token.lastUsed) + TOKEN_WINDOW_DAYS * 86_400_000).toISOString(),
    network: { connection: token.connection, include: token.include, exclude: [] },
  };
}

function revokeToken(call: Call): SandboxAnswer {
  const token = call.state.apiTokens.now.find((one) => one.id === call.params['apiTokenId']);
  if (!token) return refuse(call, 'E0000007', [`${call.params['apiTokenId']} (ApiToken)`]);
  call.state.apiTokens.set(
    call.state.apiTokens.now.filter((one) => one !== token),
    call.now,
  );
  note(call, 'system.api_token.revoke', 'Revoke API token', [
    { id: token.id, type: 'Token', alternateId: 'unknown', displayName: token.name },
  ]);
  return DONE;
}
