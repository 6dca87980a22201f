import type { Activity, Failure, Sighting } from '../activity.js';
import type { Signal } from '../alert.js';
import { dayOf } from '../day-set.js';
import type { Condition, Explanation } from '../explanation.js';
import type { Policy } from '../policy.js';
import { explainAddress, judgeAddresses, needsOfAddresses } from './address-attack.js';
import { findBursts, isEvenlySpaced, merged, type Burst } from './bursts.js';
import { bySubject, type Detector, type Fresh, type Need, type Seen, type Subject } from './detector.js';
import { isAgainstAccount, isSignIn, toFailure } from './failed-sign-ins.js';
import { isPlaced, daysOfPlace, placeKey } from './profile.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WINDOW_MS = 10 * MINUTE_MS;
const SILENCE_MS = 60 * MINUTE_MS;
const ENTERED_WITHIN_MS = 6 * HOUR_MS;
const BASELINE_DAYS = 14;
const FLOOR = 10;
const SIGMAS = 4;

export const FAILED_LOGINS: Policy = {
  id: 'pol_failed_logins',
  name: 'Multiple failed login attempts',
  description:
    'More failed sign-ins of one account within ten minutes than it ever has, or of many accounts from one address. A sign-in from an unknown place that follows makes it worse.',
  kind: 'ANOMALY',
  version: 1,
  severity: 'MEDIUM',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: ['T1110'],
  parameters: {
    window: 'PT10M',
    floor: FLOOR,
    sigmas: SIGMAS,
    baseline: 'P14D',
    silence: 'PT1H',
    enteredWithin: 'PT6H',
    sprayWindow: 'PT1H',
    stuffingWindow: 'PT15M',
  },
};

/** Guessing against one account, and spraying or stuffing from one address. */
export const failedLogins: Detector = {
  policy: FAILED_LOGINS,
  needs: (fresh, seen) => [...bySubjectNeeds(fresh, seen), ...needsOfAddresses(fresh, seen)],
  judge: (fresh, seen) => {
    const signals: Signal[] = [];
    const freshIds = new Set(fresh.activities.map(({ id }) => id));
    for (const { subject, window } of windowsOf(fresh)) {
      for (const burst of burstsOf(window, seen)) {
        const entered = successesAfter(burst, subject, seen);
        const news = newsOf(burst, entered, freshIds);
        if (news.length > 0) signals.push(toSignal(burst, subject, entered, news, seen));
      }
    }
    return [...signals, ...judgeAddresses(FAILED_LOGINS, fresh, seen)];
  },
  explainNeeds: (_activity, fresh, seen) => [...bySubjectNeeds(fresh, seen), ...needsOfAddresses(fresh, seen)],
  explain: (activity, fresh, seen) => explain(activity, fresh, seen),
};

type FailuresNeed = Extract<Need, { kind: 'failures' }>;

function bySubjectNeeds(fresh: Fresh, seen: Seen): Need[] {
  const asked: Need[] = [];
  for (const { subject, window } of windowsOf(fresh)) {
    if (!seen.failures(window)) {
      asked.push(window);
      continue;
    }
    for (const burst of candidates(window, seen)) asked.push(baselineNeed(subject, burst));
    for (const burst of burstsOf(window, seen)) asked.push(successNeed(subject, burst));
  }
  return asked;
}

/** The stretches in which a fresh failure could complete a burst, or a fresh sign-in could follow one. */
export function windowsOf(fresh: Fresh): readonly Window[] {
  const windows = windowsFound.get(fresh) ?? findWindows(fresh);
  windowsFound.set(fresh, windows);
  return windows;
}

interface Window {
  readonly subject: Subject;
  readonly window: FailuresNeed;
}

// Asked for in every round of reading, and by two detections: looked for once.
const windowsFound = new WeakMap<Fresh, readonly Window[]>();

function findWindows(fresh: Fresh): Window[] {
  const windows: Window[] = [];
  for (const [subject, activities] of bySubject(fresh)) {
    const stretches = activities.flatMap((activity) => {
      const at = activity.occurredAt;
      if (toFailure(activity)) return [{ from: at - WINDOW_MS, to: at + WINDOW_MS }];
      return isSignIn(activity) ? [{ from: at - ENTERED_WITHIN_MS - WINDOW_MS, to: at }] : [];
    });
    for (const stretch of merged(stretches))
      windows.push({ subject, window: { kind: 'failures', accountKeys: subject.accountKeys, ...stretch } });
  }
  return windows;
}

function candidates(window: FailuresNeed, seen: Seen): Burst[] {
  return findBursts((seen.failures(window) ?? []).filter(isAgainstAccount), FLOOR, WINDOW_MS, SILENCE_MS);
}

/** The candidates that are beyond what the account usually has. */
function burstsOf(window: FailuresNeed, seen: Seen): Burst[] {
  return candidates(window, seen).filter((burst) => burst.peak > usual(window.accountKeys, burst, seen).threshold);
}

interface Usual {
  readonly mean: number;
  readonly deviation: number;
  /** What has to be exceeded. */
  readonly threshold: number;
}

/** Mean and deviation of failures per ten minutes over the 14 whole days before; the day itself is left out, so that an attack does not excuse itself. */
function usual(accountKeys: readonly string[], burst: Burst, seen: Seen): Usual {
  const counts = seen.failureCounts(countsNeed(accountKeys, burst)) ?? [];
  const windows = (BASELINE_DAYS * DAY_MS) / WINDOW_MS;
  const mean = counts.reduce((sum, count) => sum + count, 0) / windows;
  const variance = counts.reduce((sum, count) => sum + count ** 2, 0) / windows - mean ** 2;
  const deviation = Math.sqrt(Math.max(0, variance));
  return { mean, deviation, threshold: Math.max(FLOOR - 1, mean + SIGMAS * deviation) };
}

function baselineNeed(subject: Subject, burst: Burst): Need {
  return countsNeed(subject.accountKeys, burst);
}

function countsNeed(accountKeys: readonly string[], burst: Burst): Extract<Need, { kind: 'failureCounts' }> {
  const day = dayOf(burst.from) * DAY_MS;
  return { kind: 'failureCounts', accountKeys, from: day - BASELINE_DAYS * DAY_MS, to: day - 1, slice: WINDOW_MS };
}

function successNeed(subject: Subject, burst: Burst): Extract<Need, { kind: 'history' }> {
  return { kind: 'history', of: 'signIns', accountKeys: subject.accountKeys, from: provenAt(burst), to: burst.to + ENTERED_WITHIN_MS };
}

/**
 * What of a burst is to be put on record now: failures near a fresh one, and what followed where that or the burst is fresh. The others were put on record
 * when they, or the failure that completed their window, were fresh; a burst of thousands is not written again with every page.
 */
function newsOf(burst: Burst, entered: readonly Sighting[], freshIds: ReadonlySet<string>): string[] {
  const times = burst.failures.filter(({ activityId }) => freshIds.has(activityId)).map(({ at }) => at);
  const near = merged(times.map((at) => ({ from: at - WINDOW_MS, to: at + WINDOW_MS })));
  const failures = burst.failures.filter(({ at }) => near.some(({ from, to }) => at >= from && at <= to));
  const after = entered.filter(({ id }) => times.length > 0 || freshIds.has(id));
  return [...failures.map(({ activityId }) => activityId), ...after.map(({ id }) => id)];
}

/** When so many had failed that no person was at work: what succeeds before may be the person's own. */
function provenAt(burst: Burst): number {
  return burst.provenAt;
}

/** Sign-ins that followed, from where the person is not known to act, or from where the guesses came. */
function successesAfter(burst: Burst, subject: Subject, seen: Seen): Sighting[] {
  const guessers = new Set(burst.failures.map(({ ip }) => ip));
  return (seen.history(successNeed(subject, burst)) ?? []).filter((sighting) => {
    if (!isSignIn(sighting) || sighting.occurredAt < provenAt(burst)) return false;
    const isKnown = isPlaced(sighting) && daysOfPlace(subject.profile, placeKey(sighting), dayOf(sighting.occurredAt)) > 0;
    return !isKnown && (isPlaced(sighting) || guessers.has(sighting.ip));
  });
}

/** One address that the person uses, one client, even gaps: a program with an old password. */
function isStaleClient(burst: Burst, subject: Subject): boolean {
  const [first] = burst.failures;
  const isOne = burst.failures.every(({ ip, userAgent }) => ip === first!.ip && userAgent === first!.userAgent);
  const isKnown = first!.country !== null && daysOfPlace(subject.profile, placeKey(first!), dayOf(first!.at)) > 0;
  return isOne && isKnown && isEvenlySpaced(burst.failures);
}

function toSignal(burst: Burst, subject: Subject, entered: readonly Sighting[], news: readonly string[], seen: Seen): Signal {
  const accounts = [
    ...new Set([...burst.failures.map(({ actorKey }) => actorKey), ...entered.flatMap(({ actorKey }) => actorKey ?? [])]),
  ].sort();
  const isStale = isStaleClient(burst, subject) && entered.length === 0;
  const name = nameOf(subject, burst.failures);
  return {
    policyId: FAILED_LOGINS.id,
    policyVersion: FAILED_LOGINS.version,
    groupKeys: [...new Set([subject.key, ...[...subject.accountKeys].sort()])],
    part: 'account',
    day: dayOf(burst.from),
    severity: entered.length > 0 ? 'HIGH' : isStale ? 'LOW' : FAILED_LOGINS.severity,
    title:
      entered.length > 0
        ? `Signed in after many failures: ${name}`
        : isStale
          ? `A program of ${name} uses an old password`
          : `Multiple failed sign-ins: ${name}`,
    firstAt: burst.from,
    lastAt: Math.max(burst.to, ...entered.map(({ occurredAt }) => occurredAt)),
    rank: burst.failures.length + (entered.length > 0 ? 1_000_000 : 0),
    explanation: explainBurst(burst, subject, entered, seen),
    attackTechniques: entered.length > 0 ? ['T1078', 'T1110.001'] : ['T1110.001'],
    accountIds: accounts,
    connectorId: null,
    activityIds: news,
  };
}

function nameOf(subject: Subject, failures: readonly Failure[]): string {
  return subject.name ?? failures.find(({ actorName }) => actorName !== null)?.actorName ?? 'an account';
}

function explain(activity: Activity, fresh: Fresh, seen: Seen): Explanation {
  const windows = windowsOf(fresh);
  for (const { subject, window } of windows) {
    for (const burst of burstsOf(window, seen)) {
      const entered = successesAfter(burst, subject, seen);
      const isPart = burst.failures.some(({ activityId }) => activityId === activity.id) || entered.some(({ id }) => id === activity.id);
      if (isPart) return explainBurst(burst, subject, entered, seen);
    }
  }
  return explainAddress(FAILED_LOGINS, activity.id, fresh, seen) ?? explainSilence(activity, windows[0], seen);
}

function explainBurst(burst: Burst, subject: Subject, entered: readonly Sighting[], seen: Seen): Explanation {
  const addresses = [...new Set(burst.failures.map(({ ip }) => ip ?? 'no address'))].sort();
  const { mean, deviation, threshold } = usual(subject.accountKeys, burst, seen);
  const isStale = isStaleClient(burst, subject);
  const name = nameOf(subject, burst.failures);
  const minutes = Math.max(1, Math.ceil((burst.to - burst.from) / MINUTE_MS));
  const after = entered[0]
    ? ` Then a sign-in from ${entered[0].ip ?? 'an unknown address'} succeeded, a place this person is not known to use.`
    : '';
  return {
    policyId: FAILED_LOGINS.id,
    policyVersion: FAILED_LOGINS.version,
    matched: true,
    summary: `${burst.failures.length} sign-ins of ${name} failed within ${minutes} minutes, from ${addresses.length === 1 ? addresses[0] : `${addresses.length} addresses`}.${after}`,
    conditions: [
      { name: 'failuresInTenMinutes', value: burst.peak, expected: `more than ${threshold.toFixed(1)}`, holds: true },
      {
        name: 'signInAfterwardsFromUnknownPlace',
        value: entered.map(({ id }) => id).slice(0, 10),
        expected: 'any raises the severity',
        holds: entered.length > 0,
      },
      { name: 'addresses', value: addresses.slice(0, 20), expected: 'any number', holds: true },
    ],
    suppressions: [
      { name: 'programWithOldPassword', value: { evenlySpaced: isEvenlySpaced(burst.failures) }, applied: isStale && entered.length === 0 },
    ],
    baseline: { meanPerTenMinutes: Number(mean.toFixed(4)), deviation: Number(deviation.toFixed(4)), days: BASELINE_DAYS },
    smallestChange: `No alert with ${Math.floor(threshold)} failures or fewer in any ten minutes instead of ${burst.peak}.`,
  };
}

function explainSilence(
  activity: Activity,
  window: { readonly subject: Subject; readonly window: FailuresNeed } | undefined,
  seen: Seen,
): Explanation {
  const failure = toFailure(activity);
  const failures = window ? (seen.failures(window.window) ?? []).filter(isAgainstAccount) : [];
  const near = failures.filter(({ at }) => Math.abs(at - activity.occurredAt) <= WINDOW_MS).length;
  const counts: Condition = {
    name: 'countedFailure',
    value: activity.failure,
    expected: 'a wrong password or factor, a locked account',
    holds: failure !== undefined && isAgainstAccount(failure),
  };
  const enough: Condition = { name: 'failuresWithinTenMinutes', value: near, expected: `at least ${FLOOR}`, holds: near >= FLOOR };
  return {
    policyId: FAILED_LOGINS.id,
    policyVersion: FAILED_LOGINS.version,
    matched: false,
    summary: counts.holds
      ? `${near} failed sign-ins lie within ten minutes of this one; that happens to people.`
      : 'This activity is neither a failed attempt to get in nor a sign-in that follows many.',
    conditions: [counts, enough],
    suppressions: [],
    baseline: null,
    smallestChange: counts.holds
      ? `${Math.max(1, FLOOR - near)} more failures of the same account within ten minutes.`
      : 'A row of failed sign-ins of the same account that this activity is part of or ends.',
  };
}
