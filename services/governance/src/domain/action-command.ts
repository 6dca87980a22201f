import type { ActionKind } from '#libs/contracts';
import { appGrantId, formatDuration, groupId, type TenantId } from '#libs/kernel';

import { ActionInputInvalid, ReasonRequired, type Refusal } from './refusals.js';

/** A request to act, as the mutations and the preview take it. */
export interface ActionCommand {
  /** The mutation: `suspendUser`. */
  readonly operation: string;
  readonly kind: ActionKind;
  readonly accountIds: readonly string[] | null;
  /** Instead of account ids: every account of this person. */
  readonly personId: string | null;
  readonly group: { readonly id: string; readonly externalId: string } | null;
  readonly grant: { readonly id: string; readonly externalId: string; readonly connectorId: string } | null;
  readonly reason: string;
  readonly isDryRun: boolean;
  readonly until: number | null;
  readonly idempotencyKey: string | null;
  readonly waitMs: number;
}

const SHORTEST_REASON = 3;
const LONGEST_REASON = 2_000;
const LONGEST_KEY = 255;
const MOST_TARGETS = 100;
const LONGEST_WAIT_MS = 30_000;

/** What is wrong with a request whatever its targets are. */
export function faultsOf(tenant: TenantId, command: ActionCommand, now: number): readonly Refusal[] {
  return [...targetFaults(tenant, command), ...reasonFaults(command.reason, ['input', 'reason']), ...timeFaults(command, now)];
}

/** What is wrong with a reason. */
export function reasonFaults(reason: string, path: readonly string[]): readonly Refusal[] {
  if (reason.trim().length < SHORTEST_REASON) return [new ReasonRequired(path)];
  if (reason.length > LONGEST_REASON) return [new ActionInputInvalid(`The reason is longer than ${LONGEST_REASON} characters.`, path)];
  return [];
}

function targetFaults(tenant: TenantId, command: ActionCommand): Refusal[] {
  const { accountIds, personId, group, grant } = command;
  const faults: Refusal[] = [];
  const names = new Set(accountIds ?? []);
  const isNamed = names.size > 0;
  // A grant that an administrator made for everybody has no account.
  if (grant === null && isNamed === (personId !== null))
    faults.push(new ActionInputInvalid('Name either accountIds, one or more, or personId.', ['input', 'accountIds']));
  if (names.size > MOST_TARGETS)
    faults.push(
      new ActionInputInvalid(`At most ${MOST_TARGETS} accounts in one request; this names ${names.size}.`, ['input', 'accountIds']),
    );
  if (grant && appGrantId(tenant, grant.connectorId, grant.externalId) !== grant.id)
    faults.push(
      new ActionInputInvalid('grantId, grantExternalId and connectorId are not of one grant. Take all three from the appGrants query.', [
        'input',
        'grantId',
      ]),
    );
  if (group !== null && group.externalId === '')
    faults.push(new ActionInputInvalid('groupExternalId is empty. Take it from Group.externalId.', ['input', 'groupExternalId']));
  return faults;
}

function timeFaults({ until, waitMs, idempotencyKey }: ActionCommand, now: number): Refusal[] {
  const faults: Refusal[] = [];
  if (until !== null && until <= now) faults.push(new ActionInputInvalid('until must lie in the future.', ['input', 'until']));
  if (waitMs > LONGEST_WAIT_MS)
    faults.push(
      new ActionInputInvalid(`wait is at most ${formatDuration(LONGEST_WAIT_MS)}; read the action again for later outcomes.`, [
        'input',
        'wait',
      ]),
    );
  if (idempotencyKey !== null && (idempotencyKey.length < 1 || idempotencyKey.length > LONGEST_KEY))
    faults.push(new ActionInputInvalid(`idempotencyKey must have 1 to ${LONGEST_KEY} characters.`, ['input', 'idempotencyKey']));
  return faults;
}

/** What makes two requests the same; how long to wait for the outcome does not. */
export function sameness(command: ActionCommand): unknown {
  const { operation, kind, personId, group, grant, reason, until } = command;
  return { operation, kind, accountIds: [...new Set(command.accountIds ?? [])].sort(), personId, group, grant, reason, until };
}

/** True when the group is one of this connector. */
export function isGroupOf(tenant: TenantId, connectorId: string, group: { readonly id: string; readonly externalId: string }): boolean {
  return groupId(tenant, connectorId, group.externalId) === group.id;
}
