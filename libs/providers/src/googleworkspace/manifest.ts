import type { Capability } from '#libs/contracts';

import type { Budget, CapabilityClaim, Manifest, ScopeNeed, SetupField } from '../sdk/index.js';
import { SCOPE, type Scope } from './scopes.js';

const AUDIT = { scopes: [SCOPE.audit], role: 'An administrator with the Reports privilege' };
const NOT_BUILT = 'not built yet, although the API allows it';

const FIELDS: readonly SetupField[] = [
  {
    name: 'adminEmail',
    label: 'Administrator to act as',
    help: 'The e-mail address of an administrator of your Workspace. Everything is read and done as this person: when the account is suspended or loses its role, all stops. Settings (posture) are shown to super administrators only.',
    required: true,
    secret: false,
    pattern: /^[^@\s/]{1,128}@[^@\s/]{1,190}$/,
  },
  {
    name: 'customerId',
    label: 'Customer ID',
    help: 'Account settings, Profile in the Admin console: C0…. Left out, it is the account of the administrator.',
    required: false,
    secret: false,
    pattern: /^(?:my_customer|C[0-9a-z]{3,20})$/,
    default: 'my_customer',
  },
  {
    name: 'serviceAccountKey',
    label: 'Service account key',
    help: 'The whole JSON key file of the service account.',
    required: true,
    secret: true,
  },
];

/** Scopes by what they are for. All are entered once, at domain-wide delegation; each token holds just one of them. */
export const SCOPES: readonly ScopeNeed[] = [
  read(SCOPE.users, ['LIST_ACCOUNTS', 'VIEW_APP_GRANTS', 'USER_GOVERNANCE', 'POSTURE'], 'People, their state and second factor.'),
  read(SCOPE.groups, ['LIST_GROUPS', 'USER_GOVERNANCE'], 'Groups.'),
  read(
    SCOPE.members,
    ['LIST_GROUPS', 'LIST_PRIVILEGES', 'USER_GOVERNANCE'],
    'Who is in a group, also in one that gives administrator roles.',
  ),
  read(SCOPE.roles, ['LIST_PRIVILEGES', 'USER_GOVERNANCE'], 'Administrator roles and who holds them.'),
  read(SCOPE.customer, ['LIST_ACCOUNTS'], 'The account itself: its id and primary domain.'),
  read(SCOPE.domains, ['LIST_GROUPS'], 'The own domains, to tell who is from outside.'),
  read(SCOPE.orgUnits, ['POSTURE'], 'The top organizational unit, to tell which settings are for all.'),
  read(
    SCOPE.security,
    ['VIEW_APP_GRANTS', 'REVOKE_APP_GRANTS', 'USER_GOVERNANCE'],
    'Apps that people have let in, and app passwords; also signs out. Google has no read-only scope for these.',
  ),
  read(
    SCOPE.audit,
    ['SIGN_IN_ACTIVITY', 'USER_ACTIVITY', 'ADMIN_ACTIVITY', 'USER_GOVERNANCE'],
    'The audit logs; also proves that somebody was signed out.',
  ),
  read(SCOPE.policies, ['POSTURE'], 'The settings of the Admin console.'),
  write(SCOPE.manageUsers, 'Suspends, expires passwords, takes the super administrator role away.'),
  write(SCOPE.manageMembers, 'Removes people from groups, and puts them back.'),
  write(SCOPE.manageRoles, 'Takes administrator roles away, and gives them back.'),
];

// "Per user" counts the administrator that we act as, so all our reading shares one bucket. Exactly one line counts each operation.
const BUDGETS: readonly Budget[] = [
  { name: 'directory', calls: 2_400, perSeconds: 60, match: /^[A-Z]+ \/admin\/directory\// },
  // Our token feeds filter by event, which Google counts more strictly; all reports keep to that limit.
  { name: 'reports', calls: 250, perSeconds: 60, share: 0.8, match: /^GET \/admin\/reports\// },
  { name: 'policies', calls: 60, perSeconds: 60, match: /^GET \/v1\/policies/ },
];

const CAPABILITIES: Readonly<Record<Capability, CapabilityClaim>> = {
  LIST_ACCOUNTS: { support: 'SUPPORTED', scopes: [SCOPE.users], role: 'An administrator who may read users' },
  LIST_GROUPS: { support: 'SUPPORTED', scopes: [SCOPE.groups, SCOPE.members], role: 'An administrator who may read groups' },
  LIST_PRIVILEGES: { support: 'SUPPORTED', scopes: [SCOPE.roles, SCOPE.members], role: 'Super administrator' },
  SIGN_IN_ACTIVITY: { support: 'SUPPORTED', ...AUDIT },
  USER_ACTIVITY: { support: 'SUPPORTED', ...AUDIT, note: 'The Drive log needs a Business or Enterprise edition.' },
  ADMIN_ACTIVITY: { support: 'SUPPORTED', ...AUDIT },
  USER_GOVERNANCE: {
    support: 'SUPPORTED',
    scopes: [SCOPE.manageUsers, SCOPE.manageMembers, SCOPE.manageRoles, SCOPE.security],
    role: 'Super administrator to act on administrators; one who may manage users and groups for all others',
    note: 'Archiving and deleting accounts are left to the Admin console.',
  },
  VIEW_APP_GRANTS: {
    support: 'PARTIAL',
    note: 'Apps that people let in and app passwords are shown. Google has no way to read domain-wide delegation; its changes show in the admin log.',
    scopes: [SCOPE.security, SCOPE.users],
    role: 'An administrator with the User security privilege',
  },
  REVOKE_APP_GRANTS: {
    support: 'SUPPORTED',
    scopes: [SCOPE.security],
    role: 'An administrator with the User security privilege',
  },
  POSTURE: {
    support: 'SUPPORTED',
    scopes: [SCOPE.policies, SCOPE.users],
    role: 'Super administrator',
    note: 'A setting that Google does not show is unknown, never fine.',
  },
  FILE_SCAN: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
  FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
  SHARING_CONTROL: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
  FILE_GOVERNANCE: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
  FILE_LABELS: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
};

/** What we do with Google Workspace, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'googleworkspace',
  name: 'Google Workspace',
  vendor: 'Google',
  category: 'Productivity',
  capabilities: CAPABILITIES,
  setup: {
    prerequisites: [
      'A Google Cloud project with the Admin SDK API and the Cloud Identity API enabled, and a service account in it with a JSON key.',
      'A super administrator, to enter the service account and its scopes at Security, Access and data control, API controls, Manage domain-wide delegation. A new delegation takes up to 24 hours.',
      'An administrator account to act as; a super administrator for settings and for acting on administrators.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
  },
  limitations: [
    'Signing out ends web and device sessions of Google; apps that somebody let in keep their tokens until they are revoked.',
    'With single sign-on by another provider, second factor and passwords are kept there: Google then shows no second factor, and expiring a password has no effect.',
    'Audit logs arrive late: admin within minutes, Drive within hours, sign-ins and tokens within hours and rarely up to two days. Google keeps them for 180 days.',
    'Of the token log only authorize and revoke are read; the use of APIs by apps is left out for its volume.',
    'Apps and app passwords cost one call per person each: they are listed once a day.',
    'Members of a group from outside, and "everyone", are counted on the group; they are no accounts.',
    'Deleted people are shown for 20 days, as long as Google shows them.',
  ],
  budgets: BUDGETS,
  concurrency: 10,
  retentionDays: 180,
  readLagMs: 120_000,
  docs: [
    'https://developers.google.com/workspace/admin/directory/v1/guides',
    'https://developers.google.com/workspace/admin/reports/v1/guides',
    'https://developers.google.com/identity/protocols/oauth2/service-account',
    'https://support.google.com/a/answer/162106',
  ],
};

function read(scope: Scope, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: false };
}

function write(scope: Scope, reason: string): ScopeNeed {
  return { scope, capabilities: ['USER_GOVERNANCE'], reason, forWriting: true };
}
