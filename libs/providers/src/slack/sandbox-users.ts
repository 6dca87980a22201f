import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { at, list, record } from '../sdk/index.js';
import { argument, isWorkspaceOnly, listArgument, listed, ok, page, refuse, refuseScim, route, type Call } from './sandbox-answers.js';
import { apiEntry, userEntity } from './sandbox-events.js';
import { findUser, keepUser, usersWho, type SandboxUser, type SlackState } from './sandbox-state.js';

/** People, their sessions, and SCIM. */
export const userRoutes: readonly SandboxRoute<SlackState>[] = [
  route('GET /api/users.list', listMembers),
  route('GET /api/users.info', (call) => withUser(call, argument(call, 'user'), (user) => ok({ user: member(call, user) }))),
  route('GET /api/admin.users.list', listOrgUsers),
  route('POST /api/admin.users.deactivate', (call) =>
    withUser(call, argument(call, 'user_id'), (user) => {
      if (user.orgRole === 'primary_owner') return refuse('cannot_deactivate_primary_owner');
      setActive(call, user, false);
      return ok();
    }),
  ),
  route('POST /api/admin.users.setRegular', (call) => setRole(call, null)),
  route('POST /api/admin.users.setAdmin', (call) => setRole(call, 'admin')),
  route('POST /api/admin.users.setOwner', (call) => setRole(call, 'owner')),
  route('GET /api/admin.users.session.list', listSessions),
  route('POST /api/admin.users.session.reset', (call) =>
    withUser(call, argument(call, 'user_id'), (user) => {
      user.sessions.set([], call.now);
      keepUser(call.state, user);
      note(call, 'user_session_reset_by_admin', user);
      return ok();
    }),
  ),
  route('POST /api/admin.users.session.getSettings', getSettings),
  route('GET /scim/v2/Users/{id}', (call) => withScimUser(call, (user) => ({ status: 200, json: scimUser(call, user) }))),
  route('PATCH /scim/v2/Users/{id}', (call) => withScimUser(call, (user) => patchScim(call, user))),
  route('GET /scim/v2/Groups', listScimGroups),
];

function withUser(call: Call, id: string | null, then: (user: SandboxUser) => SandboxAnswer): SandboxAnswer {
  const user = id === null ? undefined : findUser(call.state, id);
  return user ? then(user) : refuse('user_not_found');
}

function withScimUser(call: Call, then: (user: SandboxUser) => SandboxAnswer): SandboxAnswer {
  const user = findUser(call.state, call.params['id']!);
  return user && !user.isBot ? then(user) : refuseScim(404, 'user_not_found');
}

function listMembers(call: Call): SandboxAnswer {
  if (!isWorkspaceOnly(call) && argument(call, 'team_id') === null) return refuse('missing_argument');
  const answer = page(call, usersWho(call.state, null, call.now, call.switches.readLagMs), 'members', (user) => member(call, user), {
    usual: 1_000,
    most: 1_000,
  });
  const body = record(answer.json) ?? {};
  return { ...answer, json: body['ok'] === true ? { ...body, cache_ts: Math.floor(call.now.getTime() / 1_000) } : body };
}

// As a workspace shows its members: flags are of that workspace.
function member(call: Call, user: SandboxUser): unknown {
  const { state, now, switches } = call;
  const isActive = user.active.seen(now, switches.readLagMs);
  const role = user.roles.seen(now, switches.readLagMs).get(state.workspaces[0]!.id);
  const texts = { avatar_hash: 'g0', phone: '', skype: '', status_text: '', status_emoji: '', title: '' };
  return {
    id: user.id,
    team_id: user.workspaces[0],
    name: user.username,
    deleted: !isActive,
    real_name: user.name,
    is_admin: role !== undefined,
    is_owner: role === 'owner',
    is_primary_owner: user.orgRole === 'primary_owner',
    is_restricted: user.guest !== null,
    is_ultra_restricted: user.guest === 'single-channel',
    is_bot: user.isBot,
    is_app_user: false,
    updated: Math.floor(now.getTime() / 1_000),
    has_2fa: user.has2fa,
    profile: {
      ...texts,
      ...(user.email !== null && { email: user.email }),
      real_name: user.name,
      real_name_normalized: user.name,
      display_name: user.username,
      display_name_normalized: user.username,
      fields: null,
      ...(user.expiresAtS > 0 && { guest_expiration_ts: user.expiresAtS }),
    },
    ...(!isWorkspaceOnly(call) && {
      enterprise_user: {
        id: user.id,
        enterprise_id: state.enterprise.id,
        enterprise_name: state.enterprise.name,
        is_admin: user.orgRole !== null,
        is_owner: user.orgRole === 'owner' || user.orgRole === 'primary_owner',
        teams: user.workspaces,
      },
    }),
  };
}

function listOrgUsers(call: Call): SandboxAnswer {
  const wanted = argument(call, 'is_active');
  const isActive = wanted === null ? null : wanted === 'true';
  return page(call, usersWho(call.state, isActive, call.now, call.switches.readLagMs), 'users', (user) => orgUser(call, user), {
    usual: 100,
    most: 100,
  });
}

function orgUser({ now, switches }: Call, user: SandboxUser): unknown {
  return {
    id: user.id,
    email: user.email ?? '',
    username: user.username,
    full_name: user.name,
    is_active: user.active.seen(now, switches.readLagMs),
    is_admin: user.orgRole !== null,
    is_owner: user.orgRole === 'owner' || user.orgRole === 'primary_owner',
    is_primary_owner: user.orgRole === 'primary_owner',
    is_restricted: user.guest !== null,
    is_ultra_restricted: user.guest === 'single-channel',
    is_bot: user.isBot,
    expiration_ts: user.expiresAtS,
    date_created: user.createdAtS,
    last_active_ts: user.lastActiveAtS,
    has_2fa: user.has2fa,
    has_sso: user.hasSso,
    roles: [],
    workspaces: user.workspaces,
  };
}

function setRole(call: Call, role: 'owner' | 'admin' | null): SandboxAnswer {
  const workspace = argument(call, 'team_id');
  return withUser(call, argument(call, 'user_id'), (user) => {
    if (workspace === null || !call.state.workspaces.some(({ id }) => id === workspace)) return refuse('team_not_found');
    if (user.orgRole === 'primary_owner') return refuse('cannot_demote_primary_owner');
    if (!user.workspaces.includes(workspace)) return refuse('user_not_found');
    const roles = new Map(user.roles.now);
    if (role === null) roles.delete(workspace);
    else roles.set(workspace, role);
    user.roles.set(roles, call.now);
    keepUser(call.state, user);
    note(call, `role_change_to_${role ?? 'user'}`, user);
    return ok();
  });
}

/** Ends or opens an account; whoever is deactivated has no session left. */
function setActive(call: Call, user: SandboxUser, active: boolean): void {
  if (user.active.now === active) return;
  user.active.set(active, call.now);
  if (!active) user.sessions.set([], call.now);
  keepUser(call.state, user);
  const whom = user.guest === null ? 'user' : 'guest';
  note(call, `${whom}_${active ? 'reactivated' : 'deactivated'}`, user);
}

function note({ state, now }: Call, action: string, user: SandboxUser): void {
  state.log.add(apiEntry(state, now, { action, entity: userEntity(state, user) }));
}

function listSessions(call: Call): SandboxAnswer {
  const workspace = argument(call, 'team_id');
  const userId = argument(call, 'user_id');
  if (userId !== null && workspace === null) return refuse('missing_argument');
  const users = userId === null ? [...call.state.users.values()] : [findUser(call.state, userId)].filter((user) => user !== undefined);
  if (users.length === 0) return refuse('user_not_found');
  const rows = users.flatMap((user) =>
    user.sessions
      .seen(call.now, call.switches.readLagMs)
      .filter((session) => workspace === null || session.workspace === workspace)
      .map((session) => {
        const device = { device_hardware: 'Computer', os: session.os, os_version: '1', slack_client_version: '4.41.1', ip: session.ip };
        return { user_id: user.id, session_id: session.id, team_id: session.workspace, created: device, recent: device };
      }),
  );
  return page(call, listed(rows), 'active_sessions', (row) => row, { usual: 100, most: 1_000 });
}

function getSettings(call: Call): SandboxAnswer {
  const ids = listArgument(call, 'user_ids');
  if (ids.length === 0) return refuse('missing_argument');
  const users = ids.map((id) => findUser(call.state, id)).filter((user) => user !== undefined);
  if (users.length === 0) return refuse('users_not_found');
  return ok({
    session_settings: users.filter((user) => user.sessionSetting).map((user) => ({ user_id: user.id, ...user.sessionSetting })),
    no_settings_applied: users.filter((user) => !user.sessionSetting).map((user) => user.id),
  });
}

function scimUser({ now, switches }: Call, user: SandboxUser): unknown {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: user.id,
    userName: user.username,
    displayName: user.name,
    active: user.active.seen(now, switches.readLagMs),
    emails: user.email === null ? [] : [{ value: user.email, primary: true }],
    meta: { created: new Date(user.createdAtS * 1_000).toISOString(), location: `https://api.slack.com/scim/v2/Users/${user.id}` },
  };
}

function patchScim(call: Call, user: SandboxUser): SandboxAnswer {
  const [operation] = list(at(call.body, 'Operations')) ?? [];
  const value = at(operation, 'value');
  if (at(operation, 'path') !== 'active' || typeof value !== 'boolean') return refuseScim(400, 'invalid_operation');
  if (user.orgRole === 'primary_owner' && !value) return refuseScim(403, 'cannot_deactivate_primary_owner');
  setActive(call, user, value);
  return { status: 200, json: scimUser(call, user) };
}

function listScimGroups(call: Call): SandboxAnswer {
  const { state, query, now, switches } = call;
  const start = Number(query.get('startIndex') ?? 1);
  const count = Number(query.get('count') ?? 10);
  if (!Number.isInteger(start) || start < 1 || !Number.isInteger(count) || count < 1) return refuseScim(400, 'invalid_arguments');
  const pushed = [...state.groups.values()]
    .filter((group) => group.isFromIdp)
    .map((group) => ({ id: group.id, displayName: group.name, members: group.users.seen(now, switches.readLagMs) }));
  const all = [...pushed, ...state.scimGroups];
  const shown = all.slice(start - 1, start - 1 + count);
  return {
    status: 200,
    json: {
      totalResults: all.length,
      itemsPerPage: count,
      startIndex: start,
      Resources: shown.map(({ id, displayName, members }) => ({
        id,
        displayName,
        members: members.map((value) => ({ value, display: findUser(state, value)?.name ?? '' })),
      })),
    },
  };
}
