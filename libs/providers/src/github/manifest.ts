import type { Budget, Manifest, ScopeNeed, SetupField } from '../sdk/index.js';

const NO_FILES = 'The files of GitHub are source code under version control; Castellan does not scan it.';
const HOUR_S = 3_600;

/** What a name of an organization or enterprise looks like; it becomes a part of paths and queries. */
export const SLUG = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,98}[A-Za-z0-9])?(?:_[A-Za-z0-9]{1,20})?$/;

const FIELDS: readonly SetupField[] = [
  {
    name: 'organization',
    label: 'Organization',
    help: 'The login of the organization as in its address: github.com/acme is acme.',
    required: true,
    secret: false,
    pattern: SLUG,
  },
  {
    name: 'dataResidency',
    label: 'Data residency subdomain',
    help: 'Only where your enterprise lives on its own address: acme for acme.ghe.com. Empty for github.com.',
    required: false,
    secret: false,
    pattern: /^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$/,
  },
  {
    name: 'authKind',
    label: 'Signs in as',
    help: 'github-app: an app of your own, installed on the organization (recommended, least privilege). token: a personal access token of an owner.',
    required: true,
    secret: false,
    options: ['github-app', 'token'],
    default: 'github-app',
  },
  {
    name: 'appId',
    label: 'Client ID or App ID',
    help: 'As shown on the settings page of the GitHub App.',
    required: true,
    secret: false,
    pattern: /^[A-Za-z0-9.]{1,64}$/,
    when: { field: 'authKind', is: 'github-app' },
  },
  {
    name: 'privateKey',
    label: 'Private key',
    help: 'The .pem file that GitHub made when you generated a private key for the app.',
    required: true,
    secret: true,
    when: { field: 'authKind', is: 'github-app' },
  },
  {
    name: 'installationId',
    label: 'Installation ID',
    help: 'May be left out: it is found by the name of the organization.',
    required: false,
    secret: false,
    pattern: /^\d{1,18}$/,
    when: { field: 'authKind', is: 'github-app' },
  },
  {
    name: 'governance',
    label: 'Act on accounts',
    help: 'With false, tokens of the app are asked for with read permissions only.',
    required: false,
    secret: false,
    options: ['true', 'false'],
    default: 'true',
    when: { field: 'authKind', is: 'github-app' },
  },
  {
    name: 'token',
    label: 'Personal access token',
    help: 'A classic token (ghp_…) of an owner, authorized for SSO where the organization uses it. Fine-grained tokens work for less.',
    required: true,
    secret: true,
    when: { field: 'authKind', is: 'token' },
  },
  {
    name: 'enterprise',
    label: 'Enterprise',
    help: 'Only for Enterprise Managed Users: the slug of the enterprise, as in github.com/enterprises/acme-inc. Needed to suspend users.',
    required: false,
    secret: false,
    pattern: SLUG,
  },
  {
    name: 'enterpriseToken',
    label: 'Token for the enterprise',
    help: 'Only with an enterprise: a classic token of an enterprise owner with admin:enterprise. Used for the enterprise’s own addresses alone.',
    required: false,
    secret: true,
  },
];

/** Permissions of the GitHub App by what they are for, then the scopes of classic tokens. */
export const SCOPES: readonly ScopeNeed[] = [
  read(
    'members:read',
    ['LIST_ACCOUNTS', 'LIST_GROUPS', 'LIST_PRIVILEGES', 'USER_GOVERNANCE', 'VIEW_APP_GRANTS', 'POSTURE'],
    'Members, owners, teams, outside collaborators and invitations.',
  ),
  read(
    'organization_administration:read',
    ['SIGN_IN_ACTIVITY', 'USER_ACTIVITY', 'ADMIN_ACTIVITY', 'VIEW_APP_GRANTS', 'POSTURE', 'USER_GOVERNANCE'],
    'The audit log, settings, installed apps and credentials authorized for SSO.',
  ),
  read('organization_custom_org_roles:read', ['LIST_PRIVILEGES', 'USER_GOVERNANCE'], 'Organization roles and who holds them.'),
  read('organization_personal_access_tokens:read', ['VIEW_APP_GRANTS', 'POSTURE'], 'Fine-grained personal access tokens.'),
  read('organization_hooks:read', ['VIEW_APP_GRANTS', 'POSTURE'], 'Webhooks of the organization; never their secrets.'),
  read('organization_self_hosted_runners:read', ['POSTURE'], 'Groups of self-hosted runners.'),
  read('metadata:read', ['VIEW_APP_GRANTS', 'POSTURE'], 'The list of repositories.'),
  read('administration:read', ['VIEW_APP_GRANTS', 'POSTURE'], 'Deploy keys and branch protection of repositories.'),
  read(
    'contents:read',
    ['POSTURE'],
    'Whether a default branch is protected. GitHub ties this to the permission for contents; no file is read.',
  ),
  write('members:write', ['USER_GOVERNANCE'], 'Removes members, makes owners members, removes people from teams, and puts them back.'),
  write('organization_custom_org_roles:write', ['USER_GOVERNANCE'], 'Takes organization roles away, and gives them back.'),
  write(
    'organization_administration:write',
    ['USER_GOVERNANCE', 'REVOKE_APP_GRANTS'],
    'Revokes tokens and keys that people authorized for SSO.',
  ),
  write('organization_personal_access_tokens:write', ['REVOKE_APP_GRANTS'], 'Revokes fine-grained tokens.'),
  read('read:org', ['LIST_ACCOUNTS', 'LIST_GROUPS'], 'Classic token: members and teams.'),
  read('read:audit_log', ['SIGN_IN_ACTIVITY', 'USER_ACTIVITY', 'ADMIN_ACTIVITY'], 'Classic token: the audit log.'),
  read('admin:org_hook', ['VIEW_APP_GRANTS', 'POSTURE'], 'Classic token: webhooks of the organization.'),
  read('repo', ['VIEW_APP_GRANTS', 'POSTURE'], 'Classic token: private repositories with deploy keys and branch protection.'),
  write('admin:org', ['LIST_PRIVILEGES', 'USER_GOVERNANCE', 'REVOKE_APP_GRANTS', 'POSTURE'], 'Classic token: settings, and all changes.'),
  write('admin:enterprise', ['USER_GOVERNANCE'], 'Token for the enterprise: suspends Enterprise Managed Users by SCIM.'),
];

// The share leaves the customer's own tools their half; GitHub's headers lower it further.
const BUDGETS: readonly Budget[] = [
  { name: 'audit log', calls: 1_750, perSeconds: HOUR_S, match: /^GET \/orgs\/\{org\}\/audit-log$/ },
  { name: 'GraphQL', calls: 5_000, perSeconds: HOUR_S, match: /^POST \/graphql$/ },
  { name: 'REST', calls: 5_000, perSeconds: HOUR_S, match: /^[A-Z]+ \/(?!graphql$|orgs\/\{org\}\/audit-log$)/ },
];

const READS_LOG = { scopes: ['organization_administration:read'], plan: 'Enterprise Cloud', role: 'Organization owner' };

/** What we do with GitHub, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'github',
  name: 'GitHub',
  vendor: 'GitHub',
  category: 'Development',
  capabilities: {
    LIST_ACCOUNTS: { support: 'SUPPORTED', scopes: ['members:read'], role: 'Organization owner' },
    LIST_GROUPS: { support: 'SUPPORTED', scopes: ['members:read'] },
    LIST_PRIVILEGES: {
      support: 'SUPPORTED',
      note: 'Owners and team maintainers on every plan; organization roles on Enterprise Cloud. Billing managers are not listed by GitHub.',
      scopes: ['members:read', 'organization_custom_org_roles:read'],
    },
    SIGN_IN_ACTIVITY: {
      support: 'PARTIAL',
      note: 'The audit log has SAML sign-ins to the organization, and sign-ins to GitHub only for Enterprise Managed Users.',
      ...READS_LOG,
    },
    USER_ACTIVITY: { support: 'SUPPORTED', ...READS_LOG },
    ADMIN_ACTIVITY: { support: 'SUPPORTED', ...READS_LOG },
    USER_GOVERNANCE: {
      support: 'PARTIAL',
      note: 'Suspending needs Enterprise Managed Users and a token for the enterprise; elsewhere people are removed from the organization. Passwords are not ours to expire.',
      scopes: ['members:write', 'organization_custom_org_roles:write', 'organization_administration:write'],
      role: 'Organization owner',
    },
    VIEW_APP_GRANTS: {
      support: 'SUPPORTED',
      note: 'Fine-grained tokens are shown to GitHub Apps only; classic tokens, SSH keys and OAuth tokens only where the organization uses SAML SSO.',
      scopes: [
        'organization_administration:read',
        'organization_personal_access_tokens:read',
        'organization_hooks:read',
        'metadata:read',
        'administration:read',
      ],
    },
    REVOKE_APP_GRANTS: {
      support: 'PARTIAL',
      note: 'Fine-grained tokens and credentials authorized for SSO. Apps that the enterprise installed with a token for the enterprise; other apps, webhooks and deploy keys are removed in GitHub.',
      scopes: ['organization_personal_access_tokens:write', 'organization_administration:write'],
    },
    POSTURE: {
      support: 'SUPPORTED',
      scopes: SCOPES.filter(
        (need) => need.scope.endsWith(':read') && need.capabilities.includes('POSTURE') && need.scope !== 'read:org',
      ).map((need) => need.scope),
    },
    FILE_SCAN: { support: 'NOT_APPLICABLE', note: NO_FILES },
    FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_APPLICABLE', note: NO_FILES },
    SHARING_CONTROL: { support: 'NOT_SUPPORTED_BY_APP', note: 'not built yet, although the API allows it: making a repository private' },
    FILE_GOVERNANCE: { support: 'NOT_APPLICABLE', note: NO_FILES },
    FILE_LABELS: { support: 'NOT_APPLICABLE', note: NO_FILES },
  },
  setup: {
    prerequisites: [
      'An owner of the organization, to create a GitHub App with the permissions below and to install it on the organization with all repositories.',
      'GitHub Enterprise Cloud for the audit log, organization roles and credentials authorized for SSO.',
      'In the audit log’s settings: "Disclose actor IP addresses", else no event has an address.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
  },
  limitations: [
    'GitHub does not tell when somebody last signed in.',
    'The audit log goes back 180 days; Git events, 7 days. Events appear up to 15 minutes late, and some hours late.',
    'Addresses are in the log only when an owner has switched on "Disclose actor IP addresses".',
    'A member’s e-mail address is known only from a verified domain, SAML or the public profile.',
    'Removing a member takes team memberships with it and deletes private forks; undoing it sends an invitation that the person must accept.',
    'Without Enterprise Managed Users there is no suspending, and ending web sessions has no API at all.',
    'OAuth apps that members authorized are seen only by their SSO authorizations and in the audit log.',
  ],
  budgets: BUDGETS,
  concurrency: 10,
  retentionDays: 180,
  readLagMs: 10_000,
  docs: [
    'https://docs.github.com/en/enterprise-cloud@latest/rest',
    'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app',
    'https://docs.github.com/en/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/reviewing-the-audit-log-for-your-organization',
    'https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api',
  ],
};

function read(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: false };
}

function write(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: true };
}
