import type { ActionKind } from '#libs/contracts';
import type { Json, TenantId } from '#libs/kernel';

import type { Action, ActionAttempt, ActionProblem, ActionState } from './action.js';
import type { Transaction } from './transaction.js';

/** What a step changes besides the state. */
export interface ActionChange {
  readonly startedAt?: number;
  readonly settledAt?: number | null;
  readonly before?: Json;
  readonly wasAlreadySo?: boolean;
  readonly problem?: ActionProblem | null;
  /** When the sweep looks at it again; null for never. */
  readonly sweepAt?: number | null;
}

/** Where a step starts: it is taken only when the action still stands there. */
export interface Standing {
  readonly id: string;
  readonly status: ActionState;
  readonly attempt: number;
}

/** A new attempt of a failed action. */
export interface NewAttempt {
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly chargedHour: number | null;
  readonly sweepAt: number;
}

export interface ActionPage {
  readonly first: number;
  /** Sort key of the last row seen: requestedAt, id. */
  readonly after: readonly [number, string] | undefined;
}

/** Actions and their attempts. Every change of state is one conditional update: false means that somebody else went on. */
export abstract class ActionStore {
  abstract insert(tenant: TenantId, tx: Transaction, actions: readonly Action[], sweepAt: number): Promise<void>;
  abstract find(tenant: TenantId, ids: readonly string[]): Promise<readonly Action[]>;
  abstract lock(tenant: TenantId, tx: Transaction, id: string): Promise<Action | undefined>;
  abstract move(tenant: TenantId, tx: Transaction, from: Standing, to: ActionState, change: ActionChange): Promise<boolean>;
  abstract startAttempt(tenant: TenantId, tx: Transaction, from: Standing, attempt: NewAttempt): Promise<boolean>;
  /** False: it was reverted, or its revert was requested, by somebody else. */
  abstract markReverted(tenant: TenantId, tx: Transaction, id: string, revertedBy: string): Promise<boolean>;
  /** The revert came to nothing; another may be requested. */
  abstract unmarkReverted(tenant: TenantId, tx: Transaction, id: string, revertedBy: string): Promise<void>;
  abstract requestCancel(tenant: TenantId, tx: Transaction, from: Standing): Promise<boolean>;
  abstract sweepAgainAt(tenant: TenantId, tx: Transaction, id: string, at: number | null): Promise<void>;
  /** Over all tenants: what the sweep should look at now, the longest waiting first. */
  abstract dueForSweep(now: number, limit: number): Promise<readonly { readonly tenant: TenantId; readonly id: string }[]>;
  /** Not settled yet. */
  abstract openOf(tenant: TenantId, tx: Transaction, accountId: string): Promise<readonly Action[]>;
  abstract attempts(tenant: TenantId, actionIds: readonly string[]): Promise<readonly ActionAttempt[]>;
  /** Newest first, one more than asked for. */
  abstract list(tenant: TenantId, filter: ActionFilter | undefined, page: ActionPage): Promise<readonly Action[]>;
  abstract count(tenant: TenantId, filter: ActionFilter | undefined): Promise<number>;
  /** The newest of each account, one more than asked for, in one statement. */
  abstract listOfAccounts(
    tenant: TenantId,
    accountIds: readonly string[],
    page: ActionPage,
  ): Promise<ReadonlyMap<string, readonly Action[]>>;
  abstract countOfAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export interface ActionFilter {
  readonly allOf?: readonly ActionFilter[] | null;
  readonly anyOf?: readonly ActionFilter[] | null;
  readonly not?: ActionFilter | null;
  readonly kind?: { readonly in?: readonly ActionKind[] | null; readonly notIn?: readonly ActionKind[] | null } | null;
  readonly status?: { readonly in?: readonly ActionState[] | null; readonly notIn?: readonly ActionState[] | null } | null;
  readonly account?: TextMatch | null;
  readonly connector?: TextMatch | null;
  readonly app?: TextMatch | null;
  readonly requestedBy?: TextMatch | null;
  readonly reason?: TextMatch | null;
  readonly problemCode?: TextMatch | null;
  readonly requestedAt?: MomentMatch | null;
  readonly settledAt?: MomentMatch | null;
  readonly until?: MomentMatch | null;
  readonly isRevert?: boolean | null;
}

export interface TextMatch {
  readonly eq?: string | null;
  readonly ne?: string | null;
  readonly in?: readonly string[] | null;
  readonly notIn?: readonly string[] | null;
  readonly contains?: string | null;
  readonly startsWith?: string | null;
  readonly endsWith?: string | null;
  readonly isSet?: boolean | null;
}

export interface MomentMatch {
  readonly gte?: number | null;
  readonly lt?: number | null;
  /** Milliseconds before now. */
  readonly within?: number | null;
  readonly isSet?: boolean | null;
}
