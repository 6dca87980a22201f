import type { ActionKind } from '#libs/contracts';

import type { ActionPlan } from '../sdk/index.js';
import { revokeAppGrant } from './govern-grants.js';
import { removeFromGroup } from './govern-groups.js';
import { expirePassword, suspendUser, unsuspendUser } from './govern-lifecycle.js';
import { revokeAdminPrivileges } from './govern-roles.js';
import { requireSignInAgain } from './govern-sessions.js';

/** What we can do to an account, a membership or a grant, each verified by reading Google back. Archiving and deleting are not ours. */
export const actions = {
  SUSPEND_USER: suspendUser,
  UNSUSPEND_USER: unsuspendUser,
  REQUIRE_SIGN_IN_AGAIN: requireSignInAgain,
  EXPIRE_PASSWORD: expirePassword,
  REVOKE_ADMIN_PRIVILEGES: revokeAdminPrivileges,
  REMOVE_FROM_GROUP: removeFromGroup,
  REVOKE_APP_GRANT: revokeAppGrant,
} as const satisfies { readonly [K in ActionKind]?: ActionPlan };
