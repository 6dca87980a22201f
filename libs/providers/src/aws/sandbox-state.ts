import type { Company } from '../sdk/index.js';

import { ACCOUNT_ID, awsId } from './sandbox-ids.js';
import type { SandboxTrail } from './sandbox-trail.js';

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
