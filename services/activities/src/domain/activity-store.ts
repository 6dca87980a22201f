import type { Activity, UnmappedEventType } from './activity.js';
import type { ActivityFilter } from './activity-filter.js';

/** A page of a list, by a key that does not move when rows are added. */
export interface Slice {
  readonly first: number;
  /** The cursor that the list itself gave out. */
  readonly after?: string | null;
}

export interface Sliced<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export type ActivityOrder = 'OCCURRED_AT_DESC' | 'OCCURRED_AT_ASC';

export const ACTIVITY_DIMENSIONS = ['APP', 'CONNECTOR', 'CATEGORY', 'EVENT_TYPE', 'OUTCOME', 'COUNTRY', 'ACTOR', 'IP', 'ADMIN'] as const;
export type ActivityDimension = (typeof ACTIVITY_DIMENSIONS)[number];

export interface CountQuestion {
  readonly filter: ActivityFilter;
  readonly by: readonly ActivityDimension[];
  readonly intervalMs: number | undefined;
  /** Only the so many largest groups. */
  readonly top: number;
}

export interface ActivityCount {
  /** One value per dimension asked, in their order; null where the activities have none. */
  readonly values: readonly (string | null)[];
  /** Start of the interval; null when none was asked. */
  readonly from: number | null;
  readonly count: number;
}

/** Whose activities: those of one connector, of some accounts, or of one alert. */
export type Owner =
  | { readonly kind: 'connector'; readonly id: string }
  | { readonly kind: 'accounts'; readonly id: string; readonly accountIds: readonly string[] }
  | { readonly kind: 'alert'; readonly id: string };

/** Reads the log. Every list costs what its page costs. */
export abstract class ActivityStore {
  abstract list(tenant: string, filter: ActivityFilter, order: ActivityOrder, slice: Slice): Promise<Sliced<Activity>>;
  /** One page for each owner, in few statements. */
  abstract listFor(tenant: string, owners: readonly Owner[], filter: ActivityFilter, slice: Slice): Promise<readonly Sliced<Activity>[]>;
  abstract count(tenant: string, filter: ActivityFilter): Promise<number>;
  abstract countFor(tenant: string, owners: readonly Owner[], filter: ActivityFilter): Promise<readonly number[]>;
  abstract counts(tenant: string, question: CountQuestion): Promise<readonly ActivityCount[]>;
  /** By id, in the order asked; undefined for what this tenant does not have. */
  abstract byIds(tenant: string, ids: readonly string[]): Promise<readonly (Activity | undefined)[]>;
  /** The events as received, as JSON text. */
  abstract raw(tenant: string, ids: readonly string[]): Promise<readonly (string | undefined)[]>;
  abstract unmapped(tenant: string): Promise<readonly UnmappedEventType[]>;
}
