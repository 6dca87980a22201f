import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import { AppFailure, at, flag, text, timeMs, type AppClient, type PlanTarget } from '../sdk/index.js';

import { askIam, askIamIfThere, iamPages, members, membersIfAny, textMembers } from './calls.js';
import { credentialFacts, type CredentialFacts } from './credential-report.js';
import { keysOf, readDirectory, userPages } from './directory.js';
import { isAdmin, privilegesOf, statusOf, toAccount } from './mapping.js';
import { readAttached, type AccessKey, type IamUser, type Inline } from './wire.js';

/** Why a target can't be acted on, and what to do instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** A part of the target that this kind of plan needs. */
export function needed(id: string | null, what: string): string {
  if (id !== null && id !== '') return id;
  throw new AppFailure({ kind: 'rejected', message: `This action needs the id of ${what}.` }, 'plan', undefined);
}

/** The name of the user that a plan is for. The root user and the sessions of roles have none, and no API acts on them. */
export function userNameOf(target: PlanTarget): string {
  const arn = needed(target.accountExternalId, 'an account');
  const name = /^arn:aws[\w-]*:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (name !== undefined) return name;
  const message = arn.endsWith(':root') ? 'AWS lets nobody act on the root user.' : `${arn} is no IAM user.`;
  throw new AppFailure({ kind: 'rejected', message, remedy: 'Sign in as root to change the root user.' }, 'plan', undefined);
}

/** What one user is, read part by part: what the report tells hours late is here as it is now. */
export interface LiveUser {
  readonly user: IamUser;
  readonly keys: readonly AccessKey[];
  readonly hasPassword: boolean;
  readonly isResetRequired: boolean | null;
  readonly lastSignInAt: number | null;
}

/** The user as IAM has it now, without the texts of its policies; fails as `missing` when it is gone. */
export async function readLiveUser(app: AppClient, target: PlanTarget): Promise<LiveUser> {
  const name = userNameOf(target);
  const operation = 'iam:GetUser';
  const fields = { UserName: name };
  const row = at(await askIam(app, 'GetUser', fields), 'User');
  const arn = text(at(row, 'Arn'));
  const id = text(at(row, 'UserId'));
  if (arn === null || id === null)
    throw new AppFailure({ kind: 'malformed', message: `The answer to ${operation} holds no user.` }, operation, 200);
  // The last part of an ARN is the name; another path is another user of an older time.
  if (arn !== target.accountExternalId)
    throw new AppFailure({ kind: 'missing', message: `There is no user ${target.accountExternalId}.` }, operation, 200);
  const login = await askIamIfThere(app, 'GetLoginProfile', fields);
  return {
    user: {
      name,
      id,
      arn,
      path: text(at(row, 'Path')),
      createdAt: timeMs(at(row, 'CreateDate')),
      groups: await groupsOf(app, name),
      attached: await attachedOf(app, name),
      inline: (await inlineNames(app, name)).map((policy) => ({ name: policy, document: null })),
      tags: new Map(membersIfAny(row, 'Tags').map((tag) => [text(tag['Key']) ?? '', text(tag['Value']) ?? ''])),
      boundary: text(at(row, 'PermissionsBoundary', 'PermissionsBoundaryArn')),
    },
    keys: (await keysOf(app, name)) ?? [],
    hasPassword: login !== undefined,
    isResetRequired: login === undefined ? null : flag(at(login, 'LoginProfile', 'PasswordResetRequired')),
    lastSignInAt: timeMs(at(row, 'PasswordLastUsed')),
  };
}

async function groupsOf(app: AppClient, userName: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of iamPages(app, 'ListGroupsForUser', { UserName: userName })) {
    names.push(...members(page, 'Groups', 'iam:ListGroupsForUser').map((group) => text(group['GroupName']) ?? ''));
  }
  return names;
}

async function attachedOf(app: AppClient, userName: string): Promise<IamUser['attached']> {
  const attached = [];
  for await (const page of iamPages(app, 'ListAttachedUserPolicies', { UserName: userName }))
    attached.push(...readAttached(page, 'AttachedPolicies'));
  return attached;
}

async function inlineNames(app: AppClient, userName: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of iamPages(app, 'ListUserPolicies', { UserName: userName })) names.push(...textMembers(page, 'PolicyNames'));
  return names;
}

/** The text of an inline policy; null when the user has no such policy. */
export async function inlineDocument(app: AppClient, userName: string, policyName: string): Promise<string | null> {
  const result = await askIamIfThere(app, 'GetUserPolicy', { UserName: userName, PolicyName: policyName });
  return result === undefined ? null : text(result['PolicyDocument']);
}

/** The user with the texts of its inline policies, for judging its rights. */
export async function withDocuments(app: AppClient, user: IamUser): Promise<IamUser> {
  const inline = await app.each(user.inline, async ({ name }): Promise<Inline> => ({
    name,
    document: await inlineDocument(app, user.name, name),
  }));
  return { ...user, inline };
}

/** The account as it is now, for the inventory; nothing when it is gone, which the next listing shows. */
export async function refreshAccount(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  try {
    const live = await readLiveUser(app, target);
    const directory = await readDirectory(app);
    const factors = members(await askIam(app, 'ListMFADevices', { UserName: live.user.name }), 'MFADevices', 'iam:ListMFADevices');
    const account = toAccount(await withDocuments(app, live.user), factsOf(live), directory);
    // When password and keys were used and changed is not asked one by one: the listing knows it, and what is not told is kept.
    const attributes = { ...account.attributes, passwordChangedAt: undefined };
    return [{ ...account, hasSecondFactor: factors.length > 0, lastSignInAt: undefined, attributes }];
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'missing') return [];
    throw error;
  }
}

function factsOf({ user, keys, hasPassword }: LiveUser): CredentialFacts {
  const hasActiveKey = keys.some(({ status }) => status === 'Active');
  const untold = { hasMfa: null, lastSignInAt: null, passwordChangedAt: null, keys: [] };
  return { user: user.name, arn: user.arn, createdAt: user.createdAt, hasPassword, hasActiveKey, ...untold };
}

/** Administrators other than the target who can get in. Root is not counted: it is the way back when all others are gone, not an administrator at work. */
export async function administratorsLeft(app: AppClient, target: PlanTarget): Promise<number | null> {
  const facts = await credentialFacts(app);
  if (!facts) return null;
  const directory = await readDirectory(app);
  let count = 0;
  for await (const users of userPages(app)) {
    count += users.filter(
      (user) =>
        user.arn !== target.accountExternalId &&
        isAdmin(privilegesOf(user, directory)) === true &&
        statusOf(user, facts.get(user.name)) === 'ACTIVE',
    ).length;
  }
  return count;
}

/** A list of texts in what a plan observed. */
export function seenTexts(observed: Json, name: string): readonly string[] {
  const found = at(observed, name);
  return Array.isArray(found) ? found.filter((item): item is string => typeof item === 'string') : [];
}
