import { AppFailure, at, flag, type AppClient, type Probe, type Provider } from '../sdk/index.js';

import { accounts } from './accounts.js';
import { discover, identify } from './discover.js';
import { baseOf, factsOf, type AccountFact } from './facts.js';
import { appGrants } from './grants.js';
import { groups } from './groups.js';
import { mayGovern } from './manifest.js';
import { monitor, probeMonitor } from './monitor.js';
import { OPERATIONS, pathOf } from './operations.js';
import { privileges } from './privileges.js';

export { discover, identify };

/** Everything that is listed in full at every run. */
export const listings: Provider['listings'] = { ACCOUNTS: accounts, GROUPS: groups, PRIVILEGES: privileges, APP_GRANTS: appGrants };

/** The organization's one log. */
export const feeds: Provider['feeds'] = { main: monitor };

/** One cheap call per capability: for the accounts, of each account, since each has a host and administrators of its own. */
export const probes: readonly Probe[] = [
  { capability: 'LIST_ACCOUNTS', run: probeAccounts },
  { capability: 'LIST_GROUPS', run: (app) => inEachAccount(app, OPERATIONS.groups, { count: '1' }) },
  { capability: 'LIST_PRIVILEGES', run: (app) => inEachAccount(app, OPERATIONS.permissionProfiles, {}) },
  { capability: 'SIGN_IN_ACTIVITY', run: probeActivities },
  { capability: 'USER_ACTIVITY', run: probeActivities },
  { capability: 'ADMIN_ACTIVITY', run: probeActivities },
  { capability: 'USER_GOVERNANCE', run: probeGovernance },
  { capability: 'VIEW_APP_GRANTS', run: (app) => inEachAccount(app, OPERATIONS.connect, {}) },
  { capability: 'REVOKE_APP_GRANTS', run: probeAdministrator },
  { capability: 'POSTURE', run: (app) => inEachAccount(app, OPERATIONS.passwordRules, {}) },
];

async function probeAccounts(app: AppClient): Promise<void | { readonly note: string }> {
  const { organizationId, accounts: read, unread } = factsOf(app);
  const operation = OPERATIONS.organizationUsers;
  const path = pathOf(operation, { organizationId });
  await app.call({ operation, at: 'admin', path, query: { account_id: read[0]?.id, take: '1' } });
  await inEachAccount(app, OPERATIONS.users, { count: '1' });
  if (unread.length === 0) return;
  const names = unread.map(({ id, name }) => name ?? id).join(', ');
  return { note: `Not read, since our administrator is no member of them or they were not chosen: ${names}.` };
}

async function probeActivities(app: AppClient): Promise<void> {
  await probeMonitor(app);
}

// Asks to change nobody: with the scope that is a request about nothing, without it a refusal.
async function probeGovernance(app: AppClient): Promise<void> {
  const operation = OPERATIONS.changeProfiles;
  if (!mayGovern(app.settings)) {
    const message = 'Acting on users is switched off in the settings of this connector.';
    const remedy = 'Set "Act on users" to true, and consent to the scope user_write.';
    throw new AppFailure(
      { kind: 'forbidden', message, remedy, problem: 'SCOPE_MISSING', missingScopes: ['user_write'] },
      operation,
      undefined,
    );
  }
  const path = pathOf(operation, { organizationId: factsOf(app).organizationId });
  try {
    await app.call({ operation, method: 'POST', at: 'admin', path, json: { users: [] } });
  } catch (failure) {
    if (!(failure instanceof AppFailure) || failure.kind !== 'rejected') throw failure;
  }
}

async function probeAdministrator(app: AppClient): Promise<void> {
  const { accountExternalId } = await identify(app);
  for (const account of factsOf(app).accounts) {
    const answer = await ask(app, account, OPERATIONS.user, { userId: accountExternalId ?? '' }, {});
    if (flag(at(answer.body, 'isAdmin')) !== false) continue;
    const message = `Our user is no administrator of the account ${account.name}.`;
    const remedy = 'Give the user the Account Administrator permission profile there.';
    throw new AppFailure({ kind: 'forbidden', message, remedy, problem: 'NOT_ADMINISTRATOR' }, OPERATIONS.user, answer.status);
  }
}

async function inEachAccount(app: AppClient, operation: string, query: Readonly<Record<string, string>>): Promise<void> {
  for (const account of factsOf(app).accounts) await ask(app, account, operation, {}, query);
}

function ask(
  app: AppClient,
  account: AccountFact,
  operation: string,
  values: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>>,
) {
  return app.call({ operation, at: baseOf(account), path: pathOf(operation, { accountId: account.id, ...values }), query });
}
