import type { Json } from '#libs/kernel';

import { at, text, timeMs, whole, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { changeIam } from './calls.js';
import { inlineDocument, readLiveUser, refreshAccount, userNameOf, type Refusal } from './people.js';
import { readDocument, SIGN_OUT_POLICY, signOutDocument } from './policies.js';

/** A cut-off older than this says nothing of the sessions that began since. */
const FRESH_MS = 60 * 60_000;

/** Ends the temporary sessions of a user: calls with credentials given out before now are denied. */
export const requireSignInAgain: ActionPlan = {
  kind: 'REQUIRE_SIGN_IN_AGAIN',
  title: 'Deny sessions begun before now',
  effect:
    'Console sessions and temporary credentials of the user that began before now are denied everything. Access keys go on working: revoke them apart.',
  target: 'account',
  scopes: ['iam:GetUser', 'iam:GetUserPolicy', 'iam:PutUserPolicy', 'iam:DeleteUserPolicy'],
  observe: observeSignOut,
  isDone: isSignedOut,
  run: async (app, target) => {
    const PolicyDocument = signOutDocument(app.now());
    await changeIam(app, 'PutUserPolicy', { UserName: userNameOf(target), PolicyName: SIGN_OUT_POLICY, PolicyDocument });
  },
  revert: {
    by: restoreSignOut,
    isDone: (observed, before) => text(at(observed, 'document')) === text(at(before, 'document')),
    note: 'Sessions that are still running work again.',
  },
  refresh: refreshAccount,
};

async function observeSignOut(app: AppClient, target: PlanTarget): Promise<Json> {
  const { user, lastSignInAt } = await readLiveUser(app, target);
  const document = await inlineDocument(app, user.name, SIGN_OUT_POLICY);
  const plain = document === null ? null : readable(document);
  return { userId: user.id, seenAt: app.now().getTime(), lastSignInAt, document: plain, cutOff: cutOffOf(plain) };
}

function readable(document: string): string {
  try {
    return document.trimStart().startsWith('{') ? document : decodeURIComponent(document);
  } catch {
    return document;
  }
}

function cutOffOf(document: string | null): number | null {
  const denial = readDocument(document)?.find(({ effect }) => effect === 'Deny');
  return timeMs(at(denial?.condition, 'DateLessThan', 'aws:TokenIssueTime'));
}

function isSignedOut(observed: Json): boolean {
  const cutOff = whole(at(observed, 'cutOff'));
  const lastSignIn = whole(at(observed, 'lastSignInAt')) ?? 0;
  return cutOff !== null && cutOff >= lastSignIn && cutOff >= (whole(at(observed, 'seenAt')) ?? 0) - FRESH_MS;
}

async function restoreSignOut(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const fields = { UserName: userNameOf(target), PolicyName: SIGN_OUT_POLICY };
  const document = text(at(before, 'document'));
  if (document === null) await changeIam(app, 'DeleteUserPolicy', fields);
  else await changeIam(app, 'PutUserPolicy', { ...fields, PolicyDocument: document });
}

/** A new password at the next sign-in. */
export const expirePassword: ActionPlan = {
  kind: 'EXPIRE_PASSWORD',
  title: 'Require a new password',
  effect: 'The user has to set a new console password at the next sign-in. Sessions and access keys go on.',
  target: 'account',
  scopes: ['iam:GetUser', 'iam:GetLoginProfile', 'iam:UpdateLoginProfile'],
  observe: async (app, target) => {
    const { user, hasPassword, isResetRequired } = await readLiveUser(app, target);
    return { userId: user.id, hasPassword, isResetRequired };
  },
  isDone: (observed) => at(observed, 'isResetRequired') === true,
  refuse: refuseWithoutPassword,
  run: (app, target) => requireReset(app, target, true),
  revert: {
    by: (app, target, before) => requireReset(app, target, at(before, 'isResetRequired') === true),
    isDone: (observed, before) => at(observed, 'isResetRequired') === at(before, 'isResetRequired'),
    note: 'Only until the user has signed in and set a new password.',
  },
  refresh: refreshAccount,
};

function refuseWithoutPassword(observed: Json): Refusal | undefined {
  if (at(observed, 'hasPassword') === true) return undefined;
  return {
    code: 'AWS_NO_CONSOLE_PASSWORD',
    message: 'The user has no console password to expire.',
    remedy: 'Revoke the access keys of the user, or suspend it.',
  };
}

async function requireReset(app: AppClient, target: PlanTarget, isRequired: boolean): Promise<void> {
  await changeIam(app, 'UpdateLoginProfile', { UserName: userNameOf(target), PasswordResetRequired: String(isRequired) });
}
