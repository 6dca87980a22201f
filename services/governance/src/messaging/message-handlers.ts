import type { MessageHandlers } from '#libs/platform';
import { type CoverageStore } from '#libs/platform';

import { type HearAccounts } from '../usecases/hear-accounts.js';
import { type SettleAction } from '../usecases/settle-action.js';
import { type Settlements } from '../usecases/settlements.js';

/** What governance does with the messages it hears. */
export function messageHandlers(
  coverage: CoverageStore,
  accounts: HearAccounts,
  settle: SettleAction,
  settlements: Settlements,
): MessageHandlers {
  return {
    ConnectorChanged: async (tx, { tenant, message }) => coverage.hear(tx, tenant, message),
    AccountsChanged: async (tx, { tenant, message }) => accounts.run(tenant, tx, message),
    ActionStarted: async (tx, { tenant, message }) => settle.started(tenant, tx, message),
    ActionSettled: async (tx, { tenant, message }) => {
      await settle.settled(tenant, tx, message);
      settlements.announce(message.actionId);
    },
  };
}
