import type { TenantId } from '#libs/kernel';

import type { ActivityRecord, BulkRecord, EvidenceRecord, InventoryRecord } from './records.js';
import type { StreamName } from './vocabulary.js';

/** One stream of one connector: the unit of leasing, ordering and progress. */
export interface StreamKey {
  readonly tenant: TenantId;
  readonly connectorId: string;
  /** The app's slug, such as `okta`. */
  readonly app: string;
  readonly stream: StreamName;
  /** Which feed of a stream that has several, such as `sign-ins`; `main` when there is one. */
  readonly feed: string;
}

/**
 * A page of records on its way to the service that owns them. Storing it is one transaction with the cursor and the fence:
 * what is stored and where to go on can never disagree. Storing a page twice changes nothing.
 */
export interface BulkPage<R extends BulkRecord = BulkRecord> {
  readonly key: StreamKey;
  /** The lease's fencing token; a page with a lower one than the sink has seen is refused. */
  readonly fence: number;
  /** The cursor this page was read from; refused when it is not the one the sink holds. */
  readonly from: string | null;
  /** Where to go on after this page. */
  readonly next: string | null;
  readonly records: readonly R[];
  /** Present for pages of a full listing; the last page lets the sink mark what was not shown as deleted. */
  readonly listing?: ListingMark;
  /** When the page was read from the app. */
  readonly readAt: number;
  /** Learn only: events older than the connection teach baselines and raise no alerts. */
  readonly isBackfill?: boolean;
}

export interface ListingMark {
  /** One id for all pages of one full listing. */
  readonly syncId: string;
  readonly isLast: boolean;
  /** Kinds of record that this listing shows completely; only of these may the missing be marked deleted. */
  readonly complete: readonly BulkRecord['kind'][];
}

/** What the sink holds for a stream; the truth about progress. */
export interface SinkPosition {
  readonly cursor: string | null;
  readonly fence: number;
  readonly pages: number;
  readonly records: number;
  /** When the last page was stored. */
  readonly storedAt: number | null;
  /** When the last full listing ended, for streams that list. */
  readonly listedAt: number | null;
  /** The newest event time stored, for feeds. */
  readonly newestAt: number | null;
}

export interface StoredPage {
  readonly position: SinkPosition;
  /** Records that were not known before, or changed. */
  readonly changed: number;
  /** Records set aside because they could not be stored; shown to the operator. */
  readonly quarantined: number;
}

/** The receiving end of the bulk plane; one for each owning service, in process or over HTTP. */
export interface BulkSink<R extends BulkRecord = BulkRecord> {
  position(key: StreamKey): Promise<SinkPosition>;
  /** Throws a StalePage error (code BULK_PAGE_STALE) when the fence or the cursor says that another worker went on. */
  store(page: BulkPage<R>): Promise<StoredPage>;
  /** Deletes everything of a connector, in small steps; safe to repeat. */
  erase(tenant: TenantId, connectorId: string): Promise<void>;
  /** Sets a stream's position aside so that it starts anew (a reset by the operator, or a dead cursor). */
  restart(key: StreamKey, fence: number, cursor: string | null): Promise<SinkPosition>;
  /** Stores a few records outside any listing, such as an account just read back after an action. */
  touch(key: StreamKey, records: readonly R[], readAt: number): Promise<void>;
}

export type InventorySink = BulkSink<InventoryRecord>;
export type ActivitySink = BulkSink<ActivityRecord>;
export type EvidenceSink = BulkSink<EvidenceRecord>;

/** Which service owns the records of a stream. */
export const SINK_OF_STREAM = {
  ACCOUNTS: 'inventory',
  GROUPS: 'inventory',
  PRIVILEGES: 'inventory',
  APP_GRANTS: 'inventory',
  FILES: 'inventory',
  ACTIVITIES: 'activities',
  SETTINGS: 'posture',
} as const satisfies Record<StreamName, 'inventory' | 'activities' | 'posture'>;
