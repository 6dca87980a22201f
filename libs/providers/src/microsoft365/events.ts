import type { SignInFailure } from '#libs/contracts';

import type { CategoryRow } from '../sdk/index.js';

/** What a row of the sign-in log is called, in Microsoft's own exports; Graph gives it no name. */
export const SIGN_IN = 'Sign-in activity';

/**
 * What each event means, with OCSF's classes: names of directory audits and operations of the activity feed (whose full stop is cut off first). A
 * name that is not here is judged by the rules on its words, and kept either way.
 */
export const EVENTS: readonly CategoryRow[] = [
  row('SIGN_IN', 3002, 1, SIGN_IN, 'UserLoggedIn', 'UserLoginFailed', 'MailboxLogin', 'TeamsSessionStarted'),
  row('SIGN_IN', 3002, 2, 'Update StsRefreshTokenValidFrom Timestamp', 'Update StsRefreshTokenValidFrom'),
  row('THREAT', 2004, 1, 'Suspicious activity reported', 'Fraud reported - user is blocked for MFA', 'AlertTriggered', 'AadRiskDetection'),
  row('THREAT', 2004, 2, 'AlertEntityGenerated', 'AlertUpdated'),
  row('THREAT', 2006, 1, 'DlpRuleMatch'),

  row('USER', 3007, 1, 'Add user', 'Invite external user'),
  row('USER', 3007, 2, 'Update user'),
  row('USER', 3007, 3, 'Delete user', 'Hard Delete user'),
  row('USER', 3007, 4, 'Redeem external user invite', 'Enable account', 'Restore user'),
  row('USER', 3007, 5, 'Disable account'),

  row('GROUP', 3006, 3, 'Add member to group', 'MemberAdded'),
  row('GROUP', 3006, 4, 'Remove member from group', 'MemberRemoved'),
  row('GROUP', 3006, 5, 'Delete group', 'TeamDeleted'),
  row('GROUP', 3006, 6, 'Add group', 'TeamCreated'),

  row('CREDENTIAL', 3007, 8, 'Change user password', 'Change password (self-service)'),
  row('CREDENTIAL', 3007, 9, 'Reset password', 'Reset user password', 'Reset password (by admin)', 'Set force change user password'),
  row('CREDENTIAL', 3007, 12, 'User registered security info', 'Add FIDO2 security key'),
  row('CREDENTIAL', 3007, 13, 'User deleted security info', 'Admin deleted security info', 'Disable Strong Authentication'),

  row('PRIVILEGE', 3007, 16, 'Add member to role', 'Add eligible member to role', 'Add owner to application', 'MemberRoleChanged'),
  row('PRIVILEGE', 3007, 16, 'User has elevated their access to User Access Administrator for their Azure Resources'),
  row('PRIVILEGE', 3007, 17, 'Remove member from role', 'Remove eligible member from role'),
  row('PRIVILEGE', 3007, 14, 'SiteCollectionAdminAdded', 'Add-MailboxPermission'),
  row('PRIVILEGE', 3006, 3, 'Add owner to group'),
  row('PRIVILEGE', 3008, 1, 'Add role definition'),
  row('PRIVILEGE', 3008, 2, 'Update role definition', 'Add role assignment to role definition'),

  row(
    'ADMIN',
    3004,
    1,
    'Add Conditional Access policy',
    'Add policy',
    'Add named location',
    'Add unverified domain',
    'Add partner to company',
  ),
  row('ADMIN', 3004, 1, 'New-TransportRule'),
  row(
    'ADMIN',
    3004,
    3,
    'Update Conditional Access policy',
    'Update policy',
    'Update security defaults',
    'Update authorization policy',
    'Authentication Methods Policy Update',
    'Set domain authentication',
    'Set federation settings on domain',
    'Verify domain',
    'Update company settings',
    'Set Company Information',
    'Set-TransportRule',
    'Set-AdminAuditLogConfig',
    'Set-OrganizationConfig',
    'TeamSettingChanged',
  ),
  row('ADMIN', 3004, 4, 'Delete Conditional Access policy', 'Delete policy', 'Remove-TransportRule'),

  row('APP_GRANT', 3007, 18, 'Consent to application', 'Add delegated permission grant', 'Add OAuth2PermissionGrant'),
  row('APP_GRANT', 3007, 18, 'Add service principal credentials', 'Update application – Certificates and secrets management'),
  row('APP_GRANT', 3007, 18, 'Update application - Certificates and secrets management'),
  row('APP_GRANT', 3007, 19, 'Remove delegated permission grant', 'Remove OAuth2PermissionGrant', 'Revoke consent'),
  row('APP_GRANT', 3007, 14, 'Add app role assignment to service principal'),
  row('APP_GRANT', 3007, 15, 'Remove app role assignment from service principal'),
  row('APP_GRANT', 6002, 1, 'Add application', 'Add service principal', 'AppInstalled'),

  // Mail rules and mailbox settings: sharing only where they forward, see the mapping of records.
  row('SHARING', 3004, 1, 'New-InboxRule'),
  row('SHARING', 3004, 3, 'Set-InboxRule', 'UpdateInboxRules', 'Set-Mailbox'),
  row(
    'SHARING',
    6006,
    12,
    'AnonymousLinkCreated',
    'CompanyLinkCreated',
    'SecureLinkCreated',
    'AddedToSecureLink',
    'SharingInvitationCreated',
    'SharingInvitationAccepted',
    'SharingSet',
    'SharingInvitationBlocked',
  ),
  row('SHARING', 6006, 13, 'AnonymousLinkRemoved', 'SharingRevoked', 'RemovedFromSecureLink', 'SecureLinkDeleted'),
  row('SHARING', 6006, 17, 'AccessRequestCreated'),

  row('DATA', 6006, 1, 'FileUploaded'),
  row('DATA', 6006, 2, 'FileDownloaded', 'FileSyncDownloadedFull'),
  row('DATA', 6006, 3, 'FileModified', 'FileModifiedExtended'),
  row('DATA', 6006, 4, 'FileDeleted', 'FileDeletedSecondStageRecycleBin', 'FileRecycled'),
  row('DATA', 6006, 5, 'FileRenamed'),
  row('DATA', 6006, 6, 'FileCopied'),
  row('DATA', 6006, 7, 'FileMoved'),
  row('DATA', 6006, 9, 'FilePreviewed'),
  row('DATA', 6006, 14, 'AnonymousLinkUsed', 'FileAccessed', 'FileAccessedExtended'),
  row('DATA', 6001, 1, 'Send', 'SendAs', 'SendOnBehalf'),
  row('DATA', 6001, 2, 'MailItemsAccessed'),
  row('DATA', 6001, 4, 'HardDelete', 'SoftDelete', 'MoveToDeletedItems'),
];

function row(category: CategoryRow['category'], classUid: number, activityId: number, ...events: string[]): CategoryRow {
  return { category, classUid, activityId, events };
}

/** A step on the way to a session: something more was asked of the person. Neither success nor failure. */
export const INTERRUPTS: ReadonlySet<number> = new Set([
  16000, 50058, 50072, 50074, 50076, 50079, 50097, 50125, 50127, 50129, 50140, 50143, 51006, 65001, 81012,
]);

/** Why a sign-in failed, by the number of AADSTS. */
export const FAILURE_OF_CODE: Readonly<Record<number, SignInFailure>> = {
  50020: 'USER_DOES_NOT_EXIST',
  50034: 'USER_DOES_NOT_EXIST',
  50053: 'ACCOUNT_LOCKED_OUT',
  50055: 'PASSWORD_EXPIRED',
  50056: 'INVALID_CREDENTIALS',
  50057: 'ACCOUNT_DISABLED',
  50064: 'INVALID_CREDENTIALS',
  50105: 'NOT_ASSIGNED',
  50107: 'IDP_ERROR',
  50126: 'INVALID_CREDENTIALS',
  50131: 'BLOCKED_BY_POLICY',
  50132: 'SESSION_EXPIRED',
  50133: 'SESSION_EXPIRED',
  50144: 'PASSWORD_EXPIRED',
  50158: 'MFA_REQUIRED',
  50173: 'SESSION_EXPIRED',
  53000: 'DEVICE_NOT_TRUSTED',
  53001: 'DEVICE_NOT_TRUSTED',
  53003: 'BLOCKED_BY_POLICY',
  53004: 'RISK_BLOCKED',
  53010: 'BLOCKED_BY_POLICY',
  53011: 'RISK_BLOCKED',
  70044: 'SESSION_EXPIRED',
  90025: 'RATE_LIMITED',
  90033: 'IDP_ERROR',
  500121: 'MFA_FAILED',
  500133: 'SESSION_EXPIRED',
  700082: 'SESSION_EXPIRED',
  7000215: 'INVALID_CREDENTIALS',
};

/** The same by the word that the activity feed uses where it gives no number. The first that fits decides. */
export const FAILURE_OF_WORD: readonly (readonly [RegExp, SignInFailure])[] = [
  [/InvalidUserNameOrPassword|InvalidPassword|InvalidGrant/i, 'INVALID_CREDENTIALS'],
  [/UserAccountNotFound|AccountNotFound|DoesNotExist/i, 'USER_DOES_NOT_EXIST'],
  [/Disabled/i, 'ACCOUNT_DISABLED'],
  [/Locked|IdsLocked/i, 'ACCOUNT_LOCKED_OUT'],
  [/PasswordExpired|ExpiredPassword/i, 'PASSWORD_EXPIRED'],
  [/BlockedByConditionalAccess|Blocked/i, 'BLOCKED_BY_POLICY'],
  [/Device/i, 'DEVICE_NOT_TRUSTED'],
  [/SessionExpired|SignInStateExpired|TokenExpired|Revoked/i, 'SESSION_EXPIRED'],
  [/NotAssigned/i, 'NOT_ASSIGNED'],
  [/StrongAuth.*Fail|MfaDenied/i, 'MFA_FAILED'],
];

/** Words of the activity feed for a step on the way. */
export const INTERRUPT_WORD = /Interrupt|Required$|EnrollmentRequired|KeepMeSignedIn|SsoUserAccountNotFoundInResourceTenant|ProofUp/i;
