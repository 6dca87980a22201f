import type { Call } from './sandbox-answers.js';
import { apiEntry } from './sandbox-events.js';

/** Writes what a call did into the organization's own log, as Okta does. */
export function note(call: Call, eventType: string, displayMessage: string, targets: readonly Readonly<Record<string, unknown>>[]): void {
  const { state, now } = call;
  state.log.add(apiEntry({ at: now, eventType, displayMessage, targets, actor: actorOf(call), number: state.log.size }));
}

function actorOf({ state, headers }: Call): Readonly<Record<string, unknown>> {
  if (!headers['authorization']?.startsWith('SSWS '))
    return { id: state.self.appId, type: 'PublicClientApp', alternateId: state.self.appId, displayName: 'Castellan' };
  const { domain } = state.company;
  return { id: state.self.userId, type: 'User', alternateId: `castellan@${domain}`, displayName: 'Castellan Connector' };
}
