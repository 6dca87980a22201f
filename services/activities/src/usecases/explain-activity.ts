import { Inject, Injectable } from '@nestjs/common';
import { DomainError, type TenantId } from '#libs/kernel';
import { Database, type Tx } from '#libs/platform';

import { ActivityStore } from '../domain/activity-store.js';
import { PolicyNotFound } from '../domain/detection/catalogue.js';
import { SeenSoFar, type Detector, type Fresh } from '../domain/detection/detector.js';
import type { Explanation } from '../domain/explanation.js';
import { PageStore } from '../domain/page-store.js';
import { gather } from './judge.js';
import { DETECTORS } from './raise-alerts.js';
import { subjectsOf } from './subjects.js';

export class ActivityNotFound extends DomainError {
  readonly code = 'ACTIVITY_NOT_FOUND';
  readonly kind = 'missing';
  override readonly path = ['activityId'];

  constructor(id: string) {
    super(`There is no activity ${id.slice(0, 100)}. Read activities for those there are.`);
  }
}

/** Judges a stored activity again, as of now, and tells every value that was looked at. Changes nothing. */
@Injectable()
export class ExplainActivity {
  constructor(
    @Inject(DETECTORS) private readonly detectors: readonly Detector[],
    private readonly activities: ActivityStore,
    private readonly pages: PageStore<Tx>,
    private readonly database: Database,
  ) {}

  async run(tenant: TenantId, activityId: string, policyId: string): Promise<Explanation> {
    const detector = this.detectors.find(({ policy }) => policy.id === policyId);
    if (!detector) throw new PolicyNotFound(policyId);
    const [activity] = await this.activities.byIds(tenant, [activityId]);
    if (!activity) throw new ActivityNotFound(activityId);
    const page = this.pages.open(tenant, this.database);
    const keys = activity.actorKey === null ? [] : [activity.actorKey];
    const refs = await page.accounts(keys);
    const profiles = await page.profiles([...new Set([...keys, ...refs.map(({ id }) => id)])]);
    const fresh: Fresh = { activities: [activity], relatedEvents: new Map(), subjects: subjectsOf(keys, refs, profiles) };
    const seen = new SeenSoFar();
    await gather(
      seen,
      () => detector.explainNeeds(activity, fresh, seen),
      (needs) => page.answer(needs),
    );
    return detector.explain(activity, fresh, seen);
  }
}
