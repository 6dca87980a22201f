import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import type { Refusal } from './govern-users.js';
import { accountOf, readOneUser, refreshAccount, seen, superAdministrators, userPath } from './govern-users.js';
import { accountStatus } from './mapping.js';
import type { Operation } from './operations.js';

const MANAGE_USERS = ['okta.users.manage', 'okta.users.read'];
/** For plans that could take the last super administrator away. */
const MANAGE_USERS_SAFELY = [...MANAGE_USERS, 'okta.roles.read', 'okta.groups.read'];

/** Suspends a user: no sign-in, while groups and apps stay as they are. */
export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Suspend',
  effect: 'The user cannot sign in to Okta or to any app through it. Groups and app assignments stay.',
  target: 'account',
  scopes: MANAGE_USERS_SAFELY,
  observe: observeStatus,
  isDone: (observed) => seen(observed, 'status') === 'SUSPENDED',
  refuse: (observed) => {
    const status = seen(observed, 'status');
    if (status === 'ACTIVE' || status === 'SUSPENDED') return undefined;
    return refusal(
      'OKTA_USER_NOT_ACTIVE',
      `Okta suspends only active users; this one is ${status}.`,
      REMEDY_OF_STATUS[status ?? ''] ?? 'Deactivate the user instead.',
    );
  },
  run: (app, target) => lifecycle(app, target, 'POST /api/v1/users/{id}/lifecycle/suspend'),
  revert: {
    by: (app, target) => lifecycle(app, target, 'POST /api/v1/users/{id}/lifecycle/unsuspend'),
    isDone: (observed, before) => seen(observed, 'status') === seen(before, 'status'),
  },
  administratorsLeft: (app, target) => superAdministrators(app, accountOf(target)),
  refresh: refreshAccount,
};

/** Lets a suspended user sign in again. */
export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Unsuspend',
  effect: 'The user can sign in again, with the groups and apps they had.',
  target: 'account',
  scopes: MANAGE_USERS,
  observe: observeStatus,
  isDone: (observed) => accountStatus(seen(observed, 'status') ?? '') === 'ACTIVE',
  refuse: (observed) => {
    const status = seen(observed, 'status') ?? '';
    if (status === 'SUSPENDED' || accountStatus(status) === 'ACTIVE') return undefined;
    return refusal('OKTA_USER_NOT_SUSPENDED', `This user is ${status}, not suspended.`, 'Activate the user in the Admin Console.');
  },
  run: (app, target) => lifecycle(app, target, 'POST /api/v1/users/{id}/lifecycle/unsuspend'),
  revert: {
    by: (app, target) => lifecycle(app, target, 'POST /api/v1/users/{id}/lifecycle/suspend'),
    isDone: (observed, before) => seen(observed, 'status') === seen(before, 'status'),
  },
  refresh: refreshAccount,
};

/** Makes the user choose a new password at the next sign-in. */
export const expirePassword: ActionPlan = {
  kind: 'EXPIRE_PASSWORD',
  title: 'Expire password',
  effect: 'The user has to choose a new password at the next sign-in. Running sessions go on.',
  target: 'account',
  scopes: MANAGE_USERS,
  observe: observeStatus,
  isDone: (observed) => seen(observed, 'status') === 'PASSWORD_EXPIRED',
  refuse: (observed) => {
    const status = seen(observed, 'status') ?? '';
    const keeper = seen(observed, 'passwordKeeper');
    if (keeper !== null && keeper !== 'OKTA') {
      return refusal('OKTA_PASSWORD_KEPT_ELSEWHERE', `The password of this user is kept by ${keeper}, not by Okta.`, 'Expire it there.');
    }
    if (accountStatus(status) === 'ACTIVE') return undefined;
    return refusal(
      'OKTA_USER_NOT_ACTIVE',
      `Okta expires passwords of active users only; this one is ${status}.`,
      'Nothing is to be done while the user cannot sign in.',
    );
  },
  run: (app, target) => lifecycle(app, target, 'POST /api/v1/users/{id}/lifecycle/expire_password'),
  revert: { impossible: 'An expired password becomes valid only when its owner chooses a new one.' },
  refresh: refreshAccount,
};

/** Deactivates a user. */
export const deactivateUser: ActionPlan = {
  kind: 'DEACTIVATE_USER',
  title: 'Deactivate',
  effect: 'The user cannot sign in, and all app assignments are removed for good; apps with provisioning may delete the data of the user.',
  target: 'account',
  scopes: MANAGE_USERS_SAFELY,
  observe: observeStatus,
  isDone: (observed) => seen(observed, 'status') === 'DEPROVISIONED',
  run: (app, target) => lifecycle(app, target, 'POST /api/v1/users/{id}/lifecycle/deactivate', { sendEmail: false }),
  revert: {
    by: (app, target) => lifecycle(app, target, 'POST /api/v1/users/{id}/lifecycle/activate', { sendEmail: true }),
    isDone: (observed) => seen(observed, 'status') !== 'DEPROVISIONED',
    note: 'The user is sent a mail to activate the account again. App assignments are not restored, unless a group gives them.',
  },
  administratorsLeft: (app, target) => superAdministrators(app, accountOf(target)),
  refresh: refreshAccount,
};

const REMEDY_OF_STATUS: Readonly<Record<string, string>> = {
  DEPROVISIONED: 'Nothing is to be done: a deactivated user cannot sign in.',
  STAGED: 'The user was never activated. Deactivate the account if it must not be used.',
  PROVISIONED: 'The user has not set up the account yet. Deactivate it if it must not be used.',
};

async function observeStatus(app: AppClient, target: PlanTarget): Promise<Json> {
  const { status, passwordKeeper, profile } = await readOneUser(app, accountOf(target));
  return { status, passwordKeeper, login: typeof profile['login'] === 'string' ? profile['login'] : null };
}

async function lifecycle(
  app: AppClient,
  target: PlanTarget,
  operation: Operation,
  query?: Readonly<Record<string, boolean>>,
): Promise<void> {
  const verb = operation.slice(operation.lastIndexOf('/') + 1);
  await app.call({ operation, method: 'POST', path: userPath(accountOf(target), `/lifecycle/${verb}`), query });
}

function refusal(code: string, message: string, remedy: string): Refusal {
  return { code, message, remedy };
}
