import type { ActionCancelRequested, ActionRequested, ActionResult, ConnectorProblem, StreamName } from '#libs/contracts';
import type { Json, TenantId, Transaction } from '#libs/kernel';
import type { Provider } from '#libs/providers';

import type { Connector, LastingProblem, Stream } from './connector.js';

/** Secrets as entered. Only the vault and the sign-in ever hold them. */
export type Secrets = Readonly<Record<string, string | undefined>>;

export interface StreamRef {
  readonly tenant: TenantId;
  readonly connectorId: string;
  readonly name: StreamName;
  readonly feed: string;
}

/** The connected instances and their streams. Every change tells the other services in the same transaction. */
export abstract class ConnectorStore {
  abstract list(tenant: TenantId): Promise<readonly Connector[]>;
  abstract find(tenant: TenantId, id: string): Promise<Connector | undefined>;
  abstract findMany(tenant: TenantId, ids: readonly string[]): Promise<readonly Connector[]>;
  /** Throws ConnectorNameTaken. Seals the secrets in the same transaction. */
  abstract add(tenant: TenantId, connector: Connector, secrets: Secrets, streams: readonly Stream[]): Promise<void>;
  /** Changes a connector by a pure function of its newest state; null when it is gone. Optionally replaces its secrets. */
  abstract change(tenant: TenantId, id: string, by: (connector: Connector) => Connector, secrets?: Secrets): Promise<Connector | null>;
  /** Forgets the sealed secrets, for good. */
  abstract forgetSecrets(tenant: TenantId, id: string): Promise<void>;
  abstract secrets(tenant: TenantId, id: string): Promise<Secrets>;
  /** Connectors of all tenants that were removed and whose data is still to be erased. */
  abstract toErase(): Promise<readonly Connector[]>;
  abstract erased(tenant: TenantId, id: string): Promise<void>;
}

export abstract class StreamStore {
  abstract list(tenant: TenantId, connectorIds: readonly string[]): Promise<readonly Stream[]>;
  /** Streams of all tenants whose time has come, the longest waiting first; never of a disabled or removed connector. */
  abstract due(now: number, limit: number): Promise<readonly StreamRef[]>;
  /** Changes a stream; with `announce` the other services are told. */
  abstract change(ref: StreamRef, by: (stream: Stream) => Stream, announce: boolean): Promise<void>;
  /** Lets streams run now: all of a connector, or those named. */
  abstract wake(tenant: TenantId, connectorId: string, now: number, names?: readonly StreamName[]): Promise<void>;
}

export interface SyncRun {
  readonly id: string;
  readonly stream: StreamName;
  readonly feed: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly itemsRead: number;
  readonly itemsChanged: number;
  readonly problem: LastingProblem | null;
}

export abstract class SyncRunStore {
  abstract begin(ref: StreamRef, run: SyncRun): Promise<void>;
  abstract end(
    tenant: TenantId,
    runId: string,
    endedAt: number,
    itemsRead: number,
    itemsChanged: number,
    problem: LastingProblem | null,
  ): Promise<void>;
  abstract list(tenant: TenantId, connectorId: string, first: number, beforeId: string | null): Promise<readonly SyncRun[]>;
}

/** An action on its way: `intent` means that the call may or may not have been made. */
export interface ActionRun {
  readonly tenant: TenantId;
  readonly actionId: string;
  readonly attempt: number;
  readonly state: 'requested' | 'intent' | 'settled';
  readonly request: ActionRequested;
  readonly before: Json | null;
  readonly intentAt: number | null;
}

export abstract class ActionRunStore {
  /** Records a request inside the transaction that takes its message; a repeat finds it there. */
  abstract take(tx: Transaction, tenant: TenantId, request: ActionRequested, at: number): Promise<void>;
  /** Drops an action whose call has not been intended yet, and tells governance; one that has gone further goes on. */
  abstract cancel(tx: Transaction, tenant: TenantId, request: ActionCancelRequested, at: number): Promise<void>;
  /** Actions of all tenants that are not settled, oldest first. */
  abstract open(limit: number): Promise<readonly ActionRun[]>;
  /** One that is not settled yet. */
  abstract find(tenant: TenantId, actionId: string, attempt: number): Promise<ActionRun | undefined>;
  abstract started(run: ActionRun, at: number): Promise<void>;
  /** Commits that the call is about to be made. False: someone else has gone on. */
  abstract intent(run: ActionRun, before: Json, at: number): Promise<boolean>;
  /** Records the end and tells governance, in one transaction. Only the first settling counts. */
  abstract settle(run: ActionRun, result: ActionResult, at: number): Promise<void>;
}

/** What the app said to a sign-in and a round of probes. */
export interface ConnectionTest {
  readonly isConnected: boolean;
  readonly problem: ConnectorProblem | null;
  readonly capabilities: readonly {
    readonly capability: Connector['capabilities'][number]['capability'];
    readonly problem: ConnectorProblem | null;
    readonly note: string | null;
  }[];
  readonly facts: Json | null;
  readonly ownAccountExternalId: string | null;
  readonly actsAs: string | null;
  readonly credentialExpiresAt: number | null;
}

export type { Provider };
