import type { Budget, Manifest, ScopeNeed, SetupField } from '../sdk/index.js';

const READS_LOG = { scopes: ['okta.logs.read'], role: 'Read-Only Administrator' };
const NO_FILES = 'Okta keeps no files of its users.';

/** What the organization's own host looks like; a custom domain is allowed only when it is declared as one. */
export const ORG_HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}$/i;

const FIELDS: readonly SetupField[] = [
  {
    name: 'orgHost',
    label: 'Okta domain',
    help: 'The host of your organization without https://, such as acme.okta.com. Not the -admin host of the Admin Console.',
    required: true,
    secret: false,
    pattern: ORG_HOST,
  },
  {
    name: 'customDomain',
    label: 'Custom domain',
    help: 'Set to true when the domain is your own, such as id.acme.com. Credentials are sent to it: be sure that it is your Okta organization.',
    required: false,
    secret: false,
    options: ['false', 'true'],
    default: 'false',
  },
  {
    name: 'authKind',
    label: 'Signs in as',
    help: 'service-app: an API Services app with a key (recommended, least privilege). api-token: an API token, which has all rights of the administrator who made it.',
    required: true,
    secret: false,
    options: ['service-app', 'api-token'],
    default: 'service-app',
  },
  {
    name: 'clientId',
    label: 'Client ID',
    required: true,
    secret: false,
    pattern: /^[A-Za-z0-9_-]{6,100}$/,
    when: { field: 'authKind', is: 'service-app' },
  },
  {
    name: 'keyId',
    label: 'Key ID (kid)',
    help: 'As Okta shows it beside the public key. May be left out when the private key is a JWK that has a kid.',
    required: false,
    secret: false,
    pattern: /^[A-Za-z0-9._=-]{1,200}$/,
    when: { field: 'authKind', is: 'service-app' },
  },
  {
    name: 'privateKey',
    label: 'Private key',
    help: 'PEM or JWK, as Okta gave it when the key was generated.',
    required: true,
    secret: true,
    when: { field: 'authKind', is: 'service-app' },
  },
  {
    name: 'governance',
    label: 'Act on accounts',
    help: 'With true, write scopes are asked for as well, where they were granted to the app. With false, only read scopes are.',
    required: false,
    secret: false,
    options: ['true', 'false'],
    default: 'true',
    when: { field: 'authKind', is: 'service-app' },
  },
  { name: 'apiToken', label: 'API token', required: true, secret: true, when: { field: 'authKind', is: 'api-token' } },
];

/** Scopes by what they are for. What an app was not granted is left out of its token, and the capability says so. */
export const SCOPES: readonly ScopeNeed[] = [
  read(
    'okta.users.read',
    ['LIST_ACCOUNTS', 'LIST_GROUPS', 'LIST_PRIVILEGES', 'VIEW_APP_GRANTS', 'USER_GOVERNANCE', 'POSTURE'],
    'People, their groups, factors and consents.',
  ),
  read('okta.groups.read', ['LIST_GROUPS', 'LIST_PRIVILEGES'], 'Groups and their members, also those that give administrator roles.'),
  read('okta.roles.read', ['LIST_PRIVILEGES', 'LIST_ACCOUNTS', 'POSTURE'], 'Who is an administrator, and with which role.'),
  read('okta.apps.read', ['VIEW_APP_GRANTS', 'POSTURE'], 'Apps that hold OAuth scopes, and the session settings of the Admin Console.'),
  read('okta.appGrants.read', ['VIEW_APP_GRANTS'], 'The scopes that apps were granted.'),
  read('okta.apiTokens.read', ['VIEW_APP_GRANTS', 'POSTURE'], 'API tokens, their owners and the networks they work from.'),
  read(
    'okta.logs.read',
    ['SIGN_IN_ACTIVITY', 'USER_ACTIVITY', 'ADMIN_ACTIVITY', 'USER_GOVERNANCE'],
    'The System Log; also proves that sessions were cleared.',
  ),
  read('okta.policies.read', ['POSTURE'], 'Password, session, access and automation policies.'),
  read('okta.authenticators.read', ['POSTURE'], 'Which authenticators are active.'),
  read('okta.networkZones.read', ['POSTURE'], 'Network zones.'),
  read('okta.threatInsights.read', ['POSTURE'], 'The ThreatInsight setting.'),
  read('okta.behaviors.read', ['POSTURE'], 'Behavior detection rules.'),
  read('okta.logStreams.read', ['POSTURE'], 'Log streams.'),
  read('okta.orgs.read', ['POSTURE'], 'Support access and attack protection.'),
  write(
    'okta.users.manage',
    ['USER_GOVERNANCE', 'REVOKE_APP_GRANTS'],
    'Suspends, signs out, deactivates users, expires passwords, withdraws their consents.',
  ),
  write('okta.groups.manage', ['USER_GOVERNANCE'], 'Removes users from groups, and puts them back.'),
  write('okta.roles.manage', ['USER_GOVERNANCE'], 'Takes administrator roles away, and gives them back.'),
  write('okta.apiTokens.manage', ['REVOKE_APP_GRANTS'], 'Revokes API tokens.'),
];

// Defaults of Workforce Identity; the app's own headers lower them. Exactly one line counts each operation.
const BUDGETS: readonly Budget[] = [
  { name: 'logs', calls: 120, perSeconds: 60, match: /^GET \/api\/v1\/logs$/ },
  { name: 'users list', calls: 600, perSeconds: 60, match: /^GET \/api\/v1\/users$/ },
  { name: 'one user', calls: 1_000, perSeconds: 60, match: /^[A-Z]+ \/api\/v1\/users\// },
  { name: 'groups', calls: 500, perSeconds: 60, match: /^[A-Z]+ \/api\/v1\/groups/ },
  { name: 'apps', calls: 100, perSeconds: 60, match: /^[A-Z]+ \/api\/v1\/apps/ },
  {
    name: 'other',
    calls: 600,
    perSeconds: 60,
    match: /^[A-Z]+ (?:\/attack-protection\/|\/api\/v1\/(?!(?:logs|users|groups|apps)(?:\/|$)))/,
  },
];

/** What we do with Okta, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'okta',
  name: 'Okta',
  vendor: 'Okta',
  category: 'Identity',
  capabilities: {
    LIST_ACCOUNTS: { support: 'SUPPORTED', scopes: ['okta.users.read', 'okta.roles.read'], role: 'Read-Only Administrator' },
    LIST_GROUPS: { support: 'SUPPORTED', scopes: ['okta.groups.read'], role: 'Read-Only Administrator' },
    LIST_PRIVILEGES: {
      support: 'SUPPORTED',
      scopes: ['okta.roles.read', 'okta.users.read', 'okta.groups.read'],
      role: 'Super Administrator',
    },
    SIGN_IN_ACTIVITY: { support: 'SUPPORTED', ...READS_LOG },
    USER_ACTIVITY: { support: 'SUPPORTED', ...READS_LOG },
    ADMIN_ACTIVITY: { support: 'SUPPORTED', ...READS_LOG },
    USER_GOVERNANCE: {
      support: 'SUPPORTED',
      scopes: ['okta.users.manage', 'okta.groups.manage', 'okta.roles.manage'],
      role: 'Super Administrator to act on administrators; a custom role for users and groups is enough for others',
    },
    VIEW_APP_GRANTS: {
      support: 'SUPPORTED',
      note: 'With less than the Super Administrator role, Okta shows only the connecting app itself.',
      scopes: ['okta.apps.read', 'okta.appGrants.read', 'okta.apiTokens.read', 'okta.users.read'],
      role: 'Super Administrator',
    },
    REVOKE_APP_GRANTS: {
      support: 'PARTIAL',
      note: "A user's consent and API tokens can be revoked; scopes that an administrator granted to an app are withdrawn in the Admin Console.",
      scopes: ['okta.users.manage', 'okta.apiTokens.manage'],
      role: 'Super Administrator',
    },
    POSTURE: {
      support: 'SUPPORTED',
      scopes: SCOPES.filter((need) => need.capabilities.includes('POSTURE')).map((need) => need.scope),
      role: 'Read-Only Administrator; Super Administrator for the Admin Console session',
    },
    FILE_SCAN: { support: 'NOT_APPLICABLE', note: NO_FILES },
    FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_APPLICABLE', note: NO_FILES },
    SHARING_CONTROL: { support: 'NOT_APPLICABLE', note: NO_FILES },
    FILE_GOVERNANCE: { support: 'NOT_APPLICABLE', note: NO_FILES },
    FILE_LABELS: { support: 'NOT_APPLICABLE', note: NO_FILES },
  },
  setup: {
    prerequisites: [
      'A Super Administrator to create the API Services app (or the API token) and to assign it an administrator role.',
      'Scopes granted to the app on its "Okta API Scopes" tab, and a role on its "Admin roles" tab: a scope without a role reads nothing.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
  },
  limitations: [
    'Whether a person has a second factor costs one call per person: administrators at every run, others by turns, 500 a run.',
    'Ending sessions ends those of Okta and its OAuth tokens; sessions that SAML apps keep for themselves go on.',
    'Deactivating removes all app assignments; activating again does not bring them back.',
    'Roles that a group gives cannot be taken from one person; remove the person from the group instead.',
    'An API token has all rights of its maker, dies with the maker’s account, and expires after 30 days without use.',
    'System Log entries are kept by Okta for 90 days.',
  ],
  budgets: BUDGETS,
  concurrency: 10,
  retentionDays: 90,
  readLagMs: 5_000,
  docs: [
    'https://developer.okta.com/docs/api/',
    'https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/',
    'https://developer.okta.com/docs/reference/rl-best-practices/',
  ],
};

function read(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: false };
}

function write(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: true };
}
