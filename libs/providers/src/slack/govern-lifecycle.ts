import type { Json } from '#libs/kernel';

import type { ActionPlan, AppClient, PlanTarget } from '../sdk/index.js';
import { AppFailure, at, requiredFlag } from '../sdk/index.js';
import { requestOf, send } from './calls.js';
import { accountOf, isSo, ownersLeft, readPerson, refreshAccount, refusePrimaryOwner } from './people.js';

const READ = 'GET /scim/v2/Users/{id}';
const CHANGE = 'PATCH /scim/v2/Users/{id}';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Deactivates a person by SCIM, which every plan with SCIM has and which can be undone. */
export const suspendUser: ActionPlan = {
  kind: 'SUSPEND_USER',
  title: 'Deactivate (SCIM)',
  effect: 'The person is signed out everywhere and cannot sign in. Messages, files and memberships of user groups stay.',
  target: 'account',
  scopes: ['admin', 'users:read', 'admin.teams:read'],
  observe: observeScim,
  isDone: (observed) => !isSo(observed, 'active'),
  refuse: refusePrimaryOwner,
  run: (app, target) => setActive(app, target, false),
  revert: {
    by: (app, target) => setActive(app, target, true),
    isDone: (observed, before) => isSo(observed, 'active') === isSo(before, 'active'),
    note: 'Guests cannot always be reactivated as they were.',
  },
  administratorsLeft: ownersLeft,
  refresh: refreshAccount,
};

/** Reactivates a person by SCIM. */
export const unsuspendUser: ActionPlan = {
  kind: 'UNSUSPEND_USER',
  title: 'Reactivate (SCIM)',
  effect: 'The person can sign in again. A licence is used again.',
  target: 'account',
  scopes: ['admin', 'users:read', 'admin.teams:read'],
  observe: observeScim,
  isDone: (observed) => isSo(observed, 'active'),
  run: (app, target) => setActive(app, target, true),
  revert: {
    by: (app, target) => setActive(app, target, false),
    isDone: (observed, before) => isSo(observed, 'active') === isSo(before, 'active'),
  },
  refresh: refreshAccount,
};

/** Deactivates a person in the whole organization. */
export const deactivateUser: ActionPlan = {
  kind: 'DEACTIVATE_USER',
  title: 'Deactivate in the organization',
  effect: 'The person is removed from all workspaces of the organization, signed out and cannot sign in. Only Enterprise has this.',
  target: 'account',
  scopes: ['admin.users:write', 'users:read', 'admin.teams:read', 'admin'],
  observe: observePerson,
  isDone: (observed) => !isSo(observed, 'active'),
  refuse: refusePrimaryOwner,
  run: async (app, target) => {
    await send(app, 'POST /api/admin.users.deactivate', { user_id: accountOf(target) });
  },
  revert: {
    by: (app, target) => setActive(app, target, true),
    isDone: (observed, before) => isSo(observed, 'active') === isSo(before, 'active'),
    note: 'Reactivated by SCIM; guests cannot always be reactivated as they were.',
  },
  administratorsLeft: ownersLeft,
  refresh: refreshAccount,
};

async function observeScim(app: AppClient, target: PlanTarget): Promise<Json> {
  const id = accountOf(target);
  const { body } = await app.call(requestOf(READ, {}, { id }));
  const active = requiredFlag(at(body, 'active'), READ, '"active"');
  const person = await readPerson(app, id).catch((failure: unknown) => {
    // SCIM knows deactivated people whom users.info may no longer show.
    if (failure instanceof AppFailure && failure.kind === 'missing') return undefined;
    throw failure;
  });
  return { active, isPrimaryOwner: person?.isPrimaryOwner === true, guest: person?.guest ?? null };
}

async function observePerson(app: AppClient, target: PlanTarget): Promise<Json> {
  const person = await readPerson(app, accountOf(target));
  if (person.isActive === null)
    throw new AppFailure(
      { kind: 'malformed', message: 'Slack does not say whether the person is deactivated.' },
      'GET /api/users.info',
      200,
    );
  return { active: person.isActive, isPrimaryOwner: person.isPrimaryOwner === true, guest: person.guest };
}

async function setActive(app: AppClient, target: PlanTarget, active: boolean): Promise<void> {
  const json = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'active', value: active }] };
  await app.call({ ...requestOf(CHANGE, {}, { id: accountOf(target) }), method: 'PATCH', json });
}
