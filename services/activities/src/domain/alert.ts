import type { Explanation } from './explanation.js';
import type { AlertStatus, Classification, Severity } from './vocabulary.js';
import { worse } from './vocabulary.js';

/** What a detection found: one piece of evidence for an alert, which may be there already. */
export interface Signal {
  readonly policyId: string;
  readonly policyVersion: number;
  /** Who or what it is about: the person first, then each account by itself, so that a person linked later finds the alert of the account. */
  readonly groupKeys: readonly string[];
  /** What else tells this alert from others of the same group, such as the two countries. */
  readonly part: string;
  /** The UTC day it belongs to; repeats of the day and the day after go to one alert. */
  readonly day: number;
  readonly severity: Severity;
  readonly title: string;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The strongest evidence speaks for the alert: its title and explanation are shown. */
  readonly rank: number;
  readonly explanation: Explanation;
  readonly attackTechniques: readonly string[];
  readonly accountIds: readonly string[];
  readonly connectorId: string | null;
  readonly activityIds: readonly string[];
  /** Networks of an account that are not to be learned while the alert stands. */
  readonly distrusts?: readonly Distrust[];
  /** The app's own event ids that belong to it, stored or still to come. */
  readonly relatedEvents?: readonly string[];
}

export interface Distrust {
  readonly accountKey: string;
  readonly place: string;
  readonly day: number;
}

/** Something a person has to look at. */
export interface Alert {
  readonly id: string;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly title: string;
  readonly severity: Severity;
  readonly status: AlertStatus;
  readonly classification: Classification | null;
  readonly reason: string | null;
  readonly assignee: string | null;
  readonly openedAt: number;
  readonly closedAt: number | null;
  /** When its first and last activities happened. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Found in events older than the connection, or read while catching up. */
  readonly isFromHistory: boolean;
  readonly connectorId: string | null;
  readonly activityCount: number;
  readonly rank: number;
  readonly explanation: Explanation;
  readonly attackTechniques: readonly string[];
}

/** What a person wants of an alert; what is left out stays. */
export interface AlertUpdate {
  readonly status?: AlertStatus;
  readonly classification?: Classification | null;
  readonly reason?: string | null;
  readonly assignee?: string | null;
}

/** One line of an alert's history. */
export interface AlertChange {
  readonly at: number;
  readonly by: string;
  readonly comment: string | null;
  /** The fields that changed, each with its new value. */
  readonly changes: { readonly [field: string]: string | null };
}

/** An alert with one more piece of evidence. Evidence from after its closing opens it again. */
export function withEvidence(alert: Alert, signal: Signal): Alert {
  const leads = signal.rank > alert.rank;
  const goesOn = alert.closedAt !== null && signal.lastAt > alert.closedAt;
  return {
    ...alert,
    severity: worse(alert.severity, signal.severity),
    firstAt: Math.min(alert.firstAt, signal.firstAt),
    lastAt: Math.max(alert.lastAt, signal.lastAt),
    attackTechniques: [...new Set([...alert.attackTechniques, ...signal.attackTechniques])].sort(),
    connectorId: alert.connectorId === signal.connectorId ? alert.connectorId : null,
    ...(leads && { rank: signal.rank, title: signal.title, explanation: signal.explanation }),
    ...(goesOn && { status: 'OPEN' as const, closedAt: null, classification: null }),
  };
}

export function openAlert(id: string, signal: Signal, now: number, isFromHistory: boolean): Alert {
  const { policyId, policyVersion, title, severity, firstAt, lastAt, rank, explanation, connectorId } = signal;
  return {
    ...{ id, policyId, policyVersion, title, severity, firstAt, lastAt, rank, explanation, connectorId, isFromHistory },
    status: 'OPEN',
    classification: null,
    reason: null,
    assignee: null,
    openedAt: now,
    closedAt: null,
    activityCount: 0,
    attackTechniques: [...signal.attackTechniques].sort(),
  };
}

/** The alert as a person wants it, and what that changes. Closing keeps the moment; opening again forgets the verdict. */
export function updated(
  alert: Alert,
  update: AlertUpdate,
  now: number,
): { readonly alert: Alert; readonly changes: AlertChange['changes'] } {
  const status = update.status ?? alert.status;
  const reopens = alert.status === 'CLOSED' && status !== 'CLOSED';
  const next: Alert = {
    ...alert,
    status,
    classification: update.classification !== undefined ? update.classification : reopens ? null : alert.classification,
    reason: update.reason !== undefined ? update.reason : reopens ? null : alert.reason,
    assignee: update.assignee !== undefined ? update.assignee : alert.assignee,
    closedAt: status === 'CLOSED' ? (alert.closedAt ?? now) : null,
  };
  const changes: Record<string, string | null> = {};
  for (const field of ['status', 'classification', 'reason', 'assignee'] as const) {
    if (next[field] !== alert[field]) changes[field] = next[field];
  }
  return { alert: next, changes };
}
