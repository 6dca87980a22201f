import type { Activity, Failure, Sighting } from '../activity.js';
import type { Signal } from '../alert.js';
import { dayOf } from '../day-set.js';
import type { Explanation } from '../explanation.js';
import type { Policy } from '../policy.js';
import { findBursts, type Burst } from './bursts.js';
import type { Detector, Fresh, Need, Seen, Subject } from './detector.js';
import { windowsOf } from './failed-logins.js';
import { isSignIn } from './failed-sign-ins.js';

const MINUTE_MS = 60_000;
const WINDOW_MS = 10 * MINUTE_MS;
const SILENCE_MS = 60 * MINUTE_MS;
/** Who gives in does so soon; within the window that is looked back over from a sign-in. */
const GIVES_IN_WITHIN_MS = 60 * MINUTE_MS;
const ENOUGH = 5;

export const MFA_FATIGUE: Policy = {
  id: 'pol_mfa_fatigue',
  name: 'MFA fatigue',
  description:
    'A person denies one request for the second factor after the other: somebody who has the password hopes that they give in. A sign-in that follows says that they did.',
  kind: 'ANOMALY',
  version: 1,
  severity: 'MEDIUM',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: ['T1621'],
  parameters: { window: 'PT10M', denials: ENOUGH, silence: 'PT1H', givesInWithin: 'PT1H' },
};

type SignInsNeed = Extract<Need, { kind: 'history' }>;
type Window = ReturnType<typeof windowsOf>[number];

/** Denials close together. The denials are those that multiple failed logins reads as well, so that looking costs nothing more. */
export const mfaFatigue: Detector = {
  policy: MFA_FATIGUE,
  needs,
  judge: (fresh, seen) =>
    windowsOf(fresh).flatMap(({ subject, window }) =>
      burstsOf(window, seen).flatMap((burst) => toSignals(burst, subject, gaveIn(burst, subject, seen), fresh)),
    ),
  explainNeeds: (_activity, fresh, seen) => needs(fresh, seen),
  explain,
};

function needs(fresh: Fresh, seen: Seen): Need[] {
  return windowsOf(fresh).flatMap(({ subject, window }): Need[] =>
    seen.failures(window) ? burstsOf(window, seen).map((burst) => signInsNeed(burst, subject)) : [window],
  );
}

function burstsOf(window: Window['window'], seen: Seen): Burst[] {
  return findBursts(denialsIn(window, seen), ENOUGH, WINDOW_MS, SILENCE_MS);
}

function denialsIn(window: Window['window'], seen: Seen): Failure[] {
  return (seen.failures(window) ?? []).filter(({ reason }) => reason === 'MFA_DENIED');
}

function signInsNeed(burst: Burst, subject: Subject): SignInsNeed {
  return { kind: 'history', of: 'signIns', accountKeys: subject.accountKeys, from: burst.provenAt, to: burst.to + GIVES_IN_WITHIN_MS };
}

/** Sign-ins after so many denials that the one who asks is not the one who denies. */
function gaveIn(burst: Burst, subject: Subject, seen: Seen): Sighting[] {
  return (seen.history(signInsNeed(burst, subject)) ?? []).filter(isSignIn);
}

function toSignals(burst: Burst, subject: Subject, after: readonly Sighting[], fresh: Fresh): Signal[] {
  const all = [...burst.failures.map(({ activityId }) => activityId), ...after.map(({ id }) => id)];
  const freshIds = new Set(fresh.activities.map(({ id }) => id));
  if (!all.some((id) => freshIds.has(id))) return [];
  const name = nameOf(subject, burst);
  return [
    {
      policyId: MFA_FATIGUE.id,
      policyVersion: MFA_FATIGUE.version,
      groupKeys: [...new Set([subject.key, ...[...subject.accountKeys].sort()])],
      part: 'account',
      day: dayOf(burst.from),
      severity: after.length > 0 ? 'HIGH' : MFA_FATIGUE.severity,
      title: after.length > 0 ? `Gave in to MFA requests: ${name}` : `MFA fatigue: ${name}`,
      firstAt: burst.from,
      lastAt: Math.max(burst.to, ...after.map(({ occurredAt }) => occurredAt)),
      rank: burst.failures.length + after.length + (after.length > 0 ? 1_000_000 : 0),
      explanation: explainBurst(burst, subject, after),
      attackTechniques: after.length > 0 ? ['T1078', 'T1621'] : MFA_FATIGUE.attackTechniques,
      accountIds: [
        ...new Set([...burst.failures.map(({ actorKey }) => actorKey), ...after.flatMap(({ actorKey }) => actorKey ?? [])]),
      ].sort(),
      connectorId: null,
      activityIds: all,
    },
  ];
}

function explain(activity: Activity, fresh: Fresh, seen: Seen): Explanation {
  const windows = windowsOf(fresh);
  for (const { subject, window } of windows) {
    for (const burst of burstsOf(window, seen)) {
      const after = gaveIn(burst, subject, seen);
      const ids = [...burst.failures.map(({ activityId }) => activityId), ...after.map(({ id }) => id)];
      if (ids.includes(activity.id)) return explainBurst(burst, subject, after);
    }
  }
  return explainSilence(activity, windows[0] ? denialsIn(windows[0].window, seen) : []);
}

function explainBurst(burst: Burst, subject: Subject, after: readonly Sighting[]): Explanation {
  const addresses = [...new Set(burst.failures.map(({ ip }) => ip ?? 'no address'))].sort();
  const minutes = Math.max(1, Math.ceil((burst.to - burst.from) / MINUTE_MS));
  const name = nameOf(subject, burst);
  return {
    policyId: MFA_FATIGUE.id,
    policyVersion: MFA_FATIGUE.version,
    matched: true,
    summary: `${name} denied ${burst.failures.length} requests for the second factor within ${minutes} minutes.${after[0] ? ` Then a sign-in from ${after[0].ip ?? 'an unknown address'} succeeded.` : ''}`,
    conditions: [
      { name: 'denialsInTenMinutes', value: burst.peak, expected: `at least ${ENOUGH}`, holds: true },
      {
        name: 'signInAfterwards',
        value: after.map(({ id }) => id).slice(0, 10),
        expected: 'any raises the severity',
        holds: after.length > 0,
      },
      { name: 'addresses', value: addresses.slice(0, 20), expected: 'any', holds: true },
    ],
    suppressions: [],
    baseline: null,
    smallestChange: `No alert with ${ENOUGH - 1} denials or fewer in any ten minutes instead of ${burst.peak}.`,
  };
}

function explainSilence(activity: Activity, denials: readonly Failure[]): Explanation {
  const isDenial = activity.failure === 'MFA_DENIED';
  const near = denials.filter(({ at }) => Math.abs(at - activity.occurredAt) <= WINDOW_MS).length;
  return {
    policyId: MFA_FATIGUE.id,
    policyVersion: MFA_FATIGUE.version,
    matched: false,
    summary: isDenial
      ? `${near} denied requests lie within ten minutes of this one; that happens to people.`
      : 'This activity is neither a denied request for the second factor nor a sign-in that follows many.',
    conditions: [
      { name: 'denial', value: activity.failure, expected: 'MFA_DENIED', holds: isDenial },
      { name: 'denialsWithinTenMinutes', value: near, expected: `at least ${ENOUGH}`, holds: near >= ENOUGH },
    ],
    suppressions: [],
    baseline: null,
    smallestChange: isDenial
      ? `${Math.max(1, ENOUGH - near)} more denials of the same person within ten minutes.`
      : 'A row of denied requests of the same person that this activity is part of or ends.',
  };
}

function nameOf(subject: Subject, burst: Burst): string {
  return subject.name ?? burst.failures.find(({ actorName }) => actorName !== null)?.actorName ?? 'an account';
}
