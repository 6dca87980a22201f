import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import { AppFailure, at, text, timeMs, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { askIam, changeIam } from './calls.js';
import { keysOf, readDirectory } from './directory.js';
import { isAdmin, privilegesOf, toKeyGrant } from './mapping.js';
import { needed, readLiveUser, withDocuments } from './people.js';
import type { AccessKey } from './wire.js';

/** Switches an access key off. It is not deleted, so that it can be switched on again. */
export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Switch the access key off',
  effect: 'Calls with this key are refused within seconds. The key stays, inactive, until somebody deletes it.',
  target: 'app-grant',
  scopes: ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', 'iam:UpdateAccessKey'],
  observe: async (app, target) => {
    const key = await keyOf(app, target);
    return { userName: key.user, status: key.status };
  },
  isDone: (observed) => at(observed, 'status') === 'Inactive',
  run: (app, target, before) => setStatus(app, target, before, 'Inactive'),
  revert: {
    by: (app, target, before) => setStatus(app, target, before, text(at(before, 'status')) ?? 'Active'),
    isDone: (observed, before) => at(observed, 'status') === at(before, 'status'),
  },
  refresh,
};

function keyIdOf(target: PlanTarget): string {
  const id = needed(target.grantExternalId, 'an app grant');
  if (/^A[A-Z0-9]{15,127}$/.test(id)) return id;
  const message = 'Only access keys of IAM users can be switched off here.';
  const remedy = 'Sign in as root for a key of root; change the trust policy of a role, or remove the identity provider, in IAM.';
  throw new AppFailure({ kind: 'rejected', message, remedy }, 'plan', undefined);
}

// A key tells its user, whichever account the grant was listed under.
async function keyOf(app: AppClient, target: PlanTarget): Promise<AccessKey> {
  const id = keyIdOf(target);
  const userName = text((await askIam(app, 'GetAccessKeyLastUsed', { AccessKeyId: id }))['UserName']);
  const key = userName === null ? undefined : (await keysOf(app, userName))?.find((one) => one.id === id);
  if (key) return key;
  throw new AppFailure({ kind: 'missing', message: `There is no access key ${id} any more.` }, 'iam:ListAccessKeys', undefined);
}

async function setStatus(app: AppClient, target: PlanTarget, before: Json, Status: string): Promise<void> {
  const UserName = text(at(before, 'userName')) ?? '';
  await changeIam(app, 'UpdateAccessKey', { UserName, AccessKeyId: keyIdOf(target), Status });
}

// An inactive key is no grant any more; the next listing leaves it out.
async function refresh(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const key = await keyOf(app, target);
  if (key.status !== 'Active') return [];
  const arn = text(at(await askIam(app, 'GetUser', { UserName: key.user }), 'User', 'Arn')) ?? '';
  const directory = await readDirectory(app);
  const { user } = await readLiveUser(app, { accountExternalId: arn, groupExternalId: null, grantExternalId: null });
  const makesAdmin = isAdmin(privilegesOf(await withDocuments(app, user), directory));
  const used = await askIam(app, 'GetAccessKeyLastUsed', { AccessKeyId: key.id });
  return [toKeyGrant(key, user, makesAdmin, timeMs(at(used, 'AccessKeyLastUsed', 'LastUsedDate')))];
}
