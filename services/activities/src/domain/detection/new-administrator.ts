import type { Activity } from '../activity.js';
import { countBefore, dayOf } from '../day-set.js';
import type { Condition, Suppression } from '../explanation.js';
import type { Policy } from '../policy.js';
import { holderOf, isAdminGrant, isOwnGrant, roleOf } from './admin-grant.js';
import type { Subject } from './detector.js';
import { missing, nameOf, singleActivityDetector, type Assessment } from './single-activity.js';

/** On so many days before somebody must have made administrators for it to be their work. */
const USUAL_GRANT_DAYS = 3;
const LOOK_BACK_DAYS = 60;

export const NEW_ADMINISTRATOR: Policy = {
  id: 'pol_new_administrator',
  name: 'New administrator',
  description: 'Somebody was given a role that administers an app, by one who does not do this as a matter of course.',
  kind: 'ANOMALY',
  version: 1,
  severity: 'MEDIUM',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: ['T1098.003'],
  parameters: { usualGrantDays: USUAL_GRANT_DAYS, lookBack: `P${LOOK_BACK_DAYS}D`, ownGrant: 'HIGH' },
};

/** A role of administration given away. All that one person gives on a day is one alert. */
export const newAdministrator = singleActivityDetector({
  policy: NEW_ADMINISTRATOR,
  isCandidate: isAdminGrant,
  assess,
});

function assess(activity: Activity, subject: Subject | undefined): Assessment {
  const day = dayOf(activity.occurredAt);
  const grants = subject?.profile?.grants;
  const days = grants ? countBefore(grants, day, day - LOOK_BACK_DAYS) : 0;
  const isOwn = isOwnGrant(activity);
  const conditions: Condition[] = [
    { name: 'category', value: activity.category, expected: 'PRIVILEGE', holds: activity.category === 'PRIVILEGE' },
    { name: 'outcome', value: activity.outcome, expected: 'SUCCESS', holds: activity.outcome === 'SUCCESS' },
    {
      name: 'adminRoleGiven',
      value: { eventType: activity.eventType, role: roleOf(activity) },
      expected: 'a role, policy or privilege that administers the app',
      holds: isAdminGrant(activity),
    },
  ];
  const suppressions: Suppression[] = [
    { name: 'usualGranter', value: { daysWithGrants: days, enough: USUAL_GRANT_DAYS, isOwn }, applied: days >= USUAL_GRANT_DAYS && !isOwn },
  ];
  const [granter, holder] = [nameOf(activity, subject), holderName(activity)];
  const role = roleOf(activity) ?? 'an administrator role';
  const [matched, applied] = [conditions.every(({ holds }) => holds), suppressions.some((one) => one.applied)];
  return {
    conditions,
    suppressions,
    baseline: { daysWithGrants: days, lookBackDays: LOOK_BACK_DAYS },
    summary: !matched
      ? 'Nobody became an administrator by this activity.'
      : `${granter} gave ${isOwn ? 'themselves' : holder} ${role} in ${activity.app}${applied ? `, as on ${days} other days of the last ${LOOK_BACK_DAYS}` : ''}.`,
    smallestChange:
      matched && !applied
        ? `No alert if ${granter} had ${isOwn ? 'given it to somebody else and ' : ''}made administrators on ${USUAL_GRANT_DAYS} earlier days of the last ${LOOK_BACK_DAYS}, instead of ${days}.`
        : missing({ conditions, suppressions }),
    severity: isOwn ? 'HIGH' : 'MEDIUM',
    title: `New administrator: ${isOwn ? granter : holder}, by ${isOwn ? 'themselves' : granter}`,
    part: 'grant',
  };
}

function holderName(activity: Activity): string {
  const holder = holderOf(activity);
  return holder?.name ?? holder?.externalId ?? 'somebody';
}
