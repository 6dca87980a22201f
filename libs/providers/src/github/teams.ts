import type { InventoryRecord } from '#libs/contracts';

import type { AppClient, AppRequest, ListingPage } from '../sdk/index.js';
import { AppFailure, at, linkPages, requiredText } from '../sdk/index.js';
import { isAdminRole, toGroup, toMaintainer, toMembers, toNesting, toOwnership, toPrivilege } from './mapping.js';
import type { Operation } from './operations.js';
import { ifAllowed, membersRequest, orgList, orgPath, readUsers } from './people.js';
import {
  readRoleHolder,
  readRoles,
  readTeam,
  readTeamMember,
  rowsOf,
  type GithubRole,
  type GithubRoleHolder,
  type GithubTeam,
} from './wire.js';

const TEAMS: Operation = 'GET /orgs/{org}/teams';
const MEMBERS: Operation = 'GET /orgs/{org}/teams/{team_slug}/members';
const ROLES: Operation = 'GET /orgs/{org}/organization-roles';
const HOLDERS: Operation = 'GET /orgs/{org}/organization-roles/{role_id}/users';

type Page = ListingPage<InventoryRecord>;

/** Teams, how they nest, and their direct members. */
export async function* groupPages(app: AppClient): AsyncGenerator<Page> {
  for await (const page of linkPages(app, teamsRequest(app))) {
    const teams = rowsOf(page.body, TEAMS, readTeam);
    yield { records: teams.flatMap((team) => [toGroup(team), ...toNesting(team)]) };
    for (const team of teams) {
      for await (const members of linkPages(app, { ...teamMembers(app, team.slug), accept: [404] })) {
        // The team was deleted since it was listed: it has no members any more.
        if (members.status === 404) break;
        yield { records: toMembers(team, rowsOf(members.body, MEMBERS, readTeamMember)) };
      }
    }
  }
}

/** The organization's teams. */
export function teamsRequest(app: AppClient): AppRequest {
  return orgList(app, TEAMS, '/teams');
}

/** Members of a team, those of its child teams among them. */
export function teamMembers(app: AppClient, slug: string, role = 'all'): AppRequest {
  return orgList(app, MEMBERS, `/teams/${encodeURIComponent(slug)}/members`, { role });
}

/** All teams. */
export async function readTeams(app: AppClient): Promise<GithubTeam[]> {
  const teams: GithubTeam[] = [];
  for await (const page of linkPages(app, teamsRequest(app))) teams.push(...rowsOf(page.body, TEAMS, readTeam));
  return teams;
}

/** The team with this number as it is called now; fails as `missing` when there is none. */
export async function readOneTeam(app: AppClient, teamId: string): Promise<GithubTeam> {
  const team = (await readTeams(app)).find((one) => one.id === teamId);
  if (team) return team;
  throw new AppFailure({ kind: 'missing', message: `There is no team ${teamId.slice(0, 40)} in the organization.` }, TEAMS, undefined);
}

/** Owners, holders of organization roles, and team maintainers. */
export async function* privilegePages(app: AppClient): AsyncGenerator<Page> {
  const owners = await readOwners(app);
  yield {
    records: owners.flatMap((owner) => [toOwnership(owner), { kind: 'accountFacts' as const, externalId: owner.id, isAdmin: true }]),
  };
  for (const role of (await readOrganizationRoles(app)) ?? []) {
    for await (const holders of linkPages(app, orgList(app, HOLDERS, `/organization-roles/${encodeURIComponent(role.id)}/users`))) {
      yield { records: rowsOf(holders.body, HOLDERS, readRoleHolder).map((holder) => toPrivilege(role, holder)) };
    }
  }
  const teams = await readTeams(app);
  for (let i = 0; i < teams.length; i += 20) {
    const records = await app.each(teams.slice(i, i + 20), async (team) => {
      const found = [];
      for await (const page of linkPages(app, { ...teamMembers(app, team.slug, 'maintainer'), accept: [404] })) {
        if (page.status === 404) break;
        // An owner is a maintainer of every team they are in; the list of child teams repeats theirs.
        const members = rowsOf(page.body, MEMBERS, readTeamMember).filter((member) => member.isInherited !== true);
        found.push(...members.map((member) => toMaintainer(team, member)));
      }
      return found;
    });
    yield { records: records.flat() };
  }
}

/** The owners of the organization. */
export function readOwners(app: AppClient): ReturnType<typeof readUsers> {
  return readUsers(app, membersRequest(app, { role: 'admin' }));
}

// Organization roles are a part of Enterprise Cloud; elsewhere there are none, which is no failure.
async function readOrganizationRoles(app: AppClient): Promise<GithubRole[] | undefined> {
  try {
    const answer = await app.call({ operation: ROLES, path: orgPath(app, '/organization-roles') });
    return readRoles(answer.body, ROLES);
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'unlicensed') return undefined;
    throw error;
  }
}

/** A role that somebody holds. */
export interface HeldRole {
  readonly role: GithubRole;
  readonly holder: GithubRoleHolder;
}

/** The organization roles of one person that administer something; none where roles are not ours to see. */
export async function adminRolesOf(app: AppClient, accountId: string): Promise<HeldRole[]> {
  const roles = (await ifAllowed(() => readOrganizationRoles(app))) ?? [];
  const held = await app.each(
    roles.filter((role) => isAdminRole(role) !== false),
    async (role) => {
      for await (const page of linkPages(app, orgList(app, HOLDERS, `/organization-roles/${encodeURIComponent(role.id)}/users`))) {
        const holder = rowsOf(page.body, HOLDERS, readRoleHolder).find((one) => one.id === accountId);
        if (holder) return { role, holder };
      }
      return undefined;
    },
  );
  return held.filter((one) => one !== undefined);
}

/** Role and standing of somebody in the organization: `none` where there is no membership. */
export interface Membership {
  readonly state: 'active' | 'pending' | 'none';
  /** admin, member or billing_manager. */
  readonly role: string | null;
  /** False where an enterprise team gives it as well: removing it here does not take it away. */
  readonly isDirect: boolean;
}

/** The membership of one login. */
export async function readMembership(app: AppClient, login: string): Promise<Membership> {
  const operation: Operation = 'GET /orgs/{org}/memberships/{username}';
  const answer = await app.call({ operation, path: membershipPath(app, login), accept: [404] });
  if (answer.status === 404) return { state: 'none', role: null, isDirect: true };
  const state = requiredText(at(answer.body, 'state'), operation, 'a state');
  return {
    state: state === 'pending' ? 'pending' : 'active',
    role: requiredText(at(answer.body, 'role'), operation, 'a role'),
    isDirect: at(answer.body, 'direct_membership') !== false,
  };
}

/** Where the membership of one login is. */
export function membershipPath(app: AppClient, login: string): string {
  return orgPath(app, `/memberships/${encodeURIComponent(login)}`);
}
