import type { Activity } from '../activity.js';
import type { Distrust, Signal } from '../alert.js';
import { dayOf } from '../day-set.js';
import type { Condition, Explanation, Suppression, Value } from '../explanation.js';
import type { Policy } from '../policy.js';
import { SEVERITIES, type Severity } from '../vocabulary.js';
import type { Detector, Fresh, Need, Seen, Subject } from './detector.js';

/** Later than any activity; exact in a double many times over. */
const LATEST_MS = 1e13;

/** What a detection that looks at activities one by one finds of one: the same for those that alert and those that do not. */
export interface Assessment {
  readonly conditions: readonly Condition[];
  readonly suppressions: readonly Suppression[];
  readonly baseline: Value;
  readonly summary: string;
  readonly smallestChange: string;
  readonly severity: Severity;
  readonly title: string;
  /** What tells this alert from others of the same person. */
  readonly part: string;
  readonly distrusts?: readonly Distrust[];
}

/** A detection that judges each activity by itself, with what is known of its actor. */
export interface SingleActivityDetection {
  readonly policy: Policy;
  /** Cheap, and false for nearly all activities: nothing is read or assessed for those. */
  isCandidate(activity: Activity, subject: Subject | undefined): boolean;
  /** What {@link assess} has to see of a candidate. */
  needs?(activity: Activity, subject: Subject | undefined): readonly Need[];
  assess(activity: Activity, subject: Subject | undefined, seen: Seen): Assessment;
}

/** Alerts where all conditions hold and no suppression applies. */
export function singleActivityDetector(detection: SingleActivityDetection): Detector {
  const { policy } = detection;
  // Asked for in every round of reading: looked for once.
  const found = new WeakMap<Fresh, readonly Candidate[]>();
  const candidates = (fresh: Fresh): readonly Candidate[] => {
    const all = found.get(fresh) ?? candidatesIn(fresh, detection);
    found.set(fresh, all);
    return all;
  };
  const needsOf = (activity: Activity, subject: Subject | undefined): readonly Need[] => detection.needs?.(activity, subject) ?? [];
  return {
    policy,
    needs: (fresh) => candidates(fresh).flatMap(({ activity, subject }) => needsOf(activity, subject)),
    judge: (fresh, seen) =>
      candidates(fresh).flatMap(({ activity, subject }) => {
        const assessment = detection.assess(activity, subject, seen);
        return isMatch(assessment) ? [toSignal(policy, activity, subject, assessment)] : [];
      }),
    explainNeeds: (activity, fresh) => needsOf(activity, subjectOf(activity, fresh)),
    explain: (activity, fresh, seen) => toExplanation(policy, detection.assess(activity, subjectOf(activity, fresh), seen)),
  };
}

interface Candidate {
  readonly activity: Activity;
  readonly subject: Subject | undefined;
}

function candidatesIn(fresh: Fresh, detection: SingleActivityDetection): Candidate[] {
  const all: Candidate[] = [];
  for (const activity of fresh.activities) {
    const subject = subjectOf(activity, fresh);
    if (detection.isCandidate(activity, subject)) all.push({ activity, subject });
  }
  return all;
}

/** The person as people know them. */
export function nameOf(activity: Activity, subject: Subject | undefined): string {
  return subject?.name ?? activity.actorName ?? activity.actorEmail ?? 'somebody';
}

function subjectOf(activity: Activity, fresh: Fresh): Subject | undefined {
  return activity.actorKey === null ? undefined : fresh.subjects.get(activity.actorKey);
}

// Apps tell one deed at one millisecond: then the id decides, not the order in which they were read.
function tieBreak(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at++) sum = (sum * 31 + id.charCodeAt(at)) % 61;
  return sum / 64;
}

function isMatch({ conditions, suppressions }: Assessment): boolean {
  return conditions.every(({ holds }) => holds) && suppressions.every(({ applied }) => !applied);
}

function toExplanation(policy: Policy, assessment: Assessment): Explanation {
  const { summary, conditions, suppressions, baseline, smallestChange } = assessment;
  return {
    ...{ policyId: policy.id, policyVersion: policy.version, matched: isMatch(assessment) },
    ...{ summary, conditions, suppressions, baseline, smallestChange },
  };
}

function toSignal(policy: Policy, activity: Activity, subject: Subject | undefined, assessment: Assessment): Signal {
  const { severity, title, part, distrusts } = assessment;
  const nobody = `connector:${activity.connectorId}`;
  return {
    policyId: policy.id,
    policyVersion: policy.version,
    groupKeys: subject ? [...new Set([subject.key, ...[...subject.accountKeys].sort()])] : [activity.actorKey ?? nobody],
    ...{ part, day: dayOf(activity.occurredAt), severity, title },
    // The worst speaks for the alert; of several the first, in whichever order they come.
    rank: (SEVERITIES.indexOf(severity) + 1) * LATEST_MS - activity.occurredAt + tieBreak(activity.id),
    firstAt: activity.occurredAt,
    lastAt: activity.occurredAt,
    explanation: toExplanation(policy, assessment),
    attackTechniques: policy.attackTechniques,
    accountIds: activity.actorKey === null ? [] : [activity.actorKey],
    connectorId: activity.connectorId,
    activityIds: [activity.id],
    ...(distrusts && { distrusts }),
  };
}

/** The changes that would have made an alert of an activity that raised none. */
export function missing({ conditions, suppressions }: Pick<Assessment, 'conditions' | 'suppressions'>): string {
  const changes = [
    ...conditions.filter(({ holds }) => !holds).map(({ name, expected }) => `${name} being ${expected}`),
    ...suppressions.filter(({ applied }) => applied).map(({ name }) => `the suppression ${name} not applying`),
  ];
  return `An alert would have needed: ${changes.join('; ')}.`;
}
