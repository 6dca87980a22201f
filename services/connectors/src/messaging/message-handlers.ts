import type { Clock } from '#libs/kernel';
import type { MessageHandlers } from '#libs/platform';

import type { TakeAction } from '../usecases/take-action.js';

/** What the connectors service hears: governance asks it to act. */
export function messageHandlers(takeAction: TakeAction, clock: Clock): MessageHandlers {
  return {
    ActionRequested: async (tx, { tenant, message }) => takeAction.run(tx, tenant, message, clock.now()),
    ActionCancelRequested: async (tx, { tenant, message }) => takeAction.cancel(tx, tenant, message, clock.now()),
  };
}
