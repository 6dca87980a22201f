import type { Provider } from '../sdk/index.js';
import { deactivateUser } from './govern-delete.js';
import { revokeAppGrant } from './govern-grants.js';
import { removeFromGroup } from './govern-groups.js';
import { revokeAdminPrivileges } from './govern-roles.js';
import { expirePassword, requireSignInAgain, suspendUser, unsuspendUser } from './govern-sign-in.js';

/** What we can do to an account, a membership or a grant, each verified by reading Entra ID back. */
export const actions: Provider['actions'] = {
  SUSPEND_USER: suspendUser,
  UNSUSPEND_USER: unsuspendUser,
  REQUIRE_SIGN_IN_AGAIN: requireSignInAgain,
  EXPIRE_PASSWORD: expirePassword,
  DEACTIVATE_USER: deactivateUser,
  REVOKE_ADMIN_PRIVILEGES: revokeAdminPrivileges,
  REMOVE_FROM_GROUP: removeFromGroup,
  REVOKE_APP_GRANT: revokeAppGrant,
};
