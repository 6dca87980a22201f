import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import type { RequestContext } from '#libs/platform';

import { AccountProjection } from '../domain/account-projection.js';
import { isAccountId, type Activity, type UnmappedEventType } from '../domain/activity.js';
import { ActivityStore } from '../domain/activity-store.js';

/** Single activities and what hangs on them, in batches. */
@Injectable()
export class LookUpActivities {
  constructor(
    private readonly activities: ActivityStore,
    private readonly accounts: AccountProjection<unknown>,
  ) {}

  async one(context: RequestContext, id: string): Promise<Activity | null> {
    const loader = context.loader<string, Activity | undefined>('activity', (ids) => this.activities.byIds(context.tenant, ids));
    return (await loader.load(id)) ?? null;
  }

  /** The account that acted, once inventory knows it: an activity may be older than the listing that shows its actor. */
  async actorId(context: RequestContext, { actorKey }: Activity): Promise<string | null> {
    if (actorKey === null || !isAccountId(actorKey)) return null;
    const loader = context.loader<string, string | null>('activity actor', async (keys) => {
      const known = await this.accounts.existing(context.tenant, keys);
      return keys.map((key) => (known.has(key) ? key : null));
    });
    return loader.load(actorKey);
  }

  /** The event as the app gave it; null when it is no longer kept. */
  async raw(context: RequestContext, id: string): Promise<unknown> {
    const loader = context.loader<string, string | undefined>('activity raw', (ids) => this.activities.raw(context.tenant, ids));
    return asJson(await loader.load(id));
  }

  async unmapped(tenant: TenantId): Promise<readonly UnmappedEventType[]> {
    return this.activities.unmapped(tenant);
  }
}

// An app's event that is no JSON is shown as the text it is.
function asJson(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
