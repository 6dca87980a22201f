import type { Json } from '#libs/kernel';
import { at, malformed, requiredList, requiredRecord, requiredText, text, whole, type AppClient, type WireRecord } from '../sdk/index.js';

import { baseOf, factsOf, type AccountFact } from './facts.js';
import { isOpen } from './mapping.js';
import { probeMonitor } from './monitor.js';
import { OPERATIONS, pathOf } from './operations.js';
import { accountUsers, profileOf } from './pages.js';

type Document = Readonly<Record<string, Json>>;

/** Documents of the organization, by the operation that a control names. Cut down to what controls read; an answer without it is malformed. */
export const ORGANIZATION_EVIDENCE: Readonly<Record<string, (app: AppClient) => Promise<Json>>> = {
  'GET /management/v2/organizations/{organizationId}/identity_providers': identityProviders,
  'GET /management/v2/organizations/{organizationId}/reserved_domains': reservedDomains,
  'GET /api/v2.0/datasets/monitor/stream': async (app) => {
    const answer = await probeMonitor(app);
    requiredText(at(answer.body, 'endCursor'), OPERATIONS.lensStream, 'the cursor');
    return { endCursor: 'present' };
  },
};

/** Documents of one account, by the operation that a control names. */
export const ACCOUNT_EVIDENCE: Readonly<Record<string, (app: AppClient, account: AccountFact) => Promise<Json>>> = {
  'GET /restapi/v2.1/accounts/{accountId}/settings': settings,
  'GET /restapi/v2.1/accounts/{accountId}/settings/password_rules': passwordRules,
  'GET /restapi/v2.1/accounts/{accountId}/settings/envelope_purge_configuration': async (app, account) =>
    cut(await ask(app, account, OPERATIONS.purge), ['purgeEnvelopes', 'redactPII', 'retentionDays'], ['purgeEnvelopes'], OPERATIONS.purge),
  'GET /restapi/v2.1/accounts/{accountId}/connect': webhooks,
};

const SETTINGS = [
  'sessionTimeout',
  'mobileSessionTimeout',
  'signingSessionTimeout',
  'disableMultipleSessions',
  'enableSocialIdLogin',
  'senderMustAuthenticateSigning',
  'disableUserSharing',
  'documentRetention',
  'skipAuthCompletedEnvelopes',
  'attachCompletedEnvelope',
  'enforceTlsEmails',
  'allowConnectHttpListenerConfigs',
] as const;

const PASSWORD_RULES = [
  'minimumPasswordLength',
  'passwordIncludeDigit',
  'passwordIncludeLowerCase',
  'passwordIncludeUpperCase',
  'passwordIncludeSpecialCharacter',
  'expirePassword',
  'expirePasswordDays',
  'minimumPasswordAgeDays',
  'passwordStrengthType',
] as const;

async function ask(app: AppClient, account: AccountFact, operation: string): Promise<WireRecord> {
  const answer = await app.call({ operation, at: baseOf(account), path: pathOf(operation, { accountId: account.id }) });
  return requiredRecord(answer.body, operation, 'an object');
}

// A setting that the plan does not have is left out by Docusign, and stays out. `needed` are those that every account has: without them it is no such answer.
function cut(body: WireRecord, names: readonly string[], needed: readonly string[], operation: string): Document {
  for (const name of needed) requiredText(body[name], operation, `"${name}"`);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = text(body[name]) ?? (typeof body[name] === 'boolean' ? body[name] : null);
      return value === null ? [] : [[name, value]];
    }),
  );
}

async function settings(app: AppClient, account: AccountFact): Promise<Json> {
  const body = await ask(app, account, OPERATIONS.settings);
  const formatRequired = text(at(body, 'accessCodeFormat', 'formatRequired'));
  return {
    ...cut(body, SETTINGS, ['sessionTimeout'], OPERATIONS.settings),
    ...(formatRequired !== null && { accessCodeFormat: { formatRequired } }),
  };
}

const MINUTES_OF: Readonly<Record<string, number>> = { minutes: 1, hours: 60, days: 1_440 };

async function passwordRules(app: AppClient, account: AccountFact): Promise<Json> {
  const body = await ask(app, account, OPERATIONS.passwordRules);
  const lockout = whole(body['lockoutDurationMinutes']);
  const unit = MINUTES_OF[(text(body['lockoutDurationType']) ?? 'minutes').toLowerCase()];
  return {
    ...cut(body, PASSWORD_RULES, ['minimumPasswordLength'], OPERATIONS.passwordRules),
    ...(lockout !== null && unit !== undefined && { lockoutDurationMinutes: String(lockout * unit) }),
  };
}

async function webhooks(app: AppClient, account: AccountFact): Promise<Json> {
  const operation = OPERATIONS.connect;
  const body = await ask(app, account, operation);
  const rows = requiredList(body['configurations'], operation, 'the list "configurations"');
  return { configurations: rows.map((row) => webhook(row, operation)) };
}

// Of the address only what tells http from https: it may carry a password or a key.
function webhook(row: unknown, operation: string): Document {
  const wire = requiredRecord(row, operation, 'a webhook');
  const url = text(wire['urlToPublishTo']);
  const includeHMAC = text(wire['includeHMAC']);
  return {
    connectId: requiredText(wire['connectId'], operation, 'the connectId of a webhook'),
    name: text(wire['name']),
    ...(url !== null && {
      urlToPublishTo: /^[a-z]+:\/\/(?:[^/?#@]*@)?[^/?#]*/i.exec(url)?.[0].replace(/\/\/[^@]*@/, '//') ?? 'unreadable',
    }),
    ...(includeHMAC !== null && { includeHMAC }),
  };
}

async function askOrganization(app: AppClient, operation: string): Promise<unknown> {
  const { organizationId } = factsOf(app);
  const answer = await app.call({ operation, at: 'admin', path: pathOf(operation, { organizationId }) });
  return answer.body;
}

async function identityProviders(app: AppClient): Promise<Json> {
  const operation = OPERATIONS.identityProviders;
  const rows = requiredList(at(await askOrganization(app, operation), 'identity_providers'), operation, 'the list "identity_providers"');
  return {
    identity_providers: rows.map((row) => ({
      id: requiredText(at(row, 'id'), operation, 'the id of an identity provider'),
      friendly_name: text(at(row, 'friendly_name')),
      type: text(at(row, 'type')),
    })),
  };
}

async function reservedDomains(app: AppClient): Promise<Json> {
  const operation = OPERATIONS.reservedDomains;
  const rows = requiredList(at(await askOrganization(app, operation), 'reserved_domains'), operation, 'the list "reserved_domains"');
  return {
    reserved_domains: rows.map((row): Document => {
      const provider = text(at(row, 'identity_provider_id'));
      return {
        id: requiredText(at(row, 'id'), operation, 'the id of a domain'),
        status: requiredText(at(row, 'status'), operation, 'the status of a domain'),
        host_name: text(at(row, 'host_name')),
        ...(provider !== null && { identity_provider_id: provider }),
      };
    }),
  };
}

/** The document about administrators; its users are found on the walk over the users of each account. */
export const ADMINISTRATORS = 'GET /management/v2.1/organizations/{organizationId}/users/{userId}/dsprofile (administrators)';

/** Administrators whose profiles are read for one document; more would cost more calls than the answer is worth. */
const MOST_ADMINISTRATORS = 100;

/** How administrators sign in: those of the accounts, and those found to administrate the organization. */
export async function administratorEvidence(app: AppClient, accountAdministrators: readonly string[]): Promise<Json> {
  const facts = factsOf(app);
  const found = [...new Set([...facts.organizationAdmins, ...accountAdministrators])].sort();
  if (found.length > MOST_ADMINISTRATORS)
    throw malformed(OPERATIONS.profile, `a number of administrators that can be read one by one (${found.length})`);
  const profiles = await app.each(found, (userId) => profileOf(app, facts.organizationId, userId), 4);
  return {
    users: profiles.flatMap((profile): Document[] => {
      if (!profile) return [];
      const { id, name, federatedStatus, requiresTwoStep } = profile;
      return [
        {
          userId: id,
          userName: name,
          federatedStatus: federatedStatus ?? 'RemoveStatus',
          ...(requiresTwoStep !== null && { requiresTwoStep }),
        },
      ];
    }),
  };
}

/** The two documents about the users of an account. */
export const USER_OPERATIONS = [
  'GET /restapi/v2.1/accounts/{accountId}/users?additional_info=true',
  'GET /restapi/v2.1/accounts/{accountId}/users?additional_info=true&status=Active',
] as const;

export type UserDocuments = Readonly<Record<(typeof USER_OPERATIONS)[number], Json>>;

/** Users as the controls need them, out of one walk: the administrators among them, and the last sign-in of each active one. Adds to `administrators` whom it finds. */
export async function userEvidence(app: AppClient, account: AccountFact, administrators: string[]): Promise<UserDocuments> {
  const admins: Document[] = [];
  const active: Document[] = [];
  for await (const { rows } of accountUsers(app, account)) {
    for (const user of rows) {
      const named = { userId: user.id, userName: user.name };
      if (user.isAdmin === true && isOpen(user.status)) {
        admins.push({ ...named, isAdmin: 'True' });
        administrators.push(user.id);
      }
      if (user.status === 'active') active.push({ ...named, ...(user.lastLoginAt !== null && { lastLogin: isoTime(user.lastLoginAt) }) });
    }
  }
  return { [USER_OPERATIONS[0]]: { users: admins }, [USER_OPERATIONS[1]]: { users: active } } as UserDocuments;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
