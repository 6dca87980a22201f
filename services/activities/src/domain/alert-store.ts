import type { Alert, AlertChange } from './alert.js';
import type { Slice, Sliced } from './activity-store.js';
import type { AlertFilter } from './activity-filter.js';

/** Reads alerts. */
export abstract class AlertStore {
  /** The newest opened first. */
  abstract list(tenant: string, filter: AlertFilter, slice: Slice): Promise<Sliced<Alert>>;
  abstract count(tenant: string, filter: AlertFilter): Promise<number>;
  abstract byIds(tenant: string, ids: readonly string[]): Promise<readonly (Alert | undefined)[]>;
  /** One page for each list of accounts, in few statements. */
  abstract listForAccounts(tenant: string, owners: readonly (readonly string[])[], slice: Slice): Promise<readonly Sliced<Alert>[]>;
  abstract countForAccounts(tenant: string, owners: readonly (readonly string[])[]): Promise<readonly number[]>;
  /** The alerts that each activity is evidence of. */
  abstract ofActivities(tenant: string, activityIds: readonly string[]): Promise<readonly (readonly Alert[])[]>;
  abstract accountsOf(tenant: string, alertIds: readonly string[]): Promise<readonly (readonly string[])[]>;
  /** Oldest first. */
  abstract historyOf(tenant: string, alertIds: readonly string[]): Promise<readonly (readonly AlertChange[])[]>;
}

/** Changes alerts, inside the caller's transaction. */
export abstract class AlertDesk<Unit> {
  abstract lock(tenant: string, unit: Unit, ids: readonly string[]): Promise<readonly Alert[]>;
  abstract save(tenant: string, unit: Unit, alert: Alert, change: AlertChange): Promise<void>;
  /** The places that these alerts held in doubt may teach again. */
  abstract trustAgain(tenant: string, unit: Unit, alertIds: readonly string[]): Promise<void>;
}
