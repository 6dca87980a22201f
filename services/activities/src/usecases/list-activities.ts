import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { CoverageStore, pageSize, type Coverage, type PageArguments, type RequestContext } from '#libs/platform';

import type { Activity } from '../domain/activity.js';
import { checkFilter, type ActivityFilter } from '../domain/activity-filter.js';
import { ActivityStore, type ActivityOrder, type Owner, type Sliced } from '../domain/activity-store.js';

export interface ActivityListArguments extends PageArguments {
  readonly filter?: ActivityFilter | null;
  readonly orderBy?: { readonly field: 'OCCURRED_AT'; readonly direction: 'ASC' | 'DESC' } | null;
}

/** A list as the graph shows it; what costs more than the page is worked out when it is asked for. */
export interface ActivityList extends Sliced<Activity> {
  readonly total: () => Promise<number>;
  readonly coverage: () => Promise<Coverage>;
}

/** Pages of the log, of everybody's or of one owner's activities. Many owners of one request go out in one batch. */
@Injectable()
export class ListActivities {
  constructor(
    private readonly activities: ActivityStore,
    private readonly coverage: CoverageStore,
  ) {}

  async run(tenant: TenantId, args: ActivityListArguments): Promise<ActivityList> {
    const { filter, first, after } = read(args);
    const page = await this.activities.list(tenant, filter, orderOf(args), { first, after });
    return { ...page, total: () => this.activities.count(tenant, filter), coverage: () => this.coverage.coverage(tenant, ['ACTIVITIES']) };
  }

  async runFor(context: RequestContext, owner: Owner, args: ActivityListArguments): Promise<ActivityList> {
    const { tenant } = context;
    const { filter, first, after } = read(args);
    const same = JSON.stringify([owner.kind, filter, first, after ?? null]);
    const pages = context.loader<string, Sliced<Activity>>(`activities ${same}`, async (keys) =>
      this.activities.listFor(tenant, keys.map(toOwner), filter, { first, after }),
    );
    const totals = context.loader<string, number>(`activity totals ${same}`, async (keys) =>
      this.activities.countFor(tenant, keys.map(toOwner), filter),
    );
    const key = JSON.stringify(owner);
    return {
      ...(await pages.load(key)),
      total: () => totals.load(key),
      coverage: () => this.coverage.coverage(tenant, ['ACTIVITIES'], owner.kind === 'connector' ? [owner.id] : undefined),
    };
  }
}

function read({ filter, first, after }: ActivityListArguments) {
  checkFilter(filter);
  return { filter: filter ?? {}, first: pageSize({ first }), after };
}

function orderOf({ orderBy }: ActivityListArguments): ActivityOrder {
  return `OCCURRED_AT_${orderBy?.direction ?? 'DESC'}`;
}

function toOwner(key: string): Owner {
  return JSON.parse(key) as Owner;
}
