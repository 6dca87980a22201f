import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { record, text } from '../sdk/index.js';
import type { Call, Lazy } from './sandbox-answers.js';
import { DONE, listed, ok, page, refuse } from './sandbox-answers.js';
import { route } from './sandbox-route.js';
import { note } from './sandbox-notes.js';
import { userTarget } from './sandbox-events.js';
import { standardRole } from './sandbox-seed.js';
import type { OktaState, SandboxRole, SandboxUser } from './sandbox-state.js';
import { bulkUser, findUser, keepUser } from './sandbox-state.js';

const USERS = { usual: 200, most: 200 };

/** Users, what can be done to them, and their roles, factors and groups. */
export const userRoutes: readonly SandboxRoute<OktaState>[] = [
  route('GET /api/v1/users', listUsers),
  route('GET /api/v1/users/{id}', (call) => withUser(call, call.params['id']!, (user) => ok(showUser(call, user)))),
  route('GET /api/v1/users/{userId}/factors', (call) =>
    withUser(call, call.params['userId']!, (user) => ok(user.factors.map((factor) => showFactor(factor, user)))),
  ),
  route('GET /api/v1/users/{userId}/roles', (call) =>
    withUser(call, call.params['userId']!, (user) => ok([...ownRoles(call, user), ...rolesByGroup(call, user)])),
  ),
  route('POST /api/v1/users/{userId}/roles', assignRole),
  route('DELETE /api/v1/users/{userId}/roles/{roleAssignmentId}', unassignRole),
  route('DELETE /api/v1/users/{userId}/sessions', (call) =>
    withUser(call, call.params['userId']!, (user) => {
      note(call, 'user.session.clear', 'Clear user session', [userTarget(user)]);
      return DONE;
    }),
  ),
  route('POST /api/v1/users/{id}/lifecycle/suspend', (call) =>
    move(call, { from: ['ACTIVE'], to: 'SUSPENDED', event: 'user.lifecycle.suspend', message: 'Suspend Okta user' }),
  ),
  route('POST /api/v1/users/{id}/lifecycle/unsuspend', (call) =>
    move(call, { from: ['SUSPENDED'], to: 'ACTIVE', event: 'user.lifecycle.unsuspend', message: 'Unsuspend Okta user' }),
  ),
  route('POST /api/v1/users/{id}/lifecycle/deactivate', (call) =>
    move(call, {
      from: ['ACTIVE', 'SUSPENDED', 'STAGED', 'PROVISIONED', 'LOCKED_OUT', 'PASSWORD_EXPIRED', 'RECOVERY'],
      to: 'DEPROVISIONED',
      event: 'user.lifecycle.deactivate',
      message: 'Deactivate Okta user',
    }),
  ),
  route('POST /api/v1/users/{id}/lifecycle/activate', (call) =>
    move(call, { from: ['STAGED', 'DEPROVISIONED'], to: 'PROVISIONED', event: 'user.lifecycle.activate', message: 'Activate Okta user' }),
  ),
  route('POST /api/v1/users/{id}/lifecycle/expire_password', expirePassword),
];

/** Calls `then` with the user of this id or login, or answers that there is none. */
export function withUser(call: Call, idOrLogin: string, then: (user: SandboxUser) => SandboxAnswer): SandboxAnswer {
  const user = idOrLogin === 'me' ? whoCalls(call) : findUser(call.state, idOrLogin);
  return user ? then(user) : refuse(call, 'E0000007', [`${idOrLogin} (User)`]);
}

// Only a token of a person is somebody; a service app has no user.
function whoCalls({ state, headers }: Call): SandboxUser | undefined {
  return headers['authorization']?.startsWith('SSWS ') ? state.users.get(state.self.userId) : undefined;
}

function listUsers(call: Call): SandboxAnswer {
  const users = usersOf(call);
  return users ? page(call, users, (user) => showUser(call, user), USERS) : refuse(call, 'E0000031');
}

// Without a search, deactivated users are left out. The search index lags like everything else.
function usersOf(call: Call): Lazy<SandboxUser> | undefined {
  const { state, query } = call;
  const wanted = query.get('search') ?? query.get('filter');
  const stored = [...state.users.values()].filter((user) => !user.id.startsWith('00ubulk'));
  if (wanted === null)
    return followedByBulk(
      state,
      stored.filter((user) => statusSeen(call, user) !== 'DEPROVISIONED'),
    );
  const accepts = readSearch(call, wanted);
  return accepts && listed([...state.users.values()].filter(accepts));
}

function followedByBulk(state: OktaState, users: readonly SandboxUser[]): Lazy<SandboxUser> {
  return { length: users.length + state.bulkAccounts, at: (index) => users[index] ?? bulkUser(state, index - users.length) };
}

function readSearch(call: Call, expression: string): ((user: SandboxUser) => boolean) | undefined {
  const parts = /^(status|id|profile\.(?:login|email|department)|lastUpdated)\s+(eq|gt|sw)\s+"([^"]*)"$/.exec(expression.trim());
  const [, field, operator, wanted] = parts ?? [];
  if (field === undefined || wanted === undefined) return undefined;
  return (user) => {
    const value = fieldOf(call, user, field) ?? '';
    if (operator === 'eq') return value === wanted;
    return operator === 'gt' ? value > wanted : value.startsWith(wanted);
  };
}

function fieldOf(call: Call, user: SandboxUser, field: string): string | null | undefined {
  if (field === 'status') return statusSeen(call, user);
  if (field === 'id') return user.id;
  return field === 'lastUpdated' ? user.standing.now.lastUpdated : user.profile[field.slice('profile.'.length)];
}

function statusSeen({ now, switches }: Call, user: SandboxUser): string {
  return user.standing.seen(now, switches.readLagMs).status;
}

/** A user in Okta's form. Credentials are left out where the caller asked for that in the content type. */
export function showUser(call: Call, user: SandboxUser): unknown {
  const { status, statusChanged, lastUpdated } = user.standing.seen(call.now, call.switches.readLagMs);
  const isLight = call.headers['content-type']?.includes('omitCredentials') ?? false;
  return {
    id: user.id,
    status,
    created: user.created,
    activated: user.activated,
    statusChanged,
    lastLogin: user.lastLogin,
    lastUpdated,
    passwordChanged: user.passwordChanged,
    type: { id: 'oty1sandbox' },
    profile: user.profile,
    ...(!isLight && { credentials: { provider: { type: user.passwordKeeper, name: user.passwordKeeper } } }),
    _links: { self: { href: `${call.host}/api/v1/users/${user.id}` } },
  };
}

function showFactor(factor: SandboxUser['factors'][number], user: SandboxUser): unknown {
  return { ...factor, vendorName: factor.provider, created: user.created, lastUpdated: user.created };
}

interface Move {
  readonly from: readonly string[];
  readonly to: string;
  readonly event: string;
  readonly message: string;
}

function move(call: Call, { from, to, event, message }: Move): SandboxAnswer {
  return withUser(call, call.params['id']!, (user) => {
    if (!from.includes(user.standing.now.status))
      return refuse(call, 'E0000001', [
        `Cannot ${message.split(' ')[0]!.toLowerCase()} a user with the status ${user.standing.now.status}.`,
      ]);
    setStatus(call, user, to);
    if (to === 'DEPROVISIONED') loseEverything(call, user);
    note(call, event, message, [userTarget(user)]);
    return ok({});
  });
}

// Deactivation takes roles, memberships and grants; activation does not bring them back.
function loseEverything({ state, now }: Call, user: SandboxUser): void {
  user.roles.set([], now);
  for (const group of state.groups.values()) {
    if (group.members.now.has(user.id)) group.members.set(new Set([...group.members.now].filter((id) => id !== user.id)), now);
  }
  state.grants = state.grants.filter((grant) => grant.userId !== user.id);
  state.refreshTokens = state.refreshTokens.filter((token) => token.userId !== user.id);
}

function setStatus({ state, now }: Call, user: SandboxUser, status: string): void {
  const at = now.toISOString();
  keepUser(state, user);
  user.standing.set({ status, statusChanged: at, lastUpdated: at }, now);
}

function expirePassword(call: Call): SandboxAnswer {
  return withUser(call, call.params['id']!, (user) => {
    if (!['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY', 'LOCKED_OUT'].includes(user.standing.now.status)) return refuse(call, 'E0000038');
    setStatus(call, user, 'PASSWORD_EXPIRED');
    note(call, 'user.account.expire_password', 'User account expire password', [userTarget(user)]);
    return ok(showUser(call, user));
  });
}

function ownRoles(call: Call, user: SandboxUser): unknown[] {
  return user.roles
    .seen(call.now, call.switches.readLagMs)
    .map((role) => showRole(call, role, 'USER', `${call.host}/api/v1/users/${user.id}`));
}

function rolesByGroup(call: Call, user: SandboxUser): unknown[] {
  return [...call.state.groups.values()]
    .filter((group) => group.members.seen(call.now, call.switches.readLagMs).has(user.id))
    .flatMap((group) => group.roles.map((role) => showRole(call, role, 'GROUP', `${call.host}/api/v1/groups/${group.id}`)));
}

/** A role assignment in Okta's form; its limits only where they were asked for. */
export function showRole(call: Call, role: SandboxRole, assignmentType: 'USER' | 'GROUP', assignee: string): unknown {
  const targets = role.groupTargets && call.query.get('expand')?.includes('targets/groups');
  return {
    id: role.id,
    label: role.label,
    type: role.type,
    status: 'ACTIVE',
    created: role.created,
    lastUpdated: role.created,
    assignmentType,
    ...(role.type === 'CUSTOM' && { role: role.role, 'resource-set': role.resourceSet }),
    ...(targets && { _embedded: { targets: { groups: role.groupTargets?.map((id) => ({ id })) } } }),
    _links: { assignee: { href: assignee } },
  };
}

function assignRole(call: Call): SandboxAnswer {
  return withUser(call, call.params['userId']!, (user) => {
    const wanted = record(call.body) ?? {};
    const type = text(wanted['type']);
    if (type === null) return refuse(call, 'E0000001', ['type: The field is required.']);
    const at = call.now.toISOString();
    const custom = { role: text(wanted['role']) ?? undefined, resourceSet: text(wanted['resource-set']) ?? undefined };
    if (type === 'CUSTOM' && (!custom.role || !custom.resourceSet)) return refuse(call, 'E0000001', ['role: The field is required.']);
    const role = standardRole(user.id, type, at, type === 'CUSTOM' ? { ...custom, label: 'Access reviewers' } : {});
    keepUser(call.state, user);
    user.roles.set([...user.roles.now, role], call.now);
    note(call, 'user.account.privilege.grant', 'Grant user privilege', [userTarget(user)]);
    return { status: 201, json: showRole(call, role, 'USER', `${call.host}/api/v1/users/${user.id}`) };
  });
}

function unassignRole(call: Call): SandboxAnswer {
  return withUser(call, call.params['userId']!, (user) => {
    const id = call.params['roleAssignmentId']!;
    if (!user.roles.now.some((role) => role.id === id)) return refuse(call, 'E0000007', [`${id} (RoleAssignment)`]);
    user.roles.set(
      user.roles.now.filter((role) => role.id !== id),
      call.now,
    );
    note(call, 'user.account.privilege.revoke', 'Revoke user privilege', [userTarget(user)]);
    return DONE;
  });
}
