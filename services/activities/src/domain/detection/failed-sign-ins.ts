import { neighbourhood } from '../ip-address.js';
import type { Activity, Failure } from '../activity.js';

/** The failures that a guess ends in. An expired password, a policy or an interrupted sign-in is no guess. */
const COUNTED: ReadonlySet<string> = new Set([
  'INVALID_CREDENTIALS',
  'USER_DOES_NOT_EXIST',
  'ACCOUNT_LOCKED_OUT',
  'MFA_FAILED',
  'MFA_DENIED',
]);

/** The activity as a failure that counts as an attempt to get in; undefined for every other. */
export function toFailure(activity: Activity): Failure | undefined {
  if (activity.outcome !== 'FAILURE' || activity.failure === null || activity.actorKey === null || !COUNTED.has(activity.failure))
    return undefined;
  return {
    activityId: activity.id,
    at: activity.occurredAt,
    actorKey: activity.actorKey,
    actorName: activity.actorName ?? activity.actorEmail,
    ip: activity.ip,
    networkKey: activity.ipKey === null ? null : neighbourhood(activity.ipKey),
    country: activity.country,
    asn: activity.asn,
    organization: activity.organization,
    network: activity.network,
    reason: activity.failure,
    userAgent: activity.userAgent,
  };
}

/** True for an attempt against an account that exists: only such a one has an owner to protect. */
export function isAgainstAccount(failure: Failure): boolean {
  return failure.reason !== 'USER_DOES_NOT_EXIST';
}

/** True for a success that ends a row of guesses. */
export function isSignIn(activity: Pick<Activity, 'category' | 'outcome' | 'isInteractive'>): boolean {
  return activity.category === 'SIGN_IN' && activity.outcome === 'SUCCESS' && activity.isInteractive !== false;
}
