import type { Json } from '#libs/kernel';

import type { AppClient, WireRecord } from '../sdk/index.js';
import { record, requiredRecord, requiredText, text, whole } from '../sdk/index.js';
import { readAdminMark } from './admins.js';
import { factsOf } from './discover.js';
import { OPERATIONS } from './operations.js';
import { pagesOf, request, userPages } from './pages.js';
import type { GoogleUser } from './wire.js';
import { rowsOf } from './wire.js';

/** The documents of one read, by the operation that controls name. */
export type Documents = Readonly<Record<string, Json>>;

/** What controls look at in each setting; nothing else of it is kept. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  'security.two_step_verification_enforcement': ['enforcedFrom'],
  'security.two_step_verification_enforcement_factor': ['allowedSignInFactorSet'],
  'security.two_step_verification_device_trust': ['allowTrustingDevice'],
  'security.password': ['minimumLength', 'allowedStrength', 'allowReuse'],
  'security.session_controls': ['webSessionDuration'],
  'security.less_secure_apps': ['allowLessSecureApps'],
  'security.super_admin_account_recovery': ['enableAccountRecovery'],
  'drive_and_docs.external_sharing': ['externalSharingMode', 'allowPublishingFiles', 'warnForExternalSharing', 'accessCheckerSuggestions'],
  'drive_and_docs.shared_drive_creation': ['allowManagersToOverrideSettings'],
  'gmail.auto_forwarding': ['enableAutoForwarding'],
  'gmail.imap_access': ['enableImapAccess'],
  'gmail.pop_access': ['enablePopAccess'],
  'gmail.mail_delegation': ['enableMailDelegation'],
  'workspace_marketplace.apps_access_options': ['accessLevel'],
  'api_controls.internal_apps': ['trustInternalApps'],
  'calendar.primary_calendar_max_allowed_external_sharing': ['maxAllowedExternalSharing'],
  'groups_for_business.groups_sharing': ['collaborationCapability'],
  'chat.chat_file_sharing': ['externalFileSharing'],
  'chat.external_chat_restriction': ['allowExternalChat'],
};

/** The document about a setting. */
export function policyOperation(type: string): string {
  return `GET /v1/policies?filter=setting.type.matches("${type}")`;
}

export const POLICY_OPERATIONS: readonly string[] = Object.keys(SETTINGS).map(policyOperation);

interface Policy {
  readonly name: string;
  readonly type: string;
  readonly isDefault: boolean;
  readonly orgUnit: string | null;
  readonly group: string | null;
  readonly sortOrder: number | null;
  readonly setting: string;
  readonly value: WireRecord;
}

/**
 * The settings of the Admin console, a document for each type, out of one walk over all policies. Google shows what was set, for each unit and group,
 * and its own default for some; a type without any policy has no list, so that it stays unknown.
 */
export async function policyDocuments(app: AppClient): Promise<Documents> {
  const policies: Policy[] = [];
  for await (const page of pagesOf(app, request(OPERATIONS.policies, {}, { pageSize: 100 }))) {
    policies.push(...rowsOf(page.body, 'policies', undefined, OPERATIONS.policies, readPolicy));
  }
  const { rootOrgUnit } = factsOf(app);
  const documents = Object.entries(SETTINGS).map(([type, fields]): [string, Json] => {
    const own = inForce(
      policies.filter((policy) => policy.setting === `settings/${type}`),
      rootOrgUnit,
    );
    return [
      policyOperation(type),
      own.length === 0 ? { policies: null } : { policies: own.map((policy) => trimmed(policy, fields, rootOrgUnit)) },
    ];
  });
  return Object.fromEntries(documents);
}

function readPolicy(value: unknown, operation: string): Policy {
  const wire = requiredRecord(value, operation, 'a policy');
  const setting = requiredRecord(wire['setting'], operation, 'the setting of a policy');
  const query = record(wire['policyQuery']);
  return {
    name: requiredText(wire['name'], operation, 'the name of a policy'),
    type: text(wire['type']) ?? '',
    isDefault: wire['type'] === 'SYSTEM',
    orgUnit: text(query?.['orgUnit']),
    group: text(query?.['group']),
    sortOrder: typeof query?.['sortOrder'] === 'number' ? query['sortOrder'] : whole(query?.['sortOrder']),
    setting: requiredText(setting['type'], operation, 'the type of a setting'),
    value: record(setting['value']) ?? {},
  };
}

// Google's default counts only while nobody set something else for all; of several policies for the same people, the one with the highest order wins.
function inForce(policies: readonly Policy[], root: string | null): Policy[] {
  const isForAll = ({ orgUnit, group }: Policy): boolean => group === null && (orgUnit === null || orgUnit === root);
  const isSetForAll = policies.some((policy) => !policy.isDefault && isForAll(policy));
  const winners = new Map<string, Policy>();
  for (const policy of policies.filter(({ isDefault }) => !isDefault || !isSetForAll)) {
    const holder = isForAll(policy) ? 'everyone' : [policy.orgUnit, policy.group].join(' ');
    const known = winners.get(holder);
    if (!known || (policy.sortOrder ?? 0) > (known.sortOrder ?? 0)) winners.set(holder, policy);
  }
  return [...winners.values()];
}

function trimmed({ name, type, orgUnit, group, setting, value }: Policy, fields: readonly string[], root: string | null): Json {
  const kept = fields.flatMap((field): [string, Json][] => {
    const found = value[field];
    return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? [[field, found]] : [];
  });
  return {
    name,
    type,
    appliesTo: group ?? (orgUnit === root ? null : orgUnit) ?? 'everyone',
    setting: { type: setting, value: Object.fromEntries(kept) },
  };
}

/** The documents about people, out of one walk over all users. */
export const USER_OPERATIONS = {
  superAdmins: 'GET /admin/directory/v1/users?customer=my_customer&query=isAdmin=true',
  administrators: 'GET /admin/directory/v1/users?customer=my_customer (administrators)',
  active: 'GET /admin/directory/v1/users?customer=my_customer (active)',
} as const;

/** People as the controls need them: super administrators, all administrators, and who can sign in. */
export async function userDocuments(app: AppClient): Promise<Documents> {
  const holders = await readAdminMark(app);
  const superAdmins: Json[] = [];
  const administrators: Json[] = [];
  const active: Json[] = [];
  for await (const users of userPages(app)) {
    for (const user of users) {
      const isIn = user.suspended === false && user.archived !== true;
      if (user.isAdmin === true) superAdmins.push({ ...named(user), isAdmin: true, suspended: user.suspended });
      if (isIn && (user.isAdmin === true || user.isDelegatedAdmin === true || holders?.has(user.id))) administrators.push(named(user));
      if (isIn) active.push({ ...named(user), ...lastSeen(user) });
    }
  }
  return {
    [USER_OPERATIONS.superAdmins]: { users: superAdmins },
    [USER_OPERATIONS.administrators]: { users: administrators },
    [USER_OPERATIONS.active]: { users: active },
  };
}

function named({ id, primaryEmail, isEnrolledIn2Sv }: GoogleUser): Readonly<Record<string, Json>> {
  return { id, primaryEmail, ...(isEnrolledIn2Sv !== null && { isEnrolledIn2Sv }) };
}

// Who has not signed in yet is given the time since the account was made.
function lastSeen({ lastSignInAt, createdAt }: GoogleUser): Readonly<Record<string, Json>> {
  const at = lastSignInAt ?? createdAt;
  return at === null ? {} : { lastSeen: new Date(at).toISOString() };
}
