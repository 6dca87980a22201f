import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { at, flag, list, malformed, text, whole, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { factsOf, sameId, type AccountFact } from './facts.js';
import { isOpen, toPrivileges } from './mapping.js';
import { OPERATIONS, pathOf } from './operations.js';
import { userOf } from './pages.js';
import { administratorsLeft, governed, readProfile, refreshAccount, refuseFailedItems, userIdOf, type Refusal } from './people.js';
import { permissionProfiles } from './privileges.js';
import type { Membership, PermissionProfile, UserProfile } from './wire.js';

// ---------------------------------------------------------------- password

export const expirePassword: ActionPlan = {
  kind: 'EXPIRE_PASSWORD',
  title: 'Force a password change',
  effect: 'The user must set a new Docusign password at the next sign-in. Sessions that are open stay open.',
  target: 'account',
  scopes: ['user_read', 'user_write', 'signature'],
  observe: observePassword,
  isDone: isPasswordExpired,
  run: (app, target, before) => forcePasswordChange(app, userIdOf(target), before, true),
  refuse: refusePassword,
  revert: {
    by: (app, target, before) => forcePasswordChange(app, userIdOf(target), before, false),
    isDone: (observed, before) => isPasswordExpired(observed) === isPasswordExpired(before),
    note: 'Only until the user has signed in and set a new password.',
  },
  refresh: refreshAccount,
};

// The profile does not show that a change was forced; the expiry that eSignature shows for the user does.
async function observePassword(app: AppClient, target: PlanTarget): Promise<Json> {
  const userId = userIdOf(target);
  const profile = await readProfile(app, userId);
  const account = openAccounts(app, profile)[0];
  const user = account && (await userOf(app, account, userId));
  return {
    seenAt: app.now().getTime(),
    siteId: profile.siteId,
    federatedStatus: profile.federatedStatus,
    hasOpenMembership: account !== undefined,
    passwordExpiresAt: user?.passwordExpiresAt ?? null,
  };
}

function isPasswordExpired(observed: Json): boolean {
  const expiresAt = whole(at(observed, 'passwordExpiresAt'));
  return expiresAt !== null && expiresAt <= (whole(at(observed, 'seenAt')) ?? 0);
}

function refusePassword(observed: Json): Refusal | undefined {
  if (at(observed, 'federatedStatus') === 'FedAuthRequired') {
    return {
      code: 'DOCUSIGN_SINGLE_SIGN_ON_ONLY',
      message: 'The user signs in only through the identity provider and has no Docusign password to expire.',
      remedy: 'Expire the password of the account at the identity provider.',
    };
  }
  if (at(observed, 'hasOpenMembership') === true) return undefined;
  return {
    code: 'DOCUSIGN_NO_OPEN_MEMBERSHIP',
    message: 'The user has no open membership in the accounts of this connector, so there is nothing to sign in to.',
    remedy: 'Re-activate the user first.',
  };
}

async function forcePasswordChange(app: AppClient, userId: string, before: Json, isForced: boolean): Promise<void> {
  await changeUser(app, { id: userId, site_id: siteOf(before), force_password_change: isForced });
}

// ---------------------------------------------------------------- administrators

export const revokeAdminPrivileges: ActionPlan = {
  kind: 'REVOKE_ADMIN_PRIVILEGES',
  title: 'Change to a plain permission profile',
  effect: 'Gives the user the built-in Sender or Viewer permission profile in every account where the user is an administrator.',
  target: 'account',
  scopes: ['user_read', 'user_write', 'signature'],
  observe: observeRights,
  isDone: (observed) => at(observed, 'isOrganizationAdmin') !== true && rightsOf(observed).every(({ isAdmin }) => isAdmin !== true),
  run: (app, target, before) => changeRights(app, userIdOf(target), before, ({ plainId }) => plainId),
  refuse: refuseRights,
  revert: {
    by: (app, target, before) => changeRights(app, userIdOf(target), before, ({ profileId }) => profileId),
    isDone: (observed, before) => {
      const now = rightsOf(observed);
      const taken = rightsOf(before).filter(({ isAdmin }) => isAdmin === true);
      return taken.every(({ accountId, profileId }) =>
        now.some((item) => sameId(item.accountId, accountId) && item.profileId === profileId),
      );
    },
    note: 'Gives back the permission profiles that the user had.',
  },
  administratorsLeft,
  refresh: refreshRights,
};

interface Right {
  readonly accountId: string;
  readonly account: string | null;
  readonly isAdmin: boolean | null;
  readonly profileId: string | null;
  readonly profileName: string | null;
  /** The profile to change to; null where the account has none that is surely plain. */
  readonly plainId: string | null;
  readonly plainName: string | null;
}

async function observeRights(app: AppClient, target: PlanTarget): Promise<Json> {
  const profile = await readProfile(app, userIdOf(target));
  const open = governed(app, profile).filter(({ status }) => isOpen(status));
  const rights = await app.each(open, (membership) => rightIn(app, membership), 4);
  return { siteId: profile.siteId, isOrganizationAdmin: profile.isOrganizationAdmin, rights };
}

async function rightIn(app: AppClient, membership: Membership): Promise<{ readonly [name: string]: Json }> {
  const account = factsOf(app).accounts.find(({ id }) => sameId(id, membership.accountId));
  const mayBeAdmin = membership.isAdmin !== false;
  const profiles = account && mayBeAdmin ? await permissionProfiles(app, account) : new Map<string, PermissionProfile>();
  const plain = plainProfile([...profiles.values()]);
  return {
    accountId: membership.accountId,
    account: membership.accountName,
    isAdmin: membership.isAdmin ?? profiles.get(membership.profileId ?? '')?.isAdmin ?? null,
    profileId: membership.profileId,
    profileName: membership.profileName,
    plainId: plain?.id ?? null,
    plainName: plain?.name ?? null,
  };
}

// Built-in profiles are known by their names; one that was renamed is not recognized, and one that was given rights is not plain any more.
function plainProfile(profiles: readonly PermissionProfile[]): PermissionProfile | undefined {
  const plain = profiles.filter(({ isAdmin, isDelegated }) => isAdmin !== true && !isDelegated);
  const named = (pattern: RegExp): PermissionProfile | undefined => plain.find(({ name }) => pattern.test(name ?? ''));
  return named(/^(?:docusign|ds) sender$/i) ?? named(/^(?:docusign|ds) viewer$/i);
}

function refuseRights(observed: Json): Refusal | undefined {
  if (at(observed, 'isOrganizationAdmin') === true) {
    return {
      code: 'DOCUSIGN_ORGANIZATION_ADMINISTRATOR',
      message: 'The user is Organization Administrator, and Docusign has no API to take that role away.',
      remedy: 'Take the role away in Docusign Admin under Administrators, or suspend the user. Then revoke what is left of the rights.',
    };
  }
  const without = rightsOf(observed).find(({ isAdmin, plainId }) => isAdmin === true && plainId === null);
  if (!without) return undefined;
  return {
    code: 'DOCUSIGN_NO_PLAIN_PROFILE',
    message: `The account ${without.account ?? without.accountId} has no built-in Sender or Viewer permission profile that we recognize.`,
    remedy: 'Change the permission profile of the user in Docusign Admin.',
  };
}

async function changeRights(app: AppClient, userId: string, before: Json, profileOf: (right: Right) => string | null): Promise<void> {
  const memberships = rightsOf(before)
    .filter(({ isAdmin }) => isAdmin === true)
    .map((right) => ({ account_id: right.accountId, permission_profile: { id: numberOf(profileOf(right)) } }));
  if (memberships.length > 0) await changeUser(app, { id: userId, site_id: siteOf(before), memberships });
}

// The API wants the number that we otherwise keep as text.
function numberOf(id: string | null): number {
  const number = whole(id);
  if (number === null) throw malformed(OPERATIONS.changeProfiles, 'the number of a permission profile');
  return number;
}

function rightsOf(observed: Json): readonly Right[] {
  return (list(at(observed, 'rights')) ?? []).map((item) => ({
    accountId: text(at(item, 'accountId')) ?? '',
    account: text(at(item, 'account')),
    isAdmin: flag(at(item, 'isAdmin')),
    profileId: text(at(item, 'profileId')),
    profileName: text(at(item, 'profileName')),
    plainId: text(at(item, 'plainId')),
    plainName: text(at(item, 'plainName')),
  }));
}

async function refreshRights(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const userId = userIdOf(target);
  const accounts = openAccounts(app, await readProfile(app, userId));
  const privileges = await app.each(
    accounts,
    async (account) => toPrivileges(await userOf(app, account, userId), account, await permissionProfiles(app, account)),
    2,
  );
  return [...(await refreshAccount(app, target)), ...privileges.flat()];
}

// ---------------------------------------------------------------- shared by both

function openAccounts(app: AppClient, profile: UserProfile): AccountFact[] {
  const open = governed(app, profile).filter(({ status }) => isOpen(status));
  return factsOf(app).accounts.filter(({ id }) => open.some(({ accountId }) => sameId(accountId, id)));
}

function siteOf(before: Json): number {
  const site = whole(at(before, 'siteId'));
  if (site === null) throw malformed(OPERATIONS.profile, 'the site of the user');
  return site;
}

async function changeUser(app: AppClient, user: { readonly [name: string]: Json }): Promise<void> {
  const operation = OPERATIONS.changeProfiles;
  const path = pathOf(operation, { organizationId: factsOf(app).organizationId });
  const answer = await app.call({ operation, method: 'POST', at: 'admin', path, json: { users: [user] } });
  refuseFailedItems(answer.body, 'users', operation, answer.status);
}
