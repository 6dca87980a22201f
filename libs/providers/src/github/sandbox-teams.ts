import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { record, text } from '../sdk/index.js';
import { DONE, NOT_FOUND, ok, page, refuse, route, type Call } from './sandbox-answers.js';
import { lagged, note, seenStanding } from './sandbox-people.js';
import { showRole, showTeam, showTeamSimply, showUser } from './sandbox-rows.js';
import {
  listed,
  shownLogin,
  userByLogin,
  type GithubState,
  type SandboxOrgRole,
  type SandboxTeam,
  type SandboxUser,
} from './sandbox-state.js';

/** Teams with their members, and organization roles. */
export const teamRoutes: readonly SandboxRoute<GithubState>[] = [
  route('GET /orgs/{org}/teams', (call) => page(call, listed(call.state.teams), (team) => showTeam(call, team))),
  route('GET /orgs/{org}/teams/{team_slug}/members', listTeamMembers),
  route('PUT /orgs/{org}/teams/{team_slug}/memberships/{username}', (call) => changeTeam(call, true)),
  route('DELETE /orgs/{org}/teams/{team_slug}/memberships/{username}', (call) => changeTeam(call, false)),
  route('GET /orgs/{org}/organization-roles', (call) =>
    ok({ total_count: call.state.roles.length, roles: call.state.roles.map((role) => showRole(call, role)) }),
  ),
  route('GET /orgs/{org}/organization-roles/{role_id}/users', listHolders),
  route('PUT /orgs/{org}/organization-roles/users/{username}/{role_id}', (call) => changeHolder(call, true)),
  route('DELETE /orgs/{org}/organization-roles/users/{username}/{role_id}', (call) => changeHolder(call, false)),
];

interface TeamMember {
  readonly user: SandboxUser;
  readonly role: 'member' | 'maintainer';
  readonly inherited: boolean;
}

// Members of child teams, at any depth, are members of the parent too.
function allMembers(call: Call, team: SandboxTeam, inherited = false): TeamMember[] {
  const own = [...lagged(call, team.members)].map(([id, role]) => ({ user: call.state.users.get(id)!, role, inherited }));
  const children = call.state.teams.filter((one) => one.parentId === team.id).flatMap((child) => allMembers(call, child, true));
  const found = new Map<number, TeamMember>();
  for (const member of [...own, ...children]) if (!found.has(member.user.id)) found.set(member.user.id, member);
  return [...found.values()].filter(({ user }) => ['admin', 'member'].includes(seenStanding(call, user)) && lagged(call, user.isActive));
}

function teamOf({ state, params }: Call): SandboxTeam | undefined {
  return state.teams.find((team) => team.slug === params['team_slug']);
}

function listTeamMembers(call: Call): SandboxAnswer {
  const team = teamOf(call);
  if (!team) return NOT_FOUND;
  const role = call.query.get('role') ?? 'all';
  const members = allMembers(call, team).filter((member) => role === 'all' || member.role === role);
  return page(call, listed(members), (member) => ({ ...showUser(call, member.user), role: member.role, inherited: member.inherited }));
}

function changeTeam(call: Call, isAdding: boolean): SandboxAnswer {
  const team = teamOf(call);
  const user = userByLogin(call.state, call.params['username']!);
  if (!team || !user) return NOT_FOUND;
  if (team.isSynchronized)
    return refuse(403, 'This team is synchronized with an identity provider group; membership cannot be changed here.');
  const role = text(record(call.body)?.['role']) === 'maintainer' ? 'maintainer' : 'member';
  const members = new Map(team.members.now);
  if (isAdding) members.set(user.id, role);
  else members.delete(user.id);
  team.members.set(members, call.now);
  const fields = { user: user.login, user_id: user.id, team: `${call.state.org.login}/${team.slug}`, team_id: team.id };
  note(call, isAdding ? 'team.add_member' : 'team.remove_member', fields);
  if (!isAdding) return DONE;
  const url = `${call.host}/organizations/${call.state.org.id}/team/${team.id}/memberships/${shownLogin(user)}`;
  return ok({ url, role, state: user.standing.now.startsWith('pending') ? 'pending' : 'active' });
}

function roleOf({ state, params }: Call): SandboxOrgRole | undefined {
  return state.roles.find((role) => String(role.id) === params['role_id']);
}

function listHolders(call: Call): SandboxAnswer {
  const role = roleOf(call);
  if (!role) return NOT_FOUND;
  const team = call.state.teams.find((one) => one.id === role.teamId);
  const byTeam = team ? allMembers(call, team).map(({ user }) => user.id) : [];
  const direct = lagged(call, role.holders);
  const ids = [...new Set([...direct, ...byTeam])];
  return page(call, listed(ids), (id) => ({
    ...showUser(call, call.state.users.get(id)!),
    assignment: direct.has(id) ? (byTeam.includes(id) ? 'mixed' : 'direct') : 'indirect',
    ...(team && byTeam.includes(id) && { inherited_from: [showTeamSimply(call, team)] }),
  }));
}

function changeHolder(call: Call, isAdding: boolean): SandboxAnswer {
  const role = roleOf(call);
  const user = userByLogin(call.state, call.params['username']!);
  if (!role || !user) return NOT_FOUND;
  const holders = new Set(role.holders.now);
  if (isAdding) holders.add(user.id);
  else holders.delete(user.id);
  role.holders.set(holders, call.now);
  note(call, isAdding ? 'organization_role.assign' : 'organization_role.revoke', {
    user: user.login,
    user_id: user.id,
    role_name: role.name,
    role_id: role.id,
  });
  return DONE;
}
