import type { Activity } from '../activity.js';
import type { Signal } from '../alert.js';
import { dayOf } from '../day-set.js';
import type { Explanation } from '../explanation.js';
import type { Policy } from '../policy.js';
import type { Detector } from './detector.js';

export const APP_ALERT: Policy = {
  id: 'pol_app_alert',
  name: "The app's own alert",
  description: 'The app itself found a threat and said how severe it is. Passed on as it is, with the activities that the app names.',
  kind: 'ACTIVITY',
  version: 1,
  severity: 'MEDIUM',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: [],
  parameters: { category: 'THREAT', severity: 'given by the app' },
};

/** Passes on what the apps detect. One alert for each of the app's events: the app has grouped them already. */
export const appAlert: Detector = {
  policy: APP_ALERT,
  needs: () => [],
  judge: (fresh) => fresh.activities.filter(isAppAlert).map((activity) => toSignal(activity, fresh.relatedEvents.get(activity.id) ?? [])),
  explainNeeds: () => [],
  explain: (activity) => explain(activity),
};

function isAppAlert(activity: Activity): boolean {
  return activity.category === 'THREAT' && activity.severity !== null;
}

function toSignal(activity: Activity, relatedEvents: readonly string[]): Signal {
  return {
    policyId: APP_ALERT.id,
    policyVersion: APP_ALERT.version,
    groupKeys: [activity.id],
    part: activity.eventType,
    day: dayOf(activity.occurredAt),
    severity: activity.severity!,
    title: `${activity.app}: ${activity.eventType}`,
    firstAt: activity.occurredAt,
    lastAt: activity.occurredAt,
    rank: 1,
    explanation: explain(activity),
    attackTechniques: [],
    accountIds: activity.actorKey === null ? [] : [activity.actorKey],
    connectorId: activity.connectorId,
    activityIds: [activity.id],
    relatedEvents,
  };
}

function explain(activity: Activity): Explanation {
  const matched = isAppAlert(activity);
  return {
    policyId: APP_ALERT.id,
    policyVersion: APP_ALERT.version,
    matched,
    summary: matched
      ? `${activity.app} itself raised "${activity.eventType}" with severity ${activity.severity?.toLowerCase()}.${activity.outcomeDetail ? ` It says: ${activity.outcomeDetail}` : ''}`
      : 'The app did not report this activity as a threat.',
    conditions: [
      { name: 'category', value: activity.category, expected: 'THREAT', holds: activity.category === 'THREAT' },
      { name: 'severity', value: activity.severity, expected: 'given by the app', holds: activity.severity !== null },
    ],
    suppressions: [],
    baseline: null,
    smallestChange: matched ? 'Only the app could have kept silent.' : 'The app reporting this activity as a threat, with a severity.',
  };
}
