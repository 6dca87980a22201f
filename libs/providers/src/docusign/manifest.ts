import type { Budget, Manifest, ScopeNeed, Settings, SetupField } from '../sdk/index.js';

const GUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const ORG_ADMIN = 'Organization Administrator of the organization, and administrator of each account';
const MONITOR = {
  plan: 'Docusign Monitor',
  scopes: ['signature', 'impersonation'],
  role: 'Organization Administrator or Security Reports Administrator',
};
const NO_FILES = 'Docusign keeps agreements, not files: no API lists them for a whole account, and none labels or quarantines them.';

/** The OAuth server of each environment; its host alone is the audience of the assertion. */
export const OAUTH_HOST = { demo: 'account-d.docusign.com', production: 'account.docusign.com' } as const;
export type Environment = keyof typeof OAUTH_HOST;

/** Anything but `demo` is production, so that a slip of the pen never sends a production key to the developer site. */
export function environmentOf(settings: Settings): Environment {
  return settings['environment'] === 'demo' ? 'demo' : 'production';
}

/** True when the administrator lets us act, so that the writing scope is asked for as well. */
export function mayGovern(settings: Settings): boolean {
  return settings['governance'] !== 'false';
}

const FIELDS: readonly SetupField[] = [
  {
    name: 'environment',
    label: 'Environment',
    help: 'production, or demo for a developer account. Keys and users of one do not exist in the other.',
    required: true,
    secret: false,
    options: ['production', 'demo'],
    default: 'production',
  },
  {
    name: 'integrationKey',
    label: 'Integration key',
    help: 'The client id of the app under "Apps and Keys" in the settings of an account.',
    required: true,
    secret: false,
    pattern: GUID,
  },
  {
    name: 'userId',
    label: 'User ID of the administrator',
    help: 'The API username (a GUID) of the organization administrator that the app acts as, shown under "Apps and Keys".',
    required: true,
    secret: false,
    pattern: GUID,
  },
  {
    name: 'rsaPrivateKey',
    label: 'RSA private key',
    help: 'The PEM text that Docusign shows once when a key pair is made for the integration key: BEGIN RSA PRIVATE KEY.',
    required: true,
    secret: true,
  },
  {
    name: 'organizationId',
    label: 'Organization ID',
    help: 'Needed only when the administrator belongs to several organizations.',
    required: false,
    secret: false,
    pattern: GUID,
  },
  {
    name: 'accountIds',
    label: 'Account IDs',
    help: 'Only these accounts; all accounts of the organization that the administrator belongs to when left empty.',
    required: false,
    secret: false,
    pattern: GUID,
    isList: true,
  },
  {
    name: 'redirectUri',
    label: 'Redirect URI',
    help: 'One that is registered with the integration key, to the letter. The consent page ends there; nothing has to listen at it.',
    required: false,
    secret: false,
    pattern: /^https:\/\/[^\s"'<>]{3,300}$/,
    default: 'https://www.docusign.com',
  },
  {
    name: 'governance',
    label: 'Act on users',
    help: 'With true, the writing scope user_write is asked for as well, if it was consented to. With false, we only read.',
    required: false,
    secret: false,
    options: ['true', 'false'],
    default: 'true',
  },
];

/** Scopes by what they are for. What was not consented to is left out of the token, and the capability says so. */
export const SCOPES: readonly ScopeNeed[] = [
  scope('impersonation', ['LIST_ACCOUNTS'], 'The JWT grant itself: the app acts as the administrator.'),
  scope(
    'signature',
    [
      'LIST_ACCOUNTS',
      'LIST_GROUPS',
      'LIST_PRIVILEGES',
      'VIEW_APP_GRANTS',
      'REVOKE_APP_GRANTS',
      'POSTURE',
      'USER_GOVERNANCE',
      'SIGN_IN_ACTIVITY',
      'USER_ACTIVITY',
      'ADMIN_ACTIVITY',
    ],
    'Users, groups, permission profiles, settings and webhooks of each account, and the Monitor log.',
  ),
  scope('organization_read', ['LIST_ACCOUNTS'], 'The organization and its accounts.'),
  scope(
    'user_read',
    ['LIST_ACCOUNTS', 'LIST_PRIVILEGES', 'USER_GOVERNANCE'],
    'Users over all accounts, organization administrators, two-step verification.',
  ),
  scope('domain_read', ['POSTURE'], 'Claimed domains.'),
  scope('identity_provider_read', ['POSTURE'], 'Linked identity providers.'),
  {
    ...scope('user_write', ['USER_GOVERNANCE'], 'Closes and re-activates memberships, expires passwords, changes permission profiles.'),
    forWriting: true,
  },
];

/** The scopes to ask for; the token request fails when one of them was not consented to. */
export function scopesFor(settings: Settings): readonly string[] {
  return SCOPES.filter((need) => !need.forWriting || mayGovern(settings)).map((need) => need.scope);
}

/**
 * Counted per account and shared by all apps of the customer, so we stay under 30 % of the hour. The burst is that of production; developer accounts
 * allow 200 and say so by throttling. Nothing is published for Monitor.
 */
const BUDGETS: readonly Budget[] = [
  { name: 'hourly', calls: 3_000, perSeconds: 3_600, share: 0.3, match: /^[A-Z]+ \/(?:restapi|management)\// },
  { name: 'burst', calls: 500, perSeconds: 30, share: 0.6, match: /^[A-Z]+ \/(?:restapi|management)\// },
  { name: 'monitor', calls: 3_000, perSeconds: 3_600, share: 0.5, match: /\/stream$/ },
];

/** What we do with Docusign, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'docusign',
  name: 'DocuSign',
  vendor: 'Docusign',
  category: 'E-signature',
  capabilities: {
    LIST_ACCOUNTS: {
      support: 'SUPPORTED',
      scopes: ['signature', 'organization_read', 'user_read'],
      plan: 'Docusign Admin',
      role: ORG_ADMIN,
    },
    LIST_GROUPS: { support: 'SUPPORTED', scopes: ['signature'], role: ORG_ADMIN },
    LIST_PRIVILEGES: { support: 'SUPPORTED', scopes: ['signature', 'user_read'], plan: 'Docusign Admin', role: ORG_ADMIN },
    SIGN_IN_ACTIVITY: { support: 'SUPPORTED', note: 'Only of users whose e-mail domain the organization has claimed.', ...MONITOR },
    USER_ACTIVITY: { support: 'SUPPORTED', ...MONITOR },
    ADMIN_ACTIVITY: { support: 'SUPPORTED', ...MONITOR },
    USER_GOVERNANCE: {
      support: 'SUPPORTED',
      note: 'Suspending closes the memberships of the user. Signing out everywhere is not offered: Docusign has no API for it.',
      scopes: ['user_write', 'signature'],
      plan: 'Docusign Admin',
      role: ORG_ADMIN,
    },
    VIEW_APP_GRANTS: {
      support: 'PARTIAL',
      note: 'Connect webhooks and shared access (delegations). No API lists the apps that users consented to; apps that act are seen only in the activities, by their integration key.',
      scopes: ['signature'],
      role: ORG_ADMIN,
    },
    REVOKE_APP_GRANTS: {
      support: 'PARTIAL',
      note: 'Switches a webhook off and ends shared access. No API takes back the consent that a user gave to an app.',
      scopes: ['signature'],
      role: ORG_ADMIN,
    },
    POSTURE: { support: 'SUPPORTED', scopes: ['signature', 'domain_read', 'identity_provider_read', 'user_read'], role: ORG_ADMIN },
    FILE_SCAN: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
    FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
    SHARING_CONTROL: {
      support: 'NOT_APPLICABLE',
      note: 'What users may do for each other (shared access) is shown and ended as an app grant of type DELEGATION.',
    },
    FILE_GOVERNANCE: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
    FILE_LABELS: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
  },
  setup: {
    prerequisites: [
      'An Enterprise plan with Docusign Admin: an organization to which the accounts are linked.',
      'A user who is Organization Administrator of that organization and administrator of each account; the app acts as this user.',
      'An integration key with an RSA key pair and a redirect URI. For production it must have passed the Go-Live review.',
      'Docusign Monitor for activities. Without it accounts, groups, privileges, app grants and posture work, and activities do not.',
      'Claimed e-mail domains: Monitor records what a user does only for users of a claimed domain.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
    consentUrl,
  },
  limitations: [
    'Organization administrators, two-step verification and single sign-on state cost one call per user: in organizations of up to 250 users all are read at each run, in larger ones administrators, users that changed lately and a part of the others, by turns.',
    'In organizations of more than 250 users, an organization administrator who administrates no account counts as none until the daily walk over the users has come by.',
    'A user who belongs to several accounts is deleted only when the user or all its memberships are closed.',
    'Closing a membership does not end sessions that are already open at other apps with their own tokens.',
    'Users outside claimed domains must click the link in an activation mail before a re-activated membership works again.',
    'Whether a password change was forced is seen only in the password expiry that Docusign shows for the user; where it shows none, the action ends as not confirmed.',
    'The Organization Administrator role can be taken only in Docusign Admin: there is no API.',
    'Shared access is read for administrators, for users known to have shared, and for a part of the others, by turns; in small organizations for all.',
    'Webhooks that belong to the organization instead of an account are not listed.',
    'A setting that the plan locks is judged like any other.',
  ],
  budgets: BUDGETS,
  concurrency: 6,
  retentionDays: 365,
  readLagMs: 5_000,
  docs: [
    'https://developers.docusign.com/platform/auth/jwt/',
    'https://developers.docusign.com/docs/admin-api/',
    'https://developers.docusign.com/docs/esign-rest-api/',
    'https://developers.docusign.com/docs/monitor-api/',
  ],
};

// The code that comes back may be thrown away: agreeing on the page is what records the consent.
function consentUrl(settings: Settings): string | undefined {
  const key = settings['integrationKey'];
  if (typeof key !== 'string' || !GUID.test(key)) return undefined;
  const redirectUri = settings['redirectUri'];
  const query = [
    ['response_type', 'code'],
    ['scope', scopesFor(settings).join(' ')],
    ['client_id', key],
    ['redirect_uri', typeof redirectUri === 'string' ? redirectUri : 'https://www.docusign.com'],
  ].map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`);
  return `https://${OAUTH_HOST[environmentOf(settings)]}/oauth/auth?${query.join('&')}`;
}

function scope(name: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope: name, capabilities, reason, forWriting: false };
}
