import type { Budget, Manifest, ScopeNeed, Settings, SetupField } from '../sdk/index.js';

import { OPERATIONS, type Tier } from './operations.js';

const ENTERPRISE = 'Enterprise (Grid)';
const FILES_LATER = 'not built yet, although the API allows it';

const FIELDS: readonly SetupField[] = [
  {
    name: 'environment',
    label: 'Slack',
    help: 'govslack for GovSlack, whose hosts are on slack-gov.com.',
    required: false,
    secret: false,
    options: ['commercial', 'govslack'],
    default: 'commercial',
  },
  {
    name: 'appId',
    label: 'App ID',
    help: 'Of the Slack app that was made for this connector, under Basic Information. It is never uninstalled or restricted by us.',
    required: true,
    secret: false,
    pattern: /^A[A-Z0-9]{2,20}$/,
  },
  {
    name: 'userToken',
    label: 'User OAuth token',
    help: 'The token of an Org Owner (of a workspace owner without Enterprise), beginning with xoxp-. Tokens of apps with token rotation (xoxe.) cannot be used.',
    required: true,
    secret: true,
    pattern: /^xoxp-[A-Za-z0-9-]{10,250}$/,
  },
  {
    name: 'idpGroups',
    label: 'Groups of the identity provider',
    help: 'With true, groups pushed by SCIM are read as well; this needs the scope admin.',
    required: false,
    secret: false,
    options: ['true', 'false'],
    default: 'true',
  },
  {
    name: 'clientId',
    label: 'Client ID',
    help: 'Only to make the link where an Org Owner installs the app.',
    required: false,
    secret: false,
    pattern: /^\d{5,20}\.\d{5,20}$/,
  },
];

/** Scopes of the user token, by what they are for. */
export const SCOPES: readonly ScopeNeed[] = [
  read('users:read', ['LIST_ACCOUNTS', 'USER_GOVERNANCE'], 'People of a workspace, and one person before and after an action.'),
  read('users:read.email', ['LIST_ACCOUNTS'], 'Their e-mail addresses.'),
  read('usergroups:read', ['LIST_GROUPS'], 'User groups and their members.'),
  read('team:read', ['POSTURE'], 'Whether single sign-on is set up, and who may join.'),
  read('team.preferences:read', ['POSTURE'], 'Preferences of the workspace.'),
  read(
    'admin.users:read',
    ['LIST_ACCOUNTS', 'LIST_PRIVILEGES', 'POSTURE', 'USER_GOVERNANCE'],
    'All people of the organization, and sessions.',
  ),
  read('admin.teams:read', ['LIST_ACCOUNTS', 'LIST_GROUPS', 'LIST_PRIVILEGES'], 'The workspaces, their owners and administrators.'),
  read('admin.roles:read', ['LIST_PRIVILEGES', 'USER_GOVERNANCE'], 'Who holds a system role.'),
  read('admin.apps:read', ['VIEW_APP_GRANTS', 'POSTURE', 'REVOKE_APP_GRANTS'], 'Approved and restricted apps with their scopes.'),
  read('auditlogs:read', ['SIGN_IN_ACTIVITY', 'USER_ACTIVITY', 'ADMIN_ACTIVITY', 'POSTURE'], 'The audit log; only for an Org Owner.'),
  read(
    'admin',
    ['LIST_GROUPS', 'SIGN_IN_ACTIVITY', 'VIEW_APP_GRANTS', 'USER_GOVERNANCE'],
    'SCIM (deactivating, reactivating, groups of the identity provider); access and integration logs of a workspace.',
  ),
  write('admin.users:write', ['USER_GOVERNANCE'], 'Deactivates, signs out, takes administrator rights away and gives them back.'),
  write('admin.roles:write', ['USER_GOVERNANCE'], 'Takes system roles away and gives them back.'),
  write('usergroups:write', ['USER_GOVERNANCE'], 'Removes people from user groups, and puts them back.'),
  write('admin.apps:write', ['REVOKE_APP_GRANTS'], 'Uninstalls and restricts apps, and approves them again.'),
];

const LIMITS: Readonly<Record<Tier, { readonly calls: number; readonly share: number }>> = {
  // Methods of the Web API are counted per app: all of it is ours, but for a margin.
  one: { calls: 1, share: 1 },
  two: { calls: 20, share: 0.9 },
  three: { calls: 50, share: 0.9 },
  four: { calls: 100, share: 0.9 },
  special: { calls: 600, share: 0.5 },
  // These are shared with all apps of the organization, its identity provider among them.
  audit: { calls: 50, share: 0.5 },
  'scim-read': { calls: 1_000, share: 0.25 },
  'scim-user': { calls: 300, share: 0.25 },
  'scim-write': { calls: 180, share: 0.25 },
};

/** One bucket for each method: that is how Slack counts. */
const BUDGETS: readonly Budget[] = Object.entries(OPERATIONS).map(([operation, { tier }]) => ({
  name: operation.slice(operation.lastIndexOf('/') + 1) === '{id}' ? operation : operation.replace(/^\w+ \/(?:api\/)?/, ''),
  ...LIMITS[tier],
  perSeconds: 60,
  match: exactly(operation),
}));

/** What we do with Slack, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'slack',
  name: 'Slack',
  vendor: 'Salesforce',
  category: 'Collaboration',
  capabilities: {
    LIST_ACCOUNTS: { support: 'SUPPORTED', scopes: ['users:read', 'users:read.email', 'admin.users:read', 'admin.teams:read'] },
    LIST_GROUPS: { support: 'SUPPORTED', scopes: ['usergroups:read', 'admin.teams:read', 'admin'] },
    LIST_PRIVILEGES: { support: 'SUPPORTED', scopes: ['admin.users:read', 'admin.teams:read', 'admin.roles:read', 'users:read'] },
    SIGN_IN_ACTIVITY: {
      support: 'SUPPORTED',
      note: 'Without Enterprise from the access logs of the workspace: successful sign-ins only, added up by person, address and client.',
      scopes: ['auditlogs:read', 'admin'],
      plan: 'Enterprise for the audit log; any paid plan for access logs',
      role: 'Org Owner',
    },
    USER_ACTIVITY: { support: 'SUPPORTED', scopes: ['auditlogs:read'], plan: ENTERPRISE, role: 'Org Owner' },
    ADMIN_ACTIVITY: {
      support: 'SUPPORTED',
      note: 'Without Enterprise only what was done with apps, from the integration logs of the workspace.',
      scopes: ['auditlogs:read', 'admin'],
      plan: ENTERPRISE,
      role: 'Org Owner',
    },
    USER_GOVERNANCE: {
      support: 'PARTIAL',
      note: 'Passwords cannot be expired: Slack has no API for it. Without Enterprise only deactivating and reactivating (SCIM) and user groups.',
      scopes: [
        'admin',
        'admin.users:read',
        'admin.users:write',
        'admin.roles:read',
        'admin.roles:write',
        'usergroups:read',
        'usergroups:write',
        'users:read',
      ],
      plan: 'Business+ for SCIM; Enterprise for the rest',
      role: 'Org Owner',
    },
    VIEW_APP_GRANTS: {
      support: 'SUPPORTED',
      note: 'In an organization the apps that are approved; in a workspace the apps that the integration log shows as installed.',
      scopes: ['admin.apps:read', 'admin.teams:read', 'admin'],
    },
    REVOKE_APP_GRANTS: {
      support: 'PARTIAL',
      note: 'Whole apps, in an organization: uninstalled and restricted. Single tokens of people cannot be revoked by others.',
      scopes: ['admin.apps:write', 'admin.apps:read'],
      plan: ENTERPRISE,
      role: 'Org Owner',
    },
    POSTURE: {
      support: 'PARTIAL',
      note: 'Slack shows few settings; most controls judge people, sessions and approved apps, and need Enterprise.',
      scopes: ['admin.users:read', 'admin.apps:read', 'team:read', 'team.preferences:read', 'auditlogs:read'],
    },
    FILE_SCAN: { support: 'NOT_SUPPORTED_BY_APP', note: FILES_LATER },
    FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_SUPPORTED_BY_APP', note: FILES_LATER },
    SHARING_CONTROL: { support: 'NOT_SUPPORTED_BY_APP', note: FILES_LATER },
    FILE_GOVERNANCE: { support: 'NOT_SUPPORTED_BY_APP', note: FILES_LATER },
    FILE_LABELS: { support: 'NOT_APPLICABLE', note: 'Slack has no labels on files.' },
  },
  setup: {
    prerequisites: [
      'An Org Owner of the Enterprise organization to install the app on the whole organization; an owner of the workspace on other plans.',
      'A Slack app of your own with the user token scopes below, without token rotation.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
    consentUrl,
  },
  limitations: [
    'A token dies when the person who installed the app is deactivated: install it with an account that stays.',
    'Tokens of apps with token rotation cannot be used: their refresh tokens are single use.',
    'A person with single sign-on has the second factor at the identity provider: it is shown as unknown.',
    'People provisioned by SCIM may be reactivated by the identity provider at its next sync.',
    'Guests cannot always be reactivated as they were.',
    'A role for the whole organization cannot be taken away by the API, only roles in workspaces and system roles.',
    'Deactivating and suspending are one in Slack. Suspending goes through SCIM, deactivating through admin.users.deactivate.',
    'Which apps are approved is known; whether each is in use is seen only in the audit log.',
  ],
  budgets: BUDGETS,
  concurrency: 4,
  // The audit log begins in March 2018 and is kept; ten years is all of it.
  retentionDays: 3_650,
  readLagMs: 5_000,
  docs: [
    'https://docs.slack.dev/reference/audit-logs-api/',
    'https://docs.slack.dev/admins/scim-api/',
    'https://docs.slack.dev/apis/web-api/rate-limits/',
  ],
};

function read(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: false };
}

function write(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: true };
}

function exactly(operation: string): RegExp {
  return new RegExp(`^${operation.replace(/[.{}/]/g, '\\$&')}$`);
}

function consentUrl(settings: Settings): string | undefined {
  const clientId = settings['clientId'];
  if (typeof clientId !== 'string' || clientId === '') return undefined;
  const query = new URLSearchParams({ client_id: clientId, user_scope: SCOPES.map(({ scope }) => scope).join(',') });
  return `https://${settings['environment'] === 'govslack' ? 'slack-gov.com' : 'slack.com'}/oauth/v2/authorize?${query}`;
}
