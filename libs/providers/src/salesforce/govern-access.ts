import type { Json } from '#libs/kernel';
import { at, flag, list, text, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { endSessions, loginStateOf, refreshAccount, sessionsOf, update, userOf, type Refusal } from './govern-people.js';
import { revokeTokens, tokenIdsOf } from './govern-tokens.js';
import { administratorsLeft } from './govern-rights.js';

const SCOPES = ['api', 'Manage Users'];
const NO_WAY_BACK = 'Sessions that were ended and tokens that were revoked are not given back: the user signs in again.';

/** Freezing alone leaves sessions and tokens alive, so all three belong together. */
export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Freeze, end sessions, revoke tokens',
  effect:
    'The user can no longer sign in, all open sessions end, and all OAuth tokens of the user are revoked. Records, licence and permissions stay.',
  target: 'account',
  scopes: [...SCOPES, 'Customize Application'],
  observe: observeAccess,
  isDone: (observed) =>
    flag(at(observed, 'isFrozen')) === true && ids(observed, 'sessions').length === 0 && ids(observed, 'tokens').length === 0,
  run: suspend,
  refuse: refuseInactive,
  revert: {
    by: (app, target, before) => thaw(app, target, before, flag(at(before, 'isFrozen')) ?? false),
    isDone: hasFreezeOf,
    note: NO_WAY_BACK,
  },
  administratorsLeft,
  refresh: refreshAccount,
};

export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Unfreeze',
  effect: 'The user can sign in again.',
  target: 'account',
  scopes: SCOPES,
  observe: observeFreeze,
  isDone: (observed) => flag(at(observed, 'isFrozen')) === false,
  run: (app, target, before) => thaw(app, target, before, false),
  refuse: refuseInactive,
  revert: { by: (app, target, before) => thaw(app, target, before, flag(at(before, 'isFrozen')) ?? true), isDone: hasFreezeOf },
  refresh: refreshAccount,
};

export const requireSignInAgain: ActionPlan = {
  kind: 'REQUIRE_SIGN_IN_AGAIN',
  title: 'End sessions',
  effect: 'All open sessions of the user end at once. Apps with a refresh token can open new ones: revoke the app grant to stop them.',
  target: 'account',
  scopes: SCOPES,
  observe: async (app, target) => ({ userId: (await userOf(app, target)).id, sessions: await sessionsOf(app, target) }),
  isDone: (observed) => ids(observed, 'sessions').length === 0,
  run: (app, _target, before) => endSessions(app, ids(before, 'sessions')),
  revert: { impossible: 'A session that was ended cannot be opened again; the user signs in.' },
  refresh: refreshAccount,
};

export const deactivateUser: ActionPlan = {
  kind: 'DEACTIVATE_USER',
  title: 'Deactivate',
  effect:
    'The user can no longer sign in and gives its licence free. Records stay. Salesforce refuses it for users whom a setting names, such as the default owner of leads.',
  target: 'account',
  scopes: SCOPES,
  observe: async (app, target) => ({ isActive: (await userOf(app, target)).isActive }),
  isDone: (observed) => flag(at(observed, 'isActive')) === false,
  run: async (app, target) => update(app, 'User', (await userOf(app, target)).id, { IsActive: false }),
  revert: {
    by: async (app, target, before) =>
      update(app, 'User', (await userOf(app, target)).id, { IsActive: flag(at(before, 'isActive')) ?? true }),
    isDone: (observed, before) => at(observed, 'isActive') === at(before, 'isActive'),
    note: 'Needs a free licence of the same kind.',
  },
  administratorsLeft,
  refresh: refreshAccount,
};

async function observeFreeze(app: AppClient, target: PlanTarget): Promise<{ [name: string]: Json }> {
  const user = await userOf(app, target);
  const state = await loginStateOf(app, target);
  return { userId: user.id, isActive: user.isActive, loginId: state?.id ?? null, isFrozen: state?.isFrozen ?? null };
}

async function observeAccess(app: AppClient, target: PlanTarget): Promise<Json> {
  return { ...(await observeFreeze(app, target)), sessions: await sessionsOf(app, target), tokens: await tokenIdsOf(app, target) };
}

// Frozen first: no session or token can then come anew.
async function suspend(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  await thaw(app, target, before, true);
  await endSessions(app, await sessionsOf(app, target));
  await revokeTokens(app, await tokenIdsOf(app, target));
}

async function thaw(app: AppClient, _target: PlanTarget, before: Json, isFrozen: boolean): Promise<void> {
  const loginId = text(at(before, 'loginId'));
  if (loginId !== null) await update(app, 'UserLogin', loginId, { IsFrozen: isFrozen });
}

function hasFreezeOf(observed: Json, before: Json): boolean {
  return at(observed, 'isFrozen') === at(before, 'isFrozen');
}

function refuseInactive(observed: Json): Refusal | undefined {
  if (flag(at(observed, 'isActive')) === false) {
    return {
      code: 'SALESFORCE_USER_INACTIVE',
      message: 'The user is deactivated and cannot sign in.',
      remedy: 'There is nothing to do; activate the user first if it should work again.',
    };
  }
  if (text(at(observed, 'loginId')) !== null) return undefined;
  return {
    code: 'SALESFORCE_NO_LOGIN',
    message: 'This user is one that never signs in, so that it cannot be frozen.',
    remedy: 'Deactivate it instead.',
  };
}

function ids(observed: Json, name: string): string[] {
  return (list(at(observed, name)) ?? []).flatMap((id) => text(id) ?? []);
}
