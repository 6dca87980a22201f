import type { Company } from '../sdk/index.js';

import type { FileType } from './sandbox-events.js';
import type { TimedLog } from './sandbox-log.js';
import type { Row } from './sandbox-soql.js';

export interface FileRowOfDay {
  readonly at: number;
  readonly type: FileType;
  readonly row: Row;
}

export interface SandboxUser {
  readonly id: string;
  readonly number: number;
  readonly username: string;
  readonly email: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly type: string;
  readonly profileId: string;
  readonly roleId: string | null;
  readonly lastLoginAt: number | null;
  readonly passwordChangedAt: number | null;
  readonly createdAt: number;
  readonly federationId: string | null;
  readonly hasFactor: boolean;
  readonly isFrozen: boolean;
  readonly isLocked: boolean;
  readonly isPasswordExpired: boolean;
}

export interface SandboxProfile {
  readonly id: string;
  readonly name: string;
  readonly license: { readonly id: string; readonly name: string };
  readonly setId: string;
  readonly rights: readonly string[];
}

export interface SandboxSet {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** The group of sets that this one sums up. */
  readonly groupId: string | null;
  readonly rights: readonly string[];
}

export interface SandboxAssignment {
  readonly id: string;
  readonly userId: string;
  readonly setId: string;
  readonly groupId: string | null;
  readonly expiresAt: number | null;
}

export interface SandboxGroup {
  readonly id: string;
  readonly name: string | null;
  readonly developerName: string;
  readonly type: string;
  readonly relatedId: string | null;
}

export interface SandboxToken {
  readonly id: string;
  readonly userId: string;
  readonly app: string;
  readonly menuItemId: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly useCount: number;
  readonly deleteToken: string;
}

/** A query that is read page by page. */
export interface Locator {
  readonly total: number;
  readonly rows: Iterator<Row>;
  readonly size: number;
  /** Where the next page begins, and the page before it, to be told again when asked again. */
  position: number;
  last: { readonly from: number; readonly rows: readonly Row[] } | undefined;
  ahead: Row | undefined;
}

/** All that the sandbox knows. */
export interface SalesforceSandbox {
  readonly company: Company;
  readonly organization: { readonly id: string; readonly name: string; readonly createdAt: number };
  readonly users: Map<string, SandboxUser>;
  /** Users beside the company's, made from their number when asked for. */
  readonly bulkUsers: number;
  readonly profiles: readonly SandboxProfile[];
  readonly sets: readonly SandboxSet[];
  readonly assignments: Map<string, SandboxAssignment>;
  readonly roles: readonly { readonly id: string; readonly name: string; readonly parentId: string | null }[];
  readonly groups: readonly SandboxGroup[];
  readonly members: Map<string, { readonly id: string; readonly groupId: string; readonly memberId: string }>;
  readonly sessions: Map<string, { readonly id: string; readonly userId: string; readonly createdAt: number; readonly ip: string }>;
  readonly tokens: Map<string, SandboxToken>;
  readonly signIns: TimedLog;
  readonly audit: TimedLog;
  /** Rows of event log files that were loaded. */
  readonly fileRows: { readonly at: number; readonly row: Row }[];
  /** Rows of event log files by day, as they were told. */
  readonly fileDays: Map<number, readonly FileRowOfDay[]>;
  readonly days: number;
  readonly startedAt: number;
  readonly deleted: Set<string>;
  readonly access: Set<string>;
  readonly locators: Map<string, Locator>;
  readonly pending: { readonly at: number; readonly apply: () => void }[];
  calls: number;
  /** Links to more rows that were refused as forgotten, by the switch. */
  forgotten: number;
  serial: number;
}

/** What a table is made with. */
export interface Reading {
  readonly now: number;
  /** Names of permissions that our user lacks. */
  readonly missing: readonly string[];
  readonly unlicensed: readonly string[];
  /** The earliest time asked for, by field. */
  readonly from: ReadonlyMap<string, number>;
}
