const ADMIN = '/management/v2/organizations';
const ADMIN_21 = '/management/v2.1/organizations';
const ACCOUNT = '/restapi/v2.1/accounts/{accountId}';

/** Every call we make, by method and path template. Budgets, the sandbox and the contract tests go by these names. */
export const OPERATIONS = {
  token: 'POST /oauth/token',
  userinfo: 'GET /oauth/userinfo',
  organizations: `GET ${ADMIN}`,
  organizationUsers: `GET ${ADMIN}/{organizationId}/users`,
  profile: `GET ${ADMIN_21}/{organizationId}/users/{userId}/dsprofile`,
  closeMemberships: `DELETE ${ADMIN}/{organizationId}/users/{userId}/accounts`,
  activateMembership: `POST ${ADMIN}/{organizationId}/users/{userId}/memberships/{membershipId}`,
  changeProfiles: `POST ${ADMIN}/{organizationId}/users/profiles`,
  identityProviders: `GET ${ADMIN}/{organizationId}/identity_providers`,
  reservedDomains: `GET ${ADMIN}/{organizationId}/reserved_domains`,
  users: `GET ${ACCOUNT}/users`,
  user: `GET ${ACCOUNT}/users/{userId}`,
  reopenUsers: `PUT ${ACCOUNT}/users`,
  userSettings: `GET ${ACCOUNT}/users/{userId}/settings`,
  groups: `GET ${ACCOUNT}/groups`,
  groupUsers: `GET ${ACCOUNT}/groups/{groupId}/users`,
  addToGroup: `PUT ${ACCOUNT}/groups/{groupId}/users`,
  removeFromGroup: `DELETE ${ACCOUNT}/groups/{groupId}/users`,
  permissionProfiles: `GET ${ACCOUNT}/permission_profiles`,
  settings: `GET ${ACCOUNT}/settings`,
  passwordRules: `GET ${ACCOUNT}/settings/password_rules`,
  purge: `GET ${ACCOUNT}/settings/envelope_purge_configuration`,
  connect: `GET ${ACCOUNT}/connect`,
  changeConnect: `PUT ${ACCOUNT}/connect`,
  authorizations: `GET ${ACCOUNT}/users/{userId}/authorizations`,
  authorize: `POST ${ACCOUNT}/users/{userId}/authorization`,
  deauthorize: `DELETE ${ACCOUNT}/users/{userId}/authorizations`,
  /** The Monitor log of 2026. */
  stream: 'GET /v1/organizations/{organizationId}/stream',
  /** The Monitor log before it, on a host of its own. */
  lensStream: 'GET /api/v2.0/datasets/monitor/stream',
} as const;

export type OperationName = keyof typeof OPERATIONS;

/** The path of an operation with its braces filled. */
export function pathOf(operation: string, values: Readonly<Record<string, string>> = {}): string {
  const template = operation.slice(operation.indexOf(' ') + 1);
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
