import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { at, list, text, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { adminCondition, factsOf, rightsOf } from './facts.js';
import { create, refreshAccount, remove, update, userIdOf, userOf, type Refusal } from './govern-people.js';
import { notExpired } from './listings.js';
import { toPrivileges } from './mapping.js';
import { queryAll, quotedId } from './soql.js';
import { assignmentFields, readAssignment, type Assignment } from './wire.js';

export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Take administrator permissions away',
  effect:
    'Permission sets that make an administrator are taken from the user, and an administrator profile is changed to Standard User of the same licence.',
  target: 'account',
  scopes: ['api', 'Manage Users', 'Assign Permission Sets'],
  observe,
  isDone: (observed) => rows(observed, 'sets').length === 0 && at(observed, 'adminProfileId') === null,
  run,
  refuse,
  revert: { by: giveBack, isDone: (observed, before) => grants(observed) === grants(before), note: 'Assignments get new numbers.' },
  administratorsLeft,
  refresh,
};

interface HeldSet {
  readonly id: string;
  readonly setId: string | null;
  readonly groupId: string | null;
  readonly name: string;
}

async function assignmentsOf(app: AppClient, userId: string): Promise<Assignment[]> {
  const { rightFields } = factsOf(app);
  const soql = `SELECT ${assignmentFields(rightFields)} FROM PermissionSetAssignment WHERE AssigneeId = '${userId}' AND ${notExpired(app)}`;
  return (await queryAll(app, soql)).map((row) => readAssignment(row, rightFields));
}

async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const user = await userOf(app, target);
  const adminFields = rightsOf(app)
    .filter(({ isAdmin }) => isAdmin)
    .map(({ field }) => field);
  const admin = (await assignmentsOf(app, user.id)).filter(({ rights }) => rights.some((field) => adminFields.includes(field)));
  const sets = admin.filter(({ isProfile }) => !isProfile).map(({ id, setId, groupId, name }) => ({ id, setId, groupId, name }));
  if (!admin.some(({ isProfile }) => isProfile)) return { sets, adminProfileId: null, replacementId: null };
  const [row] = await queryAll(app, `SELECT ProfileId, Profile.UserLicenseId FROM User WHERE Id = '${user.id}'`);
  return {
    sets,
    adminProfileId: text(row?.['ProfileId']),
    replacementId: await replacementFor(app, text(at(row, 'Profile', 'UserLicenseId'))),
  };
}

const PREFERRED = ['Standard User', 'Minimum Access - Salesforce'];

// A user can only be given a profile of its own licence. The rights of a profile stand in its hidden permission set.
async function replacementFor(app: AppClient, licenseId: string | null): Promise<string | null> {
  if (licenseId === null) return null;
  const powerful = await queryAll(app, `SELECT ProfileId FROM PermissionSet WHERE IsOwnedByProfile = true AND ${adminCondition(app)}`);
  const banned = new Set(powerful.map((row) => text(row['ProfileId'])));
  const profiles = await queryAll(
    app,
    `SELECT Id, Name FROM Profile WHERE UserLicenseId = ${quotedId(licenseId, 'a licence')} ORDER BY Name`,
  );
  const allowed = profiles.filter((row) => !banned.has(text(row['Id'])));
  const named = PREFERRED.flatMap((name) => allowed.filter((row) => text(row['Name']) === name));
  return text((named[0] ?? allowed[0])?.['Id']);
}

async function run(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  for (const { id } of rows(before, 'sets')) await remove(app, 'PermissionSetAssignment', id);
  const replacement = text(at(before, 'replacementId'));
  if (text(at(before, 'adminProfileId')) !== null && replacement !== null)
    await update(app, 'User', userIdOf(target), { ProfileId: replacement });
}

async function giveBack(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const profileId = text(at(before, 'adminProfileId'));
  if (profileId !== null) await update(app, 'User', userIdOf(target), { ProfileId: profileId });
  const held = await assignmentsOf(app, userIdOf(target));
  for (const { setId, groupId } of rows(before, 'sets')) {
    if (held.some((one) => (groupId === null ? one.setId === setId && one.groupId === null : one.groupId === groupId))) continue;
    const given: Readonly<Record<string, string>> = groupId === null ? { PermissionSetId: setId ?? '' } : { PermissionSetGroupId: groupId };
    await create(app, 'PermissionSetAssignment', { AssigneeId: userIdOf(target), ...given });
  }
}

function refuse(observed: Json): Refusal | undefined {
  if (at(observed, 'adminProfileId') === null || at(observed, 'replacementId') !== null) return undefined;
  return {
    code: 'SALESFORCE_NO_OTHER_PROFILE',
    message: 'The administrator permissions come from the profile, and the licence of the user has no profile without them.',
    remedy: 'Make a profile without administrator permissions for this licence, or suspend the user.',
  };
}

function rows(observed: Json, name: string): HeldSet[] {
  return (list(at(observed, name)) ?? []).map((row) => ({
    id: text(at(row, 'id')) ?? '',
    setId: text(at(row, 'setId')),
    groupId: text(at(row, 'groupId')),
    name: text(at(row, 'name')) ?? '',
  }));
}

// What is held, whatever numbers the assignments have.
function grants(observed: Json): string {
  const sets = rows(observed, 'sets').map(({ setId, groupId }) => groupId ?? setId ?? '');
  return [at(observed, 'adminProfileId') ?? 'none', ...[...new Set(sets)].sort()].join(' ');
}

/** Active users who would still manage users without this one. Frozen ones do not count. */
export async function administratorsLeft(app: AppClient, target: PlanTarget): Promise<number | null> {
  const soql = `SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.PermissionsManageUsers = true AND Assignee.IsActive = true AND AssigneeId != '${userIdOf(target)}' AND ${notExpired(app)}`;
  const others = new Set((await queryAll(app, soql)).flatMap((row) => text(row['AssigneeId']) ?? []));
  for (const row of await queryAll(app, 'SELECT Id, UserId FROM UserLogin WHERE IsFrozen = true')) others.delete(text(row['UserId']) ?? '');
  return others.size;
}

async function refresh(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  return [...(await refreshAccount(app, target)), ...(await assignmentsOf(app, userIdOf(target))).flatMap(toPrivileges)];
}
