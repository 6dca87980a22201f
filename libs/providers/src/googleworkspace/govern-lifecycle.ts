import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { accountOf, isSeen, patchUser, refreshAccount, seen, superAdministrators } from './govern-users.js';
import { readOneUser } from './pages.js';
import { SCOPE } from './scopes.js';

const MANAGE = [SCOPE.manageUsers, SCOPE.users];

/** Suspends a user. */
export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Suspend',
  effect: 'The user cannot sign in and running sessions end. Mail, files, groups and roles stay; mail is refused meanwhile.',
  target: 'account',
  scopes: MANAGE,
  observe: observeUser,
  isDone: (observed) => isSeen(observed, 'suspended') === true,
  run: (app, target) => patchUser(app, target, { suspended: true }),
  revert: {
    by: (app, target, before) => patchUser(app, target, { suspended: isSeen(before, 'suspended') ?? false }),
    isDone: (observed, before) => isSeen(observed, 'suspended') === isSeen(before, 'suspended'),
  },
  administratorsLeft: (app, target) => superAdministrators(app, accountOf(target)),
  refresh: refreshAccount,
};

/** Lets a suspended user sign in again. */
export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Unsuspend',
  effect: 'The user can sign in again, with the mail, files, groups and roles they had.',
  target: 'account',
  scopes: MANAGE,
  observe: observeUser,
  isDone: (observed) => isSeen(observed, 'suspended') === false,
  refuse: (observed) => {
    const reason = seen(observed, 'suspensionReason');
    if (reason === null || reason === 'ADMIN') return undefined;
    return {
      code: 'GOOGLE_SUSPENDED_BY_GOOGLE',
      message: `Google itself suspended this account (${reason}).`,
      remedy: 'Secure the account, then restore it in the Admin console, Users, or ask Google to.',
    };
  },
  run: (app, target) => patchUser(app, target, { suspended: false }),
  revert: {
    by: (app, target, before) => patchUser(app, target, { suspended: isSeen(before, 'suspended') ?? true }),
    isDone: (observed, before) => isSeen(observed, 'suspended') === isSeen(before, 'suspended'),
  },
  refresh: refreshAccount,
};

/** Makes the user choose a new password at the next sign-in. */
export const expirePassword: ActionPlan = {
  kind: 'EXPIRE_PASSWORD',
  title: 'Require password change',
  effect:
    'The user has to choose a new password at the next sign-in. Running sessions go on. No effect where another provider signs people in.',
  target: 'account',
  scopes: MANAGE,
  observe: observeUser,
  isDone: (observed) => isSeen(observed, 'mustChangePassword') === true,
  run: (app, target) => patchUser(app, target, { changePasswordAtNextLogin: true }),
  revert: {
    by: (app, target, before) => patchUser(app, target, { changePasswordAtNextLogin: isSeen(before, 'mustChangePassword') ?? false }),
    isDone: (observed, before) => isSeen(observed, 'mustChangePassword') === isSeen(before, 'mustChangePassword'),
    note: 'Only while the user has not chosen a new password yet.',
  },
  refresh: refreshAccount,
};

async function observeUser(app: AppClient, target: PlanTarget): Promise<Json> {
  const { suspended, suspensionReason, archived, mustChangePassword, primaryEmail } = await readOneUser(app, accountOf(target));
  return { suspended, suspensionReason, archived, mustChangePassword, email: primaryEmail };
}
