import type { AccountRecord, InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, requiredFlag, text } from '../sdk/index.js';
import { accountOf, ownersLeft, refreshAccount, refusal, seen, type Refusal } from './govern-people.js';
import { enterpriseIdentities, type Identity } from './graph.js';
import { enterpriseOf } from './http.js';
import { toSuspended } from './mapping.js';
import type { Operation } from './operations.js';

const READ: Operation = 'GET /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}';
const CHANGE: Operation = 'PATCH /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}';
const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const NOTE = 'The identity provider may undo this at its next synchronization: change the assignment there as well.';

/** Suspends a managed user by the enterprise's SCIM. */
export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Suspend the managed user',
  effect: `The user cannot sign in to GitHub, and tokens and keys stop working; login and address become unreadable until undone. ${NOTE}`,
  target: 'account',
  scopes: ['admin:enterprise'],
  observe,
  isDone: (observed) => at(observed, 'active') === false,
  refuse,
  run: (app, _target, before) => setActive(app, before, false),
  revert: {
    by: (app, _target, before) => setActive(app, before, true),
    isDone: (observed, before) => at(observed, 'active') === at(before, 'active'),
  },
  administratorsLeft: (app, target) => ownersLeft(app, accountOf(target)),
  refresh,
};

/** Lets a suspended managed user in again. */
export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Unsuspend the managed user',
  effect: `The user can sign in again, with login and address as before. ${NOTE}`,
  target: 'account',
  scopes: ['admin:enterprise'],
  observe,
  isDone: (observed) => at(observed, 'active') === true,
  refuse,
  run: (app, _target, before) => setActive(app, before, true),
  revert: {
    by: (app, _target, before) => setActive(app, before, false),
    isDone: (observed, before) => at(observed, 'active') === at(before, 'active'),
  },
  refresh,
};

async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const enterprise = enterpriseOf(app.settings);
  if (enterprise === undefined) return { canSuspend: false, why: 'no-enterprise' };
  const identity = await identityOf(app, enterprise, accountOf(target));
  if (!identity) return { canSuspend: false, why: 'not-managed' };
  const answer = await app.call({ operation: READ, path: scimPath(enterprise, identity.guid) });
  return { canSuspend: true, scimId: identity.guid, active: requiredFlag(at(answer.body, 'active'), READ, '"active"') };
}

async function identityOf(app: AppClient, enterprise: string, accountId: string): Promise<Identity | undefined> {
  return (await enterpriseIdentities(app, enterprise)).find((identity) => identity.userId === accountId);
}

function scimPath(enterprise: string, scimId: string): string {
  return `/scim/v2/enterprises/${encodeURIComponent(enterprise)}/Users/${encodeURIComponent(scimId)}`;
}

function refuse(observed: Json): Refusal | undefined {
  if (at(observed, 'canSuspend') === true) return undefined;
  if (text(at(observed, 'why')) === 'no-enterprise') {
    return refusal(
      'GITHUB_NO_SUSPENSION',
      'GitHub can suspend only Enterprise Managed Users, and no enterprise was entered for this connector.',
      'Enter the enterprise and its token, or remove the person from the organization instead.',
    );
  }
  return refusal(
    'GITHUB_NOT_A_MANAGED_USER',
    'This account is not managed by the enterprise’s identity provider, so the enterprise cannot suspend it.',
    'Remove the person from the organization instead.',
  );
}

async function setActive(app: AppClient, observed: Json, active: boolean): Promise<void> {
  const enterprise = enterpriseOf(app.settings);
  const scimId = seen(observed, 'scimId');
  if (enterprise === undefined || scimId === null) {
    throw new AppFailure({ kind: 'rejected', message: 'There is no managed user to change.' }, CHANGE, undefined);
  }
  await app.call({
    operation: CHANGE,
    method: 'PATCH',
    path: scimPath(enterprise, scimId),
    json: { schemas: [PATCH_SCHEMA], Operations: [{ op: 'replace', value: { active } }] },
  });
}

async function refresh(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const enterprise = enterpriseOf(app.settings);
  const identity = enterprise === undefined ? undefined : await identityOf(app, enterprise, accountOf(target));
  if (enterprise === undefined || identity?.userId == null) return refreshAccount(app, target);
  const observed = await observe(app, target);
  const account: AccountRecord = toSuspended({ ...identity, userId: identity.userId });
  return [{ ...account, status: at(observed, 'active') === false ? 'SUSPENDED' : 'ACTIVE' }];
}
