import { numberedId } from './sandbox-ids.js';
import type { Row } from './sandbox-soql.js';

/** Apps that are installed in the org: one well kept, one open to everybody. */
export const INSTALLED_APPS: readonly Row[] = [
  installed(1, 'Castellan', true, 30),
  installed(2, 'Backup Sync Pro', false, null),
  installed(3, 'Salesforce for iOS', true, null),
];

function installed(number: number, name: string, isApprovedOnly: boolean, validity: number | null): Row {
  return {
    Id: numberedId('0H4', number),
    Name: name,
    CreatedDate: '2025-02-01T08:00:00.000+0000',
    OptionsAllowAdminApprovedUsersOnly: isApprovedOnly,
    OptionsRefreshTokenValidityMetric: validity !== null,
    RefreshTokenValidityPeriod: validity,
  };
}

const [PASSWORDS, SESSIONS] = ['Password Policies', 'Session Settings'];

/** The rows of Health Check: believable and not all good. */
export const HEALTH_RISKS: readonly Row[] = [
  risk('MEETS_STANDARD', 'Minimum password length', PASSWORDS, '8', '8 characters'),
  risk('MEETS_STANDARD', 'Password complexity requirement', PASSWORDS, '1', 'Must include alpha and numeric characters'),
  risk('HIGH_RISK', 'Maximum invalid login attempts', PASSWORDS, '10', '3'),
  risk('MEETS_STANDARD', 'Enforce password history', PASSWORDS, '3', '3 passwords remembered'),
  risk('MEETS_STANDARD', 'User passwords expire in', PASSWORDS, '90', '90 days'),
  risk('MEETS_STANDARD', 'Timeout value', SESSIONS, '120', '2 hours'),
  risk('HIGH_RISK', 'Force logout on session timeout', SESSIONS, 'false', 'Enabled'),
  risk('MEETS_STANDARD', 'Lock sessions to the domain in which they were first used', SESSIONS, 'true', 'Enabled'),
  risk('MEDIUM_RISK', 'Lock sessions to the IP address from which they originated', SESSIONS, 'false', 'Enabled'),
  risk('MEDIUM_RISK', 'Enforce login IP ranges on every request', SESSIONS, 'false', 'Enabled'),
  risk('MEETS_STANDARD', 'Enable CSRF protection on GET requests on non-setup pages', SESSIONS, 'true', 'Enabled'),
  risk('MEETS_STANDARD', 'Enable CSRF protection on POST requests on non-setup pages', SESSIONS, 'true', 'Enabled'),
  risk('MEETS_STANDARD', 'Enable clickjack protection for Setup pages', SESSIONS, 'true', 'Enabled'),
  risk('MEETS_STANDARD', 'Enable clickjack protection for non-Setup Salesforce pages', SESSIONS, 'true', 'Enabled'),
  risk('HIGH_RISK', 'Enable clickjack protection for customer Visualforce pages with standard headers', SESSIONS, 'false', 'Enabled'),
  risk('HIGH_RISK', 'Enable clickjack protection for customer Visualforce pages with headers disabled', SESSIONS, 'false', 'Enabled'),
  risk('MEETS_STANDARD', 'Require HttpOnly attribute', SESSIONS, 'true', 'Enabled'),
  risk('MEETS_STANDARD', 'Require identity verification for change of email address', SESSIONS, 'true', 'Enabled'),
  risk('MEDIUM_RISK', 'Require identity verification during multi-factor authentication (MFA) registration', SESSIONS, 'false', 'Enabled'),
  risk('MEDIUM_RISK', 'Administrators Can Log in as Any User', 'Login Access Policies', 'true', 'Disabled'),
  risk('MEETS_STANDARD', 'Number of remote sites with protocol security disabled', 'Remote Site Settings', '0', '0'),
  risk('LOW_RISK', 'Number of expired certificates', 'Certificate and Key Management', '1', '0'),
];

function risk(RiskType: string, Setting: string, SettingGroup: string | undefined, OrgValueRaw: string, StandardValue: string): Row {
  return {
    DurableId: Setting,
    RiskType,
    Setting,
    SettingGroup,
    OrgValue: OrgValueRaw,
    OrgValueRaw,
    StandardValue,
    StandardValueRaw: StandardValue,
  };
}
