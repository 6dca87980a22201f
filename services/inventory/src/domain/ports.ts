import type { BulkPage, SinkPosition, StreamKey } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';

import type { Account, AccountChange, AccountState } from './account.js';
import type { PrivilegeTally } from './admin-mark.js';
import type { AppGrant } from './app-grant.js';
import type { AccountFilter, AccountOrder, AppGrantFilter, GroupFilter, PersonFilter, ThirdPartyAppFilter } from './filters.js';
import type { Group, Member } from './group.js';
import type { Shown, Sweep, SweepKind } from './listing.js';
import type { ManagedDomains } from './managed-domain.js';
import type { Person, PersonalAccount } from './person.js';
import type { Privilege } from './privilege.js';
import type { GrantTally, ThirdPartyApp } from './third-party-app.js';

// ---------------------------------------------------------------- reading

export interface PageRequest {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Look-ups of many at once answer with a map: what is not in it is not there. */
export type Found<T> = ReadonlyMap<string, T>;

export abstract class AccountStore {
  abstract list(tenant: TenantId, filter: AccountFilter, order: AccountOrder, page: PageRequest): Promise<Page<Account>>;
  abstract count(tenant: TenantId, filter: AccountFilter): Promise<number>;
  abstract findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<Account>>;
  abstract ofPeople(tenant: TenantId, personIds: readonly string[]): Promise<Found<readonly Account[]>>;
}

export abstract class PersonStore {
  abstract list(tenant: TenantId, filter: PersonFilter, page: PageRequest): Promise<Page<Person>>;
  abstract count(tenant: TenantId, filter: PersonFilter): Promise<number>;
  abstract findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<Person>>;
  /** Upper and lower case are the same. */
  abstract findByEmail(tenant: TenantId, email: string): Promise<Person | undefined>;
}

export abstract class GroupStore {
  abstract list(tenant: TenantId, filter: GroupFilter, page: PageRequest): Promise<Page<Group>>;
  abstract count(tenant: TenantId, filter: GroupFilter): Promise<number>;
  abstract findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<Group>>;
  /** The groups that each account is directly in, by name. */
  abstract ofAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<Found<readonly Group[]>>;
  /** The same page of the members of several groups. */
  abstract members(tenant: TenantId, groupIds: readonly string[], page: PageRequest): Promise<Found<Page<Member>>>;
  abstract memberCounts(tenant: TenantId, groupIds: readonly string[]): Promise<Found<number>>;
}

export abstract class PrivilegeStore {
  abstract ofAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<Found<readonly Privilege[]>>;
}

export abstract class AppGrantStore {
  abstract list(tenant: TenantId, filter: AppGrantFilter, page: PageRequest): Promise<Page<AppGrant>>;
  abstract count(tenant: TenantId, filter: AppGrantFilter): Promise<number>;
  abstract findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<AppGrant>>;
  abstract ofAccounts(tenant: TenantId, accountIds: readonly string[]): Promise<Found<readonly AppGrant[]>>;
  /** The same page of the grants of several third-party apps. */
  abstract ofThirdPartyApps(tenant: TenantId, ids: readonly string[], page: PageRequest): Promise<Found<Page<AppGrant>>>;
}

export abstract class ThirdPartyAppStore {
  abstract list(tenant: TenantId, filter: ThirdPartyAppFilter, page: PageRequest): Promise<Page<ThirdPartyApp>>;
  abstract count(tenant: TenantId, filter: ThirdPartyAppFilter): Promise<number>;
  abstract findMany(tenant: TenantId, ids: readonly string[]): Promise<Found<ThirdPartyApp>>;
}

/** Work that outlives the call that began it, over all tenants. */
export abstract class OpenWork {
  abstract domains(tenant: TenantId): Promise<readonly string[]>;
  abstract isRejoining(tenant: TenantId): Promise<boolean>;
  abstract sweeps(limit: number): Promise<readonly { readonly tenant: TenantId; readonly id: string }[]>;
  abstract sweepsOf(tenant: TenantId, connectorId: string): Promise<readonly string[]>;
  /** Tenants whose managed domains changed and whose accounts were not all gone through yet. */
  abstract rejoins(limit: number): Promise<readonly TenantId[]>;
  abstract staleThirdPartyApps(limit: number): Promise<readonly TenantId[]>;
}

// ---------------------------------------------------------------- changing

/** All or nothing. `work` may run again when the database lost it against another transaction, so it has no effects but its unit's. */
export abstract class InventoryUnits {
  abstract run<T>(tenant: TenantId, work: (unit: InventoryUnit) => Promise<T>): Promise<T>;
}

/** What one transaction can do. */
export interface InventoryUnit {
  readonly tenant: TenantId;
  readonly accounts: AccountRows;
  readonly people: PersonRows;
  readonly groups: ListedRows<Group>;
  readonly members: MemberRows;
  readonly privileges: PrivilegeRows;
  readonly appGrants: ListedRows<AppGrant>;
  readonly thirdPartyApps: ThirdPartyAppRows;
  readonly listings: ListingRows;
  readonly domains: DomainRows;
  /** Moves the stream's cursor; throws when another worker went on, which undoes the page. */
  move(page: BulkPage): Promise<SinkPosition>;
  /** Keeps records that could not be read, each once, for the operator to see. */
  setAside(key: StreamKey, rejects: readonly Reject[]): Promise<void>;
  /** Tells the other services of these accounts, in their connectors' order of changes. */
  announce(accounts: readonly Account[]): Promise<void>;
}

/** A record that could not be understood, and why. The reason holds no values. */
export interface Reject {
  readonly record: unknown;
  readonly reason: string;
}

/** The little of an account that tells whether a sweep has to look at it. */
export interface AccountMark extends Pick<AccountState, 'id' | 'personId' | 'status' | 'firstReadAt' | 'shown' | 'factsShown'> {
  readonly hasAllPrivileges: boolean;
}

export interface AccountRows {
  /** Locks and reads; ids that are not there are left out. */
  lock(ids: readonly string[]): Promise<ReadonlyMap<string, AccountState>>;
  /** Adds accounts, or changes what is different of them. */
  save(changes: readonly AccountChange[]): Promise<void>;
  /** Only records that they were shown again. */
  markShown(ids: readonly string[], shown: Shown): Promise<void>;
  markFactsShown(ids: readonly string[], shown: Shown): Promise<void>;
  ofPeople(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly PersonalAccount[]>>;
  /** The next of a connector's accounts in a fixed order, and where to go on; `next` is null at the end. */
  nextOfConnector(
    connectorId: string,
    after: readonly string[] | null,
    limit: number,
  ): Promise<{ readonly accounts: readonly AccountMark[]; readonly next: readonly string[] | null }>;
  /** The next of all accounts in a fixed order, locked. */
  next(afterId: string, limit: number): Promise<readonly AccountState[]>;
  remove(ids: readonly string[]): Promise<void>;
}

export interface PersonRows {
  /** Locks people, making those that are not there yet: who reads their accounts after that sees all of them. */
  lock(ids: readonly string[]): Promise<ReadonlyMap<string, Person>>;
  find(id: string): Promise<Person | undefined>;
  save(people: readonly Person[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}

/** A row as it was, if it was, and as it is now. */
export interface RowChange<T> {
  readonly before: T | undefined;
  readonly after: T;
}

/** Rows that a listing shows and that go when it shows them no more. */
export interface ListedRows<T extends { readonly id: string }> {
  /** Adds and changes; returns those that are new or different, with what they were before. */
  store(rows: readonly T[], shown: Shown): Promise<readonly RowChange<T>[]>;
  /** The next of a connector's rows after an id, with when each was last shown. */
  next(connectorId: string, afterId: string, limit: number): Promise<readonly { readonly row: T; readonly shown: Shown }[]>;
  remove(ids: readonly string[]): Promise<void>;
}

export interface MemberRows extends ListedRows<Member> {
  /** Removes up to `limit` members of these groups, and says how many that were. */
  removeOfGroups(groupIds: readonly string[], limit: number): Promise<number>;
}

export interface PrivilegeRows extends ListedRows<Privilege> {
  tally(accountIds: readonly string[]): Promise<ReadonlyMap<string, Omit<PrivilegeTally, 'isComplete'>>>;
}

export interface ThirdPartyAppRows {
  /** Makes sure that the apps of these grants are there, and marks them to be added up anew. */
  markStale(grants: readonly AppGrant[]): Promise<void>;
  stale(limit: number): Promise<readonly ThirdPartyApp[]>;
  tally(id: string): Promise<GrantTally>;
  accountsInUse(app: string): Promise<number>;
  save(app: ThirdPartyApp): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface ListingRows {
  /** The mark for rows of this page: of the listing it belongs to, or of the last one when it belongs to none. */
  open(key: StreamKey, syncId: string | null, readAt: number): Promise<{ readonly shown: Shown; readonly startedAt: number }>;
  /** The listing ended: what it did not show is to be gone through. */
  end(key: StreamKey, shown: Shown, startedAt: number, kinds: readonly SweepKind[]): Promise<void>;
  lockSweep(id: string): Promise<Sweep | undefined>;
  saveSweep(sweep: Sweep): Promise<void>;
  removeSweep(id: string): Promise<void>;
  /** Forgets all of a connector: positions, listings, what was set aside. */
  erase(connectorId: string): Promise<void>;
}

export interface DomainRows {
  /** Read so that they stay as they are until this transaction ended. */
  managed(): Promise<ManagedDomains>;
  /** Replaces them; all accounts are to be gone through again. False: they were so already. */
  replace(domains: readonly string[], by: string): Promise<boolean>;
  /** Where going through the accounts stands; undefined when it is done. */
  rejoin(): Promise<{ readonly afterId: string } | undefined>;
  saveRejoin(afterId: string | null): Promise<void>;
}
