import type { SandboxAnswer, SandboxContext } from '../sdk/index.js';

import { auditRow } from './sandbox-events.js';
import { numberedId } from './sandbox-ids.js';
import { OWN_USER_ID, OWN_USERNAME } from './sandbox-seed.js';
import type { SalesforceSandbox, SandboxUser } from './sandbox-state.js';

export type Context = SandboxContext<SalesforceSandbox>;

const LIMIT = 100_000;

/** An answer with the header that every answer of the REST API has. */
export function answer(context: Context, status: number, json?: unknown): SandboxAnswer {
  context.state.calls += 1;
  // The limit is told, and counted only when asked for: volume tests would stop at it.
  const used = context.switches['countLimits'] === true ? Math.min(LIMIT, context.state.calls) : 1;
  const headers = { 'Sforce-Limit-Info': `api-usage=${used}/${LIMIT}` };
  return json === undefined ? { status, headers } : { status, headers, json };
}

/** A refusal in the REST API's words: an array. */
export function refuse(context: Context, status: number, errorCode: string, message: string, fields?: readonly string[]): SandboxAnswer {
  return answer(context, status, [{ message, errorCode, ...(fields && { fields }) }]);
}

/** Lets a write show after the lag that is set; at once without one. */
export function enact({ state, switches, now }: Context, apply: () => void): void {
  if (switches.readLagMs <= 0) return apply();
  state.pending.push({ at: now.getTime() + switches.readLagMs, apply });
}

/** Applies the writes whose time has come; called before every answer. */
export function settle({ state, now }: Context): void {
  for (const effect of state.pending.filter(({ at }) => at <= now.getTime())) {
    state.pending.splice(state.pending.indexOf(effect), 1);
    effect.apply();
  }
}

/** Writes what our own app did into the setup audit trail, as Salesforce does. */
export function note({ state, now }: Context, action: string, display: string, section = 'Manage Users'): void {
  const at = now.getTime();
  const id = numberedId('0Yn', state.serial++);
  state.audit.add([{ at, row: auditRow({ id, at, user: { id: OWN_USER_ID, username: OWN_USERNAME }, action, section, display }) }]);
}

/** How the audit trail names a user. */
export function shown({ name, id }: SandboxUser): string {
  return `user ${name} (UserID: [${id.slice(0, 15)}])`;
}
