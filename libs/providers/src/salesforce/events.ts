import type { SignInFailure } from '#libs/contracts';

import type { CategoryRow } from '../sdk/index.js';

/**
 * What Salesforce's events mean. Three logs in one table: `login` and `login_failed` of the login history, actions of the setup audit trail, and types of
 * event log files. The setup audit trail has no official list: its names are matched by how they begin.
 */
export const EVENTS: readonly CategoryRow[] = [
  row('SIGN_IN', 3002, 1, 'login', 'login_failed', 'Login'),
  row('SIGN_IN', 3002, 2, 'Logout', 'suOrgAdminLogout'),
  row('SIGN_IN', 3002, 7, 'LoginAs', 'suOrgAdminLogin'),
  row('USER', 3007, 1, 'createduser', 'createdcustomersuccessuser', 'createduser*'),
  row('USER', 3007, 4, 'activateduser', 'unfrozeuser'),
  row('USER', 3007, 5, 'deactivateduser', 'frozeuser'),
  row('USER', 3007, 2, 'changedemail', 'changedUsername', 'useremailchangesent', 'changedUserEmailVerifiedStatusUnverified'),
  row('CREDENTIAL', 3007, 9, 'resetpassword'),
  row('GROUP', 3006, 3, 'groupMembership', 'queueMembership'),
  row(
    'PRIVILEGE',
    3007,
    16,
    'changedprofileforuser',
    'changedprofileforusercusttostd',
    'changedprofileforuser*',
    'changedroleforuser',
    'PermSetAssign',
    'PermSetLicenseAssign',
  ),
  row('PRIVILEGE', 3007, 17, 'PermSetUnassign'),
  row('PRIVILEGE', 3008, 1, 'PermSetCreate'),
  row('PRIVILEGE', 3008, 4, 'PermSetEnableUserPerm', 'profileModifyAllDataChanged*'),
  row('PRIVILEGE', 3008, 5, 'PermSetDisableUserPerm'),
  row('PRIVILEGE', 3008, 2, 'PermissionUpdate'),
  row('ADMIN', 3004, 1, 'SamlConfigCreate*'),
  row('ADMIN', 3004, 3, 'changedsessiontimeout*', 'changedpasswordpolicy*', 'changedLoginIpRange*', 'mfaEnabled*'),
  row('SHARING', 3004, 3, 'changedsharingrule*', 'changedOWD*'),
  row('PRIVILEGE', 3007, 14, 'loginasgrantedtopartnerbt'),
  row('SHARING', 6006, 12, 'ContentDistribution', 'ContentDocumentLink'),
  row('DATA', 6006, 2, 'ContentTransfer', 'DocumentAttachmentDownloads'),
  row('DATA', 6001, 7, 'ReportExport', 'dataExport*', 'BulkApi', 'BulkApi2', 'BulkApiRequest', 'BulkApiResult', 'BulkApiResultEventStore'),
  row('DATA', 6001, 2, 'Report', 'ListViewEvent'),
  row('DATA', 6003, 2, 'API', 'RestApi', 'ApiTotalUsage'),
  row('APP_GRANT', 6002, 1, 'insertConnectedApplication'),
  row('APP_GRANT', 6002, 8, 'updateConnectedApplication'),
  row('APP_GRANT', 6002, 2, 'deleteConnectedApplication'),
  row('APP_GRANT', 3007, 19, 'revokedOauthToken*'),
  row(
    'THREAT',
    2004,
    1,
    'CredentialStuffingEvent*',
    'ReportAnomalyEvent*',
    'SessionHijackingEvent*',
    'ApiAnomalyEvent*',
    'GuestUserAnomalyEvent*',
    'LoginAnomalyEvent*',
  ),
];

/** What the texts of failed sign-ins mean; the first that fits. Salesforce has no list of them, and writes some in two ways. */
export const LOGIN_FAILURES: readonly (readonly [RegExp, SignInFailure])[] = [
  [/invalid password|invalid login|authentication failure/i, 'INVALID_CREDENTIALS'],
  [/lockout|locked/i, 'ACCOUNT_LOCKED_OUT'],
  [/inactive|frozen/i, 'ACCOUNT_DISABLED'],
  [/password expired|expired password/i, 'PASSWORD_EXPIRED'],
  [/restricted ip|ip restricted/i, 'IP_NOT_ALLOWED'],
  [/restricted time|login hours/i, 'TIME_NOT_ALLOWED'],
  [/computer activation|device/i, 'DEVICE_NOT_TRUSTED'],
  [/two-factor|multi-factor|mfa|identity verification/i, 'MFA_REQUIRED'],
  [/security token/i, 'INVALID_CREDENTIALS'],
  [/rate exceeded/i, 'RATE_LIMITED'],
  [/no salesforce\.com access|not assigned|organization.*not|app_not_enabled|user does not have/i, 'NOT_ASSIGNED'],
  [/inresponseto|saml|assertion|idp/i, 'IDP_ERROR'],
];

/** Event log files that tell of the speed of pages and code, not of people's acts, and those that tell again what another log tells. */
export const UNREAD_FILES: readonly string[] = [
  'Login',
  'ApexExecution',
  'ApexTrigger',
  'ApexCallout',
  'ApexSoap',
  'ApexRestApi',
  'ApexUnexpectedException',
  'AuraRequest',
  'ConcurrentLongRunningApexLimit',
  'ExternalDataSourceCallout',
  'FlowExecution',
  'LightningError',
  'LightningInteraction',
  'LightningLogger',
  'LightningPageView',
  'LightningPerformance',
  'OneCommerceUsage',
  'QueuedExecution',
  'TimeBasedWorkflow',
  'UITracking',
  'URI',
  'VisualforceRequest',
  'WaveInteraction',
  'WavePerformance',
];

function row(category: CategoryRow['category'], classUid: number, activityId: number, ...events: string[]): CategoryRow {
  return { events, category, classUid, activityId };
}
