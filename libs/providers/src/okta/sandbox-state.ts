import { createECDH, createHash } from 'node:crypto';

import type { Company } from '../sdk/index.js';
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

export interface UserStanding {
  readonly status: string;
  readonly statusChanged: string | null;
  readonly lastUpdated: string;
}

/** A role assignment of a user or group. */
export interface SandboxRole {
  readonly id: string;
  readonly type: string;
  readonly label: string;
  readonly created: string;
  readonly role?: string;
  readonly resourceSet?: string;
  /** Ids of the groups that it is limited to. */
  readonly groupTargets?: readonly string[];
}

export interface SandboxGrant {
  readonly id: string;
  readonly clientId: string;
  readonly scopeId: string;
  readonly source: 'ADMIN' | 'END_USER';
  readonly userId?: string;
  readonly created: string;
}

export interface SandboxUser {
  readonly id: string;
  readonly profile: Readonly<Record<string, string | null>>;
  readonly created: string;
  readonly activated: string | null;
  readonly standing: Lagged<UserStanding>;
  lastLogin: string | null;
  passwordChanged: string | null;
  readonly passwordKeeper: 'OKTA' | 'ACTIVE_DIRECTORY';
  readonly factors: readonly { readonly id: string; readonly factorType: string; readonly provider: string; readonly status: string }[];
  readonly roles: Lagged<readonly SandboxRole[]>;
}

export interface SandboxGroup {
  readonly id: string;
  readonly type: 'OKTA_GROUP' | 'APP_GROUP' | 'BUILT_IN';
  readonly name: string;
  readonly description: string;
  readonly created: string;
  /** Ids of its members; of Everyone it is not kept but made from the users. */
  readonly members: Lagged<ReadonlySet<string>>;
  readonly roles: readonly SandboxRole[];
}

export interface SandboxApp {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly signOnMode: string;
  readonly created: string;
  /** Only of OAuth clients, whose client id is their id. */
  readonly oauth?: { readonly applicationType: 'service' | 'web'; readonly grantTypes: readonly string[] };
}

export interface SandboxToken {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly created: string;
  readonly lastUsed: string;
  readonly connection: 'ANYWHERE' | 'ZONE';
  readonly include: readonly string[];
}

/** An access token that the sandbox gave out. */
export interface Issued {
  readonly scopes: readonly string[];
  readonly expiresAt: number;
  /** The thumbprint of the key that must prove each call, for DPoP. */
  readonly boundTo: string | undefined;
  readonly epoch: number;
}

/** Okta as one made-up organization. */
export interface OktaState {
  readonly company: Company;
  readonly orgHost: string;
  readonly seededAt: Date;
  readonly bulkAccounts: number;
  /** For volume tests: without limits. */
  readonly isVolume: boolean;
  readonly users: Map<string, SandboxUser>;
  readonly userOfEmployee: ReadonlyMap<number, SandboxUser>;
  readonly groups: Map<string, SandboxGroup>;
  readonly apps: readonly SandboxApp[];
  grants: readonly SandboxGrant[];
  /** User and client of the refresh tokens that are alive. */
  refreshTokens: readonly { readonly id: string; readonly userId: string; readonly clientId: string; readonly created: string }[];
  readonly apiTokens: Lagged<readonly SandboxToken[]>;
  readonly log: SandboxLog;
  /** Our own app, account and secrets. */
  readonly self: SandboxSelf;
  readonly issued: Map<string, Issued>;
  readonly usedAssertions: Set<string>;
  /** Proof nonce that must be used now. */
  nonce: string;
  tickedAt: Date;
}

export interface SandboxSelf {
  readonly appId: string;
  readonly keyId: string;
  readonly privateJwk: Readonly<Record<string, string>>;
  readonly publicJwk: Readonly<Record<string, string>>;
  readonly userId: string;
  readonly apiToken: string;
}

/** An id in Okta's form: three marks and 17 characters, the same at every start. */
export function oktaId(prefix: string, ...parts: readonly (string | number)[]): string {
  return (
    prefix +
    digest(parts)
      .toString('base64url')
      .replace(/[-_]/g, '0')
      .slice(0, 20 - prefix.length)
  );
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
  return createHash('sha256').update(parts.join(' ')).digest();
}

/**
 * The made-up key and token of the sandbox's own administrator. Derived from the company's name instead of drawn, so that what was connected yesterday
 * still signs in after the sandbox was started again. They open nothing but sandboxes.
 */
export function selfOf(domain: string): SandboxSelf {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(digest(['okta sandbox key', domain]));
  const point = curve.getPublicKey();
  const keyId = uuidOf('okta sandbox key id', domain);
  const publicJwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33, 65).toString('base64url'),
    kid: keyId,
  };
  return {
    appId: oktaId('0oa', 'castellan', domain),
    keyId,
    publicJwk,
    privateJwk: { ...publicJwk, d: digest(['okta sandbox key', domain]).toString('base64url') },
    userId: oktaId('00u', 'castellan', domain),
    apiToken: `00${digest(['okta sandbox token', domain]).toString('base64url').replace(/[-_]/g, 'x').slice(0, 40)}`,
  };
}

/** The n-th of the users that exist only for volume tests: made when asked for. */
export function bulkUserId(index: number): string {
  return `00ubulk${String(index).padStart(13, '0')}`;
}

/** The number of a {@link bulkUserId}, when it is one of this state. */
export function bulkIndex(state: OktaState, id: string): number | undefined {
  const digits = /^00ubulk(\d{13})$/.exec(id)?.[1];
  return digits !== undefined && Number(digits) < state.bulkAccounts ? Number(digits) : undefined;
}

/** The user with this id or login; one made for volume is kept from its first change on. */
export function findUser(state: OktaState, idOrLogin: string): SandboxUser | undefined {
  const known = state.users.get(idOrLogin);
  if (known) return known;
  const index = bulkIndex(state, idOrLogin);
  if (index !== undefined) return bulkUser(state, index);
  for (const user of state.users.values()) if (user.profile['login'] === idOrLogin) return user;
  return undefined;
}

/** Remembers a user that was changed, which a volume user would else forget. */
export function keepUser(state: OktaState, user: SandboxUser): void {
  if (!state.users.has(user.id)) state.users.set(user.id, user);
}

export function bulkUser(state: OktaState, index: number): SandboxUser {
  const kept = state.users.get(bulkUserId(index));
  if (kept) return kept;
  const created = state.seededAt.toISOString();
  const login = `person${index}@${state.company.domain}`;
  return {
    id: bulkUserId(index),
    profile: { login, email: login, firstName: 'Person', lastName: String(index) },
    created,
    activated: created,
    standing: new Lagged<UserStanding>({ status: 'ACTIVE', statusChanged: created, lastUpdated: created }),
    lastLogin: created,
    passwordChanged: created,
    passwordKeeper: 'OKTA',
    factors: [{ id: oktaId('opf', index), factorType: 'push', provider: 'OKTA', status: 'ACTIVE' }],
    roles: new Lagged<readonly SandboxRole[]>([]),
  };
}
