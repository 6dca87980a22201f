import type { CoverageStore, MessageHandlers } from '#libs/platform';

/** What the inventory does with the messages it hears: it keeps how the connectors are doing, to say what an answer rests on. */
export function messageHandlers(coverage: CoverageStore): MessageHandlers {
  return {
    ConnectorChanged: (tx, { tenant, message }) => coverage.hear(tx, tenant, message),
  };
}
