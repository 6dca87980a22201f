import type { RequestContext } from '#libs/platform';

import type { Action, ActionAttempt } from '../domain/action.js';
import type { ReadActions } from '../usecases/read-actions.js';

/** Actions by id, in one batch for each request; null where the tenant has none of that id. */
export function actionLoader(context: RequestContext, read: ReadActions) {
  return context.loader<string, Action | null>('action', async (ids) =>
    (await read.find(context.tenant, ids)).map((action) => action ?? null),
  );
}

/** Attempts by the action's id. */
export function attemptsLoader(context: RequestContext, read: ReadActions) {
  return context.loader<string, readonly ActionAttempt[]>('attempts', (ids) => read.attempts(context.tenant, ids));
}
