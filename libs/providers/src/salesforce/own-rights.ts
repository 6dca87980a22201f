import { AppFailure, flag, type AppClient } from '../sdk/index.js';

import { queryAll } from './soql.js';

/** Fails as `forbidden`, naming the permission, when our own user lacks it. The object tells of nobody but the user who asks. */
export async function requireRight(app: AppClient, field: string, permission: string): Promise<void> {
  const [own] = await queryAll(app, `SELECT ${field} FROM UserPermissionAccess`);
  if (flag(own?.[field]) === true) return;
  throw new AppFailure(
    {
      kind: 'forbidden',
      message: `The integration user lacks the permission "${permission}".`,
      missingScopes: [permission],
      remedy: `Give the permission "${permission}" to the permission set of the integration user.`,
    },
    'query (UserPermissionAccess)',
    undefined,
  );
}
