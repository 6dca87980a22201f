import type { ActionKind } from '#libs/contracts';

import type { ActionPlan } from '../sdk/index.js';
import { removeFromTeam, revokeAppGrant, revokeAuthorizations } from './govern-access.js';
import { removeFromOrganization, revokeAdminPrivileges } from './govern-members.js';
import { suspendUser, unsuspendUser } from './govern-suspend.js';

/** What we can do to an account, a membership or a grant, each verified by reading GitHub back. Passwords are not GitHub's to expire by its API. */
export const actions = {
  SUSPEND_USER: suspendUser,
  UNSUSPEND_USER: unsuspendUser,
  REQUIRE_SIGN_IN_AGAIN: revokeAuthorizations,
  DEACTIVATE_USER: removeFromOrganization,
  REVOKE_ADMIN_PRIVILEGES: revokeAdminPrivileges,
  REMOVE_FROM_GROUP: removeFromTeam,
  REVOKE_APP_GRANT: revokeAppGrant,
} as const satisfies { readonly [K in ActionKind]?: ActionPlan };
