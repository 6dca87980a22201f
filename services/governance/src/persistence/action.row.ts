import type { ActionKind } from '#libs/contracts';
import type { Json, TenantId } from '#libs/kernel';
import { joinSql, name, type Row } from '#libs/platform';

import type { Action, ActionAttempt, ActionProblem, ActionState } from '../domain/action.js';

const NAMES = [
  'id',
  'kind',
  'status',
  'connector_id',
  'app',
  'account_id',
  'account_external_id',
  'group_external_id',
  'grant_external_id',
  'reason',
  'requested_by',
  'requested_at',
  'started_at',
  'settled_at',
  'until_at',
  'revert_of',
  'reverted_by',
  'attempt',
  'before_state',
  'was_already_so',
  'problem',
  'is_cancel_requested',
  'charged_hour',
];

/** The columns that make an {@link Action}. */
export const COLUMNS = joinSql(NAMES.map(name), ', ');

/** A new action as a row. */
export function rowOf(tenant: TenantId, action: Action, sweepAt: number) {
  return {
    tenant,
    id: action.id,
    kind: action.kind,
    status: action.status,
    connector_id: action.connectorId,
    app: action.app,
    account_id: action.accountId,
    account_external_id: action.accountExternalId,
    group_external_id: action.groupExternalId,
    grant_external_id: action.grantExternalId,
    reason: action.reason,
    requested_by: action.requestedBy,
    requested_at: action.requestedAt,
    started_at: null,
    settled_at: null,
    until_at: action.until,
    revert_of: action.revertOf,
    reverted_by: null,
    attempt: action.attempt,
    before_state: null,
    was_already_so: false,
    problem: null,
    problem_code: null,
    is_cancel_requested: false,
    charged_hour: action.chargedHour,
    sweep_at: sweepAt,
  };
}

/** A new attempt as a row. */
export function attemptRow(
  tenant: TenantId,
  actionId: string,
  attempt: number,
  from: { readonly requestedBy: string; readonly requestedAt: number },
) {
  return {
    tenant,
    action_id: actionId,
    attempt,
    status: 'QUEUED',
    requested_by: from.requestedBy,
    requested_at: from.requestedAt,
    started_at: null,
    settled_at: null,
    problem: null,
  };
}

export function toAction(row: Row): Action {
  return {
    id: String(row['id']),
    kind: row['kind'] as ActionKind,
    status: row['status'] as ActionState,
    connectorId: String(row['connector_id']),
    app: String(row['app']),
    accountId: textOf(row['account_id']),
    accountExternalId: textOf(row['account_external_id']),
    groupExternalId: textOf(row['group_external_id']),
    grantExternalId: textOf(row['grant_external_id']),
    reason: String(row['reason']),
    requestedBy: String(row['requested_by']),
    requestedAt: Number(row['requested_at']),
    startedAt: numberOf(row['started_at']),
    settledAt: numberOf(row['settled_at']),
    until: numberOf(row['until_at']),
    revertOf: textOf(row['revert_of']),
    revertedBy: textOf(row['reverted_by']),
    attempt: Number(row['attempt']),
    before: row['before_state'] === null ? undefined : (JSON.parse(String(row['before_state'])) as Json),
    wasAlreadySo: Boolean(row['was_already_so']),
    problem: problemOf(row['problem']),
    isCancelRequested: Boolean(row['is_cancel_requested']),
    chargedHour: numberOf(row['charged_hour']),
  };
}

export function toAttempt(row: Row): ActionAttempt {
  return {
    actionId: String(row['action_id']),
    attempt: Number(row['attempt']),
    status: row['status'] as ActionState,
    requestedBy: String(row['requested_by']),
    requestedAt: Number(row['requested_at']),
    startedAt: numberOf(row['started_at']),
    settledAt: numberOf(row['settled_at']),
    problem: problemOf(row['problem']),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function problemOf(value: unknown): ActionProblem | null {
  return typeof value === 'string' ? (JSON.parse(value) as ActionProblem) : null;
}
