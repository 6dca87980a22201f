import type { MessageHandlers } from '#libs/platform';

import type { HearConnector } from '../usecases/hear-connector.js';

/** What the posture service hears: how the connectors are, and when one was removed. */
export function messageHandlers(hear: HearConnector): MessageHandlers {
  return {
    ConnectorChanged: async (tx, { tenant, message }) => hear.run(tx, tenant, message),
  };
}
