import type { Provider } from '../sdk/index.js';

import { revokeAppGrant } from './govern-grants.js';
import { removeFromGroup } from './govern-groups.js';
import { suspendUser, unsuspendUser } from './govern-memberships.js';
import { expirePassword, revokeAdminPrivileges } from './govern-rights.js';

/** What can be done in Docusign. Ending sessions is not in it: there is no API for that. */
export const actions: Provider['actions'] = {
  SUSPEND_USER: suspendUser,
  UNSUSPEND_USER: unsuspendUser,
  EXPIRE_PASSWORD: expirePassword,
  REVOKE_ADMIN_PRIVILEGES: revokeAdminPrivileges,
  REMOVE_FROM_GROUP: removeFromGroup,
  REVOKE_APP_GRANT: revokeAppGrant,
};
