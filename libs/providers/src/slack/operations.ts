/** How many calls Slack allows of a method in a minute; SCIM and the Audit Logs API count for all apps of the organization together. */
export type Tier = 'one' | 'two' | 'three' | 'four' | 'special' | 'audit' | 'scim-read' | 'scim-user' | 'scim-write';

interface Operation {
  /** The scope of a user token that opens it; null where any token will do. */
  readonly scope: string | null;
  readonly tier: Tier;
}

/** Every operation of Slack's three APIs that we use: the one list behind budgets, the names of missing scopes and the sandbox's routes. */
export const OPERATIONS = {
  'GET /api/auth.test': { scope: null, tier: 'special' },
  'GET /api/users.list': { scope: 'users:read', tier: 'two' },
  'GET /api/users.info': { scope: 'users:read', tier: 'four' },
  'GET /api/usergroups.list': { scope: 'usergroups:read', tier: 'two' },
  'GET /api/usergroups.users.list': { scope: 'usergroups:read', tier: 'two' },
  'POST /api/usergroups.users.update': { scope: 'usergroups:write', tier: 'two' },
  'GET /api/team.info': { scope: 'team:read', tier: 'three' },
  'GET /api/team.preferences.list': { scope: 'team.preferences:read', tier: 'three' },
  'GET /api/team.accessLogs': { scope: 'admin', tier: 'two' },
  'GET /api/team.integrationLogs': { scope: 'admin', tier: 'two' },
  'GET /api/admin.users.list': { scope: 'admin.users:read', tier: 'three' },
  'POST /api/admin.users.deactivate': { scope: 'admin.users:write', tier: 'two' },
  'POST /api/admin.users.setRegular': { scope: 'admin.users:write', tier: 'two' },
  'POST /api/admin.users.setAdmin': { scope: 'admin.users:write', tier: 'two' },
  'POST /api/admin.users.setOwner': { scope: 'admin.users:write', tier: 'two' },
  'GET /api/admin.users.session.list': { scope: 'admin.users:read', tier: 'two' },
  'POST /api/admin.users.session.reset': { scope: 'admin.users:write', tier: 'two' },
  'POST /api/admin.users.session.getSettings': { scope: 'admin.users:read', tier: 'four' },
  'GET /api/admin.teams.list': { scope: 'admin.teams:read', tier: 'three' },
  'GET /api/admin.teams.admins.list': { scope: 'admin.teams:read', tier: 'three' },
  'GET /api/admin.teams.owners.list': { scope: 'admin.teams:read', tier: 'three' },
  'GET /api/admin.roles.listAssignments': { scope: 'admin.roles:read', tier: 'three' },
  'POST /api/admin.roles.addAssignments': { scope: 'admin.roles:write', tier: 'two' },
  'POST /api/admin.roles.removeAssignments': { scope: 'admin.roles:write', tier: 'two' },
  'GET /api/admin.apps.approved.list': { scope: 'admin.apps:read', tier: 'two' },
  'GET /api/admin.apps.restricted.list': { scope: 'admin.apps:read', tier: 'two' },
  'POST /api/admin.apps.approve': { scope: 'admin.apps:write', tier: 'two' },
  'POST /api/admin.apps.restrict': { scope: 'admin.apps:write', tier: 'two' },
  'POST /api/admin.apps.uninstall': { scope: 'admin.apps:write', tier: 'one' },
  'GET /audit/v1/logs': { scope: 'auditlogs:read', tier: 'audit' },
  'GET /scim/v2/Users/{id}': { scope: 'admin', tier: 'scim-user' },
  'PATCH /scim/v2/Users/{id}': { scope: 'admin', tier: 'scim-write' },
  'GET /scim/v2/Groups': { scope: 'admin', tier: 'scim-read' },
} as const satisfies Readonly<Record<string, Operation>>;

/** The name of an operation that we use. */
export type OperationName = keyof typeof OPERATIONS;

/** The scope that an operation needs, or `undefined` for one that needs none or is not ours. */
export function scopeOf(operation: string): string | undefined {
  return Object.hasOwn(OPERATIONS, operation) ? (OPERATIONS[operation as OperationName].scope ?? undefined) : undefined;
}

/** Which of Slack's three APIs an operation belongs to: each has errors of its own. */
export function familyOf(operation: string): 'web' | 'audit' | 'scim' {
  if (operation.includes(' /audit/')) return 'audit';
  return operation.includes(' /scim/') ? 'scim' : 'web';
}
