/**
 * Every operation that we use, with the application permissions of which it needs one; the first is the one we ask for. The one list behind the
 * names of missing permissions and the sandbox's routes. Operations of Graph stand below its v1.0, those of the Management Activity API below
 * the tenant's `activity/feed`.
 */
export const SCOPES_OF_OPERATION = {
  'GET /organization': ['Directory.Read.All'],
  'GET /users': ['User.Read.All', 'Directory.Read.All'],
  'GET /users (signInActivity)': ['AuditLog.Read.All'],
  'GET /users/{id}': ['User.Read.All', 'Directory.Read.All'],
  'GET /users/{id}/memberOf': ['Directory.Read.All', 'User.Read.All'],
  'PATCH /users/{id}': ['User.EnableDisableAccount.All', 'User.ReadWrite.All'],
  'PATCH /users/{id} (passwordProfile)': ['User-PasswordProfile.ReadWrite.All', 'User.ReadWrite.All'],
  'POST /users/{id}/revokeSignInSessions': ['User.RevokeSessions.All', 'User.ReadWrite.All'],
  'GET /directory/deletedItems/microsoft.graph.user': ['User.Read.All', 'Directory.Read.All'],
  'DELETE /users/{id}': ['User.DeleteRestore.All', 'User.ReadWrite.All'],
  'POST /directory/deletedItems/{id}/restore': ['User.DeleteRestore.All', 'User.ReadWrite.All'],
  'GET /reports/authenticationMethods/userRegistrationDetails': ['AuditLog.Read.All'],
  'GET /groups': ['GroupMember.Read.All', 'Directory.Read.All'],
  'GET /groups/{id}/members': ['GroupMember.Read.All', 'Directory.Read.All'],
  'POST /groups/{id}/members/$ref': ['GroupMember.ReadWrite.All'],
  'DELETE /groups/{id}/members/{userId}/$ref': ['GroupMember.ReadWrite.All'],
  'GET /roleManagement/directory/roleDefinitions': ['RoleManagement.Read.Directory', 'Directory.Read.All'],
  'GET /roleManagement/directory/roleAssignments': ['RoleManagement.Read.Directory', 'Directory.Read.All'],
  'POST /roleManagement/directory/roleAssignments': ['RoleManagement.ReadWrite.Directory'],
  'DELETE /roleManagement/directory/roleAssignments/{id}': ['RoleManagement.ReadWrite.Directory'],
  'GET /roleManagement/directory/roleEligibilityScheduleInstances': ['RoleEligibilitySchedule.Read.Directory'],
  'GET /servicePrincipals': ['Application.Read.All', 'Directory.Read.All'],
  'GET /servicePrincipals/{id}/appRoleAssignedTo': ['Application.Read.All', 'Directory.Read.All'],
  'DELETE /servicePrincipals/{id}/appRoleAssignedTo/{appRoleAssignmentId}': ['AppRoleAssignment.ReadWrite.All'],
  'GET /oauth2PermissionGrants': ['Directory.Read.All'],
  'DELETE /oauth2PermissionGrants/{id}': ['DelegatedPermissionGrant.ReadWrite.All'],
  'GET /auditLogs/signIns': ['AuditLog.Read.All'],
  'GET /auditLogs/directoryAudits': ['AuditLog.Read.All'],
  'GET /identity/conditionalAccess/policies': ['Policy.Read.All'],
  'GET /policies/authorizationPolicy': ['Policy.Read.All'],
  'GET /policies/adminConsentRequestPolicy': ['Policy.Read.All'],
  'GET /policies/defaultAppManagementPolicy': ['Policy.Read.All'],
  'GET /policies/authenticationMethodsPolicy': ['Policy.Read.AuthenticationMethod', 'Policy.Read.All'],
  'GET /domains': ['Domain.Read.All', 'Directory.Read.All'],
  'GET /admin/sharepoint/settings': ['SharePointTenantSettings.Read.All'],
  'GET /subscriptions/list': ['ActivityFeed.Read'],
  'POST /subscriptions/start': ['ActivityFeed.Read'],
  'GET /subscriptions/content': ['ActivityFeed.Read'],
  'GET /audit/{contentId}': ['ActivityFeed.Read'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The name of an operation that we use. */
export type Operation = keyof typeof SCOPES_OF_OPERATION;

/** The permission to ask for so that the operation works; `undefined` for an operation that is not ours. */
export function scopeOf(operation: string): string | undefined {
  return Object.hasOwn(SCOPES_OF_OPERATION, operation) ? SCOPES_OF_OPERATION[operation as Operation][0] : undefined;
}

/** Where tokens come from, opened by the client's own credential. */
export const TOKEN_OPERATION = 'POST /{tenantId}/oauth2/v2.0/token';

/** True for the operations of the Office 365 Management Activity API. */
export function isActivityFeed(operation: string): boolean {
  return / \/(?:subscriptions|audit)\//.test(operation);
}

/** Whether the app's directory must hold Entra ID P1 or P2 for this operation. */
export function needsPremium(operation: string): boolean {
  return /\/auditLogs\/signIns|signInActivity|\/reports\/|roleEligibility/.test(operation);
}
