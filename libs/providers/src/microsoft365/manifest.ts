import type { Budget, Manifest, ScopeNeed, SetupField } from '../sdk/index.js';
import { CLOUDS, cloudOf } from './clouds.js';

const NOT_BUILT = 'Files and their sharing are not built yet, although the API allows it.';
const GUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

const FIELDS: readonly SetupField[] = [
  {
    name: 'tenantId',
    label: 'Directory (tenant) ID',
    help: 'The GUID on the overview page of Microsoft Entra ID.',
    required: true,
    secret: false,
    pattern: GUID,
  },
  { name: 'clientId', label: 'Application (client) ID', required: true, secret: false, pattern: GUID },
  {
    name: 'cloud',
    label: 'Cloud',
    help: 'worldwide unless the tenant is in one of the national clouds.',
    required: false,
    secret: false,
    options: Object.keys(CLOUDS),
    default: 'worldwide',
  },
  {
    name: 'authKind',
    label: 'Signs in with',
    help: 'certificate is the safer one: its key never travels. A client secret is sent at every sign-in and expires.',
    required: true,
    secret: false,
    options: ['client-secret', 'certificate'],
    default: 'client-secret',
  },
  { name: 'clientSecret', label: 'Client secret value', required: true, secret: true, when: { field: 'authKind', is: 'client-secret' } },
  {
    name: 'certificate',
    label: 'Certificate or its thumbprint',
    help: 'The PEM text of the certificate that was uploaded to the app registration, or its thumbprint as the portal shows it.',
    required: true,
    secret: false,
    when: { field: 'authKind', is: 'certificate' },
  },
  {
    name: 'privateKey',
    label: 'Private key of the certificate',
    help: 'PEM text without a password. RSA, as Entra ID wants it.',
    required: true,
    secret: true,
    when: { field: 'authKind', is: 'certificate' },
  },
  {
    name: 'signInSource',
    label: 'Sign-ins are read from',
    help: 'graph: within minutes, needs Entra ID P1. activity-feed: one to several hours late, for tenants without P1.',
    required: false,
    secret: false,
    options: ['graph', 'activity-feed'],
    default: 'graph',
  },
];

/** Application permissions by what they are for. What was not consented to is named by the capability that lacks it. */
export const SCOPES: readonly ScopeNeed[] = [
  read('User.Read.All', ['LIST_ACCOUNTS', 'LIST_PRIVILEGES', 'USER_GOVERNANCE'], 'People, guests and deleted users.'),
  read('GroupMember.Read.All', ['LIST_GROUPS', 'LIST_PRIVILEGES', 'USER_GOVERNANCE'], 'Groups and their members.'),
  read(
    'RoleManagement.Read.Directory',
    ['LIST_PRIVILEGES', 'LIST_ACCOUNTS', 'USER_GOVERNANCE', 'POSTURE'],
    'Directory roles and who holds them.',
  ),
  read('RoleEligibilitySchedule.Read.Directory', ['LIST_PRIVILEGES'], 'Roles that people may activate (PIM). Entra ID P2 only.'),
  read('Application.Read.All', ['VIEW_APP_GRANTS'], 'Enterprise apps and the application permissions they hold.'),
  read('Directory.Read.All', ['VIEW_APP_GRANTS', 'USER_GOVERNANCE'], 'Delegated consents, and the groups of one user.'),
  read(
    'AuditLog.Read.All',
    ['SIGN_IN_ACTIVITY', 'ADMIN_ACTIVITY', 'LIST_ACCOUNTS', 'POSTURE'],
    'Sign-ins, directory audits, last sign-ins and registered second factors.',
  ),
  read('ActivityFeed.Read', ['USER_ACTIVITY', 'SIGN_IN_ACTIVITY'], 'Exchange, SharePoint, OneDrive, Teams and DLP activity.'),
  read('Policy.Read.All', ['POSTURE'], 'Conditional access, authorization, consent and app policies.'),
  read('Policy.Read.AuthenticationMethod', ['POSTURE'], 'Which authentication methods are allowed.'),
  read('Domain.Read.All', ['POSTURE'], 'Password expiry of the domains.'),
  read('SharePointTenantSettings.Read.All', ['POSTURE'], 'Sharing settings of SharePoint and OneDrive.'),
  write('User.EnableDisableAccount.All', ['USER_GOVERNANCE'], 'Blocks and unblocks sign-in.'),
  write('User.RevokeSessions.All', ['USER_GOVERNANCE'], 'Signs users out everywhere.'),
  write('User-PasswordProfile.ReadWrite.All', ['USER_GOVERNANCE'], 'Resets a password, to be changed at the next sign-in.'),
  write('User.DeleteRestore.All', ['USER_GOVERNANCE'], 'Deletes users, and restores them.'),
  write('GroupMember.ReadWrite.All', ['USER_GOVERNANCE'], 'Removes users from groups, and puts them back.'),
  write('RoleManagement.ReadWrite.Directory', ['USER_GOVERNANCE'], 'Takes directory roles away, and gives them back.'),
  write('DelegatedPermissionGrant.ReadWrite.All', ['REVOKE_APP_GRANTS'], 'Withdraws consents to apps.'),
  write('AppRoleAssignment.ReadWrite.All', ['REVOKE_APP_GRANTS'], 'Withdraws application permissions of apps.'),
];

// The published limits per app and tenant. Exactly one line counts each operation.
const BUDGETS: readonly Budget[] = [
  { name: 'reports', calls: 5, perSeconds: 10, share: 0.8, match: /^GET \/(?:auditLogs|reports)\// },
  { name: 'sign-in activity', calls: 10, perSeconds: 60, share: 0.8, match: /\(signInActivity\)$/ },
  // One a second for all apps of the tenant together.
  { name: 'conditional access', calls: 2, perSeconds: 2, match: /^GET \/identity/ },
  { name: 'activity feed', calls: 2_000, perSeconds: 60, match: /^[A-Z]+ \/(?:subscriptions|audit)\// },
  { name: 'writes', calls: 3_000, perSeconds: 150, match: /^(?:PATCH|DELETE) |^POST \/(?:users|groups|directory|roleManagement)\// },
  {
    name: 'directory',
    calls: 1_200,
    perSeconds: 10,
    match:
      /^GET \/(?:organization|users|directory|groups|roleManagement|servicePrincipals|oauth2PermissionGrants|policies|domains|admin)(?!.*\(signInActivity\))/,
  },
];

const P1 = 'Microsoft Entra ID P1 or P2';

/** What we do with Microsoft 365, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'microsoft365',
  name: 'Microsoft 365',
  vendor: 'Microsoft',
  category: 'Productivity',
  capabilities: {
    LIST_ACCOUNTS: {
      support: 'SUPPORTED',
      note: 'Last sign-ins and second factors need Entra ID P1.',
      scopes: ['User.Read.All', 'AuditLog.Read.All', 'RoleManagement.Read.Directory'],
    },
    LIST_GROUPS: { support: 'SUPPORTED', scopes: ['GroupMember.Read.All'] },
    LIST_PRIVILEGES: {
      support: 'SUPPORTED',
      note: 'Roles that people may activate (PIM) are shown where the tenant has Entra ID P2.',
      scopes: ['RoleManagement.Read.Directory', 'GroupMember.Read.All', 'RoleEligibilitySchedule.Read.Directory'],
    },
    SIGN_IN_ACTIVITY: { support: 'SUPPORTED', note: 'Interactive sign-ins.', scopes: ['AuditLog.Read.All'], plan: P1 },
    USER_ACTIVITY: { support: 'SUPPORTED', scopes: ['ActivityFeed.Read'], plan: 'Unified audit log switched on' },
    ADMIN_ACTIVITY: { support: 'SUPPORTED', scopes: ['AuditLog.Read.All', 'ActivityFeed.Read'] },
    USER_GOVERNANCE: {
      support: 'SUPPORTED',
      scopes: [
        'User.EnableDisableAccount.All',
        'User.RevokeSessions.All',
        'User-PasswordProfile.ReadWrite.All',
        'User.DeleteRestore.All',
        'GroupMember.ReadWrite.All',
        'RoleManagement.ReadWrite.Directory',
      ],
      role: 'To act on administrators, the app itself must hold Privileged Authentication Administrator',
    },
    VIEW_APP_GRANTS: { support: 'SUPPORTED', scopes: ['Directory.Read.All', 'Application.Read.All'] },
    REVOKE_APP_GRANTS: {
      support: 'SUPPORTED',
      scopes: ['DelegatedPermissionGrant.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'],
    },
    POSTURE: {
      support: 'PARTIAL',
      note: 'Settings that only PowerShell shows (mailbox auditing, transport rules, Teams) are not read.',
      scopes: SCOPES.filter((need) => need.capabilities.includes('POSTURE')).map((need) => need.scope),
    },
    FILE_SCAN: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
    FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
    SHARING_CONTROL: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
    FILE_GOVERNANCE: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
    FILE_LABELS: { support: 'NOT_SUPPORTED_BY_APP', note: NOT_BUILT },
  },
  setup: {
    prerequisites: [
      'An app registration with the application permissions below, and a client secret or a certificate.',
      'A Global Administrator or Privileged Role Administrator, once, to grant admin consent.',
      'The unified audit log switched on in Microsoft Purview; up to 60 minutes pass until the activity feed starts.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
    consentUrl: (settings) => {
      const { tenantId, clientId } = settings;
      if (typeof tenantId !== 'string' || typeof clientId !== 'string') return undefined;
      return `${cloudOf(settings).login}/${encodeURIComponent(tenantId)}/adminconsent?${new URLSearchParams({ client_id: clientId })}`;
    },
  },
  limitations: [
    'There is no "suspended" in Entra ID: suspending blocks sign-in, and the account shows as disabled.',
    'Accounts that are synchronized from Active Directory can be enabled again by the next synchronization; block them there as well.',
    'Access tokens that were given out work for up to an hour after a block, unless the resource checks continuously.',
    'Exchange, SharePoint and Teams activity appears 60 to 90 minutes late, sometimes later, and is kept for 7 days by the feed.',
    'Only interactive sign-ins are in version 1.0 of Microsoft Graph.',
    'Roles that people may activate (PIM) are shown, but only active assignments are taken away.',
    'A reset password is a random one that nobody knows: the user needs self-service reset or the help desk.',
  ],
  budgets: BUDGETS,
  concurrency: 8,
  retentionDays: 30,
  readLagMs: 60_000,
  docs: [
    'https://learn.microsoft.com/graph/permissions-reference',
    'https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference',
    'https://learn.microsoft.com/graph/throttling-limits',
  ],
};

function read(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: false };
}

function write(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: true };
}
