import type { Activity } from '../activity.js';
import { countBefore, dayOf } from '../day-set.js';
import type { Condition } from '../explanation.js';
import type { Policy } from '../policy.js';
import type { Severity } from '../vocabulary.js';
import type { Need, Seen, Subject } from './detector.js';
import { isPlaced, isRented, type Profile } from './profile.js';
import { missing, nameOf, singleActivityDetector, type Assessment } from './single-activity.js';

const DAY_MS = 86_400_000;
const SILENT_DAYS = 90;

export const DORMANT_ACCOUNT: Policy = {
  id: 'pol_dormant_account',
  name: 'Dormant account active',
  description: 'A person of whom nothing was seen for three months acts again: nobody would have missed what was done with the account.',
  kind: 'ANOMALY',
  version: 1,
  severity: 'MEDIUM',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: ['T1078'],
  parameters: { silence: `P${SILENT_DAYS}D`, onCorporateNetwork: 'LOW', onRentedMachine: 'HIGH' },
};

type HistoryNeed = Extract<Need, { kind: 'history' }>;

/** The first day after a long silence of all accounts of a person. What profiles remember rules nearly everybody out without reading anything. */
export const dormantAccount = singleActivityDetector({
  policy: DORMANT_ACCOUNT,
  isCandidate: (activity, subject) => {
    const day = dayOf(activity.occurredAt);
    return subject?.isPerson === true && isPlaced(activity) && isOldEnough(subject.profile, day) && !isRemembered(subject.profile, day);
  },
  needs: (activity, subject) => (subject ? [historyNeed(activity, subject)] : []),
  assess,
});

function isOldEnough(profile: Profile | undefined, day: number): boolean {
  return profile !== undefined && dayOf(profile.firstSeen) < day - SILENT_DAYS;
}

function isRemembered(profile: Profile | undefined, day: number): boolean {
  return [...(profile?.places.values() ?? [])].some((days) => countBefore(days, day, day - SILENT_DAYS) > 0);
}

/** The whole days of silence before the day of the activity. */
function historyNeed(activity: Activity, subject: Subject): HistoryNeed {
  const day = dayOf(activity.occurredAt);
  return { kind: 'history', of: 'all', accountKeys: subject.accountKeys, from: (day - SILENT_DAYS) * DAY_MS, to: day * DAY_MS - 1 };
}

function assess(activity: Activity, subject: Subject | undefined, seen: Seen): Assessment {
  const day = dayOf(activity.occurredAt);
  const profile = subject?.profile;
  const before = subject ? (seen.history(historyNeed(activity, subject)) ?? []).filter(isPlaced) : [];
  const lastAt = Math.max(-Infinity, ...before.map(({ occurredAt }) => occurredAt));
  const isSilent = subject !== undefined && before.length === 0;
  const conditions: Condition[] = [
    {
      name: 'personsOwnSuccess',
      value: { outcome: activity.outcome, isInteractive: activity.isInteractive, actorType: activity.actorType },
      expected: 'a success of a person, from an address that has a place',
      holds: subject?.isPerson === true && isPlaced(activity),
    },
    {
      name: 'knownBefore',
      value: profile ? new Date(profile.firstSeen).toISOString() : null,
      expected: `first seen more than ${SILENT_DAYS} days before`,
      holds: isOldEnough(profile, day),
    },
    {
      name: 'seenBefore',
      value: before.length === 0 ? null : new Date(lastAt).toISOString(),
      expected: `nothing in the ${SILENT_DAYS} days before`,
      holds: isSilent,
    },
  ];
  const name = nameOf(activity, subject);
  const matched = conditions.every(({ holds }) => holds);
  return {
    conditions,
    suppressions: [],
    baseline: { firstSeen: profile ? new Date(profile.firstSeen).toISOString() : null, activitiesInTheDaysBefore: before.length },
    summary: matched
      ? `${name} acted for the first time in ${SILENT_DAYS} days, from ${activity.ip ?? 'an unknown address'} (${activity.organization ?? 'unknown operator'}).`
      : 'This is not the first activity of a known person after a long silence.',
    smallestChange: matched
      ? `No alert if ${name} had been seen on one of the ${SILENT_DAYS} days before.`
      : missing({ conditions, suppressions: [] }),
    severity: severityOf(activity),
    title: `Dormant account active: ${name}`,
    part: 'account',
  };
}

function severityOf(activity: Activity): Severity {
  if (activity.network === 'corporate') return 'LOW';
  return isRented(activity) ? 'HIGH' : 'MEDIUM';
}
