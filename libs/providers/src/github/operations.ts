/**
 * Every operation of GitHub's REST API that we use, with the permission of a GitHub App that opens it and, after the bar, the scope of a classic token.
 * The one list behind budgets, the names of missing permissions and the sandbox's routes. Empty: any credential of the organization will do.
 */
export const NEED_OF_OPERATION = {
  'GET /orgs/{org}': 'organization_administration:read|admin:org',
  'GET /orgs/{org}/members': 'members:read|read:org',
  'GET /orgs/{org}/memberships/{username}': 'members:read|read:org',
  'PUT /orgs/{org}/memberships/{username}': 'members:write|admin:org',
  'DELETE /orgs/{org}/memberships/{username}': 'members:write|admin:org',
  'GET /orgs/{org}/outside_collaborators': 'members:read|read:org',
  'DELETE /orgs/{org}/outside_collaborators/{username}': 'members:write|admin:org',
  'GET /orgs/{org}/invitations': 'members:read|admin:org',
  'DELETE /orgs/{org}/invitations/{invitation_id}': 'members:write|admin:org',
  'GET /orgs/{org}/teams': 'members:read|read:org',
  'GET /orgs/{org}/teams/{team_slug}/members': 'members:read|read:org',
  'PUT /orgs/{org}/teams/{team_slug}/memberships/{username}': 'members:write|admin:org',
  'DELETE /orgs/{org}/teams/{team_slug}/memberships/{username}': 'members:write|admin:org',
  'GET /orgs/{org}/organization-roles': 'organization_custom_org_roles:read|admin:org',
  'GET /orgs/{org}/organization-roles/{role_id}/users': 'organization_custom_org_roles:read|admin:org',
  'PUT /orgs/{org}/organization-roles/users/{username}/{role_id}': 'organization_custom_org_roles:write|admin:org',
  'DELETE /orgs/{org}/organization-roles/users/{username}/{role_id}': 'organization_custom_org_roles:write|admin:org',
  'GET /orgs/{org}/installations': 'organization_administration:read|admin:org',
  'GET /orgs/{org}/personal-access-tokens': 'organization_personal_access_tokens:read|',
  'POST /orgs/{org}/personal-access-tokens/{pat_id}': 'organization_personal_access_tokens:write|',
  'GET /orgs/{org}/credential-authorizations': 'organization_administration:read|read:org',
  'DELETE /orgs/{org}/credential-authorizations/{credential_id}': 'organization_administration:write|admin:org',
  'POST /orgs/{org}/credential-authorizations/{username}/revoke': 'organization_administration:write|admin:org',
  'GET /orgs/{org}/hooks': 'organization_hooks:read|admin:org_hook',
  'GET /orgs/{org}/repos': 'metadata:read|repo',
  'GET /repos/{owner}/{repo}/keys': 'administration:read|repo',
  'GET /repos/{owner}/{repo}/branches/{branch}': 'contents:read|repo',
  'GET /repos/{owner}/{repo}/branches/{branch}/protection': 'administration:read|repo',
  'GET /orgs/{org}/audit-log': 'organization_administration:read|read:audit_log',
  'GET /orgs/{org}/actions/permissions': 'organization_administration:read|admin:org',
  'GET /orgs/{org}/actions/permissions/workflow': 'organization_administration:read|admin:org',
  'GET /orgs/{org}/actions/permissions/fork-pr-contributor-approval': 'organization_administration:read|admin:org',
  'GET /orgs/{org}/actions/permissions/fork-pr-workflows-private-repos': 'organization_administration:read|admin:org',
  'GET /orgs/{org}/actions/runner-groups': 'organization_self_hosted_runners:read|admin:org',
  'GET /orgs/{org}/code-security/configurations/defaults': 'organization_administration:read|read:org',
  'GET /scim/v2/enterprises/{enterprise}/Users': '|admin:enterprise',
  'GET /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}': '|admin:enterprise',
  'PATCH /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}': '|admin:enterprise',
  'DELETE /enterprises/{enterprise}/apps/organizations/{org}/installations/{installation_id}': '|admin:enterprise',
  'GET /user/{account_id}': '|',
  'GET /user': '|',
} as const satisfies Readonly<Record<string, string>>;

/** The name of an operation that we use. */
export type Operation = keyof typeof NEED_OF_OPERATION;

/** What an operation needs: a permission of a GitHub App, a scope of a classic token. Undefined where there is no such need, or no such way. */
export function needOf(operation: string): { readonly permission: string | undefined; readonly scope: string | undefined } {
  const need = Object.hasOwn(NEED_OF_OPERATION, operation) ? NEED_OF_OPERATION[operation as Operation] : '|';
  const [permission, scope] = need.split('|', 2);
  return { permission: permission || undefined, scope: scope || undefined };
}

/** All reads that REST has no way for. */
export const GRAPHQL = 'POST /graphql';

export const INSTALLATIONS = 'GET /app/installations';
export const INSTALLATION_TOKEN = 'POST /app/installations/{installation_id}/access_tokens';

/** Operations that only GitHub Enterprise Cloud has; elsewhere GitHub answers as if they were not there. */
export const ENTERPRISE_CLOUD_ONLY: ReadonlySet<string> = new Set([
  'GET /orgs/{org}/audit-log',
  'GET /orgs/{org}/credential-authorizations',
  'POST /orgs/{org}/credential-authorizations/{username}/revoke',
  'GET /orgs/{org}/organization-roles',
  'GET /scim/v2/enterprises/{enterprise}/Users',
]);
