import type { Manifest, ScopeNeed, Settings, SetupField } from '../sdk/index.js';

const LATER = 'Not built yet, although the API allows it.';
const HOST = /^[a-z0-9](?:[a-z0-9-]{0,80})(?:\.[a-z0-9-]{1,40}){0,2}\.my\.salesforce\.com$/;

/** Where assertions are sent and whom they are for. */
export const LOGIN_HOSTS = ['login.salesforce.com', 'test.salesforce.com'] as const;

/** True when the connector signs in with a client secret instead of a key. */
export function usesSecret(settings: Settings): boolean {
  return settings['authKind'] === 'clientCredentials';
}

const FIELDS: readonly SetupField[] = [
  {
    name: 'myDomain',
    label: 'My Domain host',
    help: 'The host of the org as Setup, My Domain shows it: acme.my.salesforce.com, or acme--uat.sandbox.my.salesforce.com.',
    required: true,
    secret: false,
    pattern: HOST,
  },
  {
    name: 'authKind',
    label: 'How to sign in',
    help: 'jwt: a key pair, for a named integration user. clientCredentials: a secret, for the run-as user that is set in the app.',
    required: true,
    secret: false,
    options: ['jwt', 'clientCredentials'],
    default: 'jwt',
  },
  {
    name: 'clientId',
    label: 'Consumer key',
    help: 'Of the External Client App, under OAuth settings.',
    required: true,
    secret: false,
    pattern: /^[A-Za-z0-9._-]{10,300}$/,
  },
  {
    name: 'username',
    label: 'User name of the integration user',
    help: 'Its user name, which looks like an e-mail address and need not be one.',
    required: true,
    secret: false,
    when: { field: 'authKind', is: 'jwt' },
    pattern: /^[^\s@'"]{1,80}@[^\s@'"]{1,80}$/,
  },
  {
    name: 'loginHost',
    label: 'Login host',
    help: 'login.salesforce.com for production and Developer Edition, test.salesforce.com for sandboxes of the org.',
    required: false,
    secret: false,
    options: LOGIN_HOSTS,
    default: 'login.salesforce.com',
    when: { field: 'authKind', is: 'jwt' },
  },
  {
    name: 'privateKey',
    label: 'Private key',
    help: 'The PEM text of the RSA key (2,048 bits or more) whose certificate was uploaded to the app.',
    required: true,
    secret: true,
    when: { field: 'authKind', is: 'jwt' },
  },
  {
    name: 'clientSecret',
    label: 'Consumer secret',
    required: true,
    secret: true,
    when: { field: 'authKind', is: 'clientCredentials' },
  },
];

/** OAuth scopes first, then permissions of the integration user: Salesforce's way to say what may be read and done. */
export const SCOPES: readonly ScopeNeed[] = [
  need('api', ['LIST_ACCOUNTS'], 'The OAuth scope of all data calls.'),
  need('API Enabled', ['LIST_ACCOUNTS'], 'Lets the integration user call the API at all.'),
  need('View All Users', ['LIST_ACCOUNTS'], 'Shows every user, whatever sharing says.'),
  need(
    'View Setup and Configuration',
    ['LIST_GROUPS', 'LIST_PRIVILEGES', 'ADMIN_ACTIVITY', 'POSTURE'],
    'Groups, permission sets, Health Check, the setup audit trail.',
  ),
  need(
    'Manage Users',
    ['LIST_ACCOUNTS', 'SIGN_IN_ACTIVITY', 'USER_GOVERNANCE'],
    'The login history of others, who is frozen or locked, and acting on users. Salesforce has no smaller one for reading.',
  ),
  need('View Event Log Files', ['USER_ACTIVITY'], 'Event log files: exports, API use, log-outs.'),
  need('Customize Application', ['VIEW_APP_GRANTS', 'REVOKE_APP_GRANTS'], 'OAuth tokens of all users; without it only our own show.'),
  need('Manage Multi-Factor Authentication in API', ['LIST_ACCOUNTS', 'POSTURE'], 'Which users have a second factor.'),
  { ...need('Assign Permission Sets', ['USER_GOVERNANCE'], 'Takes permission sets away and gives them back.'), forWriting: true },
];

/** What we do with Salesforce, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'salesforce',
  name: 'Salesforce',
  vendor: 'Salesforce',
  category: 'CRM',
  capabilities: {
    LIST_ACCOUNTS: {
      support: 'SUPPORTED',
      scopes: ['api', 'API Enabled', 'View All Users'],
      plan: 'Enterprise, Unlimited, Performance or Developer Edition',
    },
    LIST_GROUPS: {
      support: 'SUPPORTED',
      note: 'Public groups, queues, and roles of the hierarchy.',
      scopes: ['api', 'View Setup and Configuration'],
    },
    LIST_PRIVILEGES: { support: 'SUPPORTED', scopes: ['api', 'View Setup and Configuration'] },
    SIGN_IN_ACTIVITY: { support: 'SUPPORTED', scopes: ['api', 'Manage Users'] },
    USER_ACTIVITY: {
      support: 'SUPPORTED',
      note: 'Without Event Monitoring Salesforce keeps only a few types of event log file, for one day.',
      scopes: ['api', 'View Event Log Files'],
      plan: 'Salesforce Shield or Event Monitoring for the full set',
    },
    ADMIN_ACTIVITY: { support: 'SUPPORTED', scopes: ['api', 'View Setup and Configuration'] },
    USER_GOVERNANCE: {
      support: 'SUPPORTED',
      note: 'Suspending freezes the user, ends the sessions and revokes the OAuth tokens. A frozen user still uses a licence.',
      scopes: ['api', 'Manage Users', 'Assign Permission Sets', 'Customize Application'],
    },
    VIEW_APP_GRANTS: {
      support: 'SUPPORTED',
      note: 'Salesforce does not tell the scopes of a token.',
      scopes: ['api', 'Customize Application'],
    },
    REVOKE_APP_GRANTS: {
      support: 'SUPPORTED',
      note: 'Takes back the tokens of a user. An app is blocked for everybody only in Setup: there is no API for it.',
      scopes: ['api', 'Customize Application'],
    },
    POSTURE: {
      support: 'PARTIAL',
      note: 'Health Check, permissions, connected apps, users and sharing defaults. Settings that only the SOAP Metadata API shows are not read.',
      scopes: ['api', 'View Setup and Configuration', 'Customize Application', 'Manage Multi-Factor Authentication in API'],
    },
    FILE_SCAN: { support: 'NOT_SUPPORTED_BY_APP', note: LATER },
    FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_SUPPORTED_BY_APP', note: LATER },
    SHARING_CONTROL: { support: 'NOT_SUPPORTED_BY_APP', note: LATER },
    FILE_GOVERNANCE: { support: 'NOT_SUPPORTED_BY_APP', note: LATER },
    FILE_LABELS: { support: 'NOT_SUPPORTED_BY_APP', note: 'Salesforce files carry no labels.' },
  },
  setup: {
    prerequisites: [
      'Enterprise, Unlimited, Performance or Developer Edition; Professional only with the API add-on.',
      'An integration user of its own, with a permission set that holds the permissions listed under scopes.',
      'An External Client App with OAuth and the scopes api and refresh_token, offline_access; for jwt with a certificate.',
      'The policy "Admin approved users are pre-authorized", and the permission set of the integration user assigned to the app.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
  },
  limitations: [
    'Sign-ins are read from the login history; event log files of the type Login tell the same again and are left out.',
    'Event log files appear three to six hours after what they tell, daily ones on the next day. Files over 60 MB are not read.',
    'Event log files about the speed of pages and code are not read.',
    'Whether a user who signs in through single sign-on has a second factor is known only to the identity provider.',
    'Roles are shown as groups. They are left by changing the user, not by removing a member.',
    'Ended sessions and revoked tokens cannot be given back; taking a suspension back unfreezes the user.',
    'A forced password change is verified by the password being expired.',
    'Users cannot be deleted in Salesforce, only deactivated.',
  ],
  budgets: [{ name: 'daily', calls: 100_000, perSeconds: 86_400, share: 0.5 }],
  concurrency: 5,
  retentionDays: 180,
  readLagMs: 2_000,
  docs: [
    'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm',
    'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/',
    'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/',
  ],
};

function need(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: false };
}
