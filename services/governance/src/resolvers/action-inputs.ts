import type { ActionKind } from '#libs/contracts';

import type { ActionCommand } from '../domain/action-command.js';

interface CommonInput {
  readonly reason: string;
  readonly dryRun?: boolean | null;
  readonly until?: number | null;
  readonly idempotencyKey?: string | null;
  readonly wait?: number | null;
}

interface AccountsInput {
  readonly accountIds?: readonly string[] | null;
  readonly personId?: string | null;
}

/** As the schema's inputs of the same names; DateTime and Duration are milliseconds here. */
export type AccountActionInput = CommonInput & AccountsInput;
export type GroupActionInput = AccountActionInput & { readonly groupId: string; readonly groupExternalId: string };
export type AppGrantActionInput = CommonInput & {
  readonly grantId: string;
  readonly grantExternalId: string;
  readonly connectorId: string;
  readonly accountId?: string | null;
};
export interface ActionInput extends AccountsInput {
  readonly kind: ActionKind;
  readonly group?: { readonly groupId: string; readonly groupExternalId: string } | null;
  readonly grant?: { readonly grantId: string; readonly grantExternalId: string; readonly connectorId: string } | null;
  readonly until?: number | null;
}

export function accountCommand(operation: string, kind: ActionKind, input: AccountActionInput): ActionCommand {
  return {
    ...common(operation, kind, input),
    accountIds: input.accountIds ?? null,
    personId: input.personId ?? null,
    group: null,
    grant: null,
  };
}

export function groupCommand(operation: string, input: GroupActionInput): ActionCommand {
  const group = { id: input.groupId, externalId: input.groupExternalId };
  return { ...accountCommand(operation, 'REMOVE_FROM_GROUP', input), group };
}

export function grantCommand(operation: string, input: AppGrantActionInput): ActionCommand {
  const grant = { id: input.grantId, externalId: input.grantExternalId, connectorId: input.connectorId };
  const accountIds = input.accountId ? [input.accountId] : null;
  return { ...common(operation, 'REVOKE_APP_GRANT', input), accountIds, personId: null, group: null, grant };
}

/** A preview is a dry run without a reason. */
export function previewCommand(input: ActionInput): ActionCommand {
  const { kind, accountIds, personId, group, grant, until } = input;
  return {
    ...common('previewAction', kind, { reason: 'preview', dryRun: true, until }),
    accountIds: accountIds ?? null,
    personId: personId ?? null,
    group: group ? { id: group.groupId, externalId: group.groupExternalId } : null,
    grant: grant ? { id: grant.grantId, externalId: grant.grantExternalId, connectorId: grant.connectorId } : null,
  };
}

function common(operation: string, kind: ActionKind, input: CommonInput) {
  return {
    operation,
    kind,
    reason: input.reason,
    isDryRun: input.dryRun ?? false,
    until: input.until ?? null,
    idempotencyKey: input.idempotencyKey ?? null,
    waitMs: input.wait ?? 0,
  };
}
