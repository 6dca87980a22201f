import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { isSeen, needed } from './govern-users.js';
import { grantParts } from './mapping.js';
import { OPERATIONS } from './operations.js';
import { request, write } from './pages.js';
import { appPasswordsOf } from './reads.js';
import { SCOPE } from './scopes.js';
import { readToken } from './wire.js';

/** Takes back what a user let an app do, or an app password. */
export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Revoke access',
  effect: 'The app loses all that this user allowed it, with its tokens; or the app password stops working at once.',
  target: 'app-grant',
  scopes: [SCOPE.security],
  observe: observeGrant,
  isDone: (observed) => isSeen(observed, 'exists') === false,
  run: async (app, target) => {
    const { kind, userId, id } = partsOf(target);
    const what =
      kind === 'token'
        ? write(OPERATIONS.revokeToken, { userKey: userId, clientId: id })
        : write(OPERATIONS.revokeAsp, { userKey: userId, codeId: id });
    await app.call({ ...what, accept: [404] });
  },
  revert: { impossible: 'The user has to let the app in again, or make a new app password.' },
  // The grant is gone from the next listing; the account itself did not change.
  refresh: async () => [],
};

function partsOf(target: PlanTarget): NonNullable<ReturnType<typeof grantParts>> {
  const parts = grantParts(needed(target.grantExternalId, 'app grant'));
  if (parts) return parts;
  throw new AppFailure({ kind: 'rejected', message: 'This is no grant of Google Workspace.' }, 'plan', undefined);
}

async function observeGrant(app: AppClient, target: PlanTarget): Promise<Json> {
  const { kind, userId, id } = partsOf(target);
  if (kind === 'asp') {
    const password = (await appPasswordsOf(app, userId)).find(({ codeId }) => codeId === id);
    return { exists: password !== undefined, name: password?.name ?? null };
  }
  const answer = await app.call({ ...request(OPERATIONS.oneToken, { userKey: userId, clientId: id }), accept: [404] });
  if (answer.status === 404) return { exists: false };
  const { displayText, scopes } = readToken(answer.body, OPERATIONS.oneToken);
  return { exists: true, name: displayText, scopes };
}
