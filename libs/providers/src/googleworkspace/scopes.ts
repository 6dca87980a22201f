import { OPERATIONS, type Operation } from './operations.js';

const BASE = 'https://www.googleapis.com/auth/';

/** The scopes we may ask for, by what they are for. Each is asked for by itself: one that is not delegated refuses the whole token request. */
export const SCOPE = {
  users: `${BASE}admin.directory.user.readonly`,
  groups: `${BASE}admin.directory.group.readonly`,
  members: `${BASE}admin.directory.group.member.readonly`,
  roles: `${BASE}admin.directory.rolemanagement.readonly`,
  orgUnits: `${BASE}admin.directory.orgunit.readonly`,
  domains: `${BASE}admin.directory.domain.readonly`,
  customer: `${BASE}admin.directory.customer.readonly`,
  // Tokens and app passwords have no read-only scope.
  security: `${BASE}admin.directory.user.security`,
  audit: `${BASE}admin.reports.audit.readonly`,
  policies: `${BASE}cloud-identity.policies.readonly`,
  manageUsers: `${BASE}admin.directory.user`,
  manageMembers: `${BASE}admin.directory.group.member`,
  manageRoles: `${BASE}admin.directory.rolemanagement`,
} as const;

export type Scope = (typeof SCOPE)[keyof typeof SCOPE];

const SCOPE_OF: Readonly<Record<Exclude<Operation, typeof OPERATIONS.token>, Scope>> = {
  [OPERATIONS.customer]: SCOPE.customer,
  [OPERATIONS.domains]: SCOPE.domains,
  [OPERATIONS.orgUnits]: SCOPE.orgUnits,
  [OPERATIONS.users]: SCOPE.users,
  [OPERATIONS.user]: SCOPE.users,
  [OPERATIONS.patchUser]: SCOPE.manageUsers,
  [OPERATIONS.signOut]: SCOPE.security,
  [OPERATIONS.makeAdmin]: SCOPE.manageUsers,
  [OPERATIONS.groups]: SCOPE.groups,
  [OPERATIONS.group]: SCOPE.groups,
  [OPERATIONS.members]: SCOPE.members,
  [OPERATIONS.member]: SCOPE.members,
  [OPERATIONS.addMember]: SCOPE.manageMembers,
  [OPERATIONS.removeMember]: SCOPE.manageMembers,
  [OPERATIONS.roles]: SCOPE.roles,
  [OPERATIONS.assignments]: SCOPE.roles,
  [OPERATIONS.assign]: SCOPE.manageRoles,
  [OPERATIONS.unassign]: SCOPE.manageRoles,
  [OPERATIONS.tokens]: SCOPE.security,
  [OPERATIONS.oneToken]: SCOPE.security,
  [OPERATIONS.revokeToken]: SCOPE.security,
  [OPERATIONS.asps]: SCOPE.security,
  [OPERATIONS.revokeAsp]: SCOPE.security,
  [OPERATIONS.activities]: SCOPE.audit,
  [OPERATIONS.policies]: SCOPE.policies,
};

const PATTERNS = Object.entries(SCOPE_OF).map(([operation, scope]) => {
  const [method = '', template = ''] = operation.split(' ', 2);
  return { method, scope, path: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`) };
});

/** The one scope that a call needs; `undefined` for an address that is none of ours. */
export function scopeOfCall(method: string, url: string): Scope | undefined {
  const { pathname } = new URL(url);
  return PATTERNS.find((one) => one.method === method && one.path.test(pathname))?.scope;
}

/** The one scope that an operation needs. */
export function scopeOf(operation: string): Scope | undefined {
  return (SCOPE_OF as Readonly<Record<string, Scope | undefined>>)[operation];
}
