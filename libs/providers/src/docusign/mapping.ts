import type { AccountFactsRecord, AccountRecord, AccountStatus, GroupRecord, PrivilegeRecord } from '#libs/contracts';

import { sameId, type AccountFact } from './facts.js';
import type { AccountGroup, AccountUser, AdminUser, PermissionProfile, UserProfile } from './wire.js';

/** A user's state in one account. */
export interface MembershipState {
  readonly accountId: string;
  readonly account: string | null;
  readonly status: string | null;
}

/**
 * One status out of the user's own and those of all memberships: active anywhere is active, and only a user who is closed, or closed everywhere, is deleted.
 * A word that we do not know is never taken for "closed".
 */
export function statusOf(userStatus: string | null, memberships: readonly (string | null)[]): AccountStatus {
  if (userStatus === 'closed') return 'DELETED';
  if (memberships.includes('active')) return 'ACTIVE';
  if (userStatus === 'disabled' || memberships.includes('disabled')) return 'DISABLED';
  if (userStatus === 'created' || memberships.some((status) => status?.startsWith('activation_'))) return 'INVITED';
  if (memberships.length > 0 && memberships.every((status) => status === 'closed')) return 'DELETED';
  return 'UNKNOWN';
}

/** True while somebody can work with the membership, or is about to. A state that was not told is not closed. */
export function isOpen(status: string | null): boolean {
  return status !== 'closed';
}

/** The account of a user, from a row of the Admin API and all memberships seen so far. */
export function toAccount(user: AdminUser, memberships: readonly MembershipState[]): AccountRecord {
  return {
    kind: 'account',
    externalId: user.id,
    username: user.email,
    email: user.email,
    displayName: user.name,
    status: statusOf(
      user.userStatus,
      memberships.map(({ status }) => status),
    ),
    type: 'person',
    createdAt: user.createdAt,
    attributes: { userStatus: user.userStatus, memberships: memberships.map(membershipAttribute), isManagedByScim: user.isManagedByScim },
  };
}

/** A membership as it stands in an account's attributes. */
function membershipAttribute({ accountId, account, status }: MembershipState): {
  accountId: string;
  account: string | null;
  status: string | null;
} {
  return { accountId, account, status };
}

/** The account of a user as the profile tells it: what an action reads back. */
export function toAccountFromProfile(profile: UserProfile): AccountRecord {
  const own = profile.memberships.filter(({ isExternal }) => !isExternal);
  const email = own.find(({ email }) => email !== null)?.email ?? null;
  const states = own.map((item) => ({ accountId: item.accountId, account: item.accountName, status: item.status }));
  return {
    kind: 'account',
    externalId: profile.id,
    username: email,
    email,
    displayName: profile.name,
    status: statusOf(
      profile.userStatus,
      states.map(({ status }) => status),
    ),
    type: 'person',
    createdAt: profile.createdAt,
    attributes: { userStatus: profile.userStatus, memberships: states.map(membershipAttribute) },
  };
}

/** What the profile adds to an account that a listing showed. Whether the user is an administrator is told by privileges. */
export function factsOfProfile(profile: UserProfile): AccountFactsRecord {
  return { kind: 'accountFacts', externalId: profile.id, hasSecondFactor: secondFactorOf(profile), attributes: profileAttributes(profile) };
}

/** The right over the whole organization, and administrator flags in accounts that only the profile shows us. */
export function privilegesOfProfile(
  profile: UserProfile,
  organizationName: string | null,
  read: readonly AccountFact[],
): PrivilegeRecord[] {
  const elsewhere = profile.memberships.filter(
    ({ isAdmin, status, isExternal, accountId }) =>
      isAdmin === true && isOpen(status) && !isExternal && !read.some(({ id }) => sameId(id, accountId)),
  );
  return [
    ...(profile.isOrganizationAdmin === true ? [organizationAdministrator(profile.id, organizationName)] : []),
    ...elsewhere.map(({ accountId, accountName, profileName }): PrivilegeRecord => ({
      kind: 'privilege',
      externalId: `${accountId}/profile`,
      account: profile.id,
      name: profileName ?? 'Account administrator',
      isAdmin: true,
      scope: accountName,
    })),
  ];
}

// With single sign-on required, the identity provider asks for the second factor and Docusign's own flag says nothing about it.
function secondFactorOf(profile: UserProfile): boolean | null {
  return profile.federatedStatus === 'FedAuthRequired' ? null : profile.requiresTwoStep;
}

function profileAttributes(profile: UserProfile): NonNullable<AccountFactsRecord['attributes']> {
  return {
    federatedStatus: profile.federatedStatus,
    secondFactorAt: profile.federatedStatus === 'FedAuthRequired' ? 'identity provider' : null,
    verifiesDevices: profile.verifiesDevices,
    isOrganizationAdmin: profile.isOrganizationAdmin,
    linkedIdentities: profile.identities,
    siteId: profile.siteId,
  };
}

/** Groups belong to one account each, and their numbers are unique only there. */
export function groupIdOf(accountId: string, groupId: string): string {
  return `${accountId}/${groupId}`;
}

export function toGroup(group: AccountGroup, account: AccountFact): GroupRecord {
  return {
    kind: 'group',
    externalId: groupIdOf(account.id, group.id),
    name: group.name ?? group.id,
    type: group.type,
    attributes: {
      accountId: account.id,
      account: account.name,
      permissionProfileId: group.permissionProfileId,
      usersCount: group.usersCount,
      isManagedByScim: group.isManagedByScim,
    },
  };
}

/** The permission profile that a user holds in an account, what groups add to it, and administrator flags that no profile explains. */
export function toPrivileges(user: AccountUser, account: AccountFact, profiles: ReadonlyMap<string, PermissionProfile>): PrivilegeRecord[] {
  if (!isOpen(user.status)) return [];
  const held = { kind: 'privilege', account: user.id, scope: account.name } as const;
  const privileges: PrivilegeRecord[] = [];
  const own = user.permissionProfileId;
  if (own !== null) {
    const profile = profiles.get(own);
    privileges.push({
      ...held,
      // One profile per membership: another one takes the place of this record.
      externalId: `${account.id}/profile`,
      name: profile?.name ?? user.permissionProfileName ?? own,
      // The flag on the user wins over what the profile's switches look like.
      isAdmin: user.isAdmin === true ? true : (profile?.isAdmin ?? user.isAdmin),
    });
  } else if (user.isAdmin === true) {
    privileges.push({ ...held, externalId: `${account.id}/profile`, name: 'Account administrator', isAdmin: true });
  }
  if (user.isAlternateAdmin === true) {
    privileges.push({ ...held, externalId: `${account.id}/alternate-administrator`, name: 'Alternate administrator', isAdmin: true });
  }
  return [...privileges, ...privilegesOfGroups(user, account, profiles)];
}

function privilegesOfGroups(user: AccountUser, account: AccountFact, profiles: ReadonlyMap<string, PermissionProfile>): PrivilegeRecord[] {
  return (user.groups ?? []).flatMap((group): PrivilegeRecord[] => {
    const id = group.permissionProfileId;
    if (id === null || id === user.permissionProfileId) return [];
    const profile = profiles.get(id);
    return [
      {
        kind: 'privilege',
        account: user.id,
        scope: account.name,
        externalId: `${account.id}/${id}/via/${group.id}`,
        name: profile?.name ?? id,
        isAdmin: profile?.isAdmin ?? null,
        viaGroup: groupIdOf(account.id, group.id),
      },
    ];
  });
}

function organizationAdministrator(userId: string, organizationName: string | null): PrivilegeRecord {
  return {
    kind: 'privilege',
    externalId: 'organization',
    account: userId,
    name: 'Organization Administrator',
    isAdmin: true,
    scope: organizationName,
  };
}

const GRANULAR: Readonly<Record<string, { readonly name: string; readonly isAdmin: boolean }>> = {
  canManageUsers: { name: 'Can manage users', isAdmin: true },
  canManageAdmins: { name: 'Can manage administrators', isAdmin: true },
  canManageGroupsButNotUsers: { name: 'Can manage groups', isAdmin: true },
  canManageAccountSettings: { name: 'Can manage account settings', isAdmin: true },
  canManageAccountSecuritySettings: { name: 'Can manage security settings', isAdmin: true },
  canManageConnect: { name: 'Can manage webhooks', isAdmin: true },
  canManageSharing: { name: 'Can manage sharing', isAdmin: true },
  canManageEnvelopeTransfer: { name: 'Can transfer envelopes', isAdmin: true },
  canManageDocumentRetention: { name: 'Can manage document retention', isAdmin: true },
  canManageReporting: { name: 'Can manage reports', isAdmin: false },
  canManageSigningGroups: { name: 'Can manage signing groups', isAdmin: false },
};

/** Parts of the administration that a user was given one by one. */
export function toGranularPrivileges(userId: string, account: AccountFact, granted: readonly string[]): PrivilegeRecord[] {
  return granted.flatMap((name): PrivilegeRecord[] => {
    const known = GRANULAR[name];
    if (!known) return [];
    return [
      {
        kind: 'privilege',
        externalId: `${account.id}/granular/${name}`,
        account: userId,
        name: known.name,
        isAdmin: known.isAdmin,
        scope: account.name,
      },
    ];
  });
}
