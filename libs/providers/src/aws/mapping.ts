import type { AccountRecord, AccountStatus, AppGrantRecord, GroupRecord, MemberRecord, PrivilegeRecord } from '#libs/contracts';

import { at, list, text } from '../sdk/index.js';

import type { CredentialFacts, ReportedKey } from './credential-report.js';
import { givesEverything, HOLD_POLICY, isAdminPolicy, isDenyAll, readDocument } from './policies.js';
import type { AccessKey, Attached, IamGroup, IamRole, IamUser, Inline } from './wire.js';

/** What is needed to tell who is an administrator: the groups, and what the customer's own policies allow. */
export interface Directory {
  /** By name, as users list them. */
  readonly groups: ReadonlyMap<string, IamGroup>;
  /** By ARN: whether it makes an administrator; null when its text cannot be read. */
  readonly policies: ReadonlyMap<string, boolean | null>;
}

const EMAIL = /^[^@\s]{1,128}@[^@\s]{1,190}\.[^@\s.]{2,63}$/;

/** A user as an account. Without the credential report, passwords, keys and factors are not told. */
export function toAccount(user: IamUser, facts: CredentialFacts | undefined, directory: Directory): AccountRecord {
  const tagged = [...user.tags].find(([key]) => key.toLowerCase() === 'email')?.[1];
  const rights = privilegesOf(user, directory);
  return {
    kind: 'account',
    externalId: user.arn,
    username: user.name,
    email: tagged !== undefined && EMAIL.test(tagged) ? tagged : null,
    displayName: user.name,
    status: statusOf(user, facts),
    type: typeOf(facts),
    isAdmin: isAdmin(rights),
    ...(facts && { hasSecondFactor: facts.hasMfa, lastSignInAt: facts.lastSignInAt }),
    createdAt: user.createdAt,
    attributes: {
      // A name that was deleted and made again has the same ARN and another id.
      userId: user.id,
      path: user.path,
      permissionsBoundary: user.boundary,
      ...(facts && { hasConsolePassword: facts.hasPassword, hasActiveKey: facts.hasActiveKey, passwordChangedAt: facts.passwordChangedAt }),
    },
  };
}

/** The root user, who stands in no list: from its row of the report, or from what the account's summary says. */
export function toRoot(accountId: string, partition: string, facts: CredentialFacts | undefined, hasMfa: boolean | null): AccountRecord {
  return {
    kind: 'account',
    externalId: facts?.arn || `arn:${partition}:iam::${accountId}:root`,
    username: 'root',
    email: null,
    displayName: 'Root user',
    status: 'ACTIVE',
    type: 'person',
    isAdmin: true,
    hasSecondFactor: facts?.hasMfa ?? hasMfa,
    ...(facts && { lastSignInAt: facts.lastSignInAt, createdAt: facts.createdAt }),
    attributes: { isRoot: true, ...(facts && { hasActiveKey: facts.hasActiveKey }) },
  };
}

/** AWS has no word for it: a user is held by a deny policy, or can get in by password or key, or can not. */
export function statusOf(user: Pick<IamUser, 'attached' | 'inline'>, facts: CredentialFacts | undefined): AccountStatus {
  if (isHeld(user)) return 'SUSPENDED';
  if (facts?.hasPassword === true || facts?.hasActiveKey === true) return 'ACTIVE';
  return facts?.hasPassword === false && facts.hasActiveKey === false ? 'DISABLED' : 'UNKNOWN';
}

/** True when our hold, or the deny policy of AWS, is on the user. */
export function isHeld({ attached, inline }: Pick<IamUser, 'attached' | 'inline'>): boolean {
  return inline.some(({ name }) => name === HOLD_POLICY) || attached.some(({ arn }) => isDenyAll(arn));
}

// Whoever has a password is a person; keys alone are a machine's.
function typeOf(facts: CredentialFacts | undefined): AccountRecord['type'] {
  if (facts?.hasPassword === true) return 'person';
  return facts?.hasPassword === false && facts.hasActiveKey === true ? 'service' : 'unknown';
}

/** True when one privilege makes an administrator; null when none does for sure and one cannot be judged. */
export function isAdmin(rights: readonly Pick<PrivilegeRecord, 'isAdmin'>[]): boolean | null {
  if (rights.some((right) => right.isAdmin === true)) return true;
  return rights.some((right) => right.isAdmin === null) ? null : false;
}

/** All policies of a user: attached, inline, and through groups. Our own deny policies give nothing and are left out. */
export function privilegesOf(user: IamUser, { groups, policies }: Directory): PrivilegeRecord[] {
  const own = policiesOf(user, policies).map((policy) => ({ ...policy, viaGroup: null }));
  const given = user.groups.flatMap((name) => {
    const group = groups.get(name);
    if (!group) return [];
    return policiesOf(group, policies).map((policy) => ({ ...policy, key: `${group.arn}/${policy.key}`, viaGroup: group.arn }));
  });
  return [...own, ...given]
    .filter(({ name, key, viaGroup }) => viaGroup !== null || !(name.startsWith('Castellan') || isDenyAll(key)))
    .map(({ key, name, isAdmin: makesAdmin, viaGroup }) => ({
      kind: 'privilege',
      externalId: key,
      account: user.arn,
      name,
      isAdmin: makesAdmin,
      scope: null,
      viaGroup,
    }));
}

/** The policies of a user, group or role, each with whether it makes an administrator. */
export function policiesOf(
  holder: { readonly attached: readonly Attached[]; readonly inline: readonly Inline[] },
  policies: ReadonlyMap<string, boolean | null>,
): { readonly key: string; readonly name: string; readonly isAdmin: boolean | null }[] {
  return [
    ...holder.attached.map(({ arn, name }) => ({ key: arn, name, isAdmin: isAdminPolicy(arn, policies) })),
    ...holder.inline.map(({ name, document }) => {
      const statements = readDocument(document);
      return { key: `inline/${name}`, name, isAdmin: statements ? givesEverything(statements) : null };
    }),
  ];
}

/** The root user's one privilege, which nobody can take. */
export function rootPrivilege(externalId: string): PrivilegeRecord {
  return { kind: 'privilege', externalId: 'root', account: externalId, name: 'Root user', isAdmin: true, scope: null, viaGroup: null };
}

/** A group as our record. */
export function toGroup(group: IamGroup): GroupRecord {
  return {
    kind: 'group',
    externalId: group.arn,
    name: group.name,
    description: null,
    type: 'IAM group',
    attributes: { groupId: group.id, path: group.path, createdAt: group.createdAt },
  };
}

/** The memberships of a user, by the groups that it lists. */
export function membershipsOf(user: IamUser, groups: ReadonlyMap<string, IamGroup>): MemberRecord[] {
  return user.groups.flatMap((name) => {
    const group = groups.get(name);
    return group ? [{ kind: 'member' as const, groupExternalId: group.arn, account: user.arn }] : [];
  });
}

/** An active access key as a grant: whoever holds it can do all that its user can. */
export function toKeyGrant(
  key: AccessKey,
  user: Pick<IamUser, 'arn' | 'name'>,
  makesAdmin: boolean | null,
  lastUsedAt: number | null | undefined,
): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: key.id,
    type: 'ACCESS_KEY',
    appExternalId: key.id,
    appName: `Access key of ${user.name}`,
    account: user.arn,
    scopes: [],
    level: makesAdmin === null ? 'UNKNOWN' : makesAdmin ? 'HIGH' : 'MEDIUM',
    grantedAt: key.createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    attributes: { status: key.status },
  };
}

/** A key of the root user. Its id is known to root alone, so it goes by its number. */
export function toRootKeyGrant(root: string, key: ReportedKey, number: number): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: `${root}/access_key_${number}`,
    type: 'ACCESS_KEY',
    appExternalId: `${root}/access_key_${number}`,
    appName: 'Access key of the root user',
    account: root,
    scopes: [],
    level: 'HIGH',
    grantedAt: key.rotatedAt,
    lastUsedAt: key.lastUsedAt,
  };
}

/** The other accounts that may become a role, each as a grant. The role of our own account's services and users is none. */
export function toTrustGrants(role: IamRole, accountId: string, policies: ReadonlyMap<string, boolean | null>): AppGrantRecord[] {
  const outside = new Map<string, boolean>();
  for (const { effect, principal, condition } of readDocument(role.trust) ?? []) {
    if (effect !== 'Allow') continue;
    const asksForId = JSON.stringify(condition).includes('sts:ExternalId');
    for (const account of accountsOf(principal))
      if (account !== accountId) outside.set(account, (outside.get(account) ?? true) && asksForId);
  }
  const held = policiesOf(role, policies);
  const makesAdmin = isAdmin(held);
  return [...outside].map(([account, asksForExternalId]) => ({
    kind: 'appGrant',
    externalId: `${role.arn}/trust/${account}`,
    type: 'DELEGATION',
    appExternalId: account,
    appName: account === '*' ? `Anybody, through the role ${role.name}` : `AWS account ${account}, through the role ${role.name}`,
    account: null,
    scopes: held.map(({ name }) => name),
    level: makesAdmin === null ? 'UNKNOWN' : makesAdmin ? 'HIGH' : 'MEDIUM',
    grantedAt: role.createdAt,
    lastUsedAt: role.lastUsedAt,
    attributes: { roleArn: role.arn, asksForExternalId },
  }));
}

// `"*"`, an account number, an ARN of any of its principals, or a list of them.
function accountsOf(principal: unknown): readonly string[] {
  if (principal === '*') return ['*'];
  const named = at(principal, 'AWS');
  return (list(named) ?? [named]).map(text).flatMap((value) => {
    if (value === null) return [];
    if (value === '*' || /^\d{12}$/.test(value)) return [value];
    return /^arn:aws[\w-]*:(?:iam|sts)::(\d{12}):/.exec(value)?.[1] ?? [];
  });
}

/** An outside identity provider: whoever it vouches for can become the roles that trust it. */
export function toProviderGrant(arn: string, createdAt: number | null, expiresAt: number | null): AppGrantRecord {
  const [, kind = '', name = arn] = /:(saml-provider|oidc-provider)\/(.+)$/.exec(arn) ?? [];
  return {
    kind: 'appGrant',
    externalId: arn,
    type: 'INSTALLATION',
    appExternalId: arn,
    appName: name,
    account: null,
    scopes: [],
    level: 'UNKNOWN',
    grantedAt: createdAt,
    expiresAt,
    attributes: { protocol: kind === 'saml-provider' ? 'SAML' : 'OpenID Connect' },
  };
}
