import type { Provider } from '../sdk/index.js';
import { revokeAppGrant } from './govern-grants.js';
import { removeFromGroup } from './govern-groups.js';
import { deactivateUser, suspendUser, unsuspendUser } from './govern-lifecycle.js';
import { revokeAdminPrivileges } from './govern-roles.js';
import { requireSignInAgain } from './govern-sessions.js';

/** What can be done in Slack. Expiring a password is not in it: there is no API for that. */
export const actions: Provider['actions'] = {
  SUSPEND_USER: suspendUser,
  UNSUSPEND_USER: unsuspendUser,
  DEACTIVATE_USER: deactivateUser,
  REQUIRE_SIGN_IN_AGAIN: requireSignInAgain,
  REVOKE_ADMIN_PRIVILEGES: revokeAdminPrivileges,
  REMOVE_FROM_GROUP: removeFromGroup,
  REVOKE_APP_GRANT: revokeAppGrant,
};
