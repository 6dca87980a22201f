import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { record, text } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { logged } from './sandbox-admin-log.js';
import { change, NO_CONTENT, notFound, ok, pageOf, refuse, settle, type Context } from './sandbox-answers.js';
import type {
  SandboxAssignment,
  SandboxAppPassword,
  SandboxGroup,
  SandboxRole,
  SandboxToken,
  SandboxUser,
  WorkspaceState,
} from './sandbox-state.js';
import { withUser } from './sandbox-users.js';
import { SCOPE } from './scopes.js';

const READ = [SCOPE.roles, SCOPE.manageRoles];
const WRITE = [SCOPE.manageRoles];
const SECURITY = [SCOPE.security];

/** Administrator roles and who holds them; apps that people let in, and their app passwords. */
export const roleRoutes: readonly SandboxRoute<WorkspaceState>[] = [
  { method: 'GET', operation: OPERATIONS.roles, scopes: READ, answer: listRoles },
  { method: 'GET', operation: OPERATIONS.assignments, scopes: READ, answer: listAssignments },
  { method: 'POST', operation: OPERATIONS.assign, scopes: WRITE, answer: assign },
  { method: 'DELETE', operation: OPERATIONS.unassign, scopes: WRITE, answer: unassign },
  {
    method: 'GET',
    operation: OPERATIONS.tokens,
    scopes: SECURITY,
    answer: (context) => withUser(context, (user) => listTokens(context, user)),
  },
  {
    method: 'GET',
    operation: OPERATIONS.oneToken,
    scopes: SECURITY,
    answer: (context) => withToken(context, (user, token) => ok(context, tokenWire(user, token))),
  },
  {
    method: 'DELETE',
    operation: OPERATIONS.revokeToken,
    scopes: SECURITY,
    answer: (context) => withToken(context, (user, token) => revoke(context, user, token)),
  },
  {
    method: 'GET',
    operation: OPERATIONS.asps,
    scopes: SECURITY,
    answer: (context) => withUser(context, (user) => listPasswords(context, user)),
  },
  {
    method: 'DELETE',
    operation: OPERATIONS.revokeAsp,
    scopes: SECURITY,
    answer: (context) => withUser(context, (user) => revokePassword(context, user)),
  },
];

function listRoles(context: Context): SandboxAnswer {
  settle(context);
  const { roles } = context.state;
  const form = { kind: 'admin#directory#roles', name: 'items', most: 100, usual: 100 };
  return pageOf(context, form, roles.length, (position) => roleWire(roles[position]!));
}

function roleWire({ id, name, description, isSystem, isSuperAdmin }: SandboxRole): object {
  const rolePrivileges = isSuperAdmin ? [{ serviceId: '00haapch16h1ysv', privilegeName: 'SUPER_ADMIN' }] : [];
  return {
    kind: 'admin#directory#role',
    etag: `"${id}"`,
    roleId: id,
    roleName: name,
    roleDescription: description,
    isSystemRole: isSystem,
    isSuperAdminRole: isSuperAdmin,
    rolePrivileges,
  };
}

function listAssignments(context: Context): SandboxAnswer {
  settle(context);
  const { query, state } = context;
  const userKey = query.get('userKey');
  const user = userKey === null ? undefined : state.users.find(userKey);
  if (userKey !== null && !user) return notFound('userKey');
  const isIndirect = query.get('includeIndirectRoleAssignments') === 'true';
  if (isIndirect && userKey === null) return refuse(400, 'invalid', 'Invalid Input: includeIndirectRoleAssignments needs userKey');
  const fits = ({ assignedTo, assigneeType }: SandboxAssignment): boolean =>
    user === undefined || assignedTo === user.id || (isIndirect && assigneeType === 'group' && isIn(state, assignedTo, user.id));
  const found = [...state.assignments.values()].filter(fits);
  const form = { kind: 'admin#directory#roleAssignments', name: 'items', most: 200, usual: 100 };
  return pageOf(context, form, found.length, (position) => assignmentWire(found[position]!));
}

function isIn(state: WorkspaceState, groupId: string, userId: string): boolean {
  const holds = (group: SandboxGroup | undefined): boolean =>
    group?.members.some(({ id, type }) => id === userId || (type === 'GROUP' && id !== undefined && holds(state.groups.get(id)))) ?? false;
  return holds(state.groups.get(groupId));
}

function assignmentWire({ id, roleId, assignedTo, assigneeType, scopeType, orgUnitId, condition }: SandboxAssignment): object {
  return {
    kind: 'admin#directory#roleAssignment',
    etag: `"${id}"`,
    roleAssignmentId: id,
    roleId,
    assignedTo,
    assigneeType,
    scopeType,
    ...(orgUnitId !== undefined && { orgUnitId }),
    ...(condition !== undefined && { condition }),
  };
}

function assign(context: Context): SandboxAnswer {
  const body = record(context.body) ?? {};
  const { state } = context;
  const role = state.roles.find(({ id }) => id === text(body['roleId']));
  const user = state.users.find(text(body['assignedTo']) ?? '');
  if (!role || !user) return notFound(role ? 'assignedTo' : 'roleId');
  const orgUnitId = text(body['orgUnitId']);
  const condition = text(body['condition']);
  const made: SandboxAssignment = {
    id: String(8_000_000_000 + state.serial++),
    roleId: role.id,
    assignedTo: user.id,
    assigneeType: 'user',
    scopeType: text(body['scopeType']) ?? 'CUSTOMER',
    ...(orgUnitId !== null && { orgUnitId }),
    ...(condition !== null && { condition }),
  };
  change(context, () => {
    state.assignments.set(made.id, made);
    logged(context, 'DELEGATED_ADMIN_SETTINGS', 'ASSIGN_ROLE', { ROLE_NAME: role.name, USER_EMAIL: user.email });
  });
  return ok(context, assignmentWire(made));
}

function unassign(context: Context): SandboxAnswer {
  settle(context);
  const { state, params } = context;
  const found = state.assignments.get(params['roleAssignmentId'] ?? '');
  if (!found) return notFound('roleAssignmentId');
  change(context, () => {
    state.assignments.delete(found.id);
    const role = state.roles.find(({ id }) => id === found.roleId);
    const email = state.users.find(found.assignedTo)?.email ?? found.assignedTo;
    logged(context, 'DELEGATED_ADMIN_SETTINGS', 'UNASSIGN_ROLE', { ROLE_NAME: role?.name ?? found.roleId, USER_EMAIL: email });
  });
  return NO_CONTENT;
}

// ---------------------------------------------------------------- apps

function listTokens(context: Context, user: SandboxUser): SandboxAnswer {
  const items = [...(context.state.tokens.get(user.id)?.values() ?? [])].map((token) => tokenWire(user, token));
  return ok(context, { kind: 'admin#directory#tokenList', etag: `"${user.id}"`, ...(items.length > 0 && { items }) });
}

function withToken(context: Context, answer: (user: SandboxUser, token: SandboxToken) => SandboxAnswer): SandboxAnswer {
  return withUser(context, (user) => {
    const token = context.state.tokens.get(user.id)?.get(context.params['clientId'] ?? '');
    return token ? answer(user, token) : notFound('clientId');
  });
}

function tokenWire(user: SandboxUser, { clientId, displayText, anonymous, nativeApp, scopes }: SandboxToken): object {
  return { kind: 'admin#directory#token', etag: `"${clientId}"`, clientId, displayText, anonymous, nativeApp, userKey: user.id, scopes };
}

function revoke(context: Context, user: SandboxUser, token: SandboxToken): SandboxAnswer {
  change(context, () => {
    context.state.tokens.get(user.id)?.delete(token.clientId);
    logged(context, 'USER_SETTINGS', 'REVOKE_3LO_TOKEN', { USER_EMAIL: user.email, APP_ID: token.clientId });
  });
  return NO_CONTENT;
}

function listPasswords(context: Context, user: SandboxUser): SandboxAnswer {
  const items = (context.state.appPasswords.get(user.id) ?? []).map((password) => passwordWire(user, password));
  return ok(context, { kind: 'admin#directory#aspList', etag: `"${user.id}"`, ...(items.length > 0 && { items }) });
}

function passwordWire(user: SandboxUser, { codeId, name, createdAt, lastUsedAt }: SandboxAppPassword): object {
  return { kind: 'admin#directory#asp', codeId, name, creationTime: String(createdAt), lastTimeUsed: String(lastUsedAt), userKey: user.id };
}

function revokePassword(context: Context, user: SandboxUser): SandboxAnswer {
  const own = context.state.appPasswords.get(user.id) ?? [];
  const index = own.findIndex(({ codeId }) => String(codeId) === context.params['codeId']);
  if (index < 0) return notFound('codeId');
  change(context, () => {
    own.splice(index, 1);
    logged(context, 'USER_SETTINGS', 'REVOKE_ASP', { USER_EMAIL: user.email });
  });
  return NO_CONTENT;
}
