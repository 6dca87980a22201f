import type { EvidenceRecord } from '#libs/contracts';
import type { Json, TenantId } from '#libs/kernel';

import type { AffectedEntity } from './control-verdict.js';
import type { Decision } from './decision.js';
import type { Evidence } from './evidence.js';
import type { FindingFilter } from './filter.js';
import type { Drift, Finding } from './finding.js';
import type { DetailedSnapshot, Snapshot } from './score-history.js';
import type { ScoreChange, ScoreInput } from './score-change.js';
import type { Score } from './score.js';
import type { Transaction } from './transaction.js';

/** Documents as read from the apps: the newest of each operation and scope. */
export abstract class EvidenceStore {
  /** Keeps what was read, marked as shown by `syncId` when a listing shows it; returns how many are new or changed. */
  abstract keep(
    tenant: TenantId,
    tx: Transaction,
    connectorId: string,
    records: readonly EvidenceRecord[],
    syncId: string | null,
  ): Promise<number>;
  /** Forgets what a completed listing did not show: an account or region that is gone. */
  abstract forgetUnshown(tenant: TenantId, tx: Transaction, connectorId: string, syncId: string): Promise<void>;
  abstract of(tenant: TenantId, tx: Transaction, connectorId: string): Promise<readonly Evidence[]>;
}

/** What is kept of a finding beside its row: shown one by one, so kept apart from what lists read. */
export interface FindingDetail {
  readonly evidence: Json;
  readonly affected: readonly AffectedEntity[];
}

export interface FindingKey {
  readonly urgency: number;
  readonly id: string;
}

/** Where a list ends, and what is asked of it. `now` decides what is stale and what has expired. */
export interface FindingQuery {
  readonly filter: FindingFilter | null;
  /** Controls of the catalogue: a finding of a retired control is not shown. */
  readonly controlIds: readonly string[];
  readonly now: number;
}

export abstract class FindingStore {
  /** By urgency, the most urgent first. */
  abstract list(tenant: TenantId, query: FindingQuery, first: number, after: FindingKey | null): Promise<readonly Finding[]>;
  abstract count(tenant: TenantId, query: FindingQuery): Promise<number>;
  /** Of connectors that were not removed. */
  abstract byIds(tenant: TenantId, ids: readonly string[]): Promise<readonly Finding[]>;
  abstract ofConnectors(tenant: TenantId, connectorIds: readonly string[], query: FindingQuery): Promise<readonly Finding[]>;
  /** All that the score is made of: of one app, of some connectors, or of all. */
  abstract scored(
    tenant: TenantId,
    query: Pick<FindingQuery, 'controlIds'>,
    only: { readonly app?: string; readonly connectorIds?: readonly string[] },
  ): Promise<readonly Finding[]>;
  abstract details(tenant: TenantId, ids: readonly string[]): Promise<ReadonlyMap<string, FindingDetail>>;
  abstract urgencyOf(finding: Finding): number;

  abstract ofConnector(tenant: TenantId, tx: Transaction, connectorId: string): Promise<readonly Finding[]>;
  abstract save(
    tenant: TenantId,
    tx: Transaction,
    findings: readonly Finding[],
    details: ReadonlyMap<string, FindingDetail>,
  ): Promise<void>;
  abstract forget(tenant: TenantId, tx: Transaction, ids: readonly string[]): Promise<void>;
  /** Takes the connector's findings out of lists and scores; what they were stays. */
  abstract retire(tenant: TenantId, tx: Transaction, connectorId: string): Promise<void>;
}

/** Decisions, append only. */
export abstract class DecisionStore {
  /** Records decisions and makes each the finding's current one. */
  abstract add(tenant: TenantId, tx: Transaction, connectorId: string, decisions: readonly Decision[]): Promise<void>;
  /** The newest `most` of each finding, newest first. */
  abstract ofFindings(tenant: TenantId, findingIds: readonly string[], most: number): Promise<ReadonlyMap<string, readonly Decision[]>>;
}

export abstract class DriftStore {
  abstract add(tenant: TenantId, tx: Transaction, drifts: readonly Drift[]): Promise<void>;
  /** Newest first; of one connector, or of all that were not removed. */
  abstract list(tenant: TenantId, connectorId: string | null, first: number, beforeId: string | null): Promise<readonly Drift[]>;
  abstract count(tenant: TenantId, connectorId: string | null): Promise<number>;
}

/** A snapshot to be written; its hash and that of the one before are the store's. */
export interface NewSnapshot {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly at: number;
  readonly score: Score;
  readonly inputs: readonly ScoreInput[];
  readonly change: ScoreChange | null;
  readonly catalogueVersion: string;
}

export abstract class ScoreStore {
  abstract latest(tenant: TenantId, tx: Transaction, connectorId: string): Promise<DetailedSnapshot | undefined>;
  abstract add(tenant: TenantId, tx: Transaction, snapshot: NewSnapshot): Promise<void>;
  /** In order of time: of each connector the one that held at `from`, and all until `to`. */
  abstract between(
    tenant: TenantId,
    from: number,
    to: number,
    only: { readonly app?: string; readonly connectorId?: string },
  ): Promise<readonly Snapshot[]>;
}

/** A connector as posture keeps track of it. */
export interface JudgedConnector {
  readonly tenant: TenantId;
  readonly connectorId: string;
  readonly app: string;
}

export abstract class JudgedConnectorStore {
  /** Holds other evaluations of this connector off until the transaction ends. False: it was removed. */
  abstract lock(tenant: TenantId, tx: Transaction, connectorId: string, app: string): Promise<boolean>;
  abstract judged(
    tenant: TenantId,
    tx: Transaction,
    connectorId: string,
    at: number,
    dueAt: number,
    catalogueVersion: string,
  ): Promise<void>;
  abstract find(tenant: TenantId, connectorId: string): Promise<JudgedConnector | undefined>;
  abstract remove(tenant: TenantId, tx: Transaction, connectorId: string, app: string): Promise<void>;
  /** Of all tenants: those whose time has come, or that were judged by another catalogue. */
  abstract due(now: number, catalogueVersion: string, limit: number): Promise<readonly JudgedConnector[]>;
  /** Deletes all that is kept of a connector, table after table; safe to repeat. */
  abstract erase(tenant: TenantId, connectorId: string): Promise<void>;
}
