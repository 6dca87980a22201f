import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import { AppFailure, at, flag, requiredRecord, text, type AppClient, type PlanTarget } from '../sdk/index.js';
import { ask } from './calls.js';
import { everyUser, workspaceAdmins } from './listings.js';
import { toAccount } from './mapping.js';
import { isRefusal, standingOf, workspacesOf } from './standing.js';
import { readMember, type SlackUser } from './wire.js';

const ONE_USER = 'GET /api/users.info';

/** Why a target can't be acted on, and what to do instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** The account that a plan is for; a plan without one was made wrongly. */
export function accountOf(target: PlanTarget): string {
  return needed(target.accountExternalId, 'an account');
}

/** A part of the target that this kind of plan needs. */
export function needed(id: string | null, what: string): string {
  if (id !== null && id !== '') return id;
  throw new AppFailure({ kind: 'rejected', message: `This action needs the id of ${what}.` }, 'plan', undefined);
}

/** One person as Slack has them now; fails as `missing` when there is no such person. */
export async function readPerson(app: AppClient, id: string): Promise<SlackUser> {
  const { body } = await ask(app, ONE_USER, { user: id });
  return readMember(requiredRecord(at(body, 'user'), ONE_USER, 'the user'), ONE_USER);
}

/** The account's record for the inventory; nothing when it is gone, which the next listing shows. */
export async function refreshAccount(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  try {
    const person = await readPerson(app, accountOf(target));
    const admins = await administeredBy(app, person);
    // The person's own flags are of one workspace: where the others cannot be read, nobody is called "no administrator".
    const account = toAccount(person, app.now().getTime(), () => (admins === null ? undefined : admins.length > 0));
    if ((await standingOf(app)).mode === 'workspace') return [account];
    // What only the organization's list tells, such as single sign-on, is left as it is known.
    const { hasSecondFactor: _hasSecondFactor, attributes: _attributes, ...told } = account;
    return [told];
  } catch (failure) {
    if (failure instanceof AppFailure && failure.kind === 'missing') return [];
    throw failure;
  }
}

/** The workspaces that the person owns or administrates, or null where Slack does not let us know; in a workspace its own flags tell. */
async function administeredBy(app: AppClient, person: SlackUser): Promise<readonly WorkspaceRole[] | null> {
  try {
    return await workspaceRolesOf(app, person);
  } catch (failure) {
    if (isRefusal(failure)) return null;
    throw failure;
  }
}

/** Ownership or administration of one workspace. */
export interface WorkspaceRole {
  readonly workspace: string;
  readonly role: 'owner' | 'admin';
}

/** Where the person is owner or administrator, from the lists of the workspaces that the person belongs to. */
export async function workspaceRolesOf(app: AppClient, person: SlackUser): Promise<WorkspaceRole[]> {
  if ((await standingOf(app)).mode === 'workspace') return [];
  const roles: WorkspaceRole[] = [];
  for (const workspace of person.workspaces) {
    for await (const page of workspaceAdmins(app, workspace))
      for (const { userId, role } of page) if (userId === person.id) roles.push({ workspace, role });
  }
  return roles;
}

/** A workspace without a second owner among so many people is looked through no further. */
const MOST_LOOKED_AT = 20_000;

/**
 * Owners that would be left without this person, in the workspace where fewest would be; over all workspaces when the person owns none. Null where
 * Slack does not let us know.
 */
export async function ownersLeft(app: AppClient, target: PlanTarget): Promise<number | null> {
  const id = accountOf(target);
  try {
    return (await standingOf(app)).mode === 'workspace' ? await ownersOfWorkspace(app, id) : await ownersOfOrganization(app, id);
  } catch (failure) {
    if (isRefusal(failure)) return null;
    throw failure;
  }
}

async function ownersOfOrganization(app: AppClient, id: string): Promise<number> {
  const others = new Set<string>();
  let fewest = Number.POSITIVE_INFINITY;
  for (const { id: workspace } of await workspacesOf(app)) {
    const owners = new Set<string>();
    for await (const page of workspaceAdmins(app, workspace, 'owner')) for (const { userId } of page) owners.add(userId);
    if (owners.delete(id)) fewest = Math.min(fewest, owners.size);
    for (const owner of owners) others.add(owner);
  }
  return Number.isFinite(fewest) ? fewest : others.size;
}

async function ownersOfWorkspace(app: AppClient, id: string): Promise<number | null> {
  let looked = 0;
  let owners = 0;
  for await (const users of everyUser(app, [true])) {
    owners += users.filter((user) => user.isOwner === true && user.id !== id).length;
    looked += users.length;
    if (looked > MOST_LOOKED_AT) return owners > 0 ? owners : null;
  }
  return owners;
}

/** A text of what a plan observed. */
export function seen(observed: Json, name: string): string | null {
  return text(at(observed, name));
}

/** A yes or no of what a plan observed. */
export function isSo(observed: Json, name: string): boolean {
  return flag(at(observed, name)) === true;
}

/** The primary owner can be touched by nobody but themselves: Slack refuses, and so do we before asking. */
export function refusePrimaryOwner(observed: Json): Refusal | undefined {
  if (!isSo(observed, 'isPrimaryOwner')) return undefined;
  return {
    code: 'SLACK_PRIMARY_OWNER',
    message: 'This person is the primary owner, whom no API can change.',
    remedy: 'Let the primary owner transfer ownership in the administration of Slack first.',
  };
}
