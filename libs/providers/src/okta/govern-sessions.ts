import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, list, text, timeMs, whole } from '../sdk/index.js';
import { accountOf, readOneUser, refreshAccount, userPath } from './govern-users.js';

const LOGS = 'GET /api/v1/logs';
const CLEARED = 'user.session.clear';
/** As far back as Okta keeps its log. */
const LOG_KEPT_MS = 90 * 86_400_000;

/**
 * Ends all sessions of a user. Okta cannot be asked for a user's sessions, but two things it tells prove that there are none:
 * the System Log shows when they were cleared, and the account shows its last sign-in. Cleared after the last sign-in means signed out.
 */
export const requireSignInAgain: ActionPlan = {
  kind: 'REQUIRE_SIGN_IN_AGAIN',
  title: 'Clear sessions',
  effect:
    'All Okta sessions and OAuth tokens of the user end, and remembered devices are forgotten. Sessions that SAML apps keep for themselves go on.',
  target: 'account',
  scopes: ['okta.users.manage', 'okta.users.read', 'okta.logs.read'],
  observe: observeSessions,
  isDone: (observed) => {
    const clearedAt = whole(at(observed, 'clearedAt'));
    return clearedAt !== null && clearedAt >= (whole(at(observed, 'lastSignInAt')) ?? 0);
  },
  run: async (app, target) => {
    await app.call({
      operation: 'DELETE /api/v1/users/{userId}/sessions',
      method: 'DELETE',
      path: userPath(accountOf(target), '/sessions'),
      query: { oauthTokens: true, forgetDevices: true },
    });
  },
  revert: { impossible: 'An ended session cannot be brought back; the user signs in again.' },
  refresh: refreshAccount,
};

async function observeSessions(app: AppClient, target: PlanTarget): Promise<Json> {
  const user = await readOneUser(app, accountOf(target));
  const lastSignInAt = timeMs(user.lastLogin);
  return { lastSignInAt, clearedAt: await lastClearing(app, user.id, lastSignInAt) };
}

// Only what came after the last sign-in matters, so that is where the search begins.
async function lastClearing(app: AppClient, userId: string, lastSignInAt: number | null): Promise<number | null> {
  const earliest = app.now().getTime() - LOG_KEPT_MS;
  const answer = await app.call({
    operation: LOGS,
    path: '/api/v1/logs',
    query: {
      since: new Date(Math.max(earliest, lastSignInAt ?? 0)).toISOString(),
      filter: `eventType eq "${CLEARED}" and target.id eq "${userId}" and outcome.result eq "SUCCESS"`,
      sortOrder: 'DESCENDING',
      limit: 1,
    },
  });
  const event = list(answer.body)?.[0];
  return text(at(event, 'eventType')) === CLEARED ? timeMs(at(event, 'published')) : null;
}
