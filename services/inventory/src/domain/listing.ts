import type { BulkRecord, StreamKey } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';

/** Which listing last showed a row: the stream's, and how many of its listings there had been. What a later listing showed, an earlier one never deletes. */
export interface Shown {
  readonly by: string;
  readonly in: number;
}

/** Where records come from. */
export interface Source {
  readonly tenant: TenantId;
  readonly connectorId: string;
  readonly app: string;
  readonly readAt: number;
  readonly shown: Shown;
  /** Read back outside any listing, such as after an action: newer than a listing's page that was read before. */
  readonly isTouch: boolean;
}

/** The name under which a stream's rows are marked. */
export function listingName(key: StreamKey): string {
  return `${key.stream}/${key.feed}`;
}

/** What has to be gone through after a listing ended, one kind after another. */
export type SweepKind = 'account' | 'accountFacts' | 'group' | 'member' | 'privilege' | 'adminMark' | 'appGrant';

/** The clean-up after one ended listing: done in small steps, each its own transaction, and resumed after a crash. */
export interface Sweep {
  readonly id: string;
  readonly connectorId: string;
  readonly shown: Shown;
  /** When the listing began; an account that was first read later was not covered by it. */
  readonly startedAt: number;
  /** Kinds still to go through, the current one first. */
  readonly kinds: readonly SweepKind[];
  /** Where to go on within the current kind. */
  readonly after: readonly string[] | null;
}

/** The kinds to go through, in the order in which each finds its ground prepared: admin marks need the privileges to be right. */
export function sweepKinds(complete: readonly BulkRecord['kind'][]): readonly SweepKind[] {
  const order: readonly SweepKind[] = ['group', 'member', 'privilege', 'adminMark', 'accountFacts', 'account', 'appGrant'];
  return order.filter((kind) => complete.includes(kind === 'adminMark' ? 'privilege' : kind));
}

/** True when a complete listing under `sweep` did not show this row, and no later one did. */
export function isMissing(row: Shown | null, sweep: Sweep): boolean {
  return row !== null && row.by === sweep.shown.by && row.in < sweep.shown.in;
}
