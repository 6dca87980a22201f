import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';

import { OPERATIONS } from './operations.js';
import { setMembership } from './sandbox-admin.js';
import {
  accountOf,
  answer,
  enact,
  failsItems,
  isRefusal,
  itemsIn,
  note,
  numberIn,
  refuseEsign,
  settle,
  type Context,
} from './sandbox-answers.js';
import { groupRow, profileRow, userRow } from './sandbox-esign-rows.js';
import { guid } from './sandbox-log.js';
import type { UserPage } from './sandbox-people.js';
import { SITES } from './sandbox-seed.js';
import { nameOf, type SandboxAccount, type SandboxAuthorization, type SandboxUser } from './sandbox-records.js';
import type { DocusignSandbox } from './sandbox-state.js';

type Serve = (context: Context, account: SandboxAccount) => SandboxAnswer;

const SERVED: readonly (readonly [string, Serve])[] = [
  [OPERATIONS.users, users],
  [
    OPERATIONS.user,
    (context, account) => withUser(context, account, (user) => answer(context, 200, userRow(account, user, true, context.now))),
  ],
  [OPERATIONS.reopenUsers, reopenUsers],
  [OPERATIONS.userSettings, (context, account) => withUser(context, account, (user) => userSettings(context, account, user))],
  [OPERATIONS.groups, groups],
  [OPERATIONS.groupUsers, groupUsers],
  [OPERATIONS.addToGroup, (context, account) => changeGroup(context, account, true)],
  [OPERATIONS.removeFromGroup, (context, account) => changeGroup(context, account, false)],
  [OPERATIONS.permissionProfiles, permissionProfiles],
  [OPERATIONS.settings, (context, account) => answer(context, 200, account.settings)],
  [OPERATIONS.passwordRules, (context, account) => answer(context, 200, account.passwordRules)],
  [OPERATIONS.purge, (context, account) => answer(context, 200, account.purge)],
  [
    OPERATIONS.connect,
    (context, account) => answer(context, 200, { configurations: account.webhooks, totalRecords: String(account.webhooks.length) }),
  ],
  [OPERATIONS.changeConnect, changeConnect],
  [OPERATIONS.authorizations, (context, account) => withUser(context, account, () => authorizations(context, account))],
  [OPERATIONS.authorize, authorize],
  [OPERATIONS.deauthorize, deauthorize],
];

/** eSignature, once for each site: an account is known only at its own. */
export const esignRoutes: readonly SandboxRoute<DocusignSandbox>[] = SITES.flatMap((host) =>
  SERVED.map(([operation, serve]) => ({
    method: operation.slice(0, operation.indexOf(' ')) as SandboxRoute['method'],
    operation,
    host,
    scopes: ['signature'],
    answer: (context: Context): SandboxAnswer => {
      settle(context);
      const account = accountOf(context);
      return isRefusal(account) ? account : serve(context, account);
    },
  })),
);

// ---------------------------------------------------------------- users

function users(context: Context, account: SandboxAccount): SandboxAnswer {
  const { query, state } = context;
  const [start, count] = window(context);
  const wanted = query
    .get('status')
    ?.toLowerCase()
    .split(',')
    .map((word) => word.trim());
  const groupId = query.get('group_id');
  const email = query.get('email')?.toLowerCase();
  const filter = [wanted?.join(','), groupId, email].filter((part) => part != null).join(' ');
  const found = state.people.page(account.index, start, count, filter, (user) => {
    const membership = user.memberships[account.index]!;
    const isWanted = !wanted || wanted.includes(membership.status.replace(/_/g, ''));
    return (
      isWanted && (groupId === null || membership.groupIds.includes(Number(groupId))) && (!email || user.email.toLowerCase() === email)
    );
  });
  const hasMore = query.get('additional_info')?.toLowerCase() === 'true';
  return answer(context, 200, {
    users: found.rows.map((user) => userRow(account, user, hasMore, context.now)),
    ...resultSet(context, '/users', start, found.rows.length, found.total),
  });
}

function withUser(context: Context, account: SandboxAccount, serve: (user: SandboxUser) => SandboxAnswer): SandboxAnswer {
  const user = context.state.people.get(context.params['userId'] ?? '');
  return user?.memberships[account.index] ? serve(user) : gone(context);
}

function gone(context: Context): SandboxAnswer {
  return refuseEsign(context, 400, 'USER_DOES_NOT_EXIST_IN_SYSTEM', 'The user does not exist in this account.');
}

// Without the Admin API a membership is opened by mail: the user still has to click.
function reopenUsers(context: Context, account: SandboxAccount): SandboxAnswer {
  const results = itemsIn(context.body, 'users').map((item) => {
    const user = context.state.people.get(String(item['userId']));
    const membership = user?.memberships[account.index];
    if (!user || !membership)
      return { userId: String(item['userId']), errorDetails: { errorCode: 'USER_NOT_FOUND', message: 'The user is not in this account.' } };
    if (failsItems(context))
      return { userId: user.id, errorDetails: { errorCode: 'USER_UPDATE_FAILED', message: 'The user could not be changed.' } };
    if (membership.status === 'closed' && item['sendActivationEmail'] === 'true') {
      enact(context, () => setMembership(context, user.id, account, { status: 'activation_sent', closedAt: undefined }));
      note(context, {
        object: 'Account',
        action: 'UserAdded',
        accountId: account.id,
        affectedUserId: user.id,
        data: { AffectedUserId: user.id, AffectedMembershipId: membership.id },
      });
    }
    return { userId: user.id, userName: nameOf(user), email: user.email };
  });
  return answer(context, 200, { users: results });
}

function userSettings(context: Context, account: SandboxAccount, user: SandboxUser): SandboxAnswer {
  const profile = account.profiles.find(({ id }) => id === user.memberships[account.index]?.profileId);
  const granted = (isGranted: boolean): string => String(isGranted);
  return answer(context, 200, {
    accountManagementGranular: {
      canManageUsers: granted(profile?.isDelegated ?? false),
      canManageAdmins: 'false',
      canManageAccountSettings: 'false',
      canManageAccountSecuritySettings: 'false',
      canManageReporting: granted(profile?.isDelegated ?? false),
      canManageSharing: 'false',
      canManageEnvelopeTransfer: 'false',
      canManageSigningGroups: 'false',
    },
    apiCanExportAC: 'false',
  });
}

// ---------------------------------------------------------------- groups, profiles

function groups(context: Context, account: SandboxAccount): SandboxAnswer {
  const [start, count] = window(context);
  const rows = account.groups.slice(start, start + count);
  const withCount = context.query.get('include_usercount')?.toLowerCase() === 'true';
  return answer(context, 200, {
    groups: rows.map((group) => groupRow(group, withCount ? membersOf(context, account, group.id, 0, 0).total : undefined)),
    ...resultSet(context, '/groups', start, rows.length, account.groups.length),
  });
}

function membersOf({ state }: Context, account: SandboxAccount, groupId: number, start: number, count: number): UserPage {
  return state.people.page(account.index, start, count, `in ${groupId}`, (user) =>
    user.memberships[account.index]!.groupIds.includes(groupId),
  );
}

function groupUsers(context: Context, account: SandboxAccount): SandboxAnswer {
  const groupId = Number(context.params['groupId']);
  const group = account.groups.find(({ id }) => id === groupId);
  if (!group) return refuseEsign(context, 400, 'INVALID_GROUP_ID', 'The group does not exist in this account.');
  const [start, count] = window(context);
  const found = membersOf(context, account, groupId, start, count);
  return answer(context, 200, {
    users: found.rows.map((user) => {
      const { userId, userName, email, userStatus, userType, uri } = userRow(account, user, false, context.now);
      return { userId, userName, email, userStatus, userType, uri, membershipId: user.memberships[account.index]?.id };
    }),
    ...resultSet(context, `/groups/${groupId}/users`, start, found.rows.length, found.total),
  });
}

function changeGroup(context: Context, account: SandboxAccount, isAdded: boolean): SandboxAnswer {
  const groupId = Number(context.params['groupId']);
  const group = account.groups.find(({ id }) => id === groupId);
  if (!group) return refuseEsign(context, 400, 'INVALID_GROUP_ID', 'The group does not exist in this account.');
  const results = itemsIn(context.body, 'users').map((item) => {
    const user = context.state.people.get(String(item['userId']));
    const membership = user?.memberships[account.index];
    if (!user || !membership)
      return { userId: String(item['userId']), errorDetails: { errorCode: 'USER_NOT_FOUND', message: 'The user is not in this account.' } };
    if (failsItems(context) || group.type === 'everyoneGroup') {
      return { userId: user.id, errorDetails: { errorCode: 'GROUP_UPDATE_FAILED', message: 'The group could not be changed.' } };
    }
    enact(context, () => {
      const now = context.state.people.get(user.id)?.memberships[account.index];
      const others = (now?.groupIds ?? []).filter((id) => id !== groupId);
      setMembership(context, user.id, account, { groupIds: isAdded ? [...others, groupId] : others });
    });
    note(context, {
      object: 'Group',
      action: 'Updated',
      accountId: account.id,
      affectedUserId: user.id,
      data: { GroupId: String(groupId), AffectedUserId: user.id },
    });
    return { userId: user.id, userName: nameOf(user), email: user.email };
  });
  return answer(context, 200, { users: results });
}

function permissionProfiles(context: Context, account: SandboxAccount): SandboxAnswer {
  const include = context.query.get('include') ?? '';
  const count = (id: number): number | undefined =>
    include.includes('user_count')
      ? context.state.people.page(account.index, 0, 0, `with ${id}`, (user) => user.memberships[account.index]!.profileId === id).total
      : undefined;
  return answer(context, 200, { permissionProfiles: account.profiles.map((profile) => profileRow(profile, count(profile.id))) });
}

// ---------------------------------------------------------------- webhooks, shared access

function changeConnect(context: Context, account: SandboxAccount): SandboxAnswer {
  const body = (context.body ?? {}) as Record<string, unknown>;
  const hook = account.webhooks.find((item) => item['connectId'] === body['connectId']);
  if (!hook) return refuseEsign(context, 400, 'CONNECT_CONFIGURATION_NOT_FOUND', 'There is no such Connect configuration.');
  const { allowEnvelopePublish } = body;
  if (typeof allowEnvelopePublish === 'string') enact(context, () => Object.assign(hook, { allowEnvelopePublish }));
  note(context, { object: 'Connect', action: 'Updated', accountId: account.id, data: { ConnectId: String(hook['connectId']) } });
  return answer(context, 200, { ...hook, ...(typeof allowEnvelopePublish === 'string' && { allowEnvelopePublish }) });
}

function authorizations(context: Context, account: SandboxAccount): SandboxAnswer {
  const userId = context.params['userId']?.toLowerCase();
  const all = account.authorizations.filter(({ principalId }) => principalId === userId);
  const [start, count] = window(context);
  const rows = all.slice(start, start + count);
  return answer(context, 200, {
    authorizations: rows.map((item) => authorizationRow(context, account, item)),
    ...resultSet(context, `/users/${userId}/authorizations`, start, rows.length, all.length),
  });
}

function authorizationRow({ state }: Context, account: SandboxAccount, item: SandboxAuthorization): Record<string, unknown> {
  const person = (id: string): Record<string, unknown> => {
    const user = state.people.get(id);
    return { accountId: account.id, userId: id, name: user && nameOf(user), email: user?.email };
  };
  return {
    authorizationId: item.id,
    permission: item.permission,
    principalUser: person(item.principalId),
    agentUser: person(item.agentId),
    startDate: item.startDate,
    created: item.createdAt,
    createdBy: item.principalId,
  };
}

function authorize(context: Context, account: SandboxAccount): SandboxAnswer {
  const body = (context.body ?? {}) as Record<string, unknown>;
  const agentId = String((body['agentUser'] as Record<string, unknown> | undefined)?.['userId'] ?? '');
  const permission = body['permission'] as SandboxAuthorization['permission'];
  if (!context.state.people.get(agentId) || !['Send', 'Manage', 'Sign'].includes(permission)) {
    return refuseEsign(context, 400, 'INVALID_REQUEST_PARAMETER', 'agentUser and permission are required.');
  }
  const createdAt = context.now.toISOString();
  const id = guid(`authorization ${context.state.serial++} ${createdAt}`);
  const startDate = typeof body['startDate'] === 'string' ? body['startDate'] : createdAt;
  const made: SandboxAuthorization = {
    id,
    permission,
    agentId,
    principalId: context.params['userId']?.toLowerCase() ?? '',
    startDate,
    createdAt,
  };
  enact(context, () => account.authorizations.push(made));
  note(context, {
    object: 'SharedAccess',
    action: 'Granted',
    accountId: account.id,
    affectedUserId: agentId,
    data: { PrincipalUserId: made.principalId },
  });
  return answer(context, 201, authorizationRow(context, account, made));
}

function deauthorize(context: Context, account: SandboxAccount): SandboxAnswer {
  const ids = (context.body as { readonly authorizations?: readonly string[] } | undefined)?.authorizations ?? [];
  const results = ids.map((id) => {
    const found = account.authorizations.find((item) => item.id === id);
    if (!found || failsItems(context))
      return { authorizationId: id, success: 'false', errorMessage: 'The authorization could not be deleted.' };
    enact(context, () => account.authorizations.splice(account.authorizations.indexOf(found), 1));
    note(context, { object: 'SharedAccess', action: 'Revoked', accountId: account.id, affectedUserId: found.agentId });
    return { authorizationId: id, success: 'true' };
  });
  return answer(context, 200, { results });
}

// ---------------------------------------------------------------- paging

function window(context: Context): readonly [number, number] {
  return [numberIn(context, 'start_position', 0), Math.min(numberIn(context, 'count', 100) || 100, 100)];
}

// All numbers are texts; nextUri is below the account, and absent on the last page.
function resultSet(context: Context, path: string, start: number, rows: number, total: number): Record<string, string> {
  const next = new URLSearchParams(context.query);
  next.set('start_position', String(start + rows));
  return {
    resultSetSize: String(rows),
    totalSetSize: String(total),
    startPosition: String(start),
    endPosition: String(Math.max(start, start + rows - 1)),
    ...(rows > 0 && start + rows < total && { nextUri: `${path}?${next.toString()}` }),
  };
}
