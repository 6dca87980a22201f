import type { Provider } from '../sdk/index.js';

import { deactivateUser, requireSignInAgain, suspendUser, unsuspendUser } from './govern-access.js';
import { removeFromGroup } from './govern-groups.js';
import { expirePassword } from './govern-password.js';
import { revokeAdminPrivileges } from './govern-rights.js';
import { revokeAppGrant } from './govern-tokens.js';

/** What can be done in Salesforce. */
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
