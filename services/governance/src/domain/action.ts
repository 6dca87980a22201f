import type { AccountStatus, ActionKind } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { OfferedAction } from './action-catalogue.js';

/** The states that an action can be in today; approval adds its own later. */
export const LIFE = {
  QUEUED: ['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
  // Only a new attempt leads out of FAILED; the other two are final for good.
  FAILED: ['QUEUED'],
  SUCCEEDED: [],
  CANCELLED: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ActionState = keyof typeof LIFE;
export const ACTION_STATES = Object.keys(LIFE) as readonly ActionState[];

/** True when the life of an action has a step from one state to the other. */
export function mayMove(from: ActionState, to: ActionState): boolean {
  return (LIFE[from] as readonly ActionState[]).includes(to);
}

/** The app has answered, or nothing will be asked of it any more. */
export function isSettled(status: ActionState): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}

/** One act on one target, from the request to the app's confirmed answer. */
export interface Action {
  readonly id: string;
  readonly kind: ActionKind;
  readonly status: ActionState;
  readonly connectorId: string;
  readonly app: string;
  /** Null for a grant that an administrator made for everybody. */
  readonly accountId: string | null;
  readonly accountExternalId: string | null;
  readonly groupExternalId: string | null;
  readonly grantExternalId: string | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly settledAt: number | null;
  /** When it reverts by itself; null when it stays. */
  readonly until: number | null;
  readonly revertOf: string | null;
  readonly revertedBy: string | null;
  /** Counts from 1; each retry adds one. */
  readonly attempt: number;
  /** What the app held before, read by connectors; a revert goes back to it. `undefined` until told. */
  readonly before: Json | undefined;
  /** The app was in the wanted state already: nothing was done, so there is nothing to undo. */
  readonly wasAlreadySo: boolean;
  readonly problem: ActionProblem | null;
  readonly isCancelRequested: boolean;
  /** The hour whose budget it took from; null when it took none. */
  readonly chargedHour: number | null;
}

export interface ActionProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly mayRetry: boolean;
}

/** One try of an action; a retry adds another. */
export interface ActionAttempt {
  readonly actionId: string;
  readonly attempt: number;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly settledAt: number | null;
  readonly status: ActionState;
  readonly problem: ActionProblem | null;
}

/** Acts, or takes an act back. */
export type Direction = 'do' | 'undo';

/** True when it takes something away from the account; reinstating gives back, and taking a reinstatement back takes away. */
export function takesAway(kind: ActionKind, direction: Direction): boolean {
  return (kind === 'UNSUSPEND_USER') === (direction === 'undo');
}

/** True when an administrator among the targets would be one no longer, or could not act as one. */
export function mayTakeAdministrator(kind: ActionKind, direction: Direction, offer: Pick<OfferedAction, 'asksWhoIsLeft'>): boolean {
  if (!takesAway(kind, direction)) return false;
  return surelyTakesRights(kind) || offer.asksWhoIsLeft;
}

/** False for what may or may not concern an administrator's rights, such as leaving a group: only the app can tell. */
export function surelyTakesRights(kind: ActionKind): boolean {
  return ALWAYS_TAKES_RIGHTS.includes(kind);
}

const ALWAYS_TAKES_RIGHTS: readonly ActionKind[] = ['SUSPEND_USER', 'UNSUSPEND_USER', 'DEACTIVATE_USER', 'REVOKE_ADMIN_PRIVILEGES'];

/** True when the account is known to be in the state that the act would make; undefined where the inventory can't tell. */
export function isAlreadySo(
  kind: ActionKind,
  account: { readonly status: AccountStatus; readonly isAdmin: boolean | null },
): boolean | undefined {
  switch (kind) {
    case 'SUSPEND_USER':
      return account.status === 'UNKNOWN' ? undefined : ['SUSPENDED', 'DISABLED', 'DELETED'].includes(account.status);
    case 'UNSUSPEND_USER':
      return account.status === 'UNKNOWN' ? undefined : account.status === 'ACTIVE';
    case 'DEACTIVATE_USER':
      return account.status === 'UNKNOWN' ? undefined : ['DISABLED', 'DELETED'].includes(account.status);
    case 'REVOKE_ADMIN_PRIVILEGES':
      return account.isAdmin === null ? undefined : !account.isAdmin;
    case 'REQUIRE_SIGN_IN_AGAIN':
    case 'EXPIRE_PASSWORD':
      return false;
    case 'REMOVE_FROM_GROUP':
    case 'REVOKE_APP_GRANT':
      return undefined;
  }
}

/** Why an action can't be taken back, in words; undefined when it can. */
export function whyNotRevertible(action: Action, offer: OfferedAction | undefined): string | undefined {
  if (action.revertOf !== null) return 'it is itself a revert; request the first action again instead';
  if (action.status !== 'SUCCEEDED') return `it is ${action.status}, and only what succeeded can be taken back`;
  if (offer && !offer.revert.isPossible) return offer.revert.why;
  if (!offer) return 'the app does not offer this action any more';
  if (action.wasAlreadySo) return 'it changed nothing: the app was in that state already';
  if (action.before === undefined) return 'the state before it was not kept';
  return undefined;
}

/** True when `revertAction` would be taken now. */
export function isRevertible(action: Action, offer: OfferedAction | undefined): boolean {
  return action.revertedBy === null && whyNotRevertible(action, offer) === undefined;
}
