import { isAdminIn, nameOf, type SandboxAccount, type SandboxGroup, type SandboxProfile, type SandboxUser } from './sandbox-records.js';

const STATUS_WORDS = {
  active: 'Active',
  activation_sent: 'ActivationSent',
  activation_required: 'ActivationRequired',
  closed: 'Closed',
  disabled: 'Disabled',
} as const;
const MINUTE_MS = 60_000;

/** A user of an account as eSignature writes it: every value a text, booleans with a capital letter. */
export function userRow(account: SandboxAccount, user: SandboxUser, hasMore: boolean, now: Date): Record<string, unknown> {
  const membership = user.memberships[account.index]!;
  const profile = account.profiles.find(({ id }) => id === membership.profileId);
  const base = {
    userName: nameOf(user),
    userId: user.id,
    userType: 'CompanyUser',
    isAdmin: isAdminIn(account, membership) ? 'True' : 'False',
    isNAREnabled: 'false',
    userStatus: STATUS_WORDS[membership.status],
    uri: `/users/${user.id}`,
    email: user.email,
    createdDateTime: esignTime(user.createdAt),
    userAddedToAccountDateTime: esignTime(membership.createdAt),
    permissionProfileId: String(membership.profileId),
    permissionProfileName: profile?.name ?? '',
  };
  if (!hasMore) return base;
  return {
    ...base,
    firstName: user.firstName,
    lastName: user.lastName,
    jobTitle: user.title,
    loginStatus: 'not_logged_in',
    ...(membership.lastLoginAt !== undefined && { lastLogin: esignTime(membership.lastLoginAt) }),
    // A forced change shows as a password that has run out.
    ...(user.mustChangePassword && { passwordExpiration: esignTime(now.getTime() - MINUTE_MS) }),
    groupList: account.groups.filter(({ id }) => membership.groupIds.includes(id)).map((group) => groupRow(group, undefined)),
    userSettings: {},
  };
}

export function groupRow(group: SandboxGroup, usersCount: number | undefined): Record<string, unknown> {
  return {
    groupId: String(group.id),
    groupName: group.name,
    groupType: group.type,
    ...(group.profileId !== undefined && { permissionProfileId: String(group.profileId) }),
    ...(usersCount !== undefined && { usersCount: String(usersCount) }),
  };
}

export function profileRow(profile: SandboxProfile, userCount: number | undefined): Record<string, unknown> {
  return {
    permissionProfileId: String(profile.id),
    permissionProfileName: profile.name,
    ...(userCount !== undefined && { userCount: String(userCount) }),
    modifiedDateTime: '2024-03-01T09:30:00.0000000Z',
    settings: {
      allowAccountManagement: String(profile.isAdmin),
      accountManagementGranular: String(profile.isDelegated),
      allowApiAccess: String(profile.isAdmin),
      allowBulkSending: String(profile.isAdmin),
      allowEnvelopeSending: String(profile.name !== 'DocuSign Viewer'),
      allowedTemplateAccess: profile.isAdmin ? 'share' : 'use',
    },
  };
}

// Seven digits of a second, and a zone.
function esignTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}0000Z`;
}
