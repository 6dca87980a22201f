import { createHash } from 'node:crypto';

import type { Company } from '../sdk/index.js';

import type { SandboxTrail } from './sandbox-trail.js';

export const ACCOUNT_ID = '111122223333';
export const REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1'] as const;
export const ROOT_ARN = `arn:aws:iam::${ACCOUNT_ID}:root`;
export const ADMIN_POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess';

export interface SandboxKey {
  readonly id: string;
  readonly status: string;
  /** ISO */
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** A user, never changed in place, so that an older state can still be read while reads lag. */
export interface SandboxUser {
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly createdAt: string;
  readonly email: string | null;
  readonly groups: readonly string[];
  /** ARNs */
  readonly attached: readonly string[];
  readonly inline: Readonly<Record<string, string>>;
  readonly keys: readonly SandboxKey[];
  readonly password: { readonly isResetRequired: boolean; readonly changedAt: string } | null;
  readonly passwordLastUsed: string | null;
  readonly hasMfa: boolean;
}

export interface SandboxGroup {
  readonly name: string;
  readonly id: string;
  readonly attached: readonly string[];
  readonly inline: Readonly<Record<string, string>>;
}

export interface SandboxPolicy {
  readonly name: string;
  readonly arn: string;
  readonly document: unknown;
}

export interface SandboxRole {
  readonly name: string;
  readonly trust: unknown;
  readonly attached: readonly string[];
  readonly lastUsedAt: string | null;
}

/** A credential that may sign calls. */
export interface Credential {
  readonly secret: string;
  readonly arn: string;
  readonly token?: string;
  readonly expiresAt?: number;
}

export interface AwsState {
  readonly company: Company;
  readonly seededAt: Date;
  readonly users: Map<string, { now: SandboxUser; before: SandboxUser; changedAt: number }>;
  readonly groups: ReadonlyMap<string, SandboxGroup>;
  readonly policies: readonly SandboxPolicy[];
  readonly roles: readonly SandboxRole[];
  readonly bulkAccounts: number;
  readonly trail: SandboxTrail;
  readonly own: {
    readonly accessKeyId: string;
    readonly secret: string;
    readonly userName: string;
    readonly roleArn: string;
    readonly externalId: string;
  };
  readonly credentials: Map<string, Credential>;
  report: { readonly madeAt: number; readonly readyAt: number; readonly csv: string } | undefined;
  tickedAt: Date;
  writes: number;
}

/** The ARN of a user. */
export function arnOf({ path, name }: Pick<SandboxUser, 'path' | 'name'>): string {
  return `arn:aws:iam::${ACCOUNT_ID}:user${path}${name}`;
}

/** An id of AWS's form that the same text always gives. */
export function awsId(prefix: string, text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes = createHash('sha256').update(`${prefix} ${text}`).digest();
  return prefix + Array.from({ length: 17 }, (_, index) => letters[(bytes[index] ?? 0) % 32]).join('');
}

/** A GUID that the same text always gives. */
export function guid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A time as IAM writes it: whole seconds. */
export function awsTime(at: Date | number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A user made from its number alone, for volume tests. */
export function bulkUser(index: number): SandboxUser {
  const name = `bulk-${index}`;
  return {
    name,
    id: awsId('AIDA', name),
    path: '/bulk/',
    createdAt: '2024-05-01T08:00:00Z',
    email: null,
    groups: ['Developers'],
    attached: [],
    inline: {},
    keys: [],
    password: { isResetRequired: false, changedAt: '2026-01-01T08:00:00Z' },
    passwordLastUsed: null,
    hasMfa: index % 3 !== 0,
  };
}
