import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';

import type { Company, WireRecord } from '../sdk/index.js';

export const TENANT_ID = '6f0c1d2e-9a47-4b5e-8c31-0d2f7a5e4b10';
export const HOSTS = {
  graph: 'https://graph.microsoft.com/v1.0',
  manage: `https://manage.office.com/api/v1.0/${TENANT_ID}/activity/feed`,
  login: 'https://login.microsoftonline.com',
} as const;

/** A value whose changes show in reads only after a while, as in a directory with many replicas. */
export class Replicated<T> {
  private before: { readonly value: T; readonly until: number } | undefined;

  constructor(private value: T) {}

  /** What is true, for writes to decide on. */
  get now(): T {
    return this.value;
  }

  set(value: T, at: Date): void {
    this.before = { value: this.value, until: at.getTime() };
    this.value = value;
  }

  /** What a read sees at `at`, when replicas are `lagMs` behind. */
  seen(at: Date, lagMs: number): T {
    return this.before && at.getTime() < this.before.until + lagMs ? this.before.value : this.value;
  }
}

/** The part of a user that our actions change. */
export interface Standing {
  readonly accountEnabled: boolean;
  readonly signInSessionsValidFromDateTime: string;
  readonly lastPasswordChangeDateTime: string;
  readonly mustChangePassword: boolean;
}

export interface SandboxUser {
  readonly id: string;
  readonly profile: WireRecord;
  readonly standing: Replicated<Standing>;
  readonly methods: readonly string[];
  /** When somebody last signed in, and last tried to. */
  lastSuccess: string | null;
  lastAttempt: string | null;
}

export interface SandboxGroup {
  readonly id: string;
  readonly wire: WireRecord;
  readonly members: Replicated<readonly Member[]>;
}

export interface Member {
  readonly kind: 'user' | 'group' | 'device' | 'servicePrincipal';
  readonly id: string;
}

export interface SandboxAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly principalKind: 'user' | 'group' | 'servicePrincipal';
  readonly roleDefinitionId: string;
  readonly directoryScopeId: string;
}

/** One row of a log: when it happened, and the row itself, made when asked for. */
export interface LogRow {
  readonly at: number;
  readonly tell: () => WireRecord;
}

/** Rows of one log in time order. */
export class SandboxLog {
  private readonly rows: LogRow[] = [];
  private isSorted = true;

  add(...rows: readonly LogRow[]): void {
    for (const row of rows) {
      if (row.at < (this.rows.at(-1)?.at ?? -Infinity)) this.isSorted = false;
      this.rows.push(row);
    }
  }

  /** Rows with `from` ≤ time < `to`, oldest first. */
  between(from: number, to: number): readonly LogRow[] {
    if (!this.isSorted) this.rows.sort((a, b) => a.at - b.at);
    this.isSorted = true;
    return this.rows.slice(this.first(from), this.first(to));
  }

  private first(at: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rows[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Rows that exist only for volume tests: made from their number when asked for. */
export interface BulkRows {
  readonly from: number;
  readonly until: number;
  readonly count: number;
}

export interface Microsoft365State {
  readonly company: Company;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly servicePrincipalId: string;
  readonly seededAt: Date;
  readonly bulkAccounts: number;
  readonly bulkSignIns: BulkRows;
  readonly users: Map<string, SandboxUser>;
  readonly userOfEmployee: ReadonlyMap<number, SandboxUser>;
  /** As the list of deleted users shows them. */
  deletedUsers: readonly WireRecord[];
  /** Those deleted since the start, to be restored. */
  readonly removed: Map<string, SandboxUser>;
  readonly groups: Map<string, SandboxGroup>;
  readonly roles: readonly WireRecord[];
  readonly assignments: Replicated<readonly SandboxAssignment[]>;
  readonly eligible: readonly SandboxAssignment[];
  readonly apps: readonly WireRecord[];
  readonly grants: Replicated<readonly WireRecord[]>;
  readonly appRoles: Replicated<readonly WireRecord[]>;
  readonly signIns: SandboxLog;
  readonly audits: SandboxLog;
  /** By kind of content. */
  readonly records: ReadonlyMap<string, SandboxLog>;
  readonly subscriptions: Map<string, { status: 'enabled' | 'disabled' }>;
  readonly issued: Map<string, Issued>;
  readonly usedAssertions: Set<string>;
  tickedAt: Date;
}

/** An access token that the sandbox gave out. */
export interface Issued {
  readonly audience: string;
  readonly roles: readonly string[];
  readonly expiresAt: number;
  readonly epoch: number;
}

/** A GUID made from the parts, the same at every start. */
export function guidOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A number from 0 to 2^32 made from the parts. */
export function numberOf(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join(' ')).digest().readUInt32BE(0);
}

const BULK_MARK = 'b0000000-0000-4000-8000-';

/** The id of the n-th user that exists only for volume tests. */
export function bulkUserId(index: number): string {
  return BULK_MARK + String(index).padStart(12, '0');
}

/** The n-th of the users that exist only for volume tests; kept once it was changed. */
export function bulkUser(state: Microsoft365State, index: number): SandboxUser {
  const id = bulkUserId(index);
  const kept = state.users.get(id);
  if (kept) return kept;
  const upn = `person${index}@${state.company.domain}`;
  const created = state.seededAt.toISOString();
  return {
    id,
    profile: { userPrincipalName: upn, mail: upn, displayName: `Person ${index}`, userType: 'Member', createdDateTime: created },
    standing: new Replicated<Standing>({
      accountEnabled: true,
      signInSessionsValidFromDateTime: created,
      lastPasswordChangeDateTime: created,
      mustChangePassword: false,
    }),
    methods: ['microsoftAuthenticatorPush'],
    lastSuccess: null,
    lastAttempt: null,
  };
}

/** The user with this id or user name. */
export function findUser(state: Microsoft365State, idOrName: string): SandboxUser | undefined {
  const known = state.users.get(idOrName);
  if (known) return known;
  if (idOrName.startsWith(BULK_MARK)) {
    const index = Number(idOrName.slice(BULK_MARK.length));
    return index < state.bulkAccounts ? bulkUser(state, index) : undefined;
  }
  return [...state.users.values()].find((user) => user.profile['userPrincipalName'] === idOrName);
}

let certificate: { readonly privateKey: string; readonly publicKey: KeyObject; readonly thumbprint: string } | undefined;

/** The key that the made-up app registration knows, made when first needed. It opens nothing but sandboxes. */
export function sandboxCertificate(): NonNullable<typeof certificate> {
  if (!certificate) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const thumbprint = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex');
    certificate = { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey, thumbprint };
  }
  return certificate;
}
