import type { CoverageStore, MessageHandlers } from '#libs/platform';

import type { KeepAccounts } from '../usecases/keep-accounts.js';

/** What is done with the messages of the other services. */
export function heard(coverage: CoverageStore, accounts: KeepAccounts): MessageHandlers {
  return {
    ConnectorChanged: async (tx, { tenant, message }) => coverage.hear(tx, tenant, message),
    AccountsChanged: async (tx, { tenant, message }) => accounts.run(tenant, tx, message),
  };
}
