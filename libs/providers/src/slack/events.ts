import type { Severity, SignInFailure } from '#libs/contracts';

import type { CategoryRow } from '../sdk/index.js';

/**
 * What each action of the audit log means, with OCSF's classes. An action that is not here is judged by the rules on its words, and kept either way.
 * The last rows are of the integration log of a workspace, whose events have no names of their own.
 */
export const EVENTS: readonly CategoryRow[] = [
  row('SIGN_IN', 3002, 1, 'user_login', 'cli_login', 'user_login_failed', 'ip_allowlist_access_denied', 'access_log_login'),
  row('SIGN_IN', 3002, 2, 'user_logout', 'cli_logout', 'user_session_invalidated', 'user_logout_non_compliant_mobile_app_version'),
  row('SIGN_IN', 3002, 2, 'user_session_reset_by_admin', 'bulk_session_reset_by_admin', 'user_sessions_reset_by_circuit_breaker'),

  row('THREAT', 3002, 2, 'user_logout_compromised'),
  row('THREAT', 2004, 1, 'anomaly', 'file_malicious_content_detected'),
  row('THREAT', 2004, 1, 'user_password_reset_slack_security', 'user_sessions_reset_by_anomaly_event_response'),
  row('THREAT', 2004, 1, 'workflow_trigger_suspicious_keyword', 'workflow_ai_answer_suspicious_prompt'),

  row('CREDENTIAL', 3007, 12, 'user_passkey_created'),
  row('CREDENTIAL', 3007, 13, 'user_passkey_removed'),
  row('CREDENTIAL', 3007, 9, 'user_password_reset_requested', 'user_password_reset_by_admin'),

  row('USER', 3007, 1, 'user_created', 'guest_created', 'user_joined_workspace', 'guest_joined_workspace'),
  row('USER', 3007, 5, 'user_deactivated', 'guest_deactivated', 'guest_expired'),
  row('USER', 3007, 4, 'user_reactivated', 'guest_reactivated'),
  row(
    'USER',
    3007,
    2,
    'user_email_updated',
    'user_merged',
    'user_username_updated',
    'user_profile_updated',
    'user_session_settings_changed',
  ),
  row('USER', 3007, 2, 'guest_expiration_set', 'guest_expiration_cleared', 'guest_transferred_to_external_user'),

  row('PRIVILEGE', 3007, 16, 'role_change_to_admin', 'role_change_to_owner', 'owner_transferred', 'service_owner_transferred'),
  row('PRIVILEGE', 3007, 16, 'role_assigned', 'org_owner_created'),
  row('PRIVILEGE', 3007, 17, 'role_change_to_user', 'role_change_to_guest', 'role_removed'),
  row('PRIVILEGE', 3007, 14, 'permissions_assigned'),
  row('PRIVILEGE', 3007, 15, 'permissions_removed'),
  row('PRIVILEGE', 3006, 12, 'role_added_to_usergroup'),
  row('PRIVILEGE', 3006, 13, 'role_removed_from_usergroup'),
  row('PRIVILEGE', 3008, 1, 'role_created'),
  row('PRIVILEGE', 3008, 2, 'role_updated'),
  row('PRIVILEGE', 3008, 3, 'role_deleted'),

  row('GROUP', 3006, 3, 'user_added_to_usergroup', 'user_add_to_usergroup_failed'),
  row('GROUP', 3006, 4, 'user_removed_from_usergroup'),
  row('GROUP', 3006, 9, 'usergroup_updated', 'role_modified_on_usergroup'),

  row(
    'ADMIN',
    3004,
    1,
    'idp_configuration_added',
    'domain_verified',
    'barrier_created',
    'legal_hold_policy_created',
    'native_dlp_rule_created',
  ),
  row('ADMIN', 3004, 3, 'pref.*', 'idp_prod_configuration_updated', 'team_authorized_ip_range_set', 'legal_hold_policy_updated'),
  row('ADMIN', 3004, 3, 'legal_hold_policy_entities_deleted', 'legal_hold_policy_exclusion_added', 'native_dlp_rule_edited'),
  row('ADMIN', 3004, 4, 'idp_configuration_deleted', 'barrier_deleted', 'legal_hold_policy_released', 'native_dlp_violation_deleted'),
  row(
    'ADMIN',
    3004,
    8,
    'ip_allowlist_enabled',
    'corporate_exports_enabled',
    'ekm_enrolled',
    'native_dlp_rule_reactivated',
    'intune_enabled',
  ),
  row('ADMIN', 3004, 9, 'ip_allowlist_disabled', 'ekm_unenrolled', 'intune_disabled', 'native_dlp_rule_deactivated'),

  row('DATA', 6001, 7, 'manual_export_started', 'manual_export_downloaded', 'manual_user_export_started', 'manual_user_export_downloaded'),
  row(
    'DATA',
    6001,
    7,
    'channels_export_started',
    'channels_export_downloaded',
    'audit_logs_export_csv_started',
    'audit_logs_export_json_started',
  ),
  row('DATA', 6006, 2, 'file_downloaded', 'file_downloaded_blocked', 'file_download_blocked'),
  row('DATA', 6006, 1, 'file_uploaded', 'file_upload_blocked_by_type'),
  row('DATA', 6006, 4, 'file_deleted'),

  row('SHARING', 6006, 12, 'file_shared', 'file_public_link_created', 'file_share_blocked_by_type'),
  row('SHARING', 6006, 13, 'file_public_link_revoked'),
  row(
    'SHARING',
    6001,
    8,
    'private_channel_converted_to_public',
    'external_shared_channel_invite_sent',
    'external_shared_channel_invite_accepted',
  ),
  row('SHARING', 6001, 8, 'external_shared_channel_connected', 'connect_dm_invite_accepted', 'channel_email_address_created'),
  row('SHARING', 6001, 8, 'guest_channel_join', 'canvas_shared', 'canvas_linksharing_enabled'),
  row('SHARING', 6001, 3, 'external_shared_channel_disconnected', 'public_channel_converted_to_private', 'canvas_linksharing_disabled'),

  row('RESOURCE', 6001, 1, 'public_channel_created', 'private_channel_created', 'workflow_v2_published'),
  row('RESOURCE', 6001, 4, 'public_channel_deleted', 'private_channel_deleted'),
  row('RESOURCE', 6001, 3, 'user_channel_join', 'user_channel_leave', 'public_channel_archive', 'private_channel_archive'),

  row('APP_GRANT', 6002, 1, 'app_installed', 'org_app_installed', 'integration_added'),
  row('APP_GRANT', 6002, 2, 'app_uninstalled', 'org_app_uninstalled', 'app_deleted', 'integration_removed'),
  row('APP_GRANT', 6002, 6, 'app_approved', 'integration_enabled'),
  row('APP_GRANT', 6002, 7, 'app_restricted', 'app_removed_from_whitelist', 'integration_disabled'),
  row('APP_GRANT', 6002, 8, 'app_scopes_expanded', 'app_resources_granted', 'bot_token_upgraded', 'bot_token_downgraded'),
  row('APP_GRANT', 6002, 8, 'app_mcp_server_added', 'integration_expanded', 'integration_updated'),
  row('APP_GRANT', 3007, 18, 'app_token_preserved', 'external_auth_oauth2_token_fetched'),
];

/** Slack rates none of its own alerts: these are ours, by what each says has happened. */
export const SEVERITY_OF_ALERT: Readonly<Record<string, Severity>> = {
  user_logout_compromised: 'HIGH',
  file_malicious_content_detected: 'HIGH',
  user_sessions_reset_by_anomaly_event_response: 'HIGH',
  user_password_reset_slack_security: 'HIGH',
};

/** Acts of an administrator that the category alone does not show. */
export const ADMIN_EVENTS: ReadonlySet<string> = new Set([
  'user_session_reset_by_admin',
  'bulk_session_reset_by_admin',
  'user_password_reset_by_admin',
  'app_approved',
  'app_restricted',
  'app_removed_from_whitelist',
  'org_app_installed',
  'org_app_uninstalled',
  'manual_export_started',
  'manual_export_downloaded',
  'manual_user_export_started',
  'manual_user_export_downloaded',
  'channels_export_started',
  'channels_export_downloaded',
  'audit_logs_export_csv_started',
  'audit_logs_export_json_started',
]);

/** The audit log has no field for the outcome: names tell. */
export const FAILED = /(?:_failed|_denied)$|_blocked(?:_|$)/;

/** Why a sign-in failed, from the words of `details.reason`. */
export const FAILURE_OF_WORDS: readonly (readonly [RegExp, SignInFailure])[] = [
  [/2fa|two.?factor|mfa|otp/i, 'MFA_FAILED'],
  [/sso|saml|idp/i, 'IDP_ERROR'],
  [/rate.?limit|too.?many/i, 'RATE_LIMITED'],
  [/deactivated|disabled|inactive/i, 'ACCOUNT_DISABLED'],
  [/user.?not.?found|no.?such.?user/i, 'USER_DOES_NOT_EXIST'],
  [/password|credential/i, 'INVALID_CREDENTIALS'],
];

function row(category: CategoryRow['category'], classUid: number, activityId: number, ...events: string[]): CategoryRow {
  return { events, category, classUid, activityId };
}
