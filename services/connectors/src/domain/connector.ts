import type {
  Capability,
  ConnectorChanged,
  ConnectorProblem,
  ConnectorProblemCode,
  ConnectorStatus,
  StreamName,
  StreamStatus,
} from '#libs/contracts';
import type { Json, TenantId } from '#libs/kernel';

/** A problem and since when. */
export interface LastingProblem extends ConnectorProblem {
  readonly since: number;
}

export interface TestedCapability {
  readonly capability: Capability;
  readonly isAvailable: boolean;
  readonly problem: LastingProblem | null;
  readonly note: string | null;
}

export type ConnectorSettings = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One organization's connected instance of an app. Secrets are not part of it: they lie sealed beside it. */
export interface Connector {
  readonly id: string;
  readonly tenant: TenantId;
  readonly app: string;
  readonly name: string;
  readonly settings: ConnectorSettings;
  /** What discovery found: hosts, accounts. */
  readonly facts: Json | null;
  readonly factsAt: number | null;
  readonly capabilities: readonly TestedCapability[];
  readonly problem: LastingProblem | null;
  readonly ownAccountExternalId: string | null;
  readonly actsAs: string | null;
  readonly backfillDays: number;
  readonly isDisabled: boolean;
  readonly createdAt: number;
  readonly lastTestedAt: number | null;
  readonly credentialExpiresAt: number | null;
  /** Grows with every announcement, so that hearers can drop older ones. */
  readonly version: number;
  readonly removedAt: number | null;
  readonly mustErase: boolean;
}

export interface Stream {
  readonly tenant: TenantId;
  readonly connectorId: string;
  readonly name: StreamName;
  readonly feed: string;
  readonly status: StreamStatus;
  readonly phase: string | null;
  readonly itemsRead: number;
  readonly itemsExpected: number | null;
  readonly ratePerSecond: number | null;
  readonly lastSuccessAt: number | null;
  readonly nextRunAt: number | null;
  readonly cursorAt: number | null;
  readonly isFirstSyncDone: boolean;
  /** Failures in a row, for the pause before the next try. */
  readonly failures: number;
  readonly problem: LastingProblem | null;
}

/** Problems that no stream can work around: a person must act. */
const NEEDS_A_PERSON: readonly ConnectorProblemCode[] = [
  'CREDENTIAL_INVALID',
  'CREDENTIAL_EXPIRED',
  'CONSENT_REQUIRED',
  'CONFIGURATION_INVALID',
];

export function isConnectionBroken(problem: ConnectorProblem): boolean {
  return NEEDS_A_PERSON.includes(problem.code);
}

/** How a connector is doing, from its own state and its streams'. */
export function statusOf(connector: Pick<Connector, 'isDisabled' | 'problem' | 'removedAt'>, streams: readonly Stream[]): ConnectorStatus {
  if (connector.removedAt !== null) return 'DISCONNECTED';
  if (connector.isDisabled) return 'DISABLED';
  if (connector.problem && isConnectionBroken(connector.problem)) return 'DISCONNECTED';
  if (streams.some((stream) => !stream.isFirstSyncDone && (stream.status === 'WAITING' || stream.status === 'RUNNING')))
    return 'CONNECTING';
  if (connector.problem || streams.some((stream) => stream.problem !== null)) return 'DEGRADED';
  return 'CONNECTED';
}

/** The message that tells the other services how a connector is doing. */
export function connectorChanged(connector: Connector, streams: readonly Stream[]): ConnectorChanged {
  return {
    type: 'ConnectorChanged',
    connectorId: connector.id,
    app: connector.app,
    name: connector.name,
    status: statusOf(connector, streams),
    version: connector.version,
    connectedAt: connector.createdAt,
    streams: streams.map((stream) => ({
      name: stream.name,
      status: stream.status,
      lastSuccessAt: stream.lastSuccessAt,
      isFirstSyncDone: stream.isFirstSyncDone,
      ...(stream.problem ? { problem: stream.problem } : {}),
    })),
    capabilities: connector.capabilities.map(({ capability, isAvailable, problem }) => ({
      capability,
      isAvailable,
      ...(problem ? { problem } : {}),
    })),
    ownAccountExternalId: connector.ownAccountExternalId,
    isRemoved: connector.removedAt !== null,
  };
}

/** Keeps `since` while the same problem lasts. */
export function lasting(problem: ConnectorProblem, before: LastingProblem | null, now: number): LastingProblem {
  return { ...problem, since: before?.code === problem.code ? before.since : now };
}
