/**
 * Every operation of Okta's API that we use, with the OAuth scope that opens it. The one list behind budgets, the names of missing scopes
 * and the sandbox's routes. A `.manage` scope includes the `.read` scope of the same name; API tokens need no scopes.
 */
export const SCOPE_OF_OPERATION = {
  'GET /api/v1/users': 'okta.users.read',
  'GET /api/v1/users/{id}': 'okta.users.read',
  'GET /api/v1/users/{id}/groups': 'okta.users.read',
  'GET /api/v1/users/{userId}/factors': 'okta.users.read',
  'GET /api/v1/users/{userId}/roles': 'okta.roles.read',
  'POST /api/v1/users/{userId}/roles': 'okta.roles.manage',
  'DELETE /api/v1/users/{userId}/roles/{roleAssignmentId}': 'okta.roles.manage',
  'GET /api/v1/users/{userId}/grants': 'okta.users.read',
  'DELETE /api/v1/users/{userId}/grants/{grantId}': 'okta.users.manage',
  'GET /api/v1/users/{userId}/clients/{clientId}/tokens': 'okta.users.read',
  'DELETE /api/v1/users/{userId}/clients/{clientId}/tokens': 'okta.users.manage',
  'DELETE /api/v1/users/{userId}/sessions': 'okta.users.manage',
  'POST /api/v1/users/{id}/lifecycle/suspend': 'okta.users.manage',
  'POST /api/v1/users/{id}/lifecycle/unsuspend': 'okta.users.manage',
  'POST /api/v1/users/{id}/lifecycle/deactivate': 'okta.users.manage',
  'POST /api/v1/users/{id}/lifecycle/activate': 'okta.users.manage',
  'POST /api/v1/users/{id}/lifecycle/expire_password': 'okta.users.manage',
  'GET /api/v1/groups': 'okta.groups.read',
  'GET /api/v1/groups/{groupId}': 'okta.groups.read',
  'GET /api/v1/groups/{groupId}/users': 'okta.groups.read',
  'PUT /api/v1/groups/{groupId}/users/{userId}': 'okta.groups.manage',
  'DELETE /api/v1/groups/{groupId}/users/{userId}': 'okta.groups.manage',
  'GET /api/v1/groups/{groupId}/roles': 'okta.roles.read',
  'GET /api/v1/iam/assignees/users': 'okta.roles.read',
  'GET /api/v1/logs': 'okta.logs.read',
  'GET /api/v1/apps': 'okta.apps.read',
  'GET /api/v1/apps/{appId}/grants': 'okta.appGrants.read',
  'GET /api/v1/api-tokens': 'okta.apiTokens.read',
  'DELETE /api/v1/api-tokens/{apiTokenId}': 'okta.apiTokens.manage',
  'GET /api/v1/policies': 'okta.policies.read',
  'GET /api/v1/policies/{policyId}/rules': 'okta.policies.read',
  'GET /api/v1/policies/{policyId}/app': 'okta.policies.read',
  'GET /api/v1/zones': 'okta.networkZones.read',
  'GET /api/v1/authenticators': 'okta.authenticators.read',
  'GET /api/v1/threats/configuration': 'okta.threatInsights.read',
  'GET /api/v1/behaviors': 'okta.behaviors.read',
  'GET /api/v1/logStreams': 'okta.logStreams.read',
  'GET /api/v1/org/privacy/oktaSupport': 'okta.orgs.read',
  'GET /api/v1/org/settings/clientPrivilegesSetting': 'okta.orgs.read',
  'GET /api/v1/first-party-app-settings/{appName}': 'okta.apps.read',
  'GET /attack-protection/api/v1/user-lockout-settings': 'okta.orgs.read',
  'GET /attack-protection/api/v1/authenticator-settings': 'okta.orgs.read',
} as const satisfies Readonly<Record<string, string>>;

/** The name of an operation that we use. */
export type Operation = keyof typeof SCOPE_OF_OPERATION;

/** The scope that an operation needs, or `undefined` for an operation that is not ours. */
export function scopeOf(operation: string): string | undefined {
  return Object.hasOwn(SCOPE_OF_OPERATION, operation) ? SCOPE_OF_OPERATION[operation as Operation] : undefined;
}

/** Where the sign-in of a service app is; opened by the app's key instead of a scope. */
export const TOKEN_OPERATION = 'POST /oauth2/v1/token';
