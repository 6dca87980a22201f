import type { Action } from './action.js';

/** Who asks for the revert at the end of a lease. */
export const END_OF_LEASE = 'castellan:end-of-lease';

const MINUTE_MS = 60_000;
const TRIES = 12;

/** When a revert at the end of a lease that failed is tried again by itself; null once it is left to a person. */
export function nextLeaseTry(revert: Pick<Action, 'requestedBy' | 'attempt'>, mayRetry: boolean, now: number): number | null {
  if (revert.requestedBy !== END_OF_LEASE || !mayRetry || revert.attempt >= TRIES) return null;
  return now + Math.min(60, revert.attempt ** 2) * MINUTE_MS;
}

/** When the end of a lease that could not even be requested (connector disabled) is looked at again. */
export function nextLeaseLook(now: number): number {
  return now + 10 * MINUTE_MS;
}

/** Why, for the log. */
export function endOfLeaseReason(action: Pick<Action, 'id' | 'requestedBy' | 'reason' | 'until'>): string {
  return `The time limit set by ${action.requestedBy} is over (${action.id}: ${action.reason})`.slice(0, 2_000);
}
