import type { WireRecord } from '../sdk/index.js';
import { guidOf } from './sandbox-state.js';

const POLICY = {
  createdDateTime: '2024-03-01T09:00:00Z',
  modifiedDateTime: '2026-02-10T09:00:00Z',
  sessionControls: null,
};
const EVERYBODY = {
  includeUsers: ['All'],
  excludeUsers: [guidOf('break-glass')],
  includeRoles: [],
  excludeRoles: [],
  includeGroups: [],
  excludeGroups: [],
};
const ALL_APPS = { includeApplications: ['All'], excludeApplications: [], includeUserActions: [] };
const CONDITIONS = { users: EVERYBODY, applications: ALL_APPS, clientAppTypes: ['all'], signInRiskLevels: [], userRiskLevels: [] };
const GRANT = { operator: 'OR', customAuthenticationFactors: [], termsOfUse: [] };

function policy(displayName: string, state: string, conditions: WireRecord, builtInControls: readonly string[]): WireRecord {
  return {
    id: guidOf('policy', displayName),
    displayName,
    state,
    ...POLICY,
    conditions: { ...CONDITIONS, ...conditions },
    grantControls: { ...GRANT, builtInControls },
  };
}

/** Conditional access as a busy company leaves it: the great rule is there, one waits in report-only mode, some were never made. */
export const POLICIES: readonly WireRecord[] = [
  policy('Require MFA for all users', 'enabled', {}, ['mfa']),
  policy('Block legacy authentication', 'enabled', { clientAppTypes: ['exchangeActiveSync', 'other'] }, ['block']),
  policy('Sign-in risk', 'enabledForReportingButNotEnforced', { signInRiskLevels: ['high'] }, ['mfa']),
];

const METHOD = { excludeTargets: [] };

/** Settings that are one document each, by operation. */
export const DOCUMENTS = {
  'GET /policies/authorizationPolicy': {
    id: 'authorizationPolicy',
    displayName: 'Authorization Policy',
    allowInvitesFrom: 'everyone',
    guestUserRoleId: '10dae51f-b6af-4016-8d66-8c2a99b929b3',
    allowedToUseSSPR: true,
    blockMsolPowerShell: false,
    defaultUserRolePermissions: {
      allowedToCreateApps: true,
      allowedToCreateSecurityGroups: true,
      allowedToCreateTenants: false,
      allowedToReadOtherUsers: true,
      permissionGrantPoliciesAssigned: ['ManagePermissionGrantsForSelf.microsoft-user-default-low'],
    },
  },
  'GET /policies/adminConsentRequestPolicy': {
    isEnabled: true,
    notifyReviewers: true,
    remindersEnabled: true,
    requestDurationInDays: 30,
    version: 0,
    reviewers: [],
  },
  'GET /policies/defaultAppManagementPolicy': { id: guidOf('app-policy'), displayName: 'Default app management policy', isEnabled: false },
  'GET /policies/authenticationMethodsPolicy': {
    id: 'authenticationMethodsPolicy',
    displayName: 'Authentication Methods Policy',
    authenticationMethodConfigurations: [
      { '@odata.type': '#microsoft.graph.fido2AuthenticationMethodConfiguration', id: 'Fido2', state: 'enabled', ...METHOD },
      {
        '@odata.type': '#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration',
        id: 'MicrosoftAuthenticator',
        state: 'enabled',
        ...METHOD,
      },
      { '@odata.type': '#microsoft.graph.smsAuthenticationMethodConfiguration', id: 'Sms', state: 'enabled', ...METHOD },
      { '@odata.type': '#microsoft.graph.voiceAuthenticationMethodConfiguration', id: 'Voice', state: 'disabled', ...METHOD },
    ],
  },
  'GET /admin/sharepoint/settings': {
    id: guidOf('sharepoint'),
    sharingCapability: 'externalUserAndGuestSharing',
    sharingDomainRestrictionMode: 'none',
    isResharingByExternalUsersEnabled: true,
    isLegacyAuthProtocolsEnabled: false,
    isUnmanagedSyncAppForTenantRestricted: false,
    idleSessionSignOut: { isEnabled: true, warnAfterInSeconds: 3_000, signOutAfterInSeconds: 3_600 },
  },
} as const satisfies Readonly<Record<string, WireRecord>>;

/** Domains of the tenant; one lets passwords expire. */
export function domainsOf(domain: string): readonly WireRecord[] {
  const base = { authenticationType: 'Managed', isVerified: true, isAdminManaged: true, isRoot: true, supportedServices: ['Email'] };
  return [
    { id: domain, ...base, isDefault: true, isInitial: false, passwordValidityPeriodInDays: 2_147_483_647 },
    { id: `${domain.split('.')[0]}.onmicrosoft.com`, ...base, isDefault: false, isInitial: true, passwordValidityPeriodInDays: 90 },
  ];
}
