import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, list, text, timeMs, whole } from '../sdk/index.js';
import { accountOf, refreshAccount } from './govern-users.js';
import { OPERATIONS } from './operations.js';
import { readOneUser, request, write } from './pages.js';
import { SCOPE } from './scopes.js';
import { rowsOf } from './wire.js';

const SIGNED_OUT = 'RESET_SIGNIN_COOKIES';
const DAY_MS = 86_400_000;
/** As far back as Google keeps its logs, less an hour. */
const LOG_KEPT_MS = 180 * DAY_MS - 3_600_000;

/**
 * Ends all sessions of a user. Google cannot be asked for sessions, but two things it tells prove that there are none: the admin log shows when the
 * cookies were reset, and the account shows its last sign-in. Reset after the last sign-in means signed out.
 */
export const requireSignInAgain: ActionPlan = {
  kind: 'REQUIRE_SIGN_IN_AGAIN',
  title: 'Sign out everywhere',
  effect: 'All web and device sessions of the user end. Apps that the user let in keep their tokens: revoke those too.',
  target: 'account',
  scopes: [SCOPE.security, SCOPE.users, SCOPE.audit],
  observe: observeSessions,
  isDone: (observed) => {
    const resetAt = whole(at(observed, 'resetAt'));
    return resetAt !== null && resetAt >= (whole(at(observed, 'lastSignInAt')) ?? 0);
  },
  run: async (app, target) => {
    await app.call(write(OPERATIONS.signOut, { userKey: accountOf(target) }));
  },
  revert: { impossible: 'An ended session cannot be brought back; the user signs in again.' },
  refresh: refreshAccount,
};

async function observeSessions(app: AppClient, target: PlanTarget): Promise<Json> {
  const { primaryEmail, lastSignInAt } = await readOneUser(app, accountOf(target));
  return { lastSignInAt, resetAt: primaryEmail === null ? null : await lastReset(app, primaryEmail, lastSignInAt) };
}

// Only what came after the last sign-in matters, so that is where the search begins. Google answers with the newest first.
async function lastReset(app: AppClient, email: string, lastSignInAt: number | null): Promise<number | null> {
  const startTime = new Date(Math.max(app.now().getTime() - LOG_KEPT_MS, lastSignInAt ?? 0)).toISOString();
  const query = { startTime, eventName: SIGNED_OUT, filters: `USER_EMAIL==${email}`, maxResults: 10 };
  const answer = await app.call(request(OPERATIONS.activities, { userKey: 'all', applicationName: 'admin' }, query));
  const rows = rowsOf(answer.body, 'items', 'admin#reports#activities', OPERATIONS.activities, (row) => row);
  const times = rows.filter((row) => isResetOf(row, email)).map((row) => timeMs(at(row, 'id', 'time')));
  return times.reduce<number | null>((latest, time) => (time !== null && (latest === null || time > latest) ? time : latest), null);
}

function isResetOf(activity: unknown, email: string): boolean {
  return (list(at(activity, 'events')) ?? []).some(
    (event) =>
      text(at(event, 'name')) === SIGNED_OUT &&
      (list(at(event, 'parameters')) ?? []).some((one) => text(at(one, 'name')) === 'USER_EMAIL' && text(at(one, 'value')) === email),
  );
}
