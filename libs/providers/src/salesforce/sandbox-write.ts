import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';

import { OPERATIONS } from './operations.js';
import { answer, enact, note, refuse, settle, shown, type Context } from './sandbox-answers.js';
import { numberedId } from './sandbox-ids.js';
import { isHidden } from './sandbox-query.js';
import type { SalesforceSandbox, SandboxUser } from './sandbox-state.js';
import { loginIdOf, userOfId } from './sandbox-tables.js';

/** Writing: records, passwords and tokens. */
export const writeRoutes: readonly SandboxRoute<SalesforceSandbox>[] = [
  { method: 'PATCH', operation: OPERATIONS.update, answer: managed(update) },
  { method: 'POST', operation: OPERATIONS.create, answer: managed(create) },
  { method: 'DELETE', operation: OPERATIONS.remove, answer: managed(remove) },
  { method: 'GET', operation: OPERATIONS.password, answer: managed(passwordState) },
  { method: 'DELETE', operation: OPERATIONS.resetPassword, answer: managed(resetPassword) },
  { method: 'POST', operation: OPERATIONS.revoke, open: true, answer: revoke },
];

function managed(serve: (context: Context) => SandboxAnswer): (context: Context) => SandboxAnswer {
  return (context) => {
    settle(context);
    const { object } = context.params;
    if (object !== undefined && isHidden(context, object))
      return refuse(context, 404, 'NOT_FOUND', 'The requested resource does not exist');
    const isAllowed = !context.switches.missingScopes.includes('Manage Users');
    return isAllowed ? serve(context) : refuse(context, 403, 'INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
  };
}

function gone(context: Context): SandboxAnswer {
  const isDeleted = context.state.deleted.has(context.params['id'] ?? '');
  return isDeleted
    ? refuse(context, 404, 'ENTITY_IS_DELETED', 'entity is deleted')
    : refuse(context, 404, 'NOT_FOUND', 'The requested resource does not exist');
}

function fieldsOf(context: Context): Readonly<Record<string, unknown>> {
  return typeof context.body === 'object' && context.body !== null ? (context.body as Record<string, unknown>) : {};
}

/** Changes a user as it is by then: another write may have come between. */
function change(context: Context, id: string, changes: Partial<SandboxUser>): void {
  enact(context, () => {
    const user = userOfId(context.state, id);
    if (user) context.state.users.set(id, { ...user, ...changes });
  });
}

// ---------------------------------------------------------------- users

function update(context: Context): SandboxAnswer {
  const { object, id = '' } = context.params;
  if (object === 'UserLogin') return updateLogin(context, id);
  const user = object === 'User' ? userOfId(context.state, id) : undefined;
  return user ? updateUser(context, user) : gone(context);
}

function updateLogin(context: Context, id: string): SandboxAnswer {
  const user = [...context.state.users.values()].find((one) => loginIdOf(one) === id);
  if (!user) return gone(context);
  const { IsFrozen: isFrozen, IsPasswordLocked: isLocked } = fieldsOf(context);
  if (isLocked === true)
    return refuse(context, 400, 'INVALID_FIELD_FOR_INSERT_UPDATE', 'A password cannot be locked by API.', ['IsPasswordLocked']);
  if (typeof isFrozen === 'boolean') {
    change(context, user.id, { isFrozen });
    note(context, isFrozen ? 'frozeuser' : 'unfrozeuser', `${isFrozen ? 'Froze' : 'Unfroze'} ${shown(user)}`);
  }
  if (isLocked === false) change(context, user.id, { isLocked });
  return answer(context, 204);
}

function updateUser(context: Context, user: SandboxUser): SandboxAnswer {
  const { IsActive: isActive, ProfileId: profileId } = fieldsOf(context);
  if (isActive === false && context.switches['leadOwner'] === user.id) {
    return refuse(context, 400, 'FIELD_INTEGRITY_EXCEPTION', 'You cannot deactivate this user, who is the default lead owner.', [
      'IsActive',
    ]);
  }
  if (typeof isActive === 'boolean') {
    change(context, user.id, { isActive });
    note(context, isActive ? 'activateduser' : 'deactivateduser', `${isActive ? 'Activated' : 'Deactivated'} ${shown(user)}`);
  }
  if (typeof profileId === 'string') return changeProfile(context, user, profileId);
  return answer(context, 204);
}

function changeProfile(context: Context, user: SandboxUser, profileId: string): SandboxAnswer {
  const { profiles } = context.state;
  const [from, to] = [profiles.find(({ id }) => id === user.profileId), profiles.find(({ id }) => id === profileId)];
  if (!to || from?.license.id !== to.license.id) {
    return refuse(context, 400, 'INVALID_CROSS_REFERENCE_KEY', 'The profile does not belong to the licence of the user.', ['ProfileId']);
  }
  change(context, user.id, { profileId });
  note(context, 'changedprofileforuser', `Changed profile for ${shown(user)} from ${from.name} to ${to.name}`);
  return answer(context, 204);
}

function passwordState(context: Context): SandboxAnswer {
  const user = userOfId(context.state, context.params['id'] ?? '');
  return user ? answer(context, 200, { isExpired: user.isPasswordExpired }) : gone(context);
}

function resetPassword(context: Context): SandboxAnswer {
  const user = userOfId(context.state, context.params['id'] ?? '');
  if (!user) return gone(context);
  change(context, user.id, { isPasswordExpired: true, passwordChangedAt: context.now.getTime() });
  note(context, 'resetpassword', `Reset password for ${shown(user)}`);
  return answer(context, 200, { NewPassword: `made-up-${context.state.serial++}` });
}

// ---------------------------------------------------------------- memberships, assignments, sessions

function create(context: Context): SandboxAnswer {
  const { object } = context.params;
  if (object === 'GroupMember') return addMember(context);
  if (object === 'PermissionSetAssignment') return assign(context);
  return gone(context);
}

function made(context: Context, id: string): SandboxAnswer {
  return answer(context, 201, { id, success: true, errors: [] });
}

function addMember(context: Context): SandboxAnswer {
  const { state } = context;
  const { GroupId: groupId, UserOrGroupId: memberId } = fieldsOf(context);
  const group = state.groups.find(({ id }) => id === groupId);
  const user = userOfId(state, String(memberId));
  if (!group || !user) return refuse(context, 400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if ([...state.members.values()].some((one) => one.groupId === groupId && one.memberId === memberId)) {
    return refuse(context, 400, 'DUPLICATE_VALUE', 'duplicate value found: UserOrGroupId');
  }
  const id = numberedId('011', 1_000_000 + state.serial++);
  enact(context, () => state.members.set(id, { id, groupId: group.id, memberId: user.id }));
  note(context, group.type === 'Queue' ? 'queueMembership' : 'groupMembership', `Added ${shown(user)} to ${group.name}`);
  return made(context, id);
}

function assign(context: Context): SandboxAnswer {
  const { state } = context;
  const { AssigneeId: userId, PermissionSetId: setId, PermissionSetGroupId: groupId } = fieldsOf(context);
  const set = state.sets.find((one) => (groupId === undefined ? one.id === setId : one.groupId === groupId));
  const user = userOfId(state, String(userId));
  if (!set || !user) return refuse(context, 400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if ([...state.assignments.values()].some((one) => one.setId === set.id && one.userId === userId)) {
    return refuse(context, 400, 'DUPLICATE_VALUE', 'Duplicate PermissionSetAssignment.');
  }
  const id = numberedId('0Pa', 1_000_000 + state.serial++);
  enact(context, () => state.assignments.set(id, { id, userId: user.id, setId: set.id, groupId: set.groupId, expiresAt: null }));
  note(context, 'PermSetAssign', `Permission set ${set.label}: assigned to ${shown(user)}`);
  return made(context, id);
}

function remove(context: Context): SandboxAnswer {
  const { object, id = '' } = context.params;
  const { state } = context;
  if (object === 'AuthSession' && state.sessions.has(id)) return drop(context, state.sessions, id);
  if (object === 'GroupMember') return removeMember(context, id);
  if (object === 'PermissionSetAssignment') return unassign(context, id);
  return gone(context);
}

function drop(context: Context, things: Map<string, unknown>, id: string): SandboxAnswer {
  enact(context, () => {
    things.delete(id);
    context.state.deleted.add(id);
  });
  return answer(context, 204);
}

function removeMember(context: Context, id: string): SandboxAnswer {
  const { state } = context;
  const member = state.members.get(id);
  const group = state.groups.find((one) => one.id === member?.groupId);
  const user = member && userOfId(state, member.memberId);
  if (!member || !group) return gone(context);
  if (user) note(context, group.type === 'Queue' ? 'queueMembership' : 'groupMembership', `Removed ${shown(user)} from ${group.name}`);
  return drop(context, state.members, id);
}

function unassign(context: Context, id: string): SandboxAnswer {
  const { state } = context;
  const held = state.assignments.get(id);
  const [user, set] = [held && userOfId(state, held.userId), state.sets.find((one) => one.id === held?.setId)];
  if (!held || !user || !set) return gone(context);
  note(context, 'PermSetUnassign', `Permission set ${set.label}: unassigned from ${shown(user)}`);
  return drop(context, state.assignments, id);
}

// ---------------------------------------------------------------- tokens

// The token in the form is all that this endpoint asks for.
function revoke(context: Context): SandboxAnswer {
  settle(context);
  const { state } = context;
  const wanted = fieldsOf(context)['token'];
  const token = [...state.tokens.values()].find(({ deleteToken }) => deleteToken === wanted);
  if (!token) return { status: 400, json: { error: 'invalid_token', error_description: 'invalid token' } };
  const user = state.users.get(token.userId);
  if (user) note(context, 'revokedOauthToken', `Revoked OAuth token of ${token.app} for ${shown(user)}`, 'Connected Apps');
  enact(context, () => {
    state.tokens.delete(token.id);
    state.deleted.add(token.id);
  });
  return { status: 200 };
}
