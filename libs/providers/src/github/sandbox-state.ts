import { createHash } from 'node:crypto';

import type { Company } from '../sdk/index.js';
import type { SandboxKey } from '../sdk/sandbox/sandbox-key.js';
import type { SandboxLog } from './sandbox-log.js';

/** A value whose changes show in reads only after a while, as in a system of several servers. */
export class Lagged<T> {
  private before: { readonly value: T; readonly changedAt: number } | undefined;

  constructor(private value: T) {}

  /** What is true, for writes to decide on. */
  get now(): T {
    return this.value;
  }

  set(value: T, at: Date): void {
    this.before = { value: this.value, changedAt: at.getTime() };
    this.value = value;
  }

  /** What a read sees at `at`. */
  seen(at: Date, lagMs: number): T {
    return this.before && at.getTime() - this.before.changedAt < lagMs ? this.before.value : this.value;
  }
}

export type Standing = 'admin' | 'member' | 'pending-admin' | 'pending-member' | 'outside' | 'none';

export interface SandboxUser {
  readonly id: number;
  readonly login: string;
  readonly name: string | null;
  readonly email: string;
  /** Empty for those who signed up with an address of their own. */
  readonly verifiedEmail: string | null;
  readonly createdAt: string;
  readonly hasTwoFactor: boolean;
  readonly usesTextMessages: boolean;
  /** The id of the SCIM user; null for those whom no identity provider knows. */
  readonly scimId: string | null;
  readonly standing: Lagged<Standing>;
  readonly isActive: Lagged<boolean>;
}

export interface SandboxTeam {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly privacy: 'closed' | 'secret';
  readonly parentId: number | null;
  /** Direct members by id, with member or maintainer. */
  readonly members: Lagged<ReadonlyMap<number, 'member' | 'maintainer'>>;
  /** Kept by the identity provider: writes are refused. */
  readonly isSynchronized: boolean;
}

export interface SandboxOrgRole {
  readonly id: number;
  readonly name: string;
  readonly baseRole: 'read' | 'admin' | null;
  readonly permissions: readonly string[];
  readonly source: 'Predefined' | 'Organization';
  readonly holders: Lagged<ReadonlySet<number>>;
  /** A team whose members hold it. */
  readonly teamId: number | null;
}

type Wire = Readonly<Record<string, unknown>>;

export interface SandboxRepo {
  readonly id: number;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  readonly hasSecretScanning: boolean;
  /** Undefined: the default branch is not protected. */
  readonly protection:
    { readonly reviews: number; readonly forcePush: boolean; readonly signed: boolean; readonly admins: boolean } | undefined;
  readonly keys: readonly Wire[];
}

/** An installation token that the sandbox gave out. */
export interface Issued {
  readonly permissions: Readonly<Record<string, string>>;
  readonly expiresAt: number;
  readonly epoch: number;
}

/** GitHub as one made-up organization of one enterprise. */
export interface GithubState {
  readonly company: Company;
  readonly org: { readonly login: string; readonly id: number };
  readonly enterprise: string;
  readonly seededAt: Date;
  readonly bulkAccounts: number;
  readonly isVolume: boolean;
  readonly users: Map<number, SandboxUser>;
  readonly userOfEmployee: ReadonlyMap<number, SandboxUser>;
  readonly teams: readonly SandboxTeam[];
  readonly roles: readonly SandboxOrgRole[];
  readonly repos: readonly SandboxRepo[];
  readonly invitations: Lagged<readonly Wire[]>;
  readonly installations: Lagged<readonly Wire[]>;
  readonly fineTokens: Lagged<readonly Wire[]>;
  readonly credentials: Lagged<readonly Wire[]>;
  readonly hooks: readonly Wire[];
  readonly log: SandboxLog;
  readonly self: SandboxSelf;
  readonly issued: Map<string, Issued>;
  tickedAt: Date;
}

export interface SandboxSelf {
  readonly clientId: string;
  readonly appId: number;
  readonly installationId: number;
  readonly key: SandboxKey;
  readonly token: string;
  readonly enterpriseToken: string;
  /** Whose the token is. */
  readonly userId: number;
}

/** A number from 0 to 2^32 made from the parts, the same at every start. */
export function numberOf(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join(' ')).digest().readUInt32BE(0);
}

/** Letters and digits made from the parts. */
export function lettersOf(length: number, ...parts: readonly (string | number)[]): string {
  return createHash('sha512').update(parts.join(' ')).digest('base64url').replace(/[-_]/g, '0').slice(0, length);
}

/** A UUID made from the parts. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const FIRST_BULK_ID = 500_000_000;

/** The n-th of the members that exist only for volume tests: made when asked for. */
export function bulkUser(state: Pick<GithubState, 'users' | 'seededAt' | 'company'>, index: number): SandboxUser {
  const id = FIRST_BULK_ID + index;
  const kept = state.users.get(id);
  if (kept) return kept;
  return {
    id,
    login: `person${index}`,
    name: `Person ${index}`,
    email: '',
    verifiedEmail: `person${index}@${state.company.domain}`,
    createdAt: '2022-05-02T08:00:00Z',
    hasTwoFactor: true,
    usesTextMessages: false,
    scimId: null,
    standing: new Lagged<Standing>('member'),
    isActive: new Lagged(true),
  };
}

/** The user with this number; one made for volume is made now. */
export function userById(state: GithubState, id: number): SandboxUser | undefined {
  const index = id - FIRST_BULK_ID;
  return state.users.get(id) ?? (index >= 0 && index < state.bulkAccounts ? bulkUser(state, index) : undefined);
}

/** The user with this login, in any case of letters. */
export function userByLogin(state: GithubState, login: string): SandboxUser | undefined {
  const wanted = login.toLowerCase();
  for (const user of state.users.values()) if (shownLogin(user) === wanted || user.login === wanted) return user;
  const index = /^person(\d{1,8})$/.exec(wanted)?.[1];
  return index !== undefined && Number(index) < state.bulkAccounts ? bulkUser(state, Number(index)) : undefined;
}

/** A suspended managed user has a login that nobody can read. */
export function shownLogin(user: SandboxUser): string {
  return user.isActive.now ? user.login : `${lettersOf(20, 'hidden', user.login).toLowerCase()}_lw`;
}

/** A list that need not exist as a whole. */
export interface Lazy<T> {
  readonly length: number;
  at(index: number): T;
}

/** A plain list as a {@link Lazy} one. */
export function listed<T>(items: readonly T[]): Lazy<T> {
  return { length: items.length, at: (index) => items[index]! };
}
