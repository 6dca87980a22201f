import { randomBytes } from 'node:crypto';

import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, flag, timeMs, whole } from '../sdk/index.js';
import { accountOf, globalAdministrators, readOneUser, refreshAccount, userPath } from './govern-users.js';

const PATCH = 'PATCH /users/{id}';
const BLOCK_SCOPES = ['User.EnableDisableAccount.All', 'User.Read.All'];
const BLOCK_SAFELY = [...BLOCK_SCOPES, 'RoleManagement.Read.Directory', 'GroupMember.Read.All'];

/** Blocks sign-in: Entra ID has no other "suspended". */
export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Block sign-in',
  effect:
    'The user cannot sign in to Microsoft 365 or any app through it; groups, roles and licences stay. Access tokens in use work for up to an hour.',
  target: 'account',
  scopes: BLOCK_SAFELY,
  observe: observeEnabled,
  isDone: (observed) => flag(at(observed, 'accountEnabled')) === false,
  run: (app, target) => setEnabled(app, target, false),
  revert: {
    by: restoreEnabled,
    isDone: (observed, before) => flag(at(observed, 'accountEnabled')) === flag(at(before, 'accountEnabled')),
  },
  administratorsLeft: (app, target) => globalAdministrators(app, accountOf(target)),
  refresh: refreshAccount,
};

/** Lets a blocked user sign in again. */
export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Unblock sign-in',
  effect: 'The user can sign in again, with the groups, roles and licences they had.',
  target: 'account',
  scopes: BLOCK_SCOPES,
  observe: observeEnabled,
  isDone: (observed) => flag(at(observed, 'accountEnabled')) === true,
  run: (app, target) => setEnabled(app, target, true),
  revert: {
    by: restoreEnabled,
    isDone: (observed, before) => flag(at(observed, 'accountEnabled')) === flag(at(before, 'accountEnabled')),
  },
  refresh: refreshAccount,
};

async function observeEnabled(app: AppClient, target: PlanTarget): Promise<Json> {
  const { wire } = await readOneUser(app, accountOf(target));
  return { accountEnabled: flag(wire['accountEnabled']), isSynchronized: flag(wire['onPremisesSyncEnabled']) };
}

async function setEnabled(app: AppClient, target: PlanTarget, accountEnabled: boolean): Promise<void> {
  await app.call({ operation: PATCH, method: 'PATCH', path: userPath(accountOf(target)), json: { accountEnabled } });
}

async function restoreEnabled(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  await setEnabled(app, target, flag(at(before, 'accountEnabled')) !== false);
}

/** Sessions that began before this long ago are over, when the mark that Entra keeps is no older. */
const FRESH_MS = 5 * 60_000;

/**
 * Ends all sessions. Entra ID keeps the moment before which no session counts. Whether somebody signed in again since is shown hours late, so an old mark is
 * never taken for done: only one of the last minutes is.
 */
export const requireSignInAgain: ActionPlan = {
  kind: 'REQUIRE_SIGN_IN_AGAIN',
  title: 'Revoke sign-in sessions',
  effect: 'All refresh tokens and browser sessions of the user end. Access tokens in use work for up to an hour.',
  target: 'account',
  scopes: ['User.RevokeSessions.All', 'User.Read.All'],
  observe: async (app, target) => {
    const { wire } = await readOneUser(app, accountOf(target));
    return { sessionsValidFrom: timeMs(wire['signInSessionsValidFromDateTime']), observedAt: app.now().getTime() };
  },
  isDone: (observed) => {
    const validFrom = whole(at(observed, 'sessionsValidFrom'));
    return validFrom !== null && (whole(at(observed, 'observedAt')) ?? 0) - validFrom <= FRESH_MS;
  },
  run: async (app, target) => {
    const operation = 'POST /users/{id}/revokeSignInSessions';
    await app.call({ operation, method: 'POST', path: userPath(accountOf(target), '/revokeSignInSessions') });
  },
  revert: { impossible: 'An ended session cannot be brought back; the user signs in again.' },
  refresh: refreshAccount,
};

/** Gives the user a random password that nobody knows, to be changed at the next sign-in. */
export const expirePassword: ActionPlan = {
  kind: 'EXPIRE_PASSWORD',
  title: 'Reset password',
  effect:
    'The password is replaced by a random one that nobody knows; the user gets back in by self-service reset or the help desk and must choose a new one.',
  target: 'account',
  scopes: ['User-PasswordProfile.ReadWrite.All', 'User.Read.All'],
  observe: async (app, target) => {
    const { wire } = await readOneUser(
      app,
      accountOf(target),
      'id,passwordProfile,onPremisesSyncEnabled,userType,lastPasswordChangeDateTime',
    );
    return {
      mustChange: flag(at(wire, 'passwordProfile', 'forceChangePasswordNextSignIn')),
      isSynchronized: flag(wire['onPremisesSyncEnabled']),
      isGuest: wire['userType'] === 'Guest',
      passwordChangedAt: timeMs(wire['lastPasswordChangeDateTime']),
    };
  },
  isDone: (observed) => flag(at(observed, 'mustChange')) === true,
  refuse: (observed) => {
    if (flag(at(observed, 'isGuest')))
      return {
        code: 'MICROSOFT365_GUEST_PASSWORD',
        message: 'A guest signs in with a password of another organization.',
        remedy: 'Block the sign-in of the guest here, or ask the home organization.',
      };
    if (!flag(at(observed, 'isSynchronized'))) return undefined;
    return {
      code: 'MICROSOFT365_PASSWORD_KEPT_ON_PREMISES',
      message: 'The password of this user is kept by Active Directory.',
      remedy: 'Reset it there, and revoke the sign-in sessions here.',
    };
  },
  run: async (app, target) => {
    const passwordProfile = { forceChangePasswordNextSignIn: true, password: randomPassword() };
    const operation = `${PATCH} (passwordProfile)`;
    await app.call({ operation, method: 'PATCH', path: userPath(accountOf(target)), json: { passwordProfile } });
  },
  revert: { impossible: 'The old password is not known to anybody but its owner.' },
  refresh: refreshAccount,
};

// One sign of each kind that the rules for passwords ask for, and entropy for the rest.
function randomPassword(): string {
  return `Aa1!${randomBytes(24).toString('base64url')}`;
}
