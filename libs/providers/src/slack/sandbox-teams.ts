import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { argument, isWorkspaceOnly, listArgument, listed, ok, page, refuse, route, type Call } from './sandbox-answers.js';
import { apiEntry, userEntity } from './sandbox-events.js';
import { findUser, type SandboxUserGroup, type SandboxWorkspace, type SlackState } from './sandbox-state.js';

/** Workspaces, who runs them, user groups and system roles. */
export const teamRoutes: readonly SandboxRoute<SlackState>[] = [
  route('GET /api/auth.test', whoAmI),
  route('GET /api/team.info', (call) => inWorkspace(call, argument(call, 'team'), (workspace) => ok({ team: teamOf(call, workspace) }))),
  route('GET /api/team.preferences.list', () =>
    ok({
      msg_edit_window_mins: 60,
      allow_message_deletion: true,
      display_real_names: true,
      disable_file_uploads: 'allow_all',
      who_can_post_general: 'admin',
    }),
  ),
  route('GET /api/admin.teams.list', ({ state, ...call }) =>
    page({ state, ...call }, listed(state.workspaces), 'teams', showTeam, { usual: 100, most: 100 }),
  ),
  route('GET /api/admin.teams.admins.list', (call) => listRoles(call, 'admin')),
  route('GET /api/admin.teams.owners.list', (call) => listRoles(call, 'owner')),
  route('GET /api/usergroups.list', (call) =>
    inWorkspace(call, argument(call, 'team_id'), ({ id }) => {
      const groups = [...call.state.groups.values()].filter((group) => group.workspace === id);
      return ok({ usergroups: groups.map((group) => showGroup(call, group)) });
    }),
  ),
  route('GET /api/usergroups.users.list', (call) =>
    withGroup(call, (group) => ok({ users: group.users.seen(call.now, call.switches.readLagMs) })),
  ),
  route('POST /api/usergroups.users.update', updateGroup),
  route('GET /api/admin.roles.listAssignments', (call) =>
    page(call, listed(call.state.assignments.seen(call.now, call.switches.readLagMs)), 'role_assignments', (row) => row, {
      usual: 200,
      most: 200,
    }),
  ),
  route('POST /api/admin.roles.addAssignments', (call) => assign(call, true)),
  route('POST /api/admin.roles.removeAssignments', (call) => assign(call, false)),
];

function whoAmI(call: Call): SandboxAnswer {
  const { state } = call;
  const isOne = isWorkspaceOnly(call);
  const { id, name, domain } = isOne ? state.workspaces[0]! : state.enterprise;
  const whole = isOne ? {} : { enterprise_id: id, is_enterprise_install: true };
  return ok({
    url: `https://${domain}.slack.com/`,
    team: name,
    user: 'castellan',
    team_id: id,
    user_id: state.self.userId,
    is_enterprise_install: false,
    ...whole,
  });
}

/** A token of an organization has to name the workspace; one of a workspace knows it. */
function inWorkspace(call: Call, named: string | null, then: (workspace: SandboxWorkspace) => SandboxAnswer): SandboxAnswer {
  const id = named ?? (isWorkspaceOnly(call) ? call.state.workspaces[0]!.id : null);
  if (id === null) return refuse('missing_argument');
  const workspace = call.state.workspaces.find((one) => one.id === id);
  return workspace ? then(workspace) : refuse('team_not_found');
}

function teamOf({ state }: Call, { id, name, domain, discoverable }: SandboxWorkspace): unknown {
  return {
    id,
    name,
    domain,
    email_domain: state.company.domain,
    icon: { image_default: true },
    discoverable,
    sso_provider: { type: 'saml', name: 'okta', label: 'Okta' },
  };
}

function showTeam({ id, name, domain, discoverable }: SandboxWorkspace): unknown {
  return { id, name, discoverability: discoverable, team_url: `https://${domain}.slack.com/` };
}

function listRoles(call: Call, role: 'owner' | 'admin'): SandboxAnswer {
  return inWorkspace(call, argument(call, 'team_id'), ({ id }) => {
    const holders = [...call.state.users.values()].filter((user) => user.roles.seen(call.now, call.switches.readLagMs).get(id) === role);
    return page(call, listed(holders), `${role}_ids`, (user) => user.id, { usual: 100, most: 1_000 });
  });
}

function showGroup({ state, now, switches }: Call, group: SandboxUserGroup): unknown {
  const users = group.users.seen(now, switches.readLagMs);
  const { userId } = state.self;
  return {
    id: group.id,
    team_id: group.workspace,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: '',
    handle: group.handle,
    is_external: false,
    is_idp_group: group.isFromIdp,
    date_create: group.createdAtS,
    date_update: group.createdAtS,
    date_delete: 0,
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: '',
    created_by: userId,
    updated_by: userId,
    deleted_by: null,
    prefs: { channels: [], groups: [] },
    user_count: users.length,
    users,
  };
}

function withGroup(call: Call, then: (group: SandboxUserGroup) => SandboxAnswer): SandboxAnswer {
  return inWorkspace(call, argument(call, 'team_id'), ({ id }) => {
    const group = call.state.groups.get(argument(call, 'usergroup') ?? '');
    return group && group.workspace === id ? then(group) : refuse('no_such_subteam');
  });
}

function updateGroup(call: Call): SandboxAnswer {
  return withGroup(call, (group) => {
    const { state, now } = call;
    const users = listArgument(call, 'users');
    if (users.length === 0) return refuse('no_users_provided');
    if (group.isFromIdp) return refuse('restricted_action');
    if (users.some((id) => !findUser(state, id))) return refuse('invalid_users');
    const before = group.users.now;
    group.users.set(users, now);
    const usergroup = { id: group.id, name: group.name };
    const changed = (id: string, action: string): void => {
      const user = findUser(state, id);
      if (user) state.log.add(apiEntry(state, now, { action, entity: userEntity(state, user), details: { usergroup } }));
    };
    for (const id of before.filter((one) => !users.includes(one))) changed(id, 'user_removed_from_usergroup');
    for (const id of users.filter((one) => !before.includes(one))) changed(id, 'user_added_to_usergroup');
    return ok({ usergroup: showGroup(call, group) });
  });
}

// Takes what it can and names what it rejected, still with `ok`.
function assign(call: Call, isAdding: boolean): SandboxAnswer {
  const { state, now } = call;
  const role = argument(call, 'role_id');
  const entities = listArgument(call, 'entity_ids');
  const users = listArgument(call, 'user_ids');
  if (role === null || !/^Rl/.test(role)) return refuse('invalid_role_id');
  const rejected = users.filter((id) => !findUser(state, id) || !findUser(state, id)!.active.now);
  const taken = users.filter((id) => !rejected.includes(id));
  const others = state.assignments.now.filter(
    (row) => !(row.role_id === role && entities.includes(row.entity_id) && taken.includes(row.user_id)),
  );
  const date_create = Math.floor(now.getTime() / 1_000);
  const added = taken.flatMap((user_id) => entities.map((entity_id) => ({ role_id: role, entity_id, user_id, date_create })));
  state.assignments.set(isAdding ? [...others, ...added] : others, now);
  for (const id of taken) {
    const details = { role: { id: role, name: role }, target_user: id };
    state.log.add(
      apiEntry(state, now, {
        action: isAdding ? 'role_assigned' : 'role_removed',
        entity: userEntity(state, findUser(state, id)!),
        details,
      }),
    );
  }
  return ok(rejected.length > 0 ? { rejected_users: rejected.map((id) => ({ id, error: 'user_is_deactivated' })) } : {});
}
