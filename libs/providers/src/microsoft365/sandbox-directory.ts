import type { SandboxAnswer, SandboxRoute, WireRecord } from '../sdk/index.js';
import { at, flag, record, text } from '../sdk/index.js';
import { isAdminRole } from './roles.js';
import type { Call, Lazy } from './sandbox-answers.js';
import { DONE, filteredPage, fits, listed, missing, ok, page, readFilter, refuse, route, selected, unlicensed } from './sandbox-answers.js';
import { auditRow } from './sandbox-story.js';
import type { Member, Microsoft365State, SandboxAssignment, SandboxGroup, SandboxUser, Standing } from './sandbox-state.js';
import { bulkUser, findUser, guidOf } from './sandbox-state.js';
import { readRoleDefinition } from './wire.js';

const OBJECTS = { usual: 100, most: 999 };
const WITH_SIGN_INS = { usual: 100, most: 500 };
/** What Graph shows of an object unless asked for more. */
const USUAL_USER = ['userPrincipalName', 'mail', 'displayName', 'jobTitle'];
const USUAL_GROUP = [
  'displayName',
  'description',
  'mail',
  'groupTypes',
  'securityEnabled',
  'mailEnabled',
  'visibility',
  'createdDateTime',
  'isAssignableToRole',
  'membershipRule',
  'onPremisesSyncEnabled',
];
const ROLES = '/roleManagement/directory';

/** Users, groups, roles and apps of the made-up tenant, and what can be done to them. */
export const directoryRoutes: readonly SandboxRoute<Microsoft365State>[] = [
  route('GET /users', listUsers),
  route('GET /users/{id}', (call) => withUser(call, (user) => ok(selected(call, showUser(call, user), USUAL_USER)))),
  route('GET /users/{id}/memberOf', (call) => withUser(call, (user) => memberOf(call, user))),
  patchRoute(),
  route('POST /users/{id}/revokeSignInSessions', (call) =>
    withUser(call, (user) => {
      change(call, user, { signInSessionsValidFromDateTime: call.now.toISOString() });
      note(call, 'Update StsRefreshTokenValidFrom Timestamp', 'UserManagement', user);
      return ok({ '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean', value: true });
    }),
  ),
  route('GET /directory/deletedItems/microsoft.graph.user', (call) => filteredPage(call, call.state.deletedUsers)),
  route('DELETE /users/{id}', (call) => withUser(call, (user) => removeUser(call, user))),
  route('POST /directory/deletedItems/{id}/restore', restoreUser),
  route('GET /reports/authenticationMethods/userRegistrationDetails', listRegistrations),
  route('GET /groups', (call) => {
    const clauses = readFilter(call.query.get('$filter'));
    if (!clauses) return refuse(call, 400, 'Request_UnsupportedQuery', 'Unsupported or invalid query filter clause.');
    const groups = [...call.state.groups.values()].filter((group) => fits(group.wire, clauses));
    return page(call, listed(groups), (group) => selected(call, group.wire, USUAL_GROUP), OBJECTS);
  }),
  route('GET /groups/{id}/members', listMembers),
  route('POST /groups/{id}/members/$ref', addMember),
  route('DELETE /groups/{id}/members/{userId}/$ref', removeMember),
  route(`GET ${ROLES}/roleDefinitions`, (call) => page(call, listed(call.state.roles), (role) => role, OBJECTS)),
  route(`GET ${ROLES}/roleAssignments`, listAssignments),
  route(`POST ${ROLES}/roleAssignments`, assign),
  route(`DELETE ${ROLES}/roleAssignments/{id}`, unassign),
  route(
    `GET ${ROLES}/roleEligibilityScheduleInstances`,
    (call) => unlicensed(call, 'p2') ?? page(call, listed(call.state.eligible), (one) => showAssignment(call, one), OBJECTS),
  ),
  route('GET /servicePrincipals', (call) => filteredPage(call, call.state.apps, (one) => selected(call, one, Object.keys(one)))),
  route('GET /servicePrincipals/{id}/appRoleAssignedTo', (call) => {
    const rows = seen(call, call.state.appRoles).filter((one) => one['resourceId'] === call.params['id']);
    return page(call, listed(rows), (one) => one, OBJECTS);
  }),
  route('DELETE /servicePrincipals/{id}/appRoleAssignedTo/{appRoleAssignmentId}', (call) =>
    withdraw(call, 'appRoles', 'appRoleAssignmentId'),
  ),
  route('GET /oauth2PermissionGrants', (call) => filteredPage(call, seen(call, call.state.grants))),
  route('DELETE /oauth2PermissionGrants/{id}', (call) => withdraw(call, 'grants', 'id')),
];

function seen<T>({ now, switches }: Call, value: { seen(at: Date, lagMs: number): T }): T {
  return value.seen(now, switches.readLagMs);
}

function withUser(call: Call, then: (user: SandboxUser) => SandboxAnswer): SandboxAnswer {
  const user = findUser(call.state, call.params['id']!);
  return user ? then(user) : missing(call, call.params['id']!);
}

function listUsers(call: Call): SandboxAnswer {
  const wantsSignIns = call.query.get('$select')?.includes('signInActivity') ?? false;
  if (wantsSignIns) {
    const refusal =
      unlicensed(call, 'p1') ??
      (mayReadLogs(call)
        ? undefined
        : refuse(call, 403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'));
    if (refusal) return refusal;
  }
  return page(
    call,
    everybody(call.state),
    (user) => selected(call, showUser(call, user), USUAL_USER),
    wantsSignIns ? WITH_SIGN_INS : OBJECTS,
  );
}

function mayReadLogs({ switches }: Call): boolean {
  return !switches.missingScopes.includes('AuditLog.Read.All');
}

function everybody(state: Microsoft365State): Lazy<SandboxUser> {
  const stored = [...state.users.values()].filter((user) => !user.id.startsWith('b0000000-'));
  return { length: stored.length + state.bulkAccounts, at: (index) => stored[index] ?? bulkUser(state, index - stored.length) };
}

function showUser(call: Call, user: SandboxUser): WireRecord {
  const { accountEnabled, signInSessionsValidFromDateTime, lastPasswordChangeDateTime, mustChangePassword } = seen(call, user.standing);
  return {
    id: user.id,
    externalUserState: null,
    onPremisesSyncEnabled: null,
    department: null,
    jobTitle: null,
    assignedLicenses: user.profile['userType'] === 'Guest' ? [] : [{ skuId: guidOf('sku', 'E5'), disabledPlans: [] }],
    ...user.profile,
    accountEnabled,
    signInSessionsValidFromDateTime,
    lastPasswordChangeDateTime,
    passwordProfile: { password: null, forceChangePasswordNextSignIn: mustChangePassword, forceChangePasswordNextSignInWithMfa: false },
    // Left out of the answer for whoever never tried, as Graph does.
    ...(user.lastAttempt !== null && {
      signInActivity: {
        lastSignInDateTime: user.lastAttempt,
        lastSignInRequestId: guidOf('request', user.id, user.lastAttempt),
        lastNonInteractiveSignInDateTime: user.lastSuccess,
        lastNonInteractiveSignInRequestId: user.lastSuccess && guidOf('request', user.id, user.lastSuccess),
        lastSuccessfulSignInDateTime: user.lastSuccess,
        lastSuccessfulSignInRequestId: user.lastSuccess && guidOf('request', user.id, user.lastSuccess),
      },
    }),
  };
}

function change({ state, now }: Call, user: SandboxUser, changes: Partial<Standing>): void {
  // A volume user would else forget what was done to it.
  state.users.set(user.id, user);
  user.standing.set({ ...user.standing.now, ...changes }, now);
}

function note(call: Call, activity: string, category: string, user: SandboxUser, role?: { id: string; name: string }): void {
  call.state.audits.add(auditRow({ at: call.now, activity, category, app: call.state, target: user, ...(role && { role }) }));
}

function patchRoute(): SandboxRoute<Microsoft365State> {
  const either = route('PATCH /users/{id}', (call) => withUser(call, (user) => patchUser(call, user)));
  return { ...either, scopes: [...(either.scopes ?? []), 'User-PasswordProfile.ReadWrite.All'] };
}

function patchUser(call: Call, user: SandboxUser): SandboxAnswer {
  const body = record(call.body) ?? {};
  const enabled = flag(body['accountEnabled']);
  const password = record(body['passwordProfile']);
  const needs = [
    ...(enabled === null ? [] : ['User.EnableDisableAccount.All']),
    ...(password ? ['User-PasswordProfile.ReadWrite.All'] : []),
  ];
  const isAdmin = call.state.assignments.now.some((one) => one.principalId === user.id);
  if (needs.length === 0) return refuse(call, 400, 'Request_BadRequest', 'No property was specified to update.');
  if (needs.some((scope) => call.switches.missingScopes.includes(scope)) || (isAdmin && call.switches['withoutRole'] === true))
    return refuse(call, 403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  if (password && user.profile['onPremisesSyncEnabled'] === true)
    return refuse(
      call,
      400,
      'Request_BadRequest',
      'Unable to update the specified properties for on-premises mastered Directory Sync objects.',
    );
  if (password && (text(password['password']) ?? '').length < 8)
    return refuse(call, 400, 'Request_BadRequest', 'The specified password does not comply with password complexity requirements.');
  const at = call.now.toISOString();
  change(call, user, {
    ...(enabled !== null && { accountEnabled: enabled }),
    ...(password && { mustChangePassword: flag(password['forceChangePasswordNextSignIn']) ?? false, lastPasswordChangeDateTime: at }),
  });
  if (enabled !== null) note(call, enabled ? 'Enable account' : 'Disable account', 'UserManagement', user);
  if (password) note(call, 'Reset password (by admin)', 'UserManagement', user);
  return DONE;
}

function removeUser(call: Call, user: SandboxUser): SandboxAnswer {
  const { state, now } = call;
  const { signInActivity: _left, passwordProfile: _secret, ...wire } = showUser(call, user);
  state.users.delete(user.id);
  state.removed.set(user.id, user);
  state.deletedUsers = [...state.deletedUsers, { ...wire, deletedDateTime: now.toISOString() }];
  note(call, 'Delete user', 'UserManagement', user);
  return DONE;
}

function restoreUser(call: Call): SandboxAnswer {
  const { state, params } = call;
  const user = state.removed.get(params['id']!);
  if (!user) return missing(call, params['id']!);
  state.removed.delete(user.id);
  state.users.set(user.id, user);
  state.deletedUsers = state.deletedUsers.filter((one) => one['id'] !== user.id);
  note(call, 'Restore user', 'UserManagement', user);
  return ok({ '@odata.type': '#microsoft.graph.user', id: user.id, deletedDateTime: null });
}

// Who was deleted is in no group until restored.
function membersSeen(call: Call, group: SandboxGroup): readonly Member[] {
  return seen(call, group.members).filter((member) => member.kind !== 'user' || !call.state.removed.has(member.id));
}

function listRegistrations(call: Call): SandboxAnswer {
  const roles = new Map(call.state.roles.map((role) => [text(role['id']), isAdminRole(readRoleDefinition(role, 'sandbox'))]));
  const admins = new Set(call.state.assignments.now.filter((one) => roles.get(one.roleDefinitionId)).map((one) => one.principalId));
  return unlicensed(call, 'p1') ?? page(call, everybody(call.state), (user) => showRegistration(user, admins), OBJECTS);
}

function showRegistration(user: SandboxUser, admins: ReadonlySet<string>): WireRecord {
  const hasFactor = user.methods.length > 0;
  return {
    id: user.id,
    userPrincipalName: user.profile['userPrincipalName'],
    userDisplayName: user.profile['displayName'],
    userType: user.profile['userType'] === 'Guest' ? 'guest' : 'member',
    isAdmin: admins.has(user.id),
    isSsprRegistered: hasFactor,
    isSsprEnabled: true,
    isSsprCapable: hasFactor,
    isMfaRegistered: hasFactor,
    isMfaCapable: hasFactor,
    isPasswordlessCapable: false,
    methodsRegistered: user.methods,
    isSystemPreferredAuthenticationMethodEnabled: true,
    systemPreferredAuthenticationMethods: hasFactor ? ['PhoneAppNotification'] : [],
    userPreferredMethodForSecondaryAuthentication: hasFactor ? 'push' : 'none',
    lastUpdatedDateTime: user.profile['createdDateTime'],
  };
}

function withGroup(call: Call, then: (group: SandboxGroup) => SandboxAnswer): SandboxAnswer {
  const group = call.state.groups.get(call.params['id']!);
  return group ? then(group) : missing(call, call.params['id']!);
}

function listMembers(call: Call): SandboxAnswer {
  return withGroup(call, (group) =>
    page(
      call,
      listed(membersSeen(call, group)),
      (member) => ({ '@odata.type': `#microsoft.graph.${member.kind}`, id: member.id }),
      OBJECTS,
    ),
  );
}

function memberOf(call: Call, user: SandboxUser): SandboxAnswer {
  const groups = [...call.state.groups.values()].filter((group) => seen(call, group.members).some((member) => member.id === user.id));
  return page(
    call,
    listed(groups),
    (group) => ({ '@odata.type': '#microsoft.graph.group', ...selected(call, group.wire, USUAL_GROUP) }),
    OBJECTS,
  );
}

// Dynamic and synchronized groups, and mail lists, take no changes here.
function isKeptElsewhere({ wire }: SandboxGroup): boolean {
  const types = JSON.stringify(wire['groupTypes']);
  return (
    types.includes('Dynamic') || wire['onPremisesSyncEnabled'] === true || (wire['mailEnabled'] === true && !types.includes('Unified'))
  );
}

const KEPT_ELSEWHERE = 'Insufficient privileges to complete the operation: the group is mastered elsewhere or has a membership rule.';

function addMember(call: Call): SandboxAnswer {
  return withGroup(call, (group) => {
    const id = text(at(call.body, '@odata.id'))?.split('/').at(-1) ?? '';
    const user = findUser(call.state, id);
    if (!user) return missing(call, id);
    if (isKeptElsewhere(group)) return refuse(call, 400, 'Request_BadRequest', KEPT_ELSEWHERE);
    if (group.members.now.some((member) => member.id === id))
      return refuse(
        call,
        400,
        'Request_BadRequest',
        "One or more added object references already exist for the following modified properties: 'members'.",
      );
    group.members.set([...group.members.now, { kind: 'user', id } satisfies Member], call.now);
    note(call, 'Add member to group', 'GroupManagement', user);
    return DONE;
  });
}

function removeMember(call: Call): SandboxAnswer {
  return withGroup(call, (group) => {
    const id = call.params['userId']!;
    if (!group.members.now.some((member) => member.id === id)) return missing(call, id);
    if (isKeptElsewhere(group)) return refuse(call, 400, 'Request_BadRequest', KEPT_ELSEWHERE);
    group.members.set(
      group.members.now.filter((member) => member.id !== id),
      call.now,
    );
    const user = findUser(call.state, id);
    if (user) note(call, 'Remove member from group', 'GroupManagement', user);
    return DONE;
  });
}

function listAssignments(call: Call): SandboxAnswer {
  const rows = seen(call, call.state.assignments).map((one) => ({ ...one }) as WireRecord);
  return filteredPage(call, rows, (row) => showAssignment(call, row as unknown as SandboxAssignment));
}

function showAssignment(call: Call, { principalKind, ...assignment }: SandboxAssignment): WireRecord {
  if (call.query.get('$expand') !== 'principal') return assignment;
  return { ...assignment, principal: { '@odata.type': `#microsoft.graph.${principalKind}`, id: assignment.principalId } };
}

function assign(call: Call): SandboxAnswer {
  const body = record(call.body) ?? {};
  const [principalId, roleDefinitionId, directoryScopeId] = ['principalId', 'roleDefinitionId', 'directoryScopeId'].map((name) =>
    text(body[name]),
  );
  const user = findUser(call.state, principalId ?? '');
  const role = call.state.roles.find((one) => one['id'] === roleDefinitionId);
  if (!user || !role || !directoryScopeId) return refuse(call, 400, 'Request_BadRequest', 'The principal, role or scope is not valid.');
  const made: SandboxAssignment = {
    id: guidOf('assignment', user.id, String(role['id']), call.now.getTime()),
    principalId: user.id,
    principalKind: 'user',
    roleDefinitionId: String(role['id']),
    directoryScopeId,
  };
  call.state.assignments.set([...call.state.assignments.now, made], call.now);
  note(call, 'Add member to role', 'RoleManagement', user, { id: made.roleDefinitionId, name: String(role['displayName']) });
  return { status: 201, json: showAssignment(call, made) };
}

function unassign(call: Call): SandboxAnswer {
  const { assignments, roles } = call.state;
  const gone = assignments.now.find((one) => one.id === call.params['id']);
  if (!gone) return missing(call, call.params['id']!);
  assignments.set(
    assignments.now.filter((one) => one !== gone),
    call.now,
  );
  const user = findUser(call.state, gone.principalId);
  const name = String(roles.find((role) => role['id'] === gone.roleDefinitionId)?.['displayName']);
  if (user) note(call, 'Remove member from role', 'RoleManagement', user, { id: gone.roleDefinitionId, name });
  return DONE;
}

function withdraw(call: Call, list: 'grants' | 'appRoles', param: string): SandboxAnswer {
  const rows = call.state[list];
  const gone = rows.now.find((one) => one['id'] === call.params[param]);
  if (!gone) return missing(call, call.params[param]!);
  rows.set(
    rows.now.filter((one) => one !== gone),
    call.now,
  );
  const user = findUser(call.state, text(gone['principalId']) ?? '');
  if (user) note(call, 'Remove delegated permission grant', 'ApplicationManagement', user);
  return DONE;
}
