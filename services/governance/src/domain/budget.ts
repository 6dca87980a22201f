import type { TenantId } from '#libs/kernel';

import type { Transaction } from './transaction.js';

/** How many actions a tenant may request within one clock hour (UTC): what a stolen token could do at most. */
export const ACTIONS_PER_HOUR = 100;

const HOUR_MS = 3_600_000;

/** The hour that a moment belongs to, counted from 1970. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}

/** When the next hour's budget begins. */
export function nextHour(at: number): number {
  return (hourOf(at) + 1) * HOUR_MS;
}

/** The budget of actions, taken at the request and given back on cancel. */
export abstract class BudgetStore {
  /** Takes one, or refuses: one statement, so that concurrent requests never take more than there is. */
  abstract take(tenant: TenantId, tx: Transaction, hour: number, limit: number): Promise<boolean>;
  abstract giveBack(tenant: TenantId, tx: Transaction, hour: number): Promise<void>;
  abstract used(tenant: TenantId, hour: number): Promise<number>;
}
