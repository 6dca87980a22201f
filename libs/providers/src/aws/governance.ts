import type { Provider } from '../sdk/index.js';

import { revokeAppGrant } from './govern-grants.js';
import { removeFromGroup, revokeAdminPrivileges } from './govern-rights.js';
import { expirePassword, requireSignInAgain } from './govern-sessions.js';
import { suspendUser, unsuspendUser } from './govern-suspend.js';

/** What can be done in AWS. The root user is out of reach of all of it. */
export const actions: Provider['actions'] = {
  SUSPEND_USER: suspendUser,
  UNSUSPEND_USER: unsuspendUser,
  REQUIRE_SIGN_IN_AGAIN: requireSignInAgain,
  EXPIRE_PASSWORD: expirePassword,
  REVOKE_ADMIN_PRIVILEGES: revokeAdminPrivileges,
  REMOVE_FROM_GROUP: removeFromGroup,
  REVOKE_APP_GRANT: revokeAppGrant,
};
