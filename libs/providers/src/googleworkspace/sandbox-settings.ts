import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { notFound, ok, pageOf, type Context } from './sandbox-answers.js';
import type { SandboxPolicy, WorkspaceState } from './sandbox-state.js';
import { SCOPE } from './scopes.js';

/** The top organizational unit. */
export const ROOT_UNIT = '03ph8a2z0root01';
const UNITS = ['Engineering', 'Sales', 'Legal', 'Finance', 'People', 'IT', 'Support', 'Contractors'];
const IDENTITY = 'https://cloudidentity.googleapis.com';

/** The account itself, its domains, units and settings. */
export const settingRoutes: readonly SandboxRoute<WorkspaceState>[] = [
  { method: 'GET', operation: OPERATIONS.customer, scopes: [SCOPE.customer], answer: customer },
  { method: 'GET', operation: OPERATIONS.domains, scopes: [SCOPE.domains], answer: domains },
  { method: 'GET', operation: OPERATIONS.orgUnits, scopes: [SCOPE.orgUnits], answer: orgUnits },
  { method: 'GET', operation: OPERATIONS.policies, host: IDENTITY, scopes: [SCOPE.policies], answer: policies },
];

function customer(context: Context): SandboxAnswer {
  const { state, params } = context;
  if (!['my_customer', state.customerId].includes(params['customerKey'] ?? '')) return notFound('customerKey');
  return ok(context, {
    kind: 'admin#directory#customer',
    id: state.customerId,
    customerDomain: state.company.domain,
    alternateEmail: 'owner@elsewhere.example',
    customerCreationTime: '2019-02-04T09:00:00.000Z',
    language: 'en',
  });
}

function domains(context: Context): SandboxAnswer {
  const { domain } = context.state.company;
  const creationTime = '1549270800000';
  return ok(context, {
    kind: 'admin#directory#domains',
    domains: [
      {
        kind: 'admin#directory#domain',
        domainName: domain,
        isPrimary: true,
        verified: true,
        creationTime,
        domainAliases: [
          {
            kind: 'admin#directory#domainAlias',
            domainAliasName: `mail.${domain}`,
            parentDomainName: domain,
            verified: true,
            creationTime,
          },
        ],
      },
    ],
  });
}

function orgUnits(context: Context): SandboxAnswer {
  const root = { kind: 'admin#directory#orgUnit', name: 'Lindenworks', orgUnitPath: '/', orgUnitId: `id:${ROOT_UNIT}` };
  const units = UNITS.map((name) => ({
    kind: 'admin#directory#orgUnit',
    name,
    orgUnitPath: `/${name}`,
    orgUnitId: `id:${unitId(name)}`,
    parentOrgUnitPath: '/',
    parentOrgUnitId: `id:${ROOT_UNIT}`,
  }));
  const isWithRoot = context.query.get('type') === 'allIncludingParent';
  return ok(context, { kind: 'admin#directory#orgUnits', organizationUnits: isWithRoot ? [root, ...units] : units });
}

function unitId(name: string): string {
  return `03ph8a2z${name.toLowerCase()}`;
}

function policies(context: Context): SandboxAnswer {
  const wanted = /setting\.type\.matches\(['"](.+?)['"]\)/.exec(context.query.get('filter') ?? '')?.[1];
  const { state } = context;
  const found = state.policies.filter(({ setting }) => wanted === undefined || setting.includes(wanted.replace(/[\\^$]|\.\*/g, '')));
  const form = { name: 'policies', most: 100, usual: 50, sizeName: 'pageSize' };
  return pageOf(context, form, found.length, (position) => wireOf(state, found[position]!));
}

function wireOf({ customerId }: WorkspaceState, { name, type, orgUnit, group, sortOrder, setting, value }: SandboxPolicy): object {
  const query =
    group !== undefined
      ? `entity.groups.exists(group, group.group_id == groupId('${group}'))`
      : `entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('${orgUnit}'))`;
  return {
    name: `policies/${name}`,
    customer: `customers/${customerId}`,
    type,
    policyQuery: { query, orgUnit: `orgUnits/${orgUnit}`, ...(group !== undefined && { group: `groups/${group}` }), sortOrder },
    setting: { type: `settings/${setting}`, value },
  };
}

/** Settings as a company has them that cares, but not everywhere. Some were never set, and Google shows none. */
export function policiesOf(): SandboxPolicy[] {
  const forAll = SET_FOR_ALL.map(([setting, value], index) => policy(`ak${index}`, 'ADMIN', ROOT_UNIT, setting, value, 1));
  return [
    ...forAll,
    policy(
      'akcontractors1',
      'ADMIN',
      unitId('Contractors'),
      'security.password',
      { minimumLength: 8, allowedStrength: 'WEAK', allowReuse: true },
      2,
    ),
    policy(
      'akcontractors2',
      'ADMIN',
      unitId('Contractors'),
      'security.two_step_verification_enforcement',
      { enforcedFrom: '1970-01-01T00:00:00Z' },
      2,
    ),
    policy('aksales1', 'ADMIN', unitId('Sales'), 'drive_and_docs.external_sharing', { ...SHARING, externalSharingMode: 'ALLOWED' }, 2),
    {
      ...policy(
        'akadmins1',
        'ADMIN',
        ROOT_UNIT,
        'security.two_step_verification_enforcement_factor',
        { allowedSignInFactorSet: 'PASSKEY_ONLY' },
        3,
      ),
      group: '01helpdesk',
    },
    policy('sy1', 'SYSTEM', ROOT_UNIT, 'security.less_secure_apps', { allowLessSecureApps: false }, 0),
    // Overridden by what the company set for all.
    policy('sy2', 'SYSTEM', ROOT_UNIT, 'security.session_controls', { webSessionDuration: '1209600s' }, 0),
  ];
}

const SHARING = {
  externalSharingMode: 'ALLOWLISTED_DOMAINS',
  allowPublishingFiles: false,
  warnForExternalSharing: true,
  accessCheckerSuggestions: 'RECIPIENTS_ONLY',
  allowedPartiesForDistributingContent: 'ELIGIBLE_INTERNAL_USERS',
};

const SET_FOR_ALL: readonly (readonly [string, SandboxPolicy['value']])[] = [
  ['security.two_step_verification_enforcement', { enforcedFrom: '2024-05-01T00:00:00Z' }],
  ['security.two_step_verification_enforcement_factor', { allowedSignInFactorSet: 'ALL' }],
  ['security.two_step_verification_device_trust', { allowTrustingDevice: true }],
  [
    'security.password',
    { minimumLength: 14, maximumLength: 100, allowedStrength: 'STRONG', allowReuse: false, enforceRequirementsAtLogin: true },
  ],
  ['security.session_controls', { webSessionDuration: '43200s' }],
  ['security.super_admin_account_recovery', { enableAccountRecovery: true }],
  ['drive_and_docs.external_sharing', SHARING],
  ['drive_and_docs.shared_drive_creation', { allowManagersToOverrideSettings: true, allowNonMemberAccess: false }],
  ['gmail.auto_forwarding', { enableAutoForwarding: true }],
  ['gmail.imap_access', { enableImapAccess: false }],
  ['gmail.pop_access', { enablePopAccess: false }],
  ['gmail.mail_delegation', { enableMailDelegation: false }],
  ['workspace_marketplace.apps_access_options', { accessLevel: 'ALLOW_ALL' }],
  ['api_controls.internal_apps', { trustInternalApps: false }],
  ['calendar.primary_calendar_max_allowed_external_sharing', { maxAllowedExternalSharing: 'EXTERNAL_FREE_BUSY_ONLY' }],
  ['groups_for_business.groups_sharing', { collaborationCapability: 'DOMAIN_USERS_ONLY', ownersCanAllowExternalMembers: false }],
  ['chat.external_chat_restriction', { allowExternalChat: true, externalChatRestriction: 'NO_RESTRICTION' }],
];

function policy(
  name: string,
  type: SandboxPolicy['type'],
  orgUnit: string,
  setting: string,
  value: SandboxPolicy['value'],
  sortOrder: number,
): SandboxPolicy {
  return { name, type, orgUnit, sortOrder, setting, value };
}
