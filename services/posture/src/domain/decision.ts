import { DAY_MS } from '#libs/kernel';
import type { Control } from '#libs/providers';

import { CompletedOnlyByEvidence, DecisionInvalid } from './errors.js';
import type { DecisionKind } from './score.js';

/** The statuses that a person can give; COMPLETED comes from evidence alone. */
export const FINDING_STATUSES = [
  'TO_ADDRESS',
  'PLANNED',
  'RISK_ACCEPTED',
  'RESOLVED_BY_THIRD_PARTY',
  'RESOLVED_BY_MITIGATION',
  'COMPLETED',
] as const;
export type FindingStatus = (typeof FINDING_STATUSES)[number];
export type DecidedStatus = Exclude<FindingStatus, 'COMPLETED'>;

/** What a person says about a finding; as the graph's FindingStatusInput. */
export interface StatusInput {
  readonly status: FindingStatus;
  readonly reason: string;
  readonly owner?: string | null;
  readonly product?: string | null;
  readonly compensatingControl?: string | null;
  readonly ticket?: string | null;
  readonly dueAt?: number | null;
  readonly expiresAt?: number | null;
}

/** One decision. Never edited and never deleted: the next one supersedes it. */
export interface Decision {
  readonly id: string;
  readonly findingId: string;
  readonly status: DecidedStatus;
  readonly reason: string;
  readonly owner: string;
  readonly product: string | null;
  readonly compensatingControl: string | null;
  readonly ticket: string | null;
  readonly dueAt: number | null;
  readonly expiresAt: number | null;
  readonly decidedBy: string;
  readonly decidedAt: number;
  readonly supersedes: string | null;
}

const SHORTEST_REASON = 20;
const LONGEST_TEXT = 2_000;
const MOST_DAYS = 365;
const MOST_DAYS_CRITICAL = 90;

/** The decision that an input makes about a finding of this severity; throws what is wrong with it. */
export function decide(
  input: StatusInput,
  about: { readonly id: string; readonly findingId: string; readonly severity: Control['severity']; readonly supersedes: string | null },
  by: string,
  now: number,
): Decision {
  const { status } = input;
  if (status === 'COMPLETED') throw new CompletedOnlyByEvidence();
  const reason = text(input.reason, 'reason') ?? '';
  if (reason.length < SHORTEST_REASON)
    throw new DecisionInvalid(`Say why in at least ${SHORTEST_REASON} characters: an auditor reads this long after everyone forgot.`, [
      'input',
      'reason',
    ]);
  return {
    id: about.id,
    findingId: about.findingId,
    status,
    reason,
    owner: text(input.owner, 'owner') ?? by,
    product: needed(input, 'product', 'RESOLVED_BY_THIRD_PARTY', 'Name the product that does it.'),
    compensatingControl: needed(input, 'compensatingControl', 'RESOLVED_BY_MITIGATION', 'Say what is done instead.'),
    ticket: text(input.ticket, 'ticket'),
    dueAt: status === 'PLANNED' ? (input.dueAt ?? null) : null,
    expiresAt: expiryOf(input, about.severity, now),
    decidedBy: by,
    decidedAt: now,
    supersedes: about.supersedes,
  };
}

/** What the decision is to the score; null for one that takes an earlier one back. */
export function kindOf({ status }: Pick<Decision, 'status'>): DecisionKind | null {
  return status === 'TO_ADDRESS' ? null : status;
}

function needed(input: StatusInput, field: 'product' | 'compensatingControl', by: FindingStatus, message: string): string | null {
  const value = text(input[field], field);
  if (input.status === by && value === null) throw new DecisionInvalid(message, ['input', field]);
  return value;
}

function text(value: string | null | undefined, field: string): string | null {
  const trimmed = value?.trim() ?? '';
  if (trimmed.length > LONGEST_TEXT)
    throw new DecisionInvalid(`${field} is longer than ${LONGEST_TEXT} characters. Put the rest into a ticket and name that.`, [
      'input',
      field,
    ]);
  return trimmed === '' ? null : trimmed;
}

/** Where decisions never expire the score only rises: what earns or excuses points has an end. */
function expiryOf({ status, expiresAt }: StatusInput, severity: Control['severity'], now: number): number | null {
  const path = ['input', 'expiresAt'];
  if (status === 'TO_ADDRESS') return null;
  const mayLast = status === 'PLANNED';
  if (expiresAt === null || expiresAt === undefined) {
    if (mayLast) return null;
    throw new DecisionInvalid('Say when this decision ends (expiresAt); it can be made anew then.', path);
  }
  if (expiresAt <= now) throw new DecisionInvalid('expiresAt is not in the future.', path);
  const days = severity === 'CRITICAL' && !mayLast ? MOST_DAYS_CRITICAL : MOST_DAYS;
  if (expiresAt > now + days * DAY_MS)
    throw new DecisionInvalid(
      `expiresAt may be at most ${days} days away${severity === 'CRITICAL' ? ' for a critical control' : ''}.`,
      path,
    );
  return expiresAt;
}
