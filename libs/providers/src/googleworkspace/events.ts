import type { Severity, SignInFailure } from '#libs/contracts';

import type { CategoryRow } from '../sdk/index.js';

/**
 * What each event means, by application and name, with OCSF's classes. A name that is not here is judged by the rules on its words.
 * Steps on the way to a session are Preauth, so that one sign-in counts once.
 */
export const EVENTS: readonly CategoryRow[] = [
  row('SIGN_IN', 3002, 1, 'login.login_success', 'saml.login_success', 'login.login_failure', 'saml.login_failure'),
  row('SIGN_IN', 3002, 1, 'context_aware_access.ACCESS_DENY_EVENT'),
  row('SIGN_IN', 3002, 6, 'login.login_verification', 'login.login_challenge'),
  row('SIGN_IN', 3002, 2, 'login.logout', 'admin.RESET_SIGNIN_COOKIES'),

  row('THREAT', 2004, 1, 'login.suspicious_login', 'login.suspicious_login_less_secure_app', 'login.suspicious_programmatic_login'),
  row('THREAT', 2004, 1, 'login.gov_attack_warning', 'login.risky_sensitive_action_allowed', 'login.risky_sensitive_action_blocked'),
  row('THREAT', 2004, 1, 'login.user_signed_out_due_to_suspicious_session_cookie'),
  row('THREAT', 2004, 1, 'mobile.DEVICE_COMPROMISED_EVENT', 'mobile.SUSPICIOUS_ACTIVITY_EVENT', 'mobile.FAILED_PASSWORD_ATTEMPTS_EVENT'),
  row('THREAT', 3007, 5, 'login.account_disabled_*'),

  row('CREDENTIAL', 3007, 12, 'login.2sv_enroll', 'login.titanium_enroll'),
  row('CREDENTIAL', 3007, 13, 'login.2sv_disable', 'login.titanium_unenroll', 'admin.TURN_OFF_2_STEP_VERIFICATION'),
  row('CREDENTIAL', 3007, 8, 'login.password_edit'),
  row('CREDENTIAL', 3007, 9, 'admin.CHANGE_PASSWORD', 'admin.CHANGE_PASSWORD_ON_NEXT_LOGIN'),
  row('CREDENTIAL', 3007, 2, 'login.recovery_email_edit', 'login.recovery_phone_edit', 'login.recovery_secret_qa_edit'),

  row('USER', 3007, 1, 'admin.CREATE_USER'),
  row('USER', 3007, 3, 'admin.DELETE_USER'),
  row('USER', 3007, 5, 'admin.SUSPEND_USER', 'admin.ARCHIVE_USER'),
  row('USER', 3007, 4, 'admin.UNSUSPEND_USER', 'admin.UNARCHIVE_USER'),
  row('USER', 3007, 2, 'admin.RENAME_USER', 'admin.MOVE_USER_TO_ORG_UNIT', 'admin.USER_LICENSE_ASSIGNMENT', 'admin.USER_LICENSE_REVOKE'),
  row('USER', 3004, 6, 'mobile.DEVICE_REGISTER_UNREGISTER_EVENT'),

  row('PRIVILEGE', 3007, 16, 'admin.GRANT_ADMIN_PRIVILEGE', 'admin.GRANT_DELEGATED_ADMIN_PRIVILEGES', 'admin.ASSIGN_ROLE'),
  row('PRIVILEGE', 3007, 17, 'admin.REVOKE_ADMIN_PRIVILEGE', 'admin.UNASSIGN_ROLE'),
  row('PRIVILEGE', 3008, 1, 'admin.CREATE_ROLE'),
  row('PRIVILEGE', 3008, 2, 'admin.UPDATE_ROLE', 'admin.RENAME_ROLE'),
  row('PRIVILEGE', 3008, 3, 'admin.DELETE_ROLE'),
  row('PRIVILEGE', 3008, 4, 'admin.ADD_PRIVILEGE'),
  row('PRIVILEGE', 3008, 5, 'admin.REMOVE_PRIVILEGE'),

  row('GROUP', 3006, 6, 'admin.CREATE_GROUP', 'groups_enterprise.create_group'),
  row('GROUP', 3006, 5, 'admin.DELETE_GROUP', 'groups_enterprise.delete_group'),
  row('GROUP', 3006, 3, 'admin.ADD_GROUP_MEMBER', 'groups_enterprise.add_member', 'groups_enterprise.add_user'),
  row('GROUP', 3006, 4, 'admin.REMOVE_GROUP_MEMBER', 'groups_enterprise.remove_member', 'groups_enterprise.remove_user'),
  row('GROUP', 3006, 9, 'admin.CHANGE_GROUP_SETTING'),

  row('ADMIN', 3004, 3, 'admin.CHANGE_APPLICATION_SETTING', 'admin.CHANGE_DOCS_SETTING', 'admin.CHANGE_CALENDAR_SETTING'),
  row('ADMIN', 3004, 3, 'admin.CHANGE_GMAIL_SETTING', 'admin.ENFORCE_STRONG_AUTHENTICATION', 'admin.ALLOW_STRONG_AUTHENTICATION'),
  row('ADMIN', 3004, 3, 'admin.TOGGLE_SSO_ENABLED', 'admin.CHANGE_SSO_SETTINGS'),
  row('ADMIN', 3004, 1, 'admin.CREATE_APPLICATION_SETTING', 'admin.CREATE_GMAIL_SETTING', 'admin.ADD_TRUSTED_DOMAINS'),
  row('ADMIN', 3004, 4, 'admin.DELETE_APPLICATION_SETTING', 'admin.REMOVE_TRUSTED_DOMAINS'),

  row('APP_GRANT', 3007, 18, 'token.authorize'),
  row('APP_GRANT', 3007, 19, 'token.revoke', 'admin.REVOKE_3LO_TOKEN', 'admin.REVOKE_ASP', 'admin.REVOKE_3LO_*', 'admin.REVOKE_ASP*'),
  row('APP_GRANT', 3007, 14, 'admin.AUTHORIZE_API_CLIENT_ACCESS'),
  row('APP_GRANT', 3007, 15, 'admin.REVOKE_API_CLIENT_ACCESS'),
  row('APP_GRANT', 6002, 1, 'admin.ADD_APPLICATION'),
  row('APP_GRANT', 6002, 2, 'admin.REMOVE_APPLICATION'),
  row('APP_GRANT', 6002, 6, 'admin.ADD_APPLICATION_TO_WHITELIST'),
  row('APP_GRANT', 6002, 7, 'admin.REMOVE_APPLICATION_FROM_WHITELIST'),

  row('SHARING', 3004, 3, 'login.email_forwarding_out_of_domain'),
  row('SHARING', 6006, 12, 'admin.CREATE_DATA_TRANSFER_REQUEST'),
  row('SHARING', 6006, 12, 'drive.change_user_access*', 'drive.change_document_visibility*', 'drive.change_document_access_scope*'),
  row(
    'SHARING',
    6006,
    12,
    'drive.change_acl_editors',
    'drive.change_owner',
    'drive.publish_change',
    'drive.shared_drive_membership_change',
  ),
  row('SHARING', 6006, 12, 'drive.team_drive_membership_change'),
  row('SHARING', 3004, 3, 'drive.shared_drive_settings_change', 'drive.team_drive_settings_change'),
  row('SHARING', 6006, 17, 'drive.request_access', 'drive.deny_access_request'),

  row('DATA', 6001, 7, 'admin.DOWNLOAD_USERLIST_CSV', 'admin.CUSTOMER_TAKEOUT_CREATED'),
  row('DATA', 6001, 5, 'admin.EMAIL_LOG_SEARCH', 'admin.SECURITY_INVESTIGATION_QUERY'),
  row('DATA', 6003, 2, 'token.activity'),
  row('DATA', 6006, 9, 'drive.view', 'drive.preview'),
  row('DATA', 6006, 2, 'drive.download', 'drive.print'),
  row('DATA', 6006, 3, 'drive.edit'),
  row('DATA', 6006, 1, 'drive.create', 'drive.upload'),
  row('DATA', 6006, 6, 'drive.copy'),
  row('DATA', 6006, 7, 'drive.move', 'drive.add_to_folder'),
  row('DATA', 6006, 5, 'drive.rename'),
  row('DATA', 6006, 4, 'drive.delete', 'drive.trash'),
  row('DATA', 6006, 8, 'drive.untrash'),
];

/**
 * Events that Google writes into two logs, `login` and `user_accounts`, with the same time and qualifier. They are one event: whichever log shows it
 * first, it has the same name and id here.
 */
export const IN_BOTH_LOGS = /^(?:2sv_|password_edit$|recovery_|titanium_|email_forwarding_out_of_domain$)/;

/** Why a sign-in failed, by the words of `login_failure_type` and `failure_type`; the first that fits. */
export const FAILURES: readonly (readonly [RegExp, SignInFailure])[] = [
  [/second_factor|access_code|two_step|2sv/i, 'MFA_FAILED'],
  [/invalid_password|invalid_credentials/i, 'INVALID_CREDENTIALS'],
  [/account_disabled|suspended/i, 'ACCOUNT_DISABLED'],
  [/not_enabled_for_user|not_configured_for_user|app_not_configured/i, 'NOT_ASSIGNED'],
  [/request_denied|access_deny/i, 'BLOCKED_BY_POLICY'],
  [/invalid_sp_id|no_passive|malformed|name_id|failure_unknown_saml/i, 'IDP_ERROR'],
];

/** How bad Google's own warnings are; those that are not here are MEDIUM. */
export const SEVERITY: Readonly<Record<string, Severity>> = {
  'login.gov_attack_warning': 'HIGH',
  'login.account_disabled_password_leak': 'HIGH',
  'login.account_disabled_hijacked': 'HIGH',
  'login.account_disabled_spamming': 'HIGH',
  'login.account_disabled_generic': 'HIGH',
  'login.account_disabled_spamming_through_relay': 'HIGH',
  'mobile.DEVICE_COMPROMISED_EVENT': 'HIGH',
};

function row(category: CategoryRow['category'], classUid: number, activityId: number, ...events: string[]): CategoryRow {
  return { events, category, classUid, activityId };
}
