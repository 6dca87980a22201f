import type { Activity, Target } from '../activity.js';

/** OCSF class and activities by which somebody gets a policy, a privilege or a role. */
const GIVES: ReadonlySet<string> = new Set(['3007/10', '3007/14', '3007/16', '3006/1', '3006/10', '3006/12']);

/** Events whose role has no name in the activity, and is one of administration by what the event means. */
const ALWAYS: ReadonlySet<string> = new Set([
  'user.account.privilege.grant',
  'group.privilege.grant',
  'iam.resourceset.bindings.add',
  'admin.GRANT_ADMIN_PRIVILEGE',
  'admin.GRANT_DELEGATED_ADMIN_PRIVILEGES',
  'admin.ASSIGN_ROLE',
  'Add member to role',
  'Add eligible member to role',
  'organization_role.assign',
  'role_assigned',
]);

const ADMIN_WORDS =
  /\b(admins?|administrators?|administrator ?access|super ?users?|root|elevated|(?:to|org|organization|workspace|account|service) owners?|owner transferred)\b/i;
const HOLDER_WORDS = /user|member|person|group|account|organization|enterprise|customer|tenant|app/i;

/** True where somebody was given a role that administers an app. */
export function isAdminGrant(activity: Activity): boolean {
  if (activity.category !== 'PRIVILEGE' || activity.outcome !== 'SUCCESS' || !GIVES.has(`${activity.classUid}/${activity.activityUid}`))
    return false;
  return ALWAYS.has(activity.eventType) || speaksOfAdmins(activity.eventType) || roleOf(activity) !== null;
}

/** The name of the role, where it names administration. */
export function roleOf({ targets }: Activity): string | null {
  return targets.find(({ type, name }) => name !== null && !HOLDER_WORDS.test(type) && speaksOfAdmins(name))?.name ?? null;
}

/** Whom it was given to. */
export function holderOf({ targets }: Activity): Target | null {
  return targets.find(({ type }) => /user|member|person/i.test(type)) ?? targets.find(({ type }) => /group/i.test(type)) ?? null;
}

/** True for those who made themselves an administrator. */
export function isOwnGrant(activity: Activity): boolean {
  const holder = holderOf(activity)?.name?.toLowerCase();
  return holder !== undefined && [activity.actorName, activity.actorEmail].some((name) => name?.toLowerCase() === holder);
}

// As words: AdministratorAccess, role_change_to_admin and Account.AdminAdded.
function speaksOfAdmins(name: string): boolean {
  return ADMIN_WORDS.test(name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_.\-/:]+/g, ' '));
}
