import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { send } from './calls.js';
import { approvedApps, entityOf } from './listings.js';
import { grantParts } from './mapping.js';
import { isSo, needed } from './people.js';

const UNINSTALL = 'POST /api/admin.apps.uninstall';

/**
 * Uninstalls an app, which kills its tokens, and restricts it, so that nobody installs it again. In this order: that the app is restricted can be
 * read back, and then proves that it was uninstalled before.
 */
export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Uninstall and restrict app',
  effect: 'All tokens of the app stop working where it was approved, and nobody there can install it again until it is approved.',
  target: 'app-grant',
  scopes: ['admin.apps:write', 'admin.apps:read'],
  observe: observeApp,
  isDone: (observed) => isSo(observed, 'isRestricted') && !isSo(observed, 'isApproved'),
  refuse: (observed) => {
    if (!isSo(observed, 'isOurs')) return undefined;
    return {
      code: 'SLACK_OWN_APP',
      message: 'This is the app that we sign in with.',
      remedy: 'Remove the connector first, then uninstall the app in the administration of Slack.',
    };
  },
  run: async (app, target) => {
    const { where, appId } = partsOf(target);
    await uninstall(app, where, appId);
    await send(app, 'POST /api/admin.apps.restrict', { app_id: appId, ...entityOf(where) });
  },
  revert: {
    by: async (app, target) => {
      const { where, appId } = partsOf(target);
      await send(app, 'POST /api/admin.apps.approve', { app_id: appId, ...entityOf(where) });
    },
    isDone: (observed, before) => isSo(observed, 'isApproved') === isSo(before, 'isApproved'),
    note: 'The app is approved again; the people who used it have to install it again.',
  },
  // Grants are no accounts: the next listing shows that it is gone.
  refresh: async () => [],
};

function partsOf(target: PlanTarget): { readonly where: string; readonly appId: string } {
  const parts = grantParts(needed(target.grantExternalId, 'an app grant'));
  if (parts) return parts;
  throw new AppFailure({ kind: 'rejected', message: 'This is not the id of an app grant of Slack.' }, 'plan', undefined);
}

async function observeApp(app: AppClient, target: PlanTarget): Promise<Json> {
  const { where, appId } = partsOf(target);
  const isApproved = await isListed(app, where, appId, 'approved');
  const isRestricted = await isListed(app, where, appId, 'restricted');
  if (!isApproved && !isRestricted)
    throw new AppFailure(
      { kind: 'missing', appCode: 'app_not_found', message: `Slack has no app ${appId} in ${where}.` },
      'GET /api/admin.apps.approved.list',
      200,
    );
  const isOurs = String(app.settings['appId'] ?? '').toUpperCase() === appId.toUpperCase();
  return { isApproved, isRestricted, isOurs, appId, where };
}

async function isListed(app: AppClient, where: string, appId: string, state: 'approved' | 'restricted'): Promise<boolean> {
  for await (const page of approvedApps(app, where, state)) if (page.some(({ id }) => id === appId)) return true;
  return false;
}

async function uninstall(app: AppClient, where: string, appId: string): Promise<void> {
  const place: Record<string, string> = where.startsWith('E') ? { enterprise_id: where } : { team_ids: where };
  try {
    await send(app, UNINSTALL, { app_id: appId, ...place });
  } catch (failure) {
    // Approved, but never installed or uninstalled already: there is nothing to end.
    if (!(failure instanceof AppFailure) || failure.kind !== 'missing') throw failure;
  }
}
