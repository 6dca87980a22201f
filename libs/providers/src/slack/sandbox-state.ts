import { createHash } from 'node:crypto';

import type { Company } from '../sdk/index.js';
import type { AuditLog } from './sandbox-log.js';

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

export interface SandboxSession {
  readonly id: number;
  readonly workspace: string;
  readonly ip: string;
  readonly os: string;
}

export type Guest = 'multi-channel' | 'single-channel';

export interface SandboxUser {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly name: string;
  readonly isBot: boolean;
  readonly guest: Guest | null;
  /** Epoch seconds, as all times of Slack; 0 is no end. */
  readonly expiresAtS: number;
  readonly has2fa: boolean;
  readonly hasSso: boolean;
  readonly createdAtS: number;
  lastActiveAtS: number;
  readonly active: Lagged<boolean>;
  readonly orgRole: 'primary_owner' | 'owner' | 'admin' | null;
  readonly workspaces: readonly string[];
  /** The role in each workspace where it is more than a member. */
  readonly roles: Lagged<ReadonlyMap<string, 'owner' | 'admin'>>;
  readonly sessions: Lagged<readonly SandboxSession[]>;
  readonly sessionSetting: { readonly duration: number; readonly desktop_app_browser_quit: boolean } | null;
}

export interface SandboxWorkspace {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly discoverable: string;
}

export interface SandboxUserGroup {
  readonly id: string;
  readonly workspace: string;
  readonly name: string;
  readonly handle: string;
  readonly isFromIdp: boolean;
  readonly createdAtS: number;
  readonly users: Lagged<readonly string[]>;
}

export interface SandboxRoleAssignment {
  readonly role_id: string;
  readonly entity_id: string;
  readonly user_id: string;
  readonly date_create: number;
}

export interface SandboxApp {
  readonly id: string;
  readonly name: string;
  readonly isInDirectory: boolean;
  readonly isInternal: boolean;
  readonly scopes: readonly string[];
}

export interface Approval {
  readonly appId: string;
  readonly state: 'approved' | 'restricted';
  readonly updatedAtS: number;
  readonly by: string;
}

/** A row of the access logs, which add up by person, address and client. */
export interface AccessRow {
  readonly user_id: string;
  readonly username: string;
  readonly date_first: number;
  date_last: number;
  count: number;
  readonly ip: string;
  readonly user_agent: string;
  readonly isp: string;
  readonly country: string;
  readonly region: string;
}

/** Slack as one made-up organization. */
export interface SlackState {
  readonly company: Company;
  readonly enterprise: { readonly id: string; readonly name: string; readonly domain: string };
  readonly workspaces: readonly SandboxWorkspace[];
  readonly seededAt: Date;
  readonly bulkAccounts: number;
  readonly users: Map<string, SandboxUser>;
  readonly userOfEmployee: ReadonlyMap<number, SandboxUser>;
  readonly groups: Map<string, SandboxUserGroup>;
  readonly scimGroups: readonly { readonly id: string; readonly displayName: string; readonly members: readonly string[] }[];
  readonly assignments: Lagged<readonly SandboxRoleAssignment[]>;
  readonly apps: readonly SandboxApp[];
  /** By organization or workspace. */
  readonly approvals: ReadonlyMap<string, Lagged<readonly Approval[]>>;
  readonly installs: ReadonlyMap<string, Set<string>>;
  /** Newest first. */
  readonly integrationRows: Readonly<Record<string, unknown>>[];
  readonly accessRows: Map<string, AccessRow>;
  readonly log: AuditLog;
  /** Our own app, account and token. */
  readonly self: { readonly appId: string; readonly userId: string; readonly token: string };
  tickedAt: Date;
}

/** An id in Slack's form: a letter and ten characters, the same at every start. */
export function slackId(prefix: string, ...parts: readonly (string | number)[]): string {
  return prefix + digest(parts).toString('hex').slice(0, 10).toUpperCase();
}

/** A UUID made from the parts, the same at every start. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  const hex = digest(parts).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A number from 0 to 2^32 made from the parts. */
export function numberOf(...parts: readonly (string | number)[]): number {
  return digest(parts).readUInt32BE(0);
}

function digest(parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(parts.join('\u0000')).digest();
}

/** The n-th of the users that exist only for volume tests: made when asked for. */
export function bulkUserId(index: number): string {
  return `WBULK${String(index).padStart(8, '0')}`;
}

/** The user with this id; one made for volume is kept from its first change on by {@link keepUser}. */
export function findUser(state: SlackState, id: string): SandboxUser | undefined {
  const known = state.users.get(id);
  if (known) return known;
  const digits = /^WBULK(\d{8})$/.exec(id)?.[1];
  return digits !== undefined && Number(digits) < state.bulkAccounts ? bulkUser(state, Number(digits)) : undefined;
}

/** Remembers a user that was changed, which a volume user would else forget. */
export function keepUser(state: SlackState, user: SandboxUser): void {
  if (!state.users.has(user.id)) state.users.set(user.id, user);
}

export function bulkUser(state: SlackState, index: number): SandboxUser {
  const id = bulkUserId(index);
  const kept = state.users.get(id);
  if (kept) return kept;
  const atS = Math.floor(state.seededAt.getTime() / 1_000);
  return {
    id,
    username: `person${index}`,
    email: `person${index}@${state.company.domain}`,
    name: `Person ${index}`,
    isBot: false,
    guest: null,
    expiresAtS: 0,
    has2fa: true,
    hasSso: true,
    createdAtS: atS - 86_400,
    lastActiveAtS: atS - 3_600,
    active: new Lagged(true),
    orgRole: null,
    workspaces: [state.workspaces[0]!.id],
    roles: new Lagged(new Map()),
    sessions: new Lagged([]),
    sessionSetting: null,
  };
}

/** A list that need not exist as a whole. */
export interface Lazy<T> {
  readonly length: number;
  at(index: number): T;
}

/** People, bots among them, who are active or not, with those made for volume behind the others. */
export function usersWho(state: SlackState, isActive: boolean | null, now: Date, lagMs: number): Lazy<SandboxUser> {
  const named = [...state.users.values()].filter((user) => isActive === null || user.active.seen(now, lagMs) === isActive);
  const shown = new Set(state.users.keys());
  const bulk = isActive === false ? 0 : state.bulkAccounts;
  if (bulk === 0) return { length: named.length, at: (index) => named[index]! };
  // A volume user that was changed stands among the named.
  const isKept = (index: number): boolean => shown.has(bulkUserId(index));
  const rest: number[] | undefined = [...shown].some((id) => id.startsWith('WBULK'))
    ? Array.from({ length: bulk }, (_, index) => index).filter((index) => !isKept(index))
    : undefined;
  return {
    length: named.length + (rest?.length ?? bulk),
    at: (index) => (index < named.length ? named[index]! : bulkUser(state, rest ? rest[index - named.length]! : index - named.length)),
  };
}
