import type { IpRange, IpRangeTable } from './ip-range.js';

/** The operator's networks. */
export abstract class IpRangeStore {
  abstract all(tenant: string): Promise<readonly IpRange[]>;
  /** Ready for look-ups; a change by another replica shows within seconds. */
  abstract table(tenant: string): Promise<IpRangeTable>;
  /** Runs `decide` with all ranges and nobody else changing them, and saves what it returns. */
  abstract save(tenant: string, decide: (ranges: readonly IpRange[]) => IpRange): Promise<IpRange>;
  /** False when there is no such range. */
  abstract delete(tenant: string, id: string): Promise<boolean>;
}
