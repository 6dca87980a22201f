import type { Activity, Failure, Sighting } from '../activity.js';
import type { Signal } from '../alert.js';
import { dayOf, hasDay } from '../day-set.js';
import { countryName, type Atlas } from '../enrichment/atlas.js';
import type { Explanation } from '../explanation.js';
import type { Policy } from '../policy.js';
import { worse, type Severity } from '../vocabulary.js';
import { bySubject, type Detector, type Fresh, type Need, type Seen, type Subject } from './detector.js';
import { daysOfCountry, daysOfDevice, daysOfPlace, isPlaced, partsOfPlace, placeKey, type Profile } from './profile.js';
import { explainTravel } from './explain-travel.js';
import { areNeighbours, MEDIUM, weigh, type TravelPair } from './travel-pair.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Places compared with within the window; more than this in a day is no person. */
const MOST_ANCHORS = 32;

export const IMPOSSIBLE_TRAVEL: Policy = {
  id: 'pol_impossible_travel',
  name: 'Impossible travel',
  description:
    'One person acts from two countries within a time in which nobody can travel between them, and the less usual of the two places is not one that the person is known to use.',
  kind: 'ANOMALY',
  version: 1,
  severity: 'MEDIUM',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: ['T1078'],
  parameters: {
    level: 'medium',
    maxSpeedKmh: 900,
    minDistanceKm: 500,
    window: 'PT24H',
    clockSkew: 'PT5M',
    learningPeriod: 'P7D',
    learnedPlaceDays: 2,
    knownDeviceDays: 3,
  },
};

type HistoryNeed = Extract<Need, { kind: 'history' }>;
type FailuresNeed = Extract<Need, { kind: 'failures' }>;

/** Two places too far apart for the time between. Compared are whole days of history, so late and repeated events change nothing. */
export function impossibleTravel(atlas: Atlas): Detector {
  return {
    policy: IMPOSSIBLE_TRAVEL,
    needs: (fresh, seen) => needs(fresh, seen, atlas),
    judge: (fresh, seen) => {
      const signals: Signal[] = [];
      for (const [subject, activities] of bySubject(fresh)) {
        for (const need of windowsOf(subject, activities, atlas)) {
          const pairs = impossiblePairs(seen.history(need) ?? [], subject.profile, atlas);
          const failures = seen.failures(failuresBefore(need)) ?? [];
          signals.push(...pairs.map((pair) => toSignal(pair, subject, failures, atlas)));
        }
      }
      return signals;
    },
    explainNeeds: (activity, fresh) => {
      const need = windowAround(activity, fresh);
      return need.accountKeys.length === 0 ? [] : [need, failuresBefore(need)];
    },
    explain: (activity, fresh, seen) => explain(activity, fresh, seen, atlas),
  };
}

function needs(fresh: Fresh, seen: Seen, atlas: Atlas): Need[] {
  const asked: Need[] = [];
  for (const [subject, activities] of bySubject(fresh)) {
    for (const need of windowsOf(subject, activities, atlas)) {
      const history = seen.history(need);
      if (!history) asked.push(need);
      else if (impossiblePairs(history, subject.profile, atlas).length > 0) asked.push(failuresBefore(need));
    }
  }
  return asked;
}

/** Whole days around the fresh activities of a subject in which two places of the profile could not be the same journey. */
function windowsOf(subject: Subject, activities: readonly Activity[], atlas: Atlas): HistoryNeed[] {
  if (!subject.isPerson || !subject.profile) return [];
  const days = [...new Set(activities.map(({ occurredAt }) => dayOf(occurredAt)))].sort((a, b) => a - b);
  const windows: HistoryNeed[] = [];
  for (const day of days) {
    if (!mayHoldPair(subject.profile, day, atlas)) continue;
    windows.push({ kind: 'history', of: 'all', accountKeys: subject.accountKeys, ...daysAround(day) });
  }
  return windows;
}

/** False where the profile alone rules an impossible journey out: nearly always, so that nearly nothing has to be read. */
function mayHoldPair(profile: Profile, day: number, atlas: Atlas): boolean {
  const near: string[] = [];
  for (const [place, days] of profile.places) {
    if (hasDay(days, day) || hasDay(days, day - 1) || hasDay(days, day + 1)) near.push(place);
  }
  const isLearned = (place: string): boolean => {
    const { country, isRented } = partsOfPlace(place);
    // As of the first day that the window holds: later days can only know more.
    const usual = !isRented && daysOfCountry(profile, country, day - 1) >= 3;
    return daysOfPlace(profile, place, day - 1) + (usual ? 2 : 0) >= MEDIUM.learnedDays;
  };
  return near.some((a, index) =>
    near.slice(index + 1).some((b) => {
      const [one, other] = [partsOfPlace(a), partsOfPlace(b)];
      if (one.asn !== '-' && one.asn === other.asn) return false;
      return !areNeighbours(atlas, one.country, other.country) && !(isLearned(a) && isLearned(b));
    }),
  );
}

/** Each sighting against the last one at each other place: of all earlier ones that is the hardest to reach it from. */
function impossiblePairs(history: readonly Sighting[], profile: Profile | undefined, atlas: Atlas): TravelPair[] {
  const pairs: TravelPair[] = [];
  eachPair(history, (earlier, later) => {
    const pair = weigh(earlier, later, profile, atlas, MEDIUM);
    if (pair.isImpossible) pairs.push(pair);
  });
  return pairs;
}

function eachPair(history: readonly Sighting[], visit: (earlier: Sighting, later: Sighting) => void): void {
  const anchors = new Map<string, Sighting>();
  const ordered = history.filter(isPlaced).sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1));
  for (const sighting of ordered) {
    const own = anchorKey(sighting);
    for (const [key, anchor] of anchors) {
      if (sighting.occurredAt - anchor.occurredAt > MEDIUM.windowMs) anchors.delete(key);
      else if (key !== own) visit(anchor, sighting);
    }
    anchors.delete(own);
    anchors.set(own, sighting);
    if (anchors.size > MOST_ANCHORS) anchors.delete(anchors.keys().next().value!);
  }
}

// Devices apart: a new device at a known place must not hide the visit of a known one.
function anchorKey(sighting: Sighting): string {
  return `${placeKey(sighting)}|${sighting.latitude!.toFixed(1)},${sighting.longitude!.toFixed(1)}|${sighting.network}|${sighting.deviceKey ?? ''}`;
}

function failuresBefore(need: HistoryNeed): FailuresNeed {
  return { kind: 'failures', accountKeys: need.accountKeys, from: need.from - HOUR_MS, to: need.to };
}

function toSignal(pair: TravelPair, subject: Subject, failures: readonly Failure[], atlas: Atlas): Signal {
  const { reference, suspect } = pair;
  const countries = [reference.country!, suspect.country!].sort();
  const accounts = [...new Set([reference.actorKey!, suspect.actorKey!])].sort();
  const name = subject.name ?? suspect.actorName ?? suspect.actorEmail ?? 'somebody';
  const failed = failures.filter(({ at }) => at >= suspect.occurredAt - HOUR_MS && at <= suspect.occurredAt).length;
  return {
    policyId: IMPOSSIBLE_TRAVEL.id,
    policyVersion: IMPOSSIBLE_TRAVEL.version,
    groupKeys: [...new Set([subject.key, ...[...subject.accountKeys].sort()])],
    part: countries.join('-'),
    day: dayOf(suspect.occurredAt),
    severity: severityOf(pair, subject.profile, failed),
    title: `Impossible travel: ${name} in ${countryName(atlas, reference.country)} and ${countryName(atlas, suspect.country)}`,
    firstAt: Math.min(reference.occurredAt, suspect.occurredAt),
    lastAt: Math.max(reference.occurredAt, suspect.occurredAt),
    rank: pair.speedKmh,
    explanation: explainTravel(IMPOSSIBLE_TRAVEL, pair, subject, failed, atlas),
    attackTechniques: IMPOSSIBLE_TRAVEL.attackTechniques,
    accountIds: accounts,
    connectorId: reference.connectorId === suspect.connectorId ? suspect.connectorId : null,
    activityIds: [reference.id, suspect.id],
    distrusts: [{ accountKey: suspect.actorKey!, place: placeKey(suspect), day: dayOf(suspect.occurredAt) }],
  };
}

function severityOf({ suspect }: TravelPair, profile: Profile | undefined, failedBefore: number): Severity {
  const isHidden = ['hosting', 'tor', 'proxy', 'vpn'].includes(suspect.network);
  const isNewDevice = suspect.deviceKey !== null && daysOfDevice(profile, suspect.deviceKey, dayOf(suspect.occurredAt)) === 0;
  return worse('MEDIUM', isHidden || isNewDevice || failedBefore > 0 ? 'HIGH' : 'MEDIUM');
}

/** The strongest pair that the activity is part of, or the nearest to being one. */
function explain(activity: Activity, fresh: Fresh, seen: Seen, atlas: Atlas): Explanation {
  const subject = activity.actorKey === null ? undefined : fresh.subjects.get(activity.actorKey);
  const need = windowAround(activity, fresh);
  let best: TravelPair | undefined;
  if (subject && isPlaced(activity)) {
    eachPair(seen.history(need) ?? [], (earlier, later) => {
      if (earlier.id !== activity.id && later.id !== activity.id) return;
      const pair = weigh(earlier, later, subject.profile, atlas, MEDIUM);
      if (!best || isNearer(pair, best)) best = pair;
    });
  }
  if (best && subject) {
    const failed = (seen.failures(failuresBefore(need)) ?? []).filter(
      ({ at }) => at >= best!.suspect.occurredAt - HOUR_MS && at <= best!.suspect.occurredAt,
    );
    return explainTravel(IMPOSSIBLE_TRAVEL, best, subject, failed.length, atlas);
  }
  return withoutPair(activity, subject);
}

function windowAround(activity: Activity, fresh: Fresh): HistoryNeed {
  const subject = activity.actorKey === null ? undefined : fresh.subjects.get(activity.actorKey);
  return { kind: 'history', of: 'all', accountKeys: subject?.accountKeys ?? [], ...daysAround(dayOf(activity.occurredAt)) };
}

function daysAround(day: number): { readonly from: number; readonly to: number } {
  return { from: (day - 1) * DAY_MS, to: (day + 2) * DAY_MS - 1 };
}

function isNearer(a: TravelPair, b: TravelPair): boolean {
  if (a.isImpossible !== b.isImpossible) return a.isImpossible;
  return a.speedKmh > b.speedKmh;
}

function withoutPair(activity: Activity, subject: Subject | undefined): Explanation {
  const placed = isPlaced(activity);
  return {
    policyId: IMPOSSIBLE_TRAVEL.id,
    policyVersion: IMPOSSIBLE_TRAVEL.version,
    matched: false,
    summary: placed
      ? 'The person was seen at one place only within a day before and after this activity.'
      : 'This activity is not one that shows where a person is.',
    conditions: [
      { name: 'outcome', value: activity.outcome, expected: 'SUCCESS', holds: activity.outcome === 'SUCCESS' },
      { name: 'interactive', value: activity.isInteractive, expected: 'not false', holds: activity.isInteractive !== false },
      { name: 'actorType', value: activity.actorType, expected: 'a person', holds: subject?.isPerson === true && isPersonLike(activity) },
      { name: 'country', value: activity.country, expected: 'known', holds: activity.country !== null && activity.latitude !== null },
      {
        name: 'network',
        value: activity.network,
        expected: 'neither relay nor satellite',
        holds: activity.network !== 'relay' && activity.network !== 'satellite',
      },
      { name: 'otherPlaceWithin24Hours', value: null, expected: 'one at least', holds: false },
    ],
    suppressions: [],
    baseline: { firstSeen: subject?.profile ? new Date(subject.profile.firstSeen).toISOString() : null },
    smallestChange: placed
      ? 'A successful activity of the same person from another country within 24 hours.'
      : 'The conditions that do not hold would all have to hold, and a second place would have to be seen within 24 hours.',
  };
}

function isPersonLike(activity: Activity): boolean {
  return activity.actorType === 'person' || activity.actorType === 'unknown';
}
