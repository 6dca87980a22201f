/** The words that services, providers and the graph share. Each is a GraphQL enum of the same name. */

export const CAPABILITIES = [
  'LIST_ACCOUNTS',
  'LIST_GROUPS',
  'LIST_PRIVILEGES',
  'SIGN_IN_ACTIVITY',
  'USER_ACTIVITY',
  'ADMIN_ACTIVITY',
  'USER_GOVERNANCE',
  'VIEW_APP_GRANTS',
  'REVOKE_APP_GRANTS',
  'POSTURE',
  'FILE_SCAN',
  'FILE_SCAN_NEAR_REAL_TIME',
  'SHARING_CONTROL',
  'FILE_GOVERNANCE',
  'FILE_LABELS',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export const STREAM_NAMES = ['ACCOUNTS', 'GROUPS', 'PRIVILEGES', 'APP_GRANTS', 'ACTIVITIES', 'FILES', 'SETTINGS'] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

export const STREAM_STATUSES = ['WAITING', 'RUNNING', 'UP_TO_DATE', 'RETRYING', 'FAILED', 'NOT_AVAILABLE'] as const;
export type StreamStatus = (typeof STREAM_STATUSES)[number];

export const CONNECTOR_STATUSES = ['CONNECTING', 'CONNECTED', 'DEGRADED', 'DISCONNECTED', 'DISABLED'] as const;
export type ConnectorStatus = (typeof CONNECTOR_STATUSES)[number];

export const CONNECTOR_PROBLEM_CODES = [
  'CREDENTIAL_INVALID',
  'CREDENTIAL_EXPIRED',
  'CONSENT_REQUIRED',
  'SCOPE_MISSING',
  'LICENCE_MISSING',
  'NOT_ADMINISTRATOR',
  'RATE_LIMITED',
  'APP_UNAVAILABLE',
  'APP_RESPONSE_UNREADABLE',
  'ENDPOINT_UNREACHABLE',
  'CONFIGURATION_INVALID',
] as const;
export type ConnectorProblemCode = (typeof CONNECTOR_PROBLEM_CODES)[number];

/** Why something does not work with a connected app, and what its administrator can do. */
export interface ConnectorProblem {
  readonly code: ConnectorProblemCode;
  readonly message: string;
  readonly remedy: string;
  readonly httpStatus?: number;
  readonly missingScopes?: readonly string[];
}

export const ACCOUNT_STATUSES = ['ACTIVE', 'SUSPENDED', 'DISABLED', 'INVITED', 'DELETED', 'UNKNOWN'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export const ACTIVITY_CATEGORIES = [
  'SIGN_IN',
  'CREDENTIAL',
  'USER',
  'GROUP',
  'PRIVILEGE',
  'APP_GRANT',
  'ADMIN',
  'SHARING',
  'DATA',
  'RESOURCE',
  'THREAT',
  'UNMAPPED',
] as const;
export type ActivityCategory = (typeof ACTIVITY_CATEGORIES)[number];

export const OUTCOMES = ['SUCCESS', 'FAILURE', 'UNKNOWN'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a sign-in failed, in one vocabulary over all apps (`status_detail` in OCSF). */
export const SIGN_IN_FAILURES = [
  'USER_DOES_NOT_EXIST',
  'INVALID_CREDENTIALS',
  'ACCOUNT_DISABLED',
  'ACCOUNT_LOCKED_OUT',
  'PASSWORD_EXPIRED',
  'MFA_FAILED',
  'MFA_DENIED',
  'MFA_TIMEOUT',
  'MFA_REQUIRED',
  'BLOCKED_BY_POLICY',
  'IP_NOT_ALLOWED',
  'TIME_NOT_ALLOWED',
  'DEVICE_NOT_TRUSTED',
  'NOT_ASSIGNED',
  'RISK_BLOCKED',
  'RATE_LIMITED',
  'IDP_ERROR',
  'SESSION_EXPIRED',
  'UNKNOWN',
] as const;
export type SignInFailure = (typeof SIGN_IN_FAILURES)[number];

export const SEVERITIES = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const CONTROL_OUTCOMES = ['PASS', 'FAIL', 'UNKNOWN', 'NOT_APPLICABLE'] as const;
export type ControlOutcome = (typeof CONTROL_OUTCOMES)[number];

export const ACTION_KINDS = [
  'SUSPEND_USER',
  'UNSUSPEND_USER',
  'REQUIRE_SIGN_IN_AGAIN',
  'EXPIRE_PASSWORD',
  'DEACTIVATE_USER',
  'REVOKE_ADMIN_PRIVILEGES',
  'REMOVE_FROM_GROUP',
  'REVOKE_APP_GRANT',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

export const ACTION_STATUSES = ['AWAITING_APPROVAL', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED'] as const;
export type ActionStatus = (typeof ACTION_STATUSES)[number];

export const SERVICE_NAMES = ['connectors', 'inventory', 'activities', 'posture', 'governance'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];
