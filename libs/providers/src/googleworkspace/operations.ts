/** Every call we make, by method and path template below its host. The names that budgets, metrics and contract tests know. */
export const OPERATIONS = {
  token: 'POST /token',
  customer: 'GET /admin/directory/v1/customers/{customerKey}',
  domains: 'GET /admin/directory/v1/customer/{customer}/domains',
  orgUnits: 'GET /admin/directory/v1/customer/{customerId}/orgunits',
  users: 'GET /admin/directory/v1/users',
  user: 'GET /admin/directory/v1/users/{userKey}',
  patchUser: 'PATCH /admin/directory/v1/users/{userKey}',
  signOut: 'POST /admin/directory/v1/users/{userKey}/signOut',
  makeAdmin: 'POST /admin/directory/v1/users/{userKey}/makeAdmin',
  groups: 'GET /admin/directory/v1/groups',
  group: 'GET /admin/directory/v1/groups/{groupKey}',
  members: 'GET /admin/directory/v1/groups/{groupKey}/members',
  member: 'GET /admin/directory/v1/groups/{groupKey}/members/{memberKey}',
  addMember: 'POST /admin/directory/v1/groups/{groupKey}/members',
  removeMember: 'DELETE /admin/directory/v1/groups/{groupKey}/members/{memberKey}',
  roles: 'GET /admin/directory/v1/customer/{customer}/roles',
  assignments: 'GET /admin/directory/v1/customer/{customer}/roleassignments',
  assign: 'POST /admin/directory/v1/customer/{customer}/roleassignments',
  unassign: 'DELETE /admin/directory/v1/customer/{customer}/roleassignments/{roleAssignmentId}',
  tokens: 'GET /admin/directory/v1/users/{userKey}/tokens',
  oneToken: 'GET /admin/directory/v1/users/{userKey}/tokens/{clientId}',
  revokeToken: 'DELETE /admin/directory/v1/users/{userKey}/tokens/{clientId}',
  asps: 'GET /admin/directory/v1/users/{userKey}/asps',
  revokeAsp: 'DELETE /admin/directory/v1/users/{userKey}/asps/{codeId}',
  activities: 'GET /admin/reports/v1/activity/users/{userKey}/applications/{applicationName}',
  policies: 'GET /v1/policies',
} as const;

export type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

/** The path of an operation with its braces filled in, safe for a URL. */
export function pathOf(operation: Operation, values: Readonly<Record<string, string>> = {}): string {
  const template = operation.slice(operation.indexOf(' ') + 1);
  return template.replace(/\{([^}]+)\}/g, (_brace, name: string) => encodeURIComponent(values[name] ?? ''));
}

/** Which of the hosts serves an operation, by its name among the bases. */
export function baseOf(operation: Operation): 'main' | 'identity' | 'oauth' {
  if (operation === OPERATIONS.token) return 'oauth';
  return operation === OPERATIONS.policies ? 'identity' : 'main';
}
