import type { Failure, IncomingActivity } from './activity.js';
import type { Alert, Distrust } from './alert.js';
import type { Need } from './detection/detector.js';
import type { Profile } from './detection/profile.js';

/** An account as far as detections need it: inventory owns the rest. */
export interface AccountRef {
  /** The account's id, which is also its actor key. */
  readonly id: string;
  readonly personId: string | null;
  readonly name: string | null;
  readonly isMachine: boolean;
}

/** The first day on which an account acted from a country. */
export interface CountrySeen {
  readonly actorKey: string;
  readonly country: string;
  readonly day: number;
  /** True where another day was kept before. */
  readonly isEarlier: boolean;
}

/** An activity that could not be stored, as it came. */
export interface SetAside {
  readonly reason: string;
  readonly record: string;
}

/** An alert to be written, with all that hangs on it. */
export interface AlertEvidence {
  readonly alert: Alert;
  readonly accountIds: readonly string[];
  readonly activityIds: readonly string[];
  readonly distrusts: readonly Distrust[];
  readonly relatedEvents: readonly string[];
}

/** Raw events, packed before the transaction begins, since that takes longer than storing. */
export interface PackedRaws {
  readonly blocks: readonly RawBlock[];
  /** By activity id. */
  readonly positions: ReadonlyMap<string, { readonly blockId: string; readonly index: number }>;
}

export interface RawBlock {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Everything that storing one page reads and writes. One transaction; the unit is the database's own. */
export abstract class PageStore<Unit> {
  /** Before the transaction: which of the ids are stored already. */
  abstract known(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Account ids by the names or addresses that some apps give instead of an id. */
  abstract accountsByName(tenant: string, connectorId: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  abstract pack(incoming: readonly IncomingActivity[]): Promise<PackedRaws>;
  abstract open(tenant: string, unit: Unit): OpenPage;
}

/** The page's transaction. */
export interface OpenPage {
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
  insert(incoming: readonly IncomingActivity[], failures: readonly Failure[], raws: PackedRaws): Promise<void>;
  countUnmapped(incoming: readonly IncomingActivity[]): Promise<void>;
  setAside(connectorId: string, records: readonly SetAside[], now: number): Promise<void>;
  /** The accounts and their persons' other accounts, held until the transaction ends, so that two pages about one person do not miss each other. */
  accounts(ids: readonly string[]): Promise<readonly AccountRef[]>;
  profiles(accountKeys: readonly string[]): Promise<ReadonlyMap<string, Profile>>;
  saveProfiles(connectorId: string, profiles: ReadonlyMap<string, Profile>): Promise<void>;
  /** Keeps since when each account is known to act from a country; the earliest day stands. */
  saveCountries(connectorId: string, seen: readonly CountrySeen[]): Promise<void>;
  /** What the needs ask for, in their order. */
  answer(needs: readonly Need[]): Promise<readonly unknown[]>;
  alerts(ids: readonly string[]): Promise<ReadonlyMap<string, Alert>>;
  saveAlerts(evidence: readonly AlertEvidence[]): Promise<void>;
  /** Links alerts to events that they named before the events came; returns how many. */
  linkAwaited(connectorId: string, incoming: readonly IncomingActivity[]): Promise<number>;
}
