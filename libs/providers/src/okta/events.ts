import type { SignInFailure } from '#libs/contracts';

import type { CategoryRow } from '../sdk/index.js';

/**
 * What each event type of the System Log means, with OCSF's classes. A name that is not here is judged by the rules on its words, and kept either way.
 * Steps on the way to a session (second factor, policy) are Preauth, so that one sign-in counts once.
 */
export const EVENTS: readonly CategoryRow[] = [
  row(
    'SIGN_IN',
    3002,
    1,
    'user.session.start',
    'user.authentication.sso',
    'user.session.access_admin_app',
    'app.generic.unauth_app_access_attempt',
  ),
  row('SIGN_IN', 3002, 6, 'user.authentication.auth_via_mfa', 'user.authentication.auth_via_IDP', 'user.authentication.auth_via_social'),
  row('SIGN_IN', 3002, 6, 'user.authentication.verify', 'policy.evaluate_sign_on'),
  row(
    'SIGN_IN',
    3002,
    6,
    'user.mfa.okta_verify.deny_push',
    'user.mfa.factor.attempt_fail',
    'user.factor.attempt_fail',
    'user.mfa.attempt_bypass',
  ),
  row('SIGN_IN', 3002, 2, 'user.session.end', 'user.session.clear', 'user.session.impersonation.end'),
  row('SIGN_IN', 3002, 7, 'user.session.impersonation.initiate', 'user.session.impersonation.extend'),
  row('SIGN_IN', 3002, 99, 'app.oauth2.token.grant.*', 'app.oauth2.as.token.grant', 'app.oauth2.as.token.grant.*'),

  row('CREDENTIAL', 3007, 8, 'user.account.update_password'),
  row('CREDENTIAL', 3007, 9, 'user.account.reset_password', 'user.account.expire_password'),
  row('CREDENTIAL', 3007, 12, 'user.mfa.factor.activate'),
  row('CREDENTIAL', 3007, 13, 'user.mfa.factor.deactivate', 'user.mfa.factor.reset_all', 'user.mfa.factor.suspend'),
  row('CREDENTIAL', 3007, 2, 'user.mfa.factor.update'),
  row('CREDENTIAL', 3004, 2, 'application.user_membership.show_password', 'app.generic.show.password'),

  row('USER', 3007, 1, 'user.lifecycle.create'),
  row('USER', 3007, 2, 'user.account.update_profile', 'application.user_membership.change_username'),
  row('USER', 3007, 3, 'user.lifecycle.delete.initiated'),
  row('USER', 3007, 4, 'user.lifecycle.activate', 'user.lifecycle.unsuspend', 'user.lifecycle.reactivate'),
  row('USER', 3007, 5, 'user.lifecycle.suspend', 'user.lifecycle.deactivate'),
  row('USER', 3007, 6, 'user.account.lock', 'user.account.lock.limit'),
  row('USER', 3007, 7, 'user.account.unlock'),

  row('GROUP', 3006, 3, 'group.user_membership.add'),
  row('GROUP', 3006, 4, 'group.user_membership.remove'),
  row('GROUP', 3006, 5, 'group.lifecycle.delete'),
  row('GROUP', 3006, 6, 'group.lifecycle.create'),

  row('PRIVILEGE', 3007, 14, 'user.session.impersonation.grant', 'application.user_membership.add'),
  row('PRIVILEGE', 3007, 15, 'user.session.impersonation.revoke', 'application.user_membership.remove'),
  row('PRIVILEGE', 3007, 16, 'user.account.privilege.grant', 'iam.resourceset.bindings.add'),
  row('PRIVILEGE', 3007, 17, 'user.account.privilege.revoke', 'iam.resourceset.bindings.delete'),
  row('PRIVILEGE', 3006, 1, 'group.application_assignment.add'),
  row('PRIVILEGE', 3006, 2, 'group.application_assignment.remove'),
  row('PRIVILEGE', 3006, 12, 'group.privilege.grant'),
  row('PRIVILEGE', 3006, 13, 'group.privilege.revoke'),
  row('PRIVILEGE', 3008, 1, 'iam.role.create'),

  row('APP_GRANT', 3007, 14, 'app.oauth2.client.privilege.grant'),
  row('APP_GRANT', 3007, 18, 'system.api_token.create', 'system.api_token.enable', 'app.oauth2.as.consent.grant'),
  row('APP_GRANT', 3007, 19, 'system.api_token.revoke', 'app.oauth2.as.consent.revoke'),
  row('APP_GRANT', 6002, 1, 'application.lifecycle.create', 'app.oauth2.client.lifecycle.create'),
  row('APP_GRANT', 6002, 2, 'application.lifecycle.delete'),
  row('APP_GRANT', 6002, 6, 'application.lifecycle.activate'),
  row('APP_GRANT', 6002, 7, 'application.lifecycle.deactivate'),
  row('APP_GRANT', 6002, 8, 'application.lifecycle.update'),

  row(
    'ADMIN',
    3004,
    1,
    'policy.lifecycle.create',
    'policy.rule.add',
    'zone.create',
    'system.idp.lifecycle.create',
    'system.log_stream.lifecycle.create',
  ),
  row('ADMIN', 3004, 1, 'security.device.add_request_blacklist_policy'),
  row(
    'ADMIN',
    3004,
    3,
    'policy.lifecycle.update',
    'policy.rule.update',
    'zone.update',
    'system.idp.lifecycle.update',
    'application.policy.sign_on.update',
  ),
  row('ADMIN', 3004, 3, 'system.agent.ad.config_change_detected', 'system.org.rate_limit.warning', 'system.org.rate_limit.violation'),
  row(
    'ADMIN',
    3004,
    4,
    'policy.lifecycle.delete',
    'policy.rule.delete',
    'zone.delete',
    'system.idp.lifecycle.delete',
    'application.policy.sign_on.rule.delete',
  ),
  row(
    'ADMIN',
    3004,
    10,
    'policy.lifecycle.activate',
    'policy.rule.activate',
    'zone.activate',
    'system.idp.lifecycle.activate',
    'system.mfa.factor.activate',
  ),
  row('ADMIN', 3004, 11, 'policy.lifecycle.deactivate', 'policy.rule.deactivate', 'zone.deactivate', 'system.idp.lifecycle.deactivate'),
  row(
    'ADMIN',
    3004,
    11,
    'system.mfa.factor.deactivate',
    'system.log_stream.lifecycle.deactivate',
    'security.authenticator.lifecycle.deactivate',
  ),

  row('THREAT', 2004, 1, 'security.threat.detected', 'user.account.report_suspicious_activity_by_enduser'),
  row('THREAT', 2004, 1, 'app.oauth2.token.detect_reuse', 'app.oauth2.as.token.detect_reuse'),
];

/** Acts of an administrator that the category alone does not show. */
export const ADMIN_EVENTS: ReadonlySet<string> = new Set([
  'user.session.access_admin_app',
  'user.session.impersonation.initiate',
  'user.session.impersonation.extend',
  'application.lifecycle.create',
  'application.lifecycle.update',
  'application.lifecycle.delete',
  'application.lifecycle.activate',
  'application.lifecycle.deactivate',
  'app.oauth2.client.lifecycle.create',
  'app.oauth2.client.privilege.grant',
  'system.api_token.create',
  'system.api_token.enable',
  'system.api_token.revoke',
]);

/** Events that only the app itself writes down: no one used administrative power. */
export const AUTOMATIC_EVENTS: ReadonlySet<string> = new Set([
  'system.org.rate_limit.warning',
  'system.org.rate_limit.violation',
  'system.agent.ad.config_change_detected',
]);

/** Why a sign-in failed, where the type of the event says it. */
export const FAILURE_OF_EVENT: Readonly<Record<string, SignInFailure>> = {
  'user.mfa.okta_verify.deny_push': 'MFA_DENIED',
  'user.mfa.factor.attempt_fail': 'MFA_FAILED',
  'user.factor.attempt_fail': 'MFA_FAILED',
  'user.mfa.attempt_bypass': 'MFA_FAILED',
  'app.generic.unauth_app_access_attempt': 'NOT_ASSIGNED',
};

/** Why a sign-in failed, by `outcome.reason`, compared without case. */
export const FAILURE_OF_REASON: Readonly<Record<string, SignInFailure>> = {
  INVALID_CREDENTIALS: 'INVALID_CREDENTIALS',
  LOCKED_OUT: 'ACCOUNT_LOCKED_OUT',
  PASSWORD_EXPIRED: 'PASSWORD_EXPIRED',
  VERIFICATION_ERROR: 'MFA_FAILED',
  INVALID_OTP: 'MFA_FAILED',
  MFA_REQUIRED: 'MFA_REQUIRED',
  USER_DISABLED: 'ACCOUNT_DISABLED',
  USER_SUSPENDED: 'ACCOUNT_DISABLED',
  INVALID_USER: 'USER_DOES_NOT_EXIST',
  UNKNOWN_USER: 'USER_DOES_NOT_EXIST',
  NETWORK_ZONE_BLOCKED: 'IP_NOT_ALLOWED',
  RATE_LIMITED: 'RATE_LIMITED',
  SESSION_EXPIRED: 'SESSION_EXPIRED',
};

/** Why a sign-in failed, by words inside a longer reason; tried in order. */
export const FAILURE_OF_WORDS: readonly (readonly [RegExp, SignInFailure])[] = [
  [/\brejected\b|\bdenied (?:the )?push\b|\bdeclined\b/i, 'MFA_DENIED'],
  [/\btimed? ?out\b|\btimeout\b/i, 'MFA_TIMEOUT'],
  [/\bthreat\b|\bsuspicious\b/i, 'RISK_BLOCKED'],
  [/\bpolicy\b|\bDENY\b/, 'BLOCKED_BY_POLICY'],
  [/\bnetwork zone\b|\bblocked ip\b/i, 'IP_NOT_ALLOWED'],
  [/\bnot assigned\b/i, 'NOT_ASSIGNED'],
  [/\block(?:ed)? out\b/i, 'ACCOUNT_LOCKED_OUT'],
  [/\bdevice\b.{0,40}\b(?:trust|managed|assurance)/i, 'DEVICE_NOT_TRUSTED'],
];

function row(category: CategoryRow['category'], classUid: number, activityId: number, ...events: string[]): CategoryRow {
  return { events, category, classUid, activityId };
}
