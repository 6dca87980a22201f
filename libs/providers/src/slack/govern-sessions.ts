import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { at, list } from '../sdk/index.js';
import { requestOf, rowsOf, send } from './calls.js';
import { accountOf, readPerson, refreshAccount } from './people.js';
import { texts } from './wire.js';

const SESSIONS = 'GET /api/admin.users.session.list';

/** Ends all sessions of a person, on all devices and in all workspaces. */
export const requireSignInAgain: ActionPlan = {
  kind: 'REQUIRE_SIGN_IN_AGAIN',
  title: 'Reset sessions',
  effect: 'The person is signed out on all devices and in all workspaces, and has to sign in again. Tokens of apps go on.',
  target: 'account',
  scopes: ['admin.users:write', 'admin.users:read', 'users:read'],
  observe: observeSessions,
  isDone: (observed) => (list(at(observed, 'sessions')) ?? []).length === 0,
  run: async (app, target) => {
    await send(app, 'POST /api/admin.users.session.reset', { user_id: accountOf(target) });
  },
  revert: { impossible: 'An ended session cannot be brought back; the person signs in again.' },
  refresh: refreshAccount,
};

// Sessions belong to a workspace each, and are asked for by person and workspace.
async function observeSessions(app: AppClient, target: PlanTarget): Promise<Json> {
  const person = await readPerson(app, accountOf(target));
  const sessions: string[] = [];
  for (const workspace of person.workspaces) {
    const request = requestOf(SESSIONS, { user_id: person.id, team_id: workspace, limit: 100 });
    const ids = rowsOf(app, request, 'active_sessions', (row) => texts([row['session_id']]));
    for await (const page of ids) sessions.push(...page.flat().map((id) => `${workspace}/${id}`));
  }
  return { sessions };
}
