import type { AppClient, Probe } from '../sdk/index.js';

import { requireRight } from './own-rights.js';
import { queryAll } from './soql.js';

export { discover, identify } from './facts.js';
export { feeds } from './feeds.js';
export { listings } from './listings.js';

/** One cheap call per capability. */
export const probes: readonly Probe[] = [
  { capability: 'LIST_ACCOUNTS', run: probeAccounts },
  { capability: 'LIST_GROUPS', run: (app) => one(app, 'Group') },
  { capability: 'LIST_PRIVILEGES', run: (app) => one(app, 'PermissionSetAssignment') },
  { capability: 'SIGN_IN_ACTIVITY', run: probeSignIns },
  { capability: 'USER_ACTIVITY', run: probeFiles },
  { capability: 'ADMIN_ACTIVITY', run: (app) => one(app, 'SetupAuditTrail') },
  { capability: 'USER_GOVERNANCE', run: probeGovernance },
  { capability: 'VIEW_APP_GRANTS', run: probeTokens },
  { capability: 'REVOKE_APP_GRANTS', run: probeTokens },
  {
    capability: 'POSTURE',
    run: (app) => queryAll(app, 'SELECT Score FROM SecurityHealthCheck', { isTooling: true }).then(() => undefined),
  },
];

async function one(app: AppClient, object: string): Promise<void> {
  await queryAll(app, `SELECT Id FROM ${object} LIMIT 1`);
}

async function probeAccounts(app: AppClient): Promise<void> {
  await one(app, 'User');
  await one(app, 'UserLogin');
}

// Without the permission Salesforce shows our own sign-ins alone, and says nothing.
async function probeSignIns(app: AppClient): Promise<void> {
  await requireRight(app, 'PermissionsManageUsers', 'Manage Users');
  await one(app, 'LoginHistory');
}

async function probeFiles(app: AppClient): Promise<void | { readonly note: string }> {
  await one(app, 'EventLogFile');
  const hourly = await queryAll(app, "SELECT Id FROM EventLogFile WHERE Interval = 'Hourly' LIMIT 1");
  if (hourly.length > 0) return;
  return { note: 'The org has no hourly event log files: without Event Monitoring there are only a few daily types, kept for one day.' };
}

async function probeGovernance(app: AppClient): Promise<void> {
  await requireRight(app, 'PermissionsManageUsers', 'Manage Users');
  await requireRight(app, 'PermissionsCustomizeApplication', 'Customize Application');
  await one(app, 'AuthSession');
}

async function probeTokens(app: AppClient): Promise<void> {
  await requireRight(app, 'PermissionsCustomizeApplication', 'Customize Application');
  await one(app, 'OauthToken');
}
