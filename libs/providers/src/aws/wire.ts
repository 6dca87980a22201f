import type { WireRecord } from '../sdk/index.js';
import { requiredText, text, timeMs } from '../sdk/index.js';

import { membersIfAny, textMembers } from './calls.js';

/** A managed policy that is attached. */
export interface Attached {
  readonly name: string;
  readonly arn: string;
}

/** A policy that stands inside its user, group or role. */
export interface Inline {
  readonly name: string;
  /** As IAM sends it. */
  readonly document: string | null;
}

/** A user as `GetAccountAuthorizationDetails` shows it. */
export interface IamUser {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string | null;
  readonly createdAt: number | null;
  readonly groups: readonly string[];
  readonly attached: readonly Attached[];
  readonly inline: readonly Inline[];
  readonly tags: ReadonlyMap<string, string>;
  readonly boundary: string | null;
}

export interface IamGroup {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string | null;
  readonly createdAt: number | null;
  readonly attached: readonly Attached[];
  readonly inline: readonly Inline[];
}

export interface IamRole {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number | null;
  readonly trust: string | null;
  readonly attached: readonly Attached[];
  readonly inline: readonly Inline[];
  readonly lastUsedAt: number | null;
}

export interface AccessKey {
  readonly id: string;
  readonly user: string;
  readonly status: string;
  readonly createdAt: number | null;
}

/** A user of the account's details. */
export function readUser(row: WireRecord, operation: string): IamUser {
  return {
    ...readNamed(row, 'User', operation),
    id: requiredText(row['UserId'], operation, 'the id of a user'),
    groups: textMembers(row, 'GroupList'),
    attached: readAttached(row),
    inline: readInline(row, 'UserPolicyList'),
    tags: new Map(membersIfAny(row, 'Tags').map((tag) => [text(tag['Key']) ?? '', text(tag['Value']) ?? ''])),
    boundary: text((row['PermissionsBoundary'] as WireRecord | undefined)?.['PermissionsBoundaryArn']),
  };
}

/** A group of the account's details. */
export function readGroup(row: WireRecord, operation: string): IamGroup {
  return {
    ...readNamed(row, 'Group', operation),
    id: requiredText(row['GroupId'], operation, 'the id of a group'),
    attached: readAttached(row),
    inline: readInline(row, 'GroupPolicyList'),
  };
}

/** A role of the account's details. */
export function readRole(row: WireRecord, operation: string): IamRole {
  const lastUsed = row['RoleLastUsed'] as WireRecord | undefined;
  return {
    ...readNamed(row, 'Role', operation),
    trust: text(row['AssumeRolePolicyDocument']),
    attached: readAttached(row),
    inline: readInline(row, 'RolePolicyList'),
    lastUsedAt: timeMs(lastUsed?.['LastUsedDate']),
  };
}

/** A key as `ListAccessKeys` shows it; never its secret. */
export function readAccessKey(row: WireRecord, operation: string): AccessKey {
  return {
    id: requiredText(row['AccessKeyId'], operation, 'the id of an access key'),
    user: requiredText(row['UserName'], operation, 'the user of an access key'),
    status: requiredText(row['Status'], operation, 'the status of an access key'),
    createdAt: timeMs(row['CreateDate']),
  };
}

function readNamed(row: WireRecord, kind: 'User' | 'Group' | 'Role', operation: string) {
  return {
    name: requiredText(row[`${kind}Name`], operation, `the name of a ${kind.toLowerCase()}`),
    arn: requiredText(row['Arn'], operation, `the ARN of a ${kind.toLowerCase()}`),
    path: text(row['Path']),
    createdAt: timeMs(row['CreateDate']),
  };
}

/** The managed policies attached to something. */
export function readAttached(row: WireRecord, list = 'AttachedManagedPolicies'): readonly Attached[] {
  return membersIfAny(row, list).map((policy) => {
    const arn = text(policy['PolicyArn']) ?? '';
    return { arn, name: text(policy['PolicyName']) ?? arn };
  });
}

function readInline(row: WireRecord, name: string): readonly Inline[] {
  return membersIfAny(row, name).map((policy) => ({ name: text(policy['PolicyName']) ?? '', document: text(policy['PolicyDocument']) }));
}
