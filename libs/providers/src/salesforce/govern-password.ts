import type { Json } from '#libs/kernel';
import { at, flag, requiredFlag, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { refreshAccount, userIdOf, userOf, type Refusal } from './govern-people.js';
import { OPERATIONS, pathOf } from './operations.js';

export const expirePassword: ActionPlan = {
  kind: 'EXPIRE_PASSWORD',
  title: 'Reset password',
  effect: 'The password stops working at once. Salesforce mails the user a link to set a new one.',
  target: 'account',
  scopes: ['api', 'Manage Users'],
  observe,
  isDone: (observed) => flag(at(observed, 'isExpired')) === true,
  // The answer holds a new password. It is neither read nor kept.
  run: async (app, target) => {
    const operation = OPERATIONS.resetPassword;
    await app.call({ operation, method: 'DELETE', path: pathOf(operation, { id: userIdOf(target) }) });
  },
  refuse,
  revert: { impossible: 'The old password cannot be given back; the user sets a new one with the link in the mail.' },
  refresh: refreshAccount,
};

async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const user = await userOf(app, target);
  const operation = OPERATIONS.password;
  const { body } = await app.call({ operation, path: pathOf(operation, { id: user.id }) });
  return {
    isActive: user.isActive,
    isExpired: requiredFlag(at(body, 'isExpired'), operation, '"isExpired"'),
    passwordChangedAt: user.passwordChangedAt,
  };
}

function refuse(observed: Json): Refusal | undefined {
  if (flag(at(observed, 'isActive')) !== false) return undefined;
  return {
    code: 'SALESFORCE_USER_INACTIVE',
    message: 'The user is deactivated: there is no password to reset.',
    remedy: 'Activate the user first.',
  };
}
