import { randomBytes } from 'node:crypto';

import type { Json } from '#libs/kernel';

import { AppFailure, at, flag, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { changeIam } from './calls.js';
import { administratorsLeft, inlineDocument, readLiveUser, refreshAccount, seenTexts, userNameOf } from './people.js';
import { HOLD_POLICY, holdDocument, isDenyAll, readHold, type Held } from './policies.js';

const READS = [
  'iam:GetUser',
  'iam:GetLoginProfile',
  'iam:ListAccessKeys',
  'iam:ListUserPolicies',
  'iam:GetUserPolicy',
  'iam:ListAttachedUserPolicies',
  'iam:ListGroupsForUser',
];
const SUSPEND_SCOPES = [...READS, 'iam:PutUserPolicy', 'iam:UpdateAccessKey', 'iam:DeleteLoginProfile'];
const RELEASE_SCOPES = [...READS, 'iam:DeleteUserPolicy', 'iam:DetachUserPolicy', 'iam:UpdateAccessKey', 'iam:CreateLoginProfile'];
const PASSWORD_IS_LOST =
  'The old console password is lost: console access comes back with a random one that nobody knows. Set a new one in IAM.';

/** AWS has no suspended users: a policy that denies everything, keys off and no console password come to the same. */
export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Deny everything, switch keys off, remove the console password',
  effect: `Every call of the user is denied at once, its access keys are switched off and its console password is deleted. ${PASSWORD_IS_LOST}`,
  target: 'account',
  scopes: SUSPEND_SCOPES,
  observe,
  isDone: isSuspended,
  run: suspend,
  revert: { by: giveBack, isDone: isAsBefore, note: PASSWORD_IS_LOST },
  administratorsLeft,
  refresh: refreshAccount,
};

/** Ends what suspending began, also when it was long ago: the deny policy remembers what the user had. */
export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Take the deny policy off',
  effect: `The keys that were on when the user was suspended are switched on, console access is given back, and the deny policy is taken off. ${PASSWORD_IS_LOST}`,
  target: 'account',
  scopes: RELEASE_SCOPES,
  observe,
  isDone: (observed) => !isDenied(observed) && heldOf(observed) === undefined,
  run: release,
  revert: {
    by: async (app, target, before) => holdAgain(app, target, before),
    isDone: isAsBefore,
  },
  refresh: refreshAccount,
};

// The name of the deny policy, the keys that are on, the password: all that both acts change.
async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const { user, keys, hasPassword, isResetRequired } = await readLiveUser(app, target);
  const hasHold = user.inline.some(({ name }) => name === HOLD_POLICY);
  const held = hasHold ? readHold(await inlineDocument(app, user.name, HOLD_POLICY)) : undefined;
  return {
    userId: user.id,
    hasHold,
    held: held === undefined ? null : { activeKeys: [...held.activeKeys], hadPassword: held.hadPassword },
    denyAll: user.attached.filter(({ arn }) => isDenyAll(arn)).map(({ arn }) => arn),
    keys: keys.map(({ id }) => id).sort(),
    activeKeys: keys
      .filter(({ status }) => status === 'Active')
      .map(({ id }) => id)
      .sort(),
    hasPassword,
    isResetRequired,
  };
}

function isDenied(observed: Json): boolean {
  return flag(at(observed, 'hasHold')) === true || seenTexts(observed, 'denyAll').length > 0;
}

function isSuspended(observed: Json): boolean {
  return isDenied(observed) && seenTexts(observed, 'activeKeys').length === 0 && at(observed, 'hasPassword') === false;
}

function heldOf(observed: Json): Held | undefined {
  const held = at(observed, 'held');
  return held === null || held === undefined
    ? undefined
    : { activeKeys: seenTexts(held as Json, 'activeKeys'), hadPassword: at(held, 'hadPassword') === true };
}

// The deny policy first: from then on nothing that the user does has an effect, whatever becomes of the rest.
async function suspend(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const userName = userNameOf(target);
  const activeKeys = seenTexts(before, 'activeKeys');
  const hadPassword = at(before, 'hasPassword') === true;
  if (!isDenied(before)) await putHold(app, userName, { activeKeys, hadPassword });
  for (const key of activeKeys) await setKey(app, userName, key, 'Inactive');
  if (hadPassword) await ifThere(() => changeIam(app, 'DeleteLoginProfile', { UserName: userName }));
}

async function release(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const userName = userNameOf(target);
  const held = heldOf(before);
  // The deny policy goes last: it is what remembers, should this be cut short.
  for (const key of held?.activeKeys ?? []) {
    if (seenTexts(before, 'keys').includes(key)) await setKey(app, userName, key, 'Active');
  }
  if (held?.hadPassword && at(before, 'hasPassword') !== true) await newPassword(app, userName);
  await liftDenial(app, userName, before);
}

async function giveBack(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const userName = userNameOf(target);
  const now = await observe(app, target);
  for (const key of seenTexts(before, 'activeKeys')) {
    if (seenTexts(now, 'keys').includes(key)) await setKey(app, userName, key, 'Active');
  }
  if (at(before, 'hasPassword') === true && at(now, 'hasPassword') !== true) await newPassword(app, userName);
  // A denial that was there before stays.
  if (!isDenied(before)) await liftDenial(app, userName, now);
}

async function holdAgain(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const userName = userNameOf(target);
  const now = await observe(app, target);
  if (at(before, 'hasHold') === true) await putHold(app, userName, heldOf(before) ?? { activeKeys: [], hadPassword: false });
  for (const PolicyArn of seenTexts(before, 'denyAll')) await changeIam(app, 'AttachUserPolicy', { UserName: userName, PolicyArn });
  for (const key of seenTexts(now, 'activeKeys'))
    if (!seenTexts(before, 'activeKeys').includes(key)) await setKey(app, userName, key, 'Inactive');
  if (at(before, 'hasPassword') === false && at(now, 'hasPassword') === true)
    await changeIam(app, 'DeleteLoginProfile', { UserName: userName });
}

// Keys that the user deleted in between cannot come back and do not count.
function isAsBefore(observed: Json, before: Json): boolean {
  const there = seenTexts(observed, 'keys');
  const wanted = seenTexts(before, 'activeKeys').filter((key) => there.includes(key));
  return (
    isDenied(observed) === isDenied(before) &&
    JSON.stringify(seenTexts(observed, 'activeKeys')) === JSON.stringify(wanted) &&
    at(observed, 'hasPassword') === at(before, 'hasPassword')
  );
}

function putHold(app: AppClient, userName: string, held: Held): Promise<void> {
  return changeIam(app, 'PutUserPolicy', { UserName: userName, PolicyName: HOLD_POLICY, PolicyDocument: holdDocument(held) });
}

async function liftDenial(app: AppClient, userName: string, observed: Json): Promise<void> {
  for (const PolicyArn of seenTexts(observed, 'denyAll'))
    await ifThere(() => changeIam(app, 'DetachUserPolicy', { UserName: userName, PolicyArn }));
  if (at(observed, 'hasHold') === true)
    await ifThere(() => changeIam(app, 'DeleteUserPolicy', { UserName: userName, PolicyName: HOLD_POLICY }));
}

function setKey(app: AppClient, userName: string, AccessKeyId: string, Status: 'Active' | 'Inactive'): Promise<void> {
  return changeIam(app, 'UpdateAccessKey', { UserName: userName, AccessKeyId, Status });
}

// Nobody is told it: the administrator sets one that the user gets to know. Long, and of all kinds of letters that a policy can ask for.
async function newPassword(app: AppClient, userName: string): Promise<void> {
  const Password = `aA1!${randomBytes(36).toString('base64url')}`;
  try {
    await changeIam(app, 'CreateLoginProfile', { UserName: userName, Password, PasswordResetRequired: 'true' });
  } catch (error) {
    if (!(error instanceof AppFailure) || error.classified.appCode !== 'EntityAlreadyExists') throw error;
  }
}

// What somebody else was faster to take away is away.
async function ifThere(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof AppFailure) || error.kind !== 'missing') throw error;
  }
}
