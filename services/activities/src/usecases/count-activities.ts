import { Injectable } from '@nestjs/common';
import { DomainError, type TenantId } from '#libs/kernel';

import { checkFilter, type ActivityFilter } from '../domain/activity-filter.js';
import { ActivityStore, type ActivityCount, type ActivityDimension } from '../domain/activity-store.js';

const DEFAULT_TOP = 100;
const LARGEST_TOP = 1_000;
const SHORTEST_INTERVAL_MS = 60_000;

/** The question makes no table of counts. */
export class CountInvalid extends DomainError {
  readonly code = 'ACTIVITY_COUNT_INVALID';
  readonly kind = 'invalid';

  constructor(
    override readonly path: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

export interface CountArguments {
  readonly filter?: ActivityFilter | null;
  readonly by: readonly ActivityDimension[];
  readonly interval?: number | null;
  readonly top?: number | null;
}

/** How many activities, by one to three properties, and over time where an interval is given. */
@Injectable()
export class CountActivities {
  constructor(private readonly activities: ActivityStore) {}

  async run(tenant: TenantId, { filter, by, interval, top }: CountArguments): Promise<readonly ActivityCount[]> {
    checkFilter(filter);
    const most = top ?? DEFAULT_TOP;
    if (by.length < 1 || by.length > 3 || new Set(by).size < by.length)
      throw new CountInvalid(['by'], 'Count by one to three different dimensions.');
    if (most < 1 || most > LARGEST_TOP) throw new CountInvalid(['top'], `top must be from 1 to ${LARGEST_TOP}.`);
    if (interval !== null && interval !== undefined && interval < SHORTEST_INTERVAL_MS)
      throw new CountInvalid(['interval'], 'The interval must be a minute (PT1M) at least.');
    return this.activities.counts(tenant, { filter: filter ?? {}, by, intervalMs: interval ?? undefined, top: most });
  }
}
