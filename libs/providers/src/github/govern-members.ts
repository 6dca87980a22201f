import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, linkPages, list, text } from '../sdk/index.js';
import { accountOf, ownersLeft, readOneInvitation, readStanding, refreshAccount, refusal, seen } from './govern-people.js';
import { invitationId } from './mapping.js';
import type { Operation } from './operations.js';
import { orgPath } from './people.js';
import { adminRolesOf, membershipPath, readTeams, teamMembers } from './teams.js';
import { readTeamMember, rowsOf } from './wire.js';

const SET_MEMBERSHIP: Operation = 'PUT /orgs/{org}/memberships/{username}';
const WRITE_MEMBERS = ['members:write', 'members:read'];

/** Takes somebody out of the organization: a member, an outside collaborator, or who was invited. */
export const removeFromOrganization: ActionPlan = {
  kind: 'DEACTIVATE_USER',
  title: 'Remove from the organization',
  effect:
    'The person loses all repositories and teams of the organization at once; private forks are deleted. The GitHub account itself stays.',
  target: 'account',
  scopes: WRITE_MEMBERS,
  observe: observeMembership,
  isDone: (observed) => seen(observed, 'state') === 'none',
  refuse: (observed) => {
    if (at(observed, 'isDirect') !== false) return undefined;
    return refusal(
      'GITHUB_MEMBER_BY_ENTERPRISE_TEAM',
      'An enterprise team makes this person a member; removing the membership here does not take it away.',
      'Remove the person from the enterprise team.',
    );
  },
  run: removeMembership,
  revert: {
    by: inviteAgain,
    isDone: (observed, before) => seen(observed, 'state') !== 'none' && seen(observed, 'role') === seen(before, 'role'),
    note: 'The person is sent an invitation and must accept it; teams are given again, private forks are not restored.',
  },
  administratorsLeft: (app, target) => ownersLeft(app, accountOf(target)),
  refresh: refreshAccount,
};

// Teams are kept as well: they go with the membership and only we can give them back.
async function observeMembership(app: AppClient, target: PlanTarget): Promise<Json> {
  const accountId = accountOf(target);
  const invitation = invitationId(accountId);
  if (invitation !== undefined) {
    const found = await readOneInvitation(app, invitation);
    return { kind: 'invitation', state: found ? 'invited' : 'none', role: found?.role ?? null, login: found?.login ?? null };
  }
  const { login, state, role, isDirect, isOutside } = await readStanding(app, accountId);
  if (isOutside) return { kind: 'outside', state: 'outside', role: 'outside_collaborator', login };
  const teams = state === 'none' ? [] : await teamsOf(app, accountId);
  return { kind: 'member', state, role, login, isDirect, teams };
}

async function teamsOf(app: AppClient, accountId: string): Promise<Json[]> {
  const found = await app.each(await readTeams(app), async (team) => {
    for await (const page of linkPages(app, { ...teamMembers(app, team.slug), accept: [404] })) {
      if (page.status === 404) return undefined;
      const member = rowsOf(page.body, page.request.operation, readTeamMember).find((one) => one.id === accountId);
      if (member) return member.isInherited === true ? undefined : { slug: team.slug, role: member.role ?? 'member' };
    }
    return undefined;
  });
  return found.filter((team) => team !== undefined);
}

async function removeMembership(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const invitation = invitationId(accountOf(target));
  if (invitation !== undefined) {
    const operation: Operation = 'DELETE /orgs/{org}/invitations/{invitation_id}';
    await app.call({ operation, method: 'DELETE', path: orgPath(app, `/invitations/${encodeURIComponent(invitation)}`) });
    return;
  }
  const login = loginSeen(before);
  if (seen(before, 'kind') === 'outside') {
    const operation: Operation = 'DELETE /orgs/{org}/outside_collaborators/{username}';
    await app.call({ operation, method: 'DELETE', path: orgPath(app, `/outside_collaborators/${encodeURIComponent(login)}`) });
    return;
  }
  await app.call({ operation: 'DELETE /orgs/{org}/memberships/{username}', method: 'DELETE', path: membershipPath(app, login) });
}

async function inviteAgain(app: AppClient, _target: PlanTarget, before: Json): Promise<void> {
  if (seen(before, 'kind') !== 'member') {
    const message =
      'Who was invited, or had single repositories, must be invited again by hand: GitHub does not tell which repositories they were.';
    throw new AppFailure({ kind: 'conflict', message, remedy: 'Invite the person again in GitHub.' }, SET_MEMBERSHIP, undefined);
  }
  const login = loginSeen(before);
  await setRole(app, login, seen(before, 'role') === 'admin' ? 'admin' : 'member');
  for (const team of list(at(before, 'teams')) ?? []) {
    const operation: Operation = 'PUT /orgs/{org}/teams/{team_slug}/memberships/{username}';
    const path = orgPath(app, `/teams/${encodeURIComponent(text(at(team, 'slug')) ?? '')}/memberships/${encodeURIComponent(login)}`);
    await app.call({ operation, method: 'PUT', path, json: { role: text(at(team, 'role')) === 'maintainer' ? 'maintainer' : 'member' } });
  }
}

function loginSeen(observed: Json): string {
  const login = seen(observed, 'login');
  if (login !== null) return login;
  throw new AppFailure({ kind: 'conflict', message: 'The login of this account is not known any more.' }, SET_MEMBERSHIP, undefined);
}

async function setRole(app: AppClient, login: string, role: 'admin' | 'member'): Promise<void> {
  await app.call({ operation: SET_MEMBERSHIP, method: 'PUT', path: membershipPath(app, login), json: { role } });
}

/** Makes an owner a member and takes organization roles that administer something. */
export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Make a plain member',
  effect: 'The person is no owner any more and loses organization roles that administer something. Teams and their repositories stay.',
  target: 'account',
  scopes: [...WRITE_MEMBERS, 'organization_custom_org_roles:write', 'organization_custom_org_roles:read'],
  observe: async (app, target) => {
    const { login, role, state } = await readStanding(app, accountOf(target));
    const roles = (await adminRolesOf(app, accountOf(target))).map(({ role: held, holder }) => ({
      id: held.id,
      name: held.name,
      isByTeam: holder.assignment === 'indirect',
    }));
    return { login, state, role, roles };
  },
  isDone: (observed) => seen(observed, 'role') !== 'admin' && directRoles(observed).length === 0 && rolesByTeam(observed).length === 0,
  refuse: (observed) => {
    const byTeam = rolesByTeam(observed);
    if (byTeam.length === 0 || seen(observed, 'role') === 'admin' || directRoles(observed).length > 0) return undefined;
    return refusal(
      'GITHUB_ROLE_BY_TEAM',
      `A team gives this person ${byTeam.join(', ')}; it cannot be taken from one person.`,
      'Remove the person from the team that holds the role.',
    );
  },
  run: async (app, _target, before) => {
    const login = loginSeen(before);
    if (seen(before, 'role') === 'admin') await setRole(app, login, 'member');
    for (const id of directRoles(before)) await changeRole(app, 'DELETE', login, id);
  },
  revert: {
    by: async (app, _target, before) => {
      const login = loginSeen(before);
      if (seen(before, 'role') === 'admin') await setRole(app, login, 'admin');
      for (const id of directRoles(before)) await changeRole(app, 'PUT', login, id);
    },
    isDone: (observed, before) =>
      seen(observed, 'role') === seen(before, 'role') && directRoles(before).every((id) => directRoles(observed).includes(id)),
  },
  administratorsLeft: (app, target) => ownersLeft(app, accountOf(target)),
  refresh: refreshAccount,
};

function directRoles(observed: Json): string[] {
  return (list(at(observed, 'roles')) ?? []).filter((role) => at(role, 'isByTeam') !== true).map((role) => text(at(role, 'id')) ?? '');
}

function rolesByTeam(observed: Json): string[] {
  return (list(at(observed, 'roles')) ?? []).filter((role) => at(role, 'isByTeam') === true).map((role) => text(at(role, 'name')) ?? '');
}

async function changeRole(app: AppClient, method: 'PUT' | 'DELETE', login: string, roleId: string): Promise<void> {
  const operation: Operation = `${method} /orgs/{org}/organization-roles/users/{username}/{role_id}`;
  await app.call({
    operation,
    method,
    path: orgPath(app, `/organization-roles/users/${encodeURIComponent(login)}/${encodeURIComponent(roleId)}`),
    // A role that was taken meanwhile, or does not exist any more, needs no taking.
    ...(method === 'DELETE' && { accept: [404] }),
  });
}
