import type { Json, TenantId } from '#libs/kernel';

import type {
  AccountStatus,
  ActionKind,
  Capability,
  ConnectorProblem,
  ConnectorStatus,
  ControlOutcome,
  Severity,
  StreamName,
  StreamStatus,
} from './vocabulary.js';

/**
 * The event plane: facts in the past tense, delivered at least once and in order per `subject`.
 * Shapes are only ever widened. A receiver ignores an older `version` of a subject than the one it knows.
 */
export interface ConnectorChanged {
  readonly type: 'ConnectorChanged';
  readonly connectorId: string;
  readonly app: string;
  readonly name: string;
  readonly status: ConnectorStatus;
  readonly version: number;
  readonly connectedAt: number;
  readonly streams: readonly ConnectorStreamState[];
  readonly capabilities: readonly { readonly capability: Capability; readonly isAvailable: boolean; readonly problem?: ConnectorProblem }[];
  /** The account that our own credential acts as; never a target of governance. */
  readonly ownAccountExternalId: string | null;
  readonly isRemoved: boolean;
}

export interface ConnectorStreamState {
  readonly name: StreamName;
  readonly status: StreamStatus;
  readonly lastSuccessAt: number | null;
  /** True once everything the app holds was read at least once. */
  readonly isFirstSyncDone: boolean;
  readonly problem?: ConnectorProblem;
}

/** Accounts made or changed by one page. Governance and activities keep what they need of them. */
export interface AccountsChanged {
  readonly type: 'AccountsChanged';
  readonly connectorId: string;
  readonly app: string;
  readonly version: number;
  readonly accounts: readonly AccountSummary[];
}

export interface AccountSummary {
  readonly id: string;
  readonly externalId: string;
  readonly personId: string | null;
  readonly username: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly status: AccountStatus;
  readonly isAdmin: boolean | null;
  readonly isExternal: boolean | null;
  readonly type: 'person' | 'service' | 'bot' | 'unknown';
}

/** Governance asks connectors to act; the plan was checked and recorded before this was sent. */
export interface ActionRequested {
  readonly type: 'ActionRequested';
  readonly actionId: string;
  readonly attempt: number;
  readonly kind: ActionKind;
  readonly connectorId: string;
  readonly target: ActionTarget;
  /** For a revert: the state that the original action found, to go back to. */
  readonly revert: { readonly actionId: string; readonly before: Json } | null;
  readonly requestedBy: string;
  readonly reason: string;
}

export interface ActionTarget {
  readonly accountId: string | null;
  readonly accountExternalId: string | null;
  readonly groupExternalId?: string | null;
  readonly grantExternalId?: string | null;
}

/**
 * A person wants a requested action not to happen. Connectors drops it if it has not recorded its intent to act, and answers ActionSettled with the
 * failure code ACTION_CANCELLED; otherwise it goes on, and the ordinary outcome is the answer.
 */
export interface ActionCancelRequested {
  readonly type: 'ActionCancelRequested';
  readonly actionId: string;
  readonly attempt: number;
  readonly requestedBy: string;
  readonly at: number;
}

export interface ActionStarted {
  readonly type: 'ActionStarted';
  readonly actionId: string;
  readonly attempt: number;
  readonly at: number;
}

export interface ActionSettled {
  readonly type: 'ActionSettled';
  readonly actionId: string;
  readonly attempt: number;
  readonly at: number;
  readonly result: ActionResult;
}

export type ActionResult =
  /** Read back and confirmed; `alreadySo` when nothing had to be done. */
  | { readonly is: 'succeeded'; readonly alreadySo: boolean; readonly before: Json; readonly after: Json }
  | {
      readonly is: 'failed';
      readonly code: string;
      readonly message: string;
      readonly remedy: string;
      readonly mayRetry: boolean;
      readonly before?: Json;
    };

export interface AlertOpened {
  readonly type: 'AlertOpened';
  readonly alertId: string;
  readonly policyId: string;
  readonly title: string;
  readonly severity: Severity;
  readonly accountIds: readonly string[];
  readonly connectorId: string | null;
  readonly openedAt: number;
}

export interface FindingChanged {
  readonly type: 'FindingChanged';
  readonly findingId: string;
  readonly controlId: string;
  readonly connectorId: string;
  readonly from: ControlOutcome | null;
  readonly to: ControlOutcome;
  readonly at: number;
}

export type Message =
  | ConnectorChanged
  | AccountsChanged
  | ActionRequested
  | ActionCancelRequested
  | ActionStarted
  | ActionSettled
  | AlertOpened
  | FindingChanged;
export type MessageType = Message['type'];

/** A message with what its delivery needs. */
export interface Envelope<M extends Message = Message> {
  /** The de-duplication key, made by the sender. */
  readonly id: string;
  readonly tenant: TenantId;
  /** Messages of one subject arrive in order. */
  readonly subject: string;
  readonly sentAt: number;
  readonly message: M;
}

/** Who hears what. The one table that wires the event plane. */
export const HEARERS = {
  ConnectorChanged: ['inventory', 'activities', 'posture', 'governance'],
  AccountsChanged: ['activities', 'governance'],
  ActionRequested: ['connectors'],
  ActionCancelRequested: ['connectors'],
  ActionStarted: ['governance'],
  ActionSettled: ['governance'],
  AlertOpened: ['governance'],
  FindingChanged: [],
} as const satisfies Record<MessageType, readonly ('connectors' | 'inventory' | 'activities' | 'posture' | 'governance')[]>;
