import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { at, record, text } from '../sdk/index.js';
import { DONE, NOT_FOUND, ok, page, refuse, route, type Call } from './sandbox-answers.js';
import { tokenHeaders } from './sandbox-auth.js';
import { apiEntry } from './sandbox-events.js';
import { showMembership, showScimUser, showUser } from './sandbox-rows.js';
import {
  bulkUser,
  listed,
  userById,
  userByLogin,
  type GithubState,
  type Lagged,
  type Lazy,
  type SandboxUser,
  type Standing,
} from './sandbox-state.js';

/** Users, memberships, outside collaborators, invitations and the enterprise's SCIM. */
export const peopleRoutes: readonly SandboxRoute<GithubState>[] = [
  route('GET /user', (call) => ok(showUser(call, call.state.users.get(call.state.self.userId)!), tokenHeaders(call))),
  route('GET /user/{account_id}', (call) => {
    const user = userById(call.state, Number(call.params['account_id']));
    return user ? ok(showUser(call, user)) : NOT_FOUND;
  }),
  route('GET /orgs/{org}/members', listMembers),
  route('GET /orgs/{org}/memberships/{username}', (call) => {
    const user = userByLogin(call.state, call.params['username']!);
    const standing = user && seenStanding(call, user);
    return user && standing && isMember(standing) ? ok(showMembership(call, user, standing)) : NOT_FOUND;
  }),
  route('PUT /orgs/{org}/memberships/{username}', setMembership),
  route('DELETE /orgs/{org}/memberships/{username}', removeMembership),
  route('GET /orgs/{org}/outside_collaborators', listOutside),
  route('DELETE /orgs/{org}/outside_collaborators/{username}', removeOutside),
  route('GET /orgs/{org}/invitations', (call) =>
    page(call, listed(lagged(call, call.state.invitations)), (one) => showInvitation(call, one)),
  ),
  route('DELETE /orgs/{org}/invitations/{invitation_id}', cancelInvitation),
  route('GET /scim/v2/enterprises/{enterprise}/Users', listScim),
  route('GET /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}', (call) => withScim(call, (user) => ok(showScimUser(call, user)))),
  route('PATCH /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}', changeScim),
];

/** What a read sees of a value now. */
export function lagged<T>({ now, switches }: Call, value: Lagged<T>): T {
  return value.seen(now, switches.readLagMs);
}

/** Somebody's standing as a read sees it. */
export function seenStanding(call: Call, user: SandboxUser): Standing {
  return lagged(call, user.standing);
}

function isMember(standing: Standing): boolean {
  return standing !== 'none' && standing !== 'outside';
}

/** Writes what a call did into the organization's own log, as GitHub does. */
export function note(call: Call, action: string, fields: Readonly<Record<string, unknown>>): void {
  const { state, now } = call;
  state.log.add(apiEntry(state, now, actorOf(call), action, fields));
}

function actorOf({ state, headers }: Call): Readonly<Record<string, unknown>> {
  const token = /^bearer (.+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';
  if (state.issued.has(token)) return { actor: 'castellan[bot]', actor_id: 8_900_001, actor_is_bot: true, integration: 'castellan' };
  return { actor: 'castellan-connector', actor_id: state.self.userId, programmatic_access_type: 'Personal access token (classic)' };
}

/** Members as a read sees them: those of the story, then those made for volume. */
export function membersOf(call: Call, accepts: (user: SandboxUser) => boolean = () => true): Lazy<SandboxUser> {
  const { state } = call;
  const stored = [...state.users.values()].filter(
    (user) =>
      user.id < 500_000_000 && ['admin', 'member'].includes(seenStanding(call, user)) && lagged(call, user.isActive) && accepts(user),
  );
  const bulk = state.bulkAccounts > 0 && accepts(bulkUser(state, 0)) ? state.bulkAccounts : 0;
  return { length: stored.length + bulk, at: (index) => stored[index] ?? bulkUser(state, index - stored.length) };
}

function listMembers(call: Call): SandboxAnswer {
  const [filter, role] = [call.query.get('filter') ?? 'all', call.query.get('role') ?? 'all'];
  if (filter.startsWith('2fa_') && call.switches['notOwner'] === true)
    return refuse(422, 'Only owners can use this filter.', {}, { errors: ['Only owners can use this filter.'] });
  const users = membersOf(
    call,
    (user) => fits(user, filter) && (role === 'all' || (role === 'admin') === (seenStanding(call, user) === 'admin')),
  );
  return page(call, users, (user) => showUser(call, user));
}

function fits(user: SandboxUser, filter: string): boolean {
  if (filter === '2fa_disabled') return !user.hasTwoFactor;
  return filter !== '2fa_insecure' || user.usesTextMessages;
}

function listOutside(call: Call): SandboxAnswer {
  const filter = call.query.get('filter') ?? 'all';
  const users = [...call.state.users.values()].filter((user) => seenStanding(call, user) === 'outside' && fits(user, filter));
  return page(call, listed(users), (user) => showUser(call, user));
}

function keep({ state }: Call, user: SandboxUser): void {
  if (!state.users.has(user.id)) state.users.set(user.id, user);
}

function setMembership(call: Call): SandboxAnswer {
  const user = userByLogin(call.state, call.params['username']!);
  const role = text(record(call.body)?.['role']) ?? 'member';
  if (!user) return NOT_FOUND;
  if (role !== 'admin' && role !== 'member') return refuse(422, 'Validation Failed');
  const before = user.standing.now;
  if (before === 'admin' && role === 'member' && ownerCount(call) === 1) return refuse(403, 'You cannot demote the last owner.');
  const isIn = before === 'admin' || before === 'member';
  // Who is not in is invited, and has to accept.
  const standing: Standing = isIn ? role : `pending-${role}`;
  user.standing.set(standing, call.now);
  keep(call, user);
  if (isIn)
    note(call, 'org.update_member', {
      user: user.login,
      user_id: user.id,
      permission: role === 'admin' ? 'admin' : 'read',
      old_permission: before === 'admin' ? 'admin' : 'read',
    });
  else note(call, 'org.invite_member', { invitee: user.login, invitee_id: user.id });
  return ok(showMembership(call, user, standing));
}

function ownerCount(call: Call): number {
  return [...call.state.users.values()].filter((user) => user.standing.now === 'admin').length;
}

function removeMembership(call: Call): SandboxAnswer {
  const user = userByLogin(call.state, call.params['username']!);
  if (!user || !isMember(user.standing.now)) return NOT_FOUND;
  if (user.standing.now === 'admin' && ownerCount(call) === 1) return refuse(403, 'Cannot remove the last owner');
  user.standing.set('none', call.now);
  keep(call, user);
  for (const team of call.state.teams) {
    if (!team.members.now.has(user.id)) continue;
    const members = new Map(team.members.now);
    members.delete(user.id);
    team.members.set(members, call.now);
  }
  note(call, 'org.remove_member', { user: user.login, user_id: user.id });
  return DONE;
}

function removeOutside(call: Call): SandboxAnswer {
  const user = userByLogin(call.state, call.params['username']!);
  if (!user) return NOT_FOUND;
  if (isMember(user.standing.now)) return refuse(422, 'You cannot specify an organization member to remove as an outside collaborator.');
  user.standing.set('none', call.now);
  note(call, 'org.remove_outside_collaborator', { user: user.login, user_id: user.id });
  return DONE;
}

function showInvitation(call: Call, invitation: Readonly<Record<string, unknown>>): unknown {
  const { inviterId, ...shown } = invitation;
  const url = `${call.host}/organizations/${call.state.org.id}/invitations/${String(invitation['id'])}/teams`;
  return { ...shown, inviter: showUser(call, call.state.users.get(Number(inviterId))!), invitation_teams_url: url };
}

function cancelInvitation(call: Call): SandboxAnswer {
  const { invitations } = call.state;
  const found = invitations.now.find((one) => String(one['id']) === call.params['invitation_id']);
  if (!found) return NOT_FOUND;
  invitations.set(
    invitations.now.filter((one) => one !== found),
    call.now,
  );
  note(call, 'org.cancel_invitation', {
    ...(found['login'] !== null && { invitee: found['login'] }),
    ...(found['email'] !== null && { email: found['email'] }),
  });
  return DONE;
}

function managed({ state }: Call): SandboxUser[] {
  return [...state.users.values()].filter((user) => user.scimId !== null);
}

function listScim(call: Call): SandboxAnswer {
  if (call.params['enterprise'] !== call.state.enterprise) return NOT_FOUND;
  const start = Math.max(1, Number(call.query.get('startIndex') ?? 1) || 1);
  const count = Math.min(100, Math.max(0, Number(call.query.get('count') ?? 30)));
  const users = managed(call);
  const rows = users.slice(start - 1, start - 1 + count).map((user) => showScimUser(call, user));
  return ok({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: users.length,
    itemsPerPage: rows.length,
    startIndex: start,
    Resources: rows,
  });
}

function withScim(call: Call, then: (user: SandboxUser) => SandboxAnswer): SandboxAnswer {
  const user = managed(call).find((one) => one.scimId === call.params['scim_user_id']);
  if (user && call.params['enterprise'] === call.state.enterprise) return then(user);
  return { status: 404, json: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], detail: 'Resource not found', status: 404 } };
}

function changeScim(call: Call): SandboxAnswer {
  return withScim(call, (user) => {
    const active = at(call.body, 'Operations', 0, 'value', 'active');
    if (typeof active !== 'boolean') return { status: 400, json: { detail: 'Invalid operation', status: 400 } };
    user.isActive.set(active, call.now);
    note(call, active ? 'user.unsuspend' : 'user.suspend', { user: user.login, user_id: user.id });
    return ok(showScimUser(call, user));
  });
}
