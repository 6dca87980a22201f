import type { Budget, Manifest, ScopeNeed, SetupField } from '../sdk/index.js';

import { REGION, USUAL_REGIONS } from './regions.js';

const NO_TRAIL_FILES =
  'not built yet, although the API allows it: data events stand only in the files of a trail in S3, which are not read yet.';
const NO_FILES = 'not built yet, although the API allows it: buckets are judged by the posture controls, their files are not listed.';

const FIELDS: readonly SetupField[] = [
  {
    name: 'authKind',
    label: 'Sign in as',
    help: 'role: our key assumes a role of the account (recommended). access-key: an IAM user of the account; its key lives until it is deleted.',
    required: true,
    secret: false,
    options: ['role', 'access-key'],
    default: 'role',
  },
  {
    name: 'accessKeyId',
    label: 'Access key ID',
    help: 'Of the principal that the role trusts, or of the IAM user.',
    required: true,
    secret: false,
    pattern: /^AKIA[A-Z0-9]{12,124}$/,
  },
  {
    name: 'secretAccessKey',
    label: 'Secret access key',
    help: 'Shown once when the key is made.',
    required: true,
    secret: true,
  },
  {
    name: 'roleArn',
    label: 'Role ARN',
    help: 'The role made for us in the account, such as arn:aws:iam::111122223333:role/SaasSecurityReader.',
    required: false,
    secret: false,
    pattern: /^arn:aws(?:-cn|-us-gov)?:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
    when: { field: 'authKind', is: 'role' },
  },
  {
    name: 'externalId',
    label: 'External ID',
    help: 'A long random text, one for each connected account, that the trust policy of the role asks for: without it another customer could name your role.',
    required: false,
    secret: false,
    pattern: /^[\w+=,.@:/-]{2,1224}$/,
    when: { field: 'authKind', is: 'role' },
  },
  {
    name: 'region',
    label: 'Home region',
    help: 'Where we sign in. It also tells the partition: cn-north-1 for China, us-gov-west-1 for GovCloud.',
    required: false,
    secret: false,
    pattern: REGION,
    default: 'us-east-1',
  },
  {
    name: 'regions',
    label: 'Regions',
    help: 'Only these regions (and the one where the global events stand); all that are switched on when left empty.',
    required: false,
    secret: false,
    pattern: REGION,
    isList: true,
  },
];

/** Permissions by what they are for. The managed policy SecurityAudit holds most of those that read. */
export const SCOPES: readonly ScopeNeed[] = [
  need(
    'iam:GetAccountAuthorizationDetails',
    ['LIST_ACCOUNTS', 'LIST_GROUPS', 'LIST_PRIVILEGES', 'VIEW_APP_GRANTS', 'USER_GOVERNANCE'],
    'Users, groups, policies and roles.',
  ),
  need('iam:GenerateCredentialReport', ['LIST_ACCOUNTS', 'POSTURE'], 'Passwords, keys and second factors of all users.'),
  need('iam:GetCredentialReport', ['LIST_ACCOUNTS', 'POSTURE'], 'The report itself.'),
  need('iam:GetAccountSummary', ['LIST_ACCOUNTS', 'POSTURE'], 'The root user.'),
  need('iam:ListAccessKeys', ['VIEW_APP_GRANTS', 'REVOKE_APP_GRANTS', 'USER_GOVERNANCE'], 'Access keys.'),
  need('iam:GetAccessKeyLastUsed', ['VIEW_APP_GRANTS'], 'When a key was used.'),
  need('iam:ListSAMLProviders', ['VIEW_APP_GRANTS'], 'Outside identity providers.'),
  need('iam:ListOpenIDConnectProviders', ['VIEW_APP_GRANTS'], 'Outside identity providers.'),
  need('iam:GetUser', ['USER_GOVERNANCE'], 'One user before and after an action.'),
  need('iam:GetLoginProfile', ['USER_GOVERNANCE'], 'Whether the user has a console password.'),
  need('iam:ListMFADevices', ['USER_GOVERNANCE'], 'Second factors of one user.'),
  need('iam:ListUserPolicies', ['USER_GOVERNANCE'], 'Policies of one user.'),
  need('iam:GetUserPolicy', ['USER_GOVERNANCE'], 'Policies of one user, kept for undo.'),
  need('iam:ListAttachedUserPolicies', ['USER_GOVERNANCE'], 'Policies of one user.'),
  need('iam:ListGroupsForUser', ['USER_GOVERNANCE'], 'Groups of one user.'),
  need('iam:GetAccountPasswordPolicy', ['POSTURE'], 'The password policy.'),
  need('iam:ListPolicies', ['POSTURE'], 'Policies of the customer.'),
  need('iam:GetPolicyVersion', ['POSTURE'], 'What a policy allows.'),
  need('cloudtrail:LookupEvents', ['SIGN_IN_ACTIVITY', 'ADMIN_ACTIVITY'], 'Events. SecurityAudit holds it.'),
  need('cloudtrail:DescribeTrails', ['POSTURE'], 'Trails.'),
  need('ec2:DescribeRegions', ['LIST_ACCOUNTS'], 'The regions that are switched on.'),
  need('ec2:DescribeSecurityGroups', ['POSTURE'], 'Open ports.'),
  need('ec2:GetEbsEncryptionByDefault', ['POSTURE'], 'Encryption of new disks.'),
  need('access-analyzer:ListAnalyzers', ['POSTURE'], 'Access Analyzer.'),
  need('config:DescribeConfigurationRecorderStatus', ['POSTURE'], 'AWS Config.'),
  need('guardduty:ListDetectors', ['POSTURE'], 'GuardDuty.'),
  need('guardduty:GetDetector', ['POSTURE'], 'GuardDuty.'),
  need('securityhub:DescribeHub', ['POSTURE'], 'Security Hub.'),
  need('s3:GetAccountPublicAccessBlock', ['POSTURE'], 'Public access of buckets.'),
  need('s3:ListAllMyBuckets', ['POSTURE'], 'Buckets.'),
  need('s3:GetBucketPolicy', ['POSTURE'], 'Policies of buckets.'),
  write('iam:PutUserPolicy', ['USER_GOVERNANCE'], 'Puts the deny policy of a suspended or signed out user.'),
  write('iam:DeleteUserPolicy', ['USER_GOVERNANCE'], 'Takes it off again, and inline administrator policies.'),
  write('iam:UpdateAccessKey', ['USER_GOVERNANCE', 'REVOKE_APP_GRANTS'], 'Switches access keys off and on.'),
  write('iam:DeleteLoginProfile', ['USER_GOVERNANCE'], 'Removes the console password of a suspended user.'),
  write('iam:CreateLoginProfile', ['USER_GOVERNANCE'], 'Gives console access back.'),
  write('iam:UpdateLoginProfile', ['USER_GOVERNANCE'], 'Forces a password change.'),
  write('iam:AttachUserPolicy', ['USER_GOVERNANCE'], 'Gives a policy back.'),
  write('iam:DetachUserPolicy', ['USER_GOVERNANCE'], 'Takes an administrator policy off.'),
  write('iam:RemoveUserFromGroup', ['USER_GOVERNANCE'], 'Takes a user out of a group.'),
  write('iam:AddUserToGroup', ['USER_GOVERNANCE'], 'Puts a user back into a group.'),
];

/** A budget of two lookups a second for each region, as AWS counts; regions that are not usual share one. */
const BUDGETS: readonly Budget[] = [
  ...USUAL_REGIONS.map((region) => lookups(region, region)),
  lookups('other regions', 'af-[a-z0-9-]+|il-[a-z0-9-]+|me-[a-z0-9-]+|mx-[a-z0-9-]+|cn-[a-z0-9-]+|us-gov-[a-z0-9-]+'),
  { name: 'IAM', calls: 10, perSeconds: 1, share: 0.5, match: /^iam:/ },
];

/** What we do with an AWS account, what an administrator must have for it, and what to know before relying on it. */
export const manifest: Manifest = {
  key: 'aws',
  name: 'AWS',
  vendor: 'Amazon Web Services',
  category: 'Cloud infrastructure',
  capabilities: {
    LIST_ACCOUNTS: { support: 'SUPPORTED', note: 'IAM users and the root user.', scopes: scopesOf('LIST_ACCOUNTS') },
    LIST_GROUPS: { support: 'SUPPORTED', scopes: scopesOf('LIST_GROUPS') },
    LIST_PRIVILEGES: { support: 'SUPPORTED', scopes: scopesOf('LIST_PRIVILEGES') },
    SIGN_IN_ACTIVITY: { support: 'SUPPORTED', scopes: scopesOf('SIGN_IN_ACTIVITY') },
    USER_ACTIVITY: { support: 'NOT_SUPPORTED_BY_APP', note: NO_TRAIL_FILES },
    ADMIN_ACTIVITY: { support: 'SUPPORTED', scopes: scopesOf('ADMIN_ACTIVITY') },
    USER_GOVERNANCE: {
      support: 'SUPPORTED',
      note: 'AWS cannot suspend a user: we put a deny policy, switch the access keys off and remove the console password. The root user cannot be touched.',
      scopes: scopesOf('USER_GOVERNANCE'),
    },
    VIEW_APP_GRANTS: {
      support: 'PARTIAL',
      note: 'Access keys, roles that other accounts may assume, and outside identity providers. SSH keys, service-specific credentials and signing certificates: not built yet, although the API allows it.',
      scopes: scopesOf('VIEW_APP_GRANTS'),
    },
    REVOKE_APP_GRANTS: {
      support: 'PARTIAL',
      note: 'Switches access keys off. Cutting the roles that other accounts may assume: not built yet, although the API allows it.',
      scopes: scopesOf('REVOKE_APP_GRANTS'),
    },
    POSTURE: { support: 'SUPPORTED', scopes: scopesOf('POSTURE') },
    FILE_SCAN: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
    FILE_SCAN_NEAR_REAL_TIME: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
    SHARING_CONTROL: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
    FILE_GOVERNANCE: { support: 'NOT_SUPPORTED_BY_APP', note: NO_FILES },
    FILE_LABELS: { support: 'NOT_SUPPORTED_BY_APP', note: 'AWS has tags, no labels that protect a file.' },
  },
  setup: {
    prerequisites: [
      'A role in the account whose trust policy names our principal and asks for the external ID; or, second best, an IAM user with an access key.',
      'The managed policy SecurityAudit, and a policy of your own with iam:GenerateCredentialReport and ec2:GetEbsEncryptionByDefault.',
      'For acting on users, the writing permissions below, best limited to the users that we may touch.',
    ],
    fields: FIELDS,
    scopes: SCOPES,
  },
  limitations: [
    'Activities come from LookupEvents: management events of the last 90 days, read region by region, 5 to 15 minutes late.',
    'Of events that only read, the sign-ins are taken (ConsoleLogin, roles assumed through SAML and web identity, federation and session tokens). Plain AssumeRole is left out: services do it without end.',
    'The files of a trail in S3, and with them data events (who read which object), are not read yet.',
    'The credential report is up to four hours old: passwords, keys and second factors change in our list only then, or when we act.',
    'Administrators are found by AdministratorAccess, IAMFullAccess and policies that allow everything; paths to power through other permissions, boundaries and service control policies are not computed.',
    'People who sign in through IAM Identity Center or another identity provider have no account in IAM: their acts show the role and the session name.',
    'One connector is one account; accounts of an organization are connected one by one.',
    'An IAM user that was suspended gets console access back with a password that nobody knows: set a new one in IAM.',
    'Signing out ends temporary sessions; an access key goes on working until it is switched off.',
  ],
  budgets: BUDGETS,
  // IAM counts the whole account's calls in one bucket, the customer's own automation included.
  concurrency: 2,
  retentionDays: 90,
  readLagMs: 60_000,
  docs: [
    'https://docs.aws.amazon.com/IAM/latest/APIReference/',
    'https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html',
  ],
};

function scopesOf(capability: ScopeNeed['capabilities'][number]): readonly string[] {
  return SCOPES.filter(({ capabilities }) => capabilities.includes(capability)).map(({ scope }) => scope);
}

function need(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: false };
}

function write(scope: string, capabilities: ScopeNeed['capabilities'], reason: string): ScopeNeed {
  return { scope, capabilities, reason, forWriting: true };
}

function lookups(name: string, regions: string): Budget {
  return {
    name: `LookupEvents ${name}`,
    calls: 2,
    perSeconds: 1,
    share: 0.5,
    match: new RegExp(`^cloudtrail:LookupEvents (?:${regions})$`),
  };
}
